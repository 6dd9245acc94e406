import { dirname, join, relative, sep } from 'node:path';
import pLimit from 'p-limit';
import type { Language, Note } from '../../../rules/model';
import { entriesOf, exists, readText, UnreadError } from '../host/files';
import { escaped } from '../text/foreign';
import { IgnoreRules, maximumPatterns, nameOf, type Name } from './gitignore';
import { extensionsOf } from './languages';
import { compareText } from './ranking';

/** Folders of other people's or generated code, at any depth below the one that was asked for. */
const skipped: Readonly<Record<Language, RegExp>> = {
  // What `./...` leaves out, too. A folder called dist or build may well be a package.
  go: /^(?:[._].*|node_modules|vendor|testdata)$/,
  typescript: /^(?:\..*|node_modules|bower_components|vendor|dist|coverage)$/,
};

/** Folders that are read at a time. */
const parallel = 16;

export interface SourceFiles {
  /** Absolute paths, sorted. */
  readonly files: readonly string[];
  /** Folders and .gitignore files that were not read, or not to their end. */
  readonly notes: readonly Note[];
}

/**
 * The source files below a folder that a person of this project edits: .gitignore is respected, with those of the folders
 * above in the same repository; dependencies, build output, Go's testdata, hidden files and folders, declaration files and
 * symbolic links are left out. A folder that may not be read is left out with a note.
 * @throws AbortError when the signal fires
 */
export async function sourceFiles(
  folder: string,
  languages: readonly Language[],
  options: { recursive?: boolean; signal?: AbortSignal } = {},
): Promise<SourceFiles> {
  const files: string[] = [];
  const notes: Note[] = [];
  const limit = pLimit(parallel);
  const rulesIn = async (place: string, isThere: boolean, above?: IgnoreRules): Promise<IgnoreRules> => {
    const file = join(place, '.gitignore');
    const rules = IgnoreRules.of(isThere ? await patternsIn(file, notes) : undefined, above);
    if (rules.cut) notes.push({ file, message: tooMany });
    return rules;
  };
  const walk = async (at: Place): Promise<Place[]> => {
    options.signal?.throwIfAborted();
    const entries = await entriesOf(at.folder, (reason) =>
      notes.push({ file: at.folder, message: `The folder was not looked into: ${reason}.` }),
    );
    // Git does not follow a link of this name, either.
    const isThere = entries.some(
      ({ name, link, kind }) => name === '.gitignore' && !link && kind !== 'folder',
    );
    const rules = await rulesIn(at.folder, isThere, at.above);
    const below: Place[] = [];
    for (const { name, kind, link } of entries) {
      const isFolder = kind === 'folder';
      if (link || (!isFolder && kind !== 'file')) continue;
      const wanted = at.languages.filter((language) =>
        isFolder ? !skipped[language].test(name) : isSource(name, language),
      );
      if (wanted.length === 0 || (isFolder && options.recursive === false)) continue;
      const path = [...at.path, nameOf(name)];
      if (rules.ignores(path, isFolder)) continue;
      const absolute = join(at.folder, name);
      if (isFolder) below.push({ folder: absolute, path, languages: wanted, above: rules });
      else files.push(absolute);
    }
    return below;
  };
  const { above, path } = await rulesAbove(folder, rulesIn);
  for (let places: readonly Place[] = [{ folder, path, languages, above }]; places.length > 0;) {
    const found = await Promise.all(places.map((place) => limit(walk, place)));
    places = found.flat();
  }
  options.signal?.throwIfAborted();
  return { files: files.sort(compareText), notes };
}

/** A folder to look into. */
interface Place {
  /** Absolute. */
  readonly folder: string;
  /** Its names from below the uppermost folder whose .gitignore applies. */
  readonly path: readonly Name[];
  /** Those that are not left out on the way. */
  readonly languages: readonly Language[];
  readonly above: IgnoreRules | undefined;
}

/** What the folders above say, up to the one with the repository; nothing outside of one. */
async function rulesAbove(
  folder: string,
  rulesIn: (folder: string, isThere: boolean, above?: IgnoreRules) => Promise<IgnoreRules>,
): Promise<{ above: IgnoreRules | undefined; path: readonly Name[] }> {
  const folders: string[] = [];
  for (let at = folder; !exists(join(at, '.git')); at = dirname(at)) {
    if (dirname(at) === at) return { above: undefined, path: [] };
    folders.unshift(at);
  }
  let above: IgnoreRules | undefined;
  for (const inner of folders) {
    const outer = dirname(inner);
    above = await rulesIn(outer, exists(join(outer, '.gitignore')), above);
  }
  return { above, path: folders.map((inner) => nameOf(relative(dirname(inner), inner))) };
}

async function patternsIn(file: string, notes: Note[]): Promise<string | undefined> {
  try {
    return (await readText(file)).text;
  } catch (error) {
    if (!(error instanceof UnreadError)) throw error;
    notes.push({ file, message: error.message });
    return undefined;
  }
}

const tooMany = `Only the first ${maximumPatterns} patterns that apply to this folder are heeded.`;

function isSource(name: string, language: Language): boolean {
  if (name.startsWith('.') || /\.d\.[mc]?ts$/.test(name)) return false;
  return extensionsOf(language).some((extension) => name.endsWith(`.${extension}`));
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
