import { dirname } from 'node:path';
import type { Fix, Note } from '../../../rules/model';
import type { Analyser } from '../service/analyser';
import type { FileAnalysis, SourceDocument } from '../service/engine';
import { chosenFixes, isGenerated, withEdits } from '../service/fixes';
import { compareText } from '../service/ranking';
import { shownPath } from '../service/walk';
import type { Permission } from '../service/permission';
import { readSource, type DiskFile } from '../service/source';
import { scan, type ScanOptions } from '../service/scan';

/** A fix may uncover the next one; a file that takes more rounds than this has two rules that undo each other. */
const maximumRounds = 10;

export interface FixOptions extends ScanOptions {
  /** Also fixes whose condition nobody has checked. */
  readonly suggestions: boolean;
  readonly permission: Permission;
  readonly cwd: string;
  /** Which of the fixes are wanted; all when absent. */
  readonly accepts?: (fix: Fix) => boolean;
}

export interface FixResult {
  /** What changed, sorted by path: files that a fix changes together are to be written together or not at all. */
  readonly changed: readonly (readonly ChangedFile[])[];
  /** By path: what is reported of the file as it is, and what with the fixes. */
  readonly findings: ReadonlyMap<string, { readonly before: number; readonly after: number }>;
  readonly notes: readonly Note[];
}

export interface ChangedFile {
  readonly path: string;
  readonly before: DiskFile;
  /** Without the byte order mark. */
  readonly after: string;
  /** Titles of the fixes, in the order in which they were applied. */
  readonly applied: readonly string[];
}

/**
 * Works out what the fixes make of the files, without writing: applies them to the texts in memory, analyses the result,
 * and goes on until nothing changes. Fixes after which a file can no longer be analysed are taken back: first those of
 * all files of the folder, then, one file at a time, those of the file that it was.
 * @throws AbortError when the signal fires
 */
export async function fixFiles(
  analyser: Analyser,
  files: readonly string[],
  options: FixOptions,
): Promise<FixResult> {
  const { permission, cwd, accepts = () => true } = options;
  const work = new Map<string, Work>();
  const buffers = new Map<string, SourceDocument>();
  let result = await scan(analyser, files, options);
  const notes = result.notes.filter(({ kind }) => kind !== 'withheld fix');
  const findings = new Map<string, { before: number; after: number }>();
  for (const [path, analysis] of result.analyses) {
    const number = analysis.findings.length;
    findings.set(path, { before: number, after: number });
  }
  const remember = (paths: Iterable<string>): void => {
    for (const path of paths) {
      const after = result.analyses.get(path)?.findings.length ?? 0;
      findings.set(path, { before: findings.get(path)?.before ?? 0, after });
    }
  };
  /** Files that some fix changes together. */
  const together = new Groups();
  const refuse = (note: Note): void => {
    if (!notes.some(({ file, message }) => file === note.file && message === note.message)) notes.push(note);
  };
  /** Says why, when a fix must not be applied because of a file that it changes. */
  const isPermitted = (fix: Fix, path: string): boolean => {
    for (const file of new Set(fix.edits.map((edit) => edit.file))) {
      const reason = permission.refusal(file);
      if (reason === undefined) continue;
      const message =
        file === path
          ? `No fix was applied because ${reason}.`
          : `“${fix.title}” was not applied because it also changes ${shownPath(cwd, file)}: ${reason}.`;
      refuse({ file: path, message });
      return false;
    }
    return true;
  };

  /** The language's formatter puts right what the fixes of a round have moved. */
  const layOut = async (changes: readonly Change[]): Promise<void> => {
    const byLanguage = new Map<string, { path: string; before: string; after: string }[]>();
    for (const [path, { work: former }] of changes.flatMap(({ before }) => [...before])) {
      const { disk, text } = work.get(path)!;
      const texts = byLanguage.get(disk.languageId) ?? [];
      byLanguage.set(disk.languageId, [...texts, { path, before: former?.text ?? disk.text, after: text }]);
    }
    for (const [languageId, texts] of byLanguage) {
      const laidOut = await analyser.layOut(texts, languageId, options.settings, options.signal);
      texts.forEach(({ path }, i) => {
        const text = laidOut[i]!;
        work.set(path, { ...work.get(path)!, text });
        buffers.set(path, { ...buffers.get(path)!, text });
      });
    }
  };

  /** Folders in which fixes did not go together: one file at a time there, and only those of its fixes that do. */
  const careful = new Set<string>();
  for (let round = 1; ; round++) {
    const changes: Change[] = [];
    const touched = new Set<string>();
    /** Files whose fixes have to wait for the next round. */
    const waiting: string[] = [];
    for (const analysis of result.analyses.values()) {
      const known = work.get(analysis.path);
      if (isGenerated(analysis.text) || known?.given || (known?.rounds ?? 0) >= maximumRounds) continue;
      const folder = dirname(analysis.path);
      const fixes = chosenFixes(analysis.findings, options).filter(
        (fix) => accepts(fix) && isPermitted(fix, analysis.path),
      );
      if (fixes.length === 0) continue;
      if (careful.has(folder) && changes.some((change) => change.folders.has(folder))) {
        waiting.push(analysis.path);
        continue;
      }
      const request = { document: documentOf(analysis, round), buffers, settings: options.settings };
      // Mostly all go together: the analysis that follows says so, and a compile for each file is spared.
      const later = !careful.has(folder);
      const { edits, applied } = await analyser.combine(analysis, fixes, request, options.signal, later);
      const paths = [...new Set(edits.map(({ file }) => file))];
      // A fix that reaches into another file waits when that file has changed since it was analysed.
      if (paths.some((path) => touched.has(path))) {
        waiting.push(analysis.path);
        continue;
      }
      const texts = await textsOf(paths, analysis, result.analyses, work);
      if (!texts) continue;
      const change: Change = { folders: new Set(paths.map((path) => dirname(path))), before: new Map() };
      changes.push(change);
      together.join(paths);
      for (const path of paths) {
        const { disk, text } = texts.get(path)!;
        const own = edits.filter(({ file }) => file === path);
        const after = withEdits(text, own);
        const titles = applied.filter((fix) => fix.edits[0]?.file === path).map(({ title }) => title);
        const before = work.get(path);
        touched.add(path);
        change.before.set(path, { work: before, titles });
        work.set(path, {
          disk,
          text: after,
          applied: [...(before?.applied ?? []), ...titles],
          rounds: (before?.rounds ?? 0) + 1,
          given: false,
        });
        buffers.set(path, { path, languageId: disk.languageId, version: round, text: after });
      }
    }
    if (touched.size === 0) break;
    await layOut(changes);

    const paths = [...new Set([...touched, ...waiting])].sort(compareText);
    result = await scan(analyser, paths, { ...options, buffers });
    const said = new Set(notes.map(saidBy));
    const isNew = (note: Note): boolean => note.kind !== 'withheld fix' && !said.has(saidBy(note));
    const broken = result.notes.filter(isNew);
    remember(paths);
    if (broken.length === 0) continue;

    // Whatever the reason: what stood before the round is what is kept, of each fix all or nothing.
    const everywhere = broken.some(({ file }) => file === undefined);
    const folders = new Set(broken.map(({ file }) => dirname(file ?? '')));
    for (const { folders: own, before } of changes) {
      if (!everywhere && ![...own].some((folder) => folders.has(folder))) continue;
      const alone = [...own].every(
        (folder) => careful.has(folder) && changes.filter((other) => other.folders.has(folder)).length === 1,
      );
      for (const [path, { work: former, titles }] of before) {
        const { disk } = work.get(path)!;
        const text = former?.text ?? disk.text;
        work.set(path, {
          disk,
          text,
          applied: former?.applied ?? [],
          rounds: former?.rounds ?? 0,
          given: alone,
        });
        if (former) buffers.set(path, { path, languageId: disk.languageId, version: round, text });
        else buffers.delete(path);
        if (alone && titles.length > 0) {
          notes.push({
            file: path,
            message: `Fixes were taken back (${titles.join('; ')}) because the file could not be analysed with them: ${broken[0]!.message}`,
          });
        }
      }
      if (!alone) for (const folder of own) careful.add(folder);
    }
    result = await scan(analyser, paths, { ...options, buffers });
    remember(paths);
  }

  const changed = [...work]
    .filter(([, { disk, text }]) => text !== disk.text)
    .map(([path, { disk, text, applied }]): ChangedFile => ({ path, before: disk, after: text, applied }))
    .sort((a, b) => compareText(a.path, b.path));
  return { changed: together.of(changed, ({ path }) => path), findings, notes };
}

