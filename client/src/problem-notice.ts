import { commands, type Memento } from 'vscode';
import type { StatusParams } from '../../server/src/lsp/protocol';
import { warn } from './say';
import { noteToShow } from './status-view';
import { steps } from './steps';

const shownKey = 'alloclens.problemShown';

/** Says once a workspace that the Go toolchain cannot be used; after that the status bar says it. */
export class ProblemNotice {
  #showing = false;

  constructor(private readonly state: Memento) {}

  update(status: StatusParams | undefined): void {
    if (status?.state !== 'problem' || !status.trusted || this.#showing || this.state.get(shownKey)) return;
    const note = noteToShow(status.documents.flatMap(({ notes }) => notes));
    if (!note) return;
    this.#showing = true;
    void this.#show(note.message, steps[note.remedy ?? 'log']);
  }

  async #show(message: string, step: (typeof steps)[keyof typeof steps]): Promise<void> {
    await this.state.update(shownKey, true);
    if (await warn(message, step.title))
      await commands.executeCommand(step.command, ...((step.arguments ?? []) as unknown[]));
  }
}
