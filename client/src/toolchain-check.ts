import { commands, window, workspace } from 'vscode';
import { toolchainRequest, type ToolchainParams, type ToolchainResult } from '../../server/src/lsp/protocol';
import { analysedDocument } from './languages';
import type { LanguageServer } from './language-server';
import { reached } from './milestones';
import type { Sample } from './sample';
import { inform, warn } from './say';
import { steps } from './steps';

/** Looks for the Go toolchain that would compile the user's code. */
export class ToolchainCheck {
  constructor(
    private readonly server: LanguageServer,
    private readonly sample: Sample,
  ) {}

  async find(): Promise<ToolchainResult> {
    const client = await this.server.start();
    const params: ToolchainParams = { uri: (await this.#goFile()).toString() };
    const result = await client.sendRequest<ToolchainResult>(toolchainRequest, params);
    if (result.go) await reached('toolchainFound');
    return result;
  }

  /** Says what was found, or what is missing with the one step that helps. */
  async run(): Promise<void> {
    const { go, note } = await this.find();
    if (go) {
      const version = go.version.replace(/^go(?=\d)/, 'Go ');
      return void inform(`${version} found: ${go.how}.`);
    }
    const step = steps[note.remedy ?? 'log'];
    if (await warn(note.message, step.title))
      await commands.executeCommand(step.command, ...((step.arguments ?? []) as unknown[]));
  }

  /** The module of the open file, else one of the workspace, else the sample's. */
  async #goFile() {
    const document = analysedDocument(window.activeTextEditor);
    if (document?.languageId === 'go' && document.uri.scheme === 'file') return document.uri;
    const [found] = await workspace.findFiles('**/*.go', '**/{vendor,node_modules}/**', 1);
    return found?.scheme === 'file' ? found : this.sample.goFile;
  }
}