/** What a note says of which file: fixes move lines and change how many there are. */
function saidBy({ file = '', message }: Note): string {
  return `${file}\0${message.replace(/\d+/g, '#')}`;
}

/** What one file's fixes did in a round. */
interface Change {
  /** Of the files that changed. */
  readonly folders: ReadonlySet<string>;
  /** By path, what stood before. */
  readonly before: Map<string, { readonly work: Work | undefined; readonly titles: readonly string[] }>;
}

/** Paths that belong together, directly or through others. */
class Groups {
  readonly #parents = new Map<string, string>();

  join(paths: readonly string[]): void {
    for (const path of paths) this.#parents.set(this.#root(path), this.#root(paths[0]!));
  }

  /** The items by group, both in their order. */
  of<T>(items: readonly T[], pathOf: (item: T) => string): T[][] {
    const groups = new Map<string, T[]>();
    for (const item of items) {
      const root = this.#root(pathOf(item));
      groups.set(root, [...(groups.get(root) ?? []), item]);
    }
    return [...groups.values()];
  }

  #root(path: string): string {
    let root = path;
    for (let parent = this.#parents.get(root); parent !== undefined && parent !== root;)
      [root, parent] = [parent, this.#parents.get(parent)];
    return root;
  }
}

interface Work {
  readonly disk: DiskFile;
  readonly text: string;
  readonly applied: readonly string[];
  /** How often fixes were applied. */
  readonly rounds: number;
  /** No more fixes for this file: the last ones broke it. */
  readonly given: boolean;
}

function documentOf({ path, text }: FileAnalysis, version: number): SourceDocument {
  return { path, languageId: path.endsWith('.go') ? 'go' : 'typescript', version, text };
}

/** The present texts of all files that a fix edits, or `undefined` when one is not the text that the fix counts in. */
async function textsOf(
  paths: readonly string[],
  analysis: FileAnalysis,
  analyses: ReadonlyMap<string, FileAnalysis>,
  work: ReadonlyMap<string, Work>,
): Promise<Map<string, { disk: DiskFile; text: string }> | undefined> {
  const texts = new Map<string, { disk: DiskFile; text: string }>();
  for (const path of paths) {
    const disk = work.get(path)?.disk ?? (await readSource(path).catch(() => undefined));
    const text = work.get(path)?.text ?? disk?.text;
    const counted = (path === analysis.path ? analysis : analyses.get(path))?.text ?? text;
    if (!disk || text === undefined || text !== counted) return undefined;
    texts.set(path, { disk, text });
  }
  return texts;
}
