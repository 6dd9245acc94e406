import { commands, type Memento } from 'vscode';
import type { StatusParams } from '../../server/src/lsp/protocol';
import { warn } from './say';

const shownKey = 'alloclens.problemShown';

/** Says once a workspace that the Go toolchain cannot be used; after that the language status says it. */
export class ProblemNotice {
  #showing = false;

  constructor(private readonly state: Memento) {}

  update(status: StatusParams | undefined): void {
    if (status?.state !== 'problem' || !status.trusted || this.#showing || this.state.get(shownKey)) return;
    const note = status.documents.flatMap(({ notes }) => notes)[0];
    if (!note) return;
    this.#showing = true;
    void this.#show(note.message);
  }

  async #show(message: string): Promise<void> {
    await this.state.update(shownKey, true);
    const choice = await warn(message, 'Open Settings', 'Show Output');
    if (choice === 'Open Settings')
      await commands.executeCommand('workbench.action.openSettings', 'alloclens.go');
    if (choice === 'Show Output') await commands.executeCommand('alloclens.showOutput');
  }
}
