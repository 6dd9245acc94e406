import { commands, Uri, window, workspace, FileType } from 'vscode';
import { plainText, quoted } from '../../server/src/text/foreign';
import { fail } from './say';

/** The folder of the rules' pages that ship with the extension: scripts/lib/rule-pages.mjs writes them. */
export function rulePages(extension: Uri): Uri {
  return Uri.joinPath(extension, 'dist', 'rules');
}

/**
 * The Markdown preview as an editor. The manifest makes it the editor of the pages (`workbench.editorAssociations`), so that
 * the links of diagnostics and hovers, which are URIs of the files, open what is meant to be read and not its source.
 */
const previewEditor = 'vscode.markdown.preview.editor';

export class RulePages {
  readonly #folder: Uri;

  constructor(extension: Uri) {
    this.#folder = rulePages(extension);
  }

  /**
   * Shows a rule's page.
   * @param rule a page's URI or a rule id; asks for one when it is neither
   */
  async show(rule: unknown): Promise<void> {
    const page = (await this.#find(rule)) ?? (await this.#ask());
    if (page) await commands.executeCommand('vscode.openWith', page, previewEditor, { preview: true });
  }

  /** Anything but a page of ours is refused: hovers and other extensions may call the command, too. */
  async #find(rule: unknown): Promise<Uri | undefined> {
    if (typeof rule !== 'string') return undefined;
    const name = /(?:^|\/)(go|ts|typescript)\/([\w-]+)(?:\.md)?$/.exec(rule);
    if (!name) return undefined;
    const page = Uri.joinPath(this.#folder, name[1] === 'go' ? 'go' : 'typescript', `${name[2]!}.md`);
    try {
      await workspace.fs.stat(page);
      return page;
    } catch {
      void fail(`There is no page about the rule ${quoted(rule)}.`);
      return undefined;
    }
  }

  async #ask(): Promise<Uri | undefined> {
    const items = [];
    for (const [folder, prefix] of [
      ['go', 'go'],
      ['typescript', 'ts'],
    ] as const) {
      const uri = Uri.joinPath(this.#folder, folder);
      for (const [name, type] of await workspace.fs.readDirectory(uri)) {
        if (type !== FileType.File || !name.endsWith('.md')) continue;
        const page = Uri.joinPath(uri, name);
        const text = new TextDecoder().decode(await workspace.fs.readFile(page));
        const label = `${prefix}/${name.slice(0, -3)}`;
        // Beside the rules' pages lie a few about other things.
        if (text.startsWith(`# ${label}`))
          items.push({ label, detail: plainText(firstSentence(text)), page });
      }
    }
    items.sort((a, b) => (a.label < b.label ? -1 : 1));
    return (
      await window.showQuickPick(items, {
        title: 'AllocLens Rules',
        placeHolder: 'Rule',
        matchOnDetail: true,
      })
    )?.page;
  }
}

/** The line under the page's heading. */
function firstSentence(page: string): string {
  return page.split(/\r?\n/).find((line) => line !== '' && !line.startsWith('#')) ?? '';
}
