import { relative, resolve, sep } from 'node:path';
import { globby } from 'globby';
import type { Language } from '../../../rules/model';
import { escaped } from '../text/foreign';
import { extensionsOf } from './languages';
import { compareText } from './ranking';

/** Folders of other people's or generated code, at any depth below the one that was asked for. */
const skipped: Readonly<Record<Language, readonly string[]>> = {
  // What `./...` leaves out, too. A folder called dist or build may well be a package.
  go: ['node_modules', 'vendor', 'testdata', '.*', '_*'],
  typescript: ['node_modules', 'bower_components', 'vendor', 'dist', 'coverage', '.*'],
};

/**
 * The source files below a folder that a person of this project edits: .gitignore is respected; dependencies, build
 * output, Go's testdata, hidden folders and declaration files are left out.
 * @returns absolute paths, sorted
 * @throws AbortError when the signal fires
 */
export async function sourceFiles(
  folder: string,
  languages: readonly Language[],
  options: { recursive?: boolean; signal?: AbortSignal } = {},
): Promise<string[]> {
  const found: string[] = [];
  for (const language of languages) {
    const extensions = extensionsOf(language).join(',');
    const name = extensions.includes(',') ? `*.{${extensions}}` : `*.${extensions}`;
    found.push(
      ...(await globby(options.recursive === false ? name : `**/${name}`, {
        cwd: folder,
        absolute: true,
        gitignore: true,
        ignore: ['**/*.d.{ts,mts,cts}', ...skipped[language].map((folderName) => `**/${folderName}/**`)],
        expandDirectories: false,
        // A folder that may not be read is as good as absent.
        suppressErrors: true,
        followSymbolicLinks: false,
        ...(options.signal && { signal: options.signal }),
      })),
    );
    options.signal?.throwIfAborted();
  }
  return found.map((file) => resolve(file)).sort(compareText);
}

/** `displayPath` for somebody's eyes: a name can hold escape sequences and line ends. */
export function shownPath(cwd: string, path: string): string {
  return escaped(displayPath(cwd, path));
}

/** Relative to `cwd`, with slashes, as programs read paths in reports. */
export function displayPath(cwd: string, path: string): string {
  const shown = relative(cwd, path);
  // On another Windows drive there is no relative path.
  return (shown === '' ? '.' : shown).split(sep).join('/');
}
