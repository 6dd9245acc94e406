import { Uri, window, workspace, type ExtensionContext } from 'vscode';
import { reached } from './milestones';

/**
 * A small Go module with benchmarks and a profile of them (or, without a Go toolchain, its TypeScript file), with a few findings in it: a
 * copy that the user may change, in the extension's own storage and as it was shipped.
 */
export class Sample {
  constructor(private readonly context: Pick<ExtensionContext, 'extensionUri' | 'globalStorageUri'>) {}

  /** The Go file as it ships. */
  get goFile(): Uri {
    return Uri.joinPath(this.#shipped, 'orders.go');
  }

  /** Opens the file, and returns the recorded profile of it if there is one. */
  async open(language: 'go' | 'typescript'): Promise<Uri | undefined> {
    const folder = Uri.joinPath(this.context.globalStorageUri, 'sample');
    await workspace.fs.copy(this.#shipped, folder, { overwrite: true });
    const file = Uri.joinPath(folder, language === 'go' ? 'orders.go' : 'orders.ts');
    await window.showTextDocument(await workspace.openTextDocument(file), { preview: false });
    await reached('sampleOpened');
    return language === 'go' ? Uri.joinPath(folder, 'orders.pprof') : undefined;
  }

  get #shipped(): Uri {
    return Uri.joinPath(this.context.extensionUri, 'dist', 'sample');
  }
}
