import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import writeFileAtomic from 'write-file-atomic';
import type { Finding, Note } from '../../../rules/model';
import type { Analyser } from '../service/analyser';
import type { FileAnalysis, SourceDocument } from '../service/engine';
import { chosenFixes, isGenerated, withLineEnds } from '../service/fixes';
import { compareText } from '../service/ranking';
import { displayPath } from '../service/walk';
import { applyEdits } from '../text/edits';
import { readSource, type DiskFile } from './read';
import { scan, type ScanOptions } from './scan';

/** A fix may uncover the next one; a file that takes more rounds than this has two rules that undo each other. */
const maximumRounds = 10;

export interface FixOptions extends ScanOptions {
  /** Also fixes whose condition nobody has checked. */
  readonly suggestions: boolean;
}

export interface FixResult {
  /** What changed, sorted by path. */
  readonly changed: readonly ChangedFile[];
  /** What is still reported after the fixes. */
  readonly remaining: readonly Finding[];
  readonly notes: readonly Note[];
  readonly files: number;
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
  const work = new Map<string, Work>();
  const notes: Note[] = [];
  const buffers = new Map<string, SourceDocument>();
  let result = await scan(analyser, files, options);
  notes.push(...result.notes.filter(({ kind }) => kind !== 'withheld fix'));
  const { files: analysed } = result;
  const remaining = new Map<string, readonly Finding[]>();
  const remember = (analyses: ReadonlyMap<string, FileAnalysis>, paths: Iterable<string>): void => {
    for (const path of paths) remaining.set(path, analyses.get(path)?.findings ?? []);
  };
  remember(result.analyses, result.analyses.keys());

  /** Folders in which fixes did not go together: one file at a time there, and only those of its fixes that do. */
  const careful = new Set<string>();
  for (let round = 1; ; round++) {
    const touched = new Map<string, { before: Work | undefined; titles: string[] }>();
    /** Files whose fixes have to wait for the next round. */
    const waiting: string[] = [];
    for (const analysis of result.analyses.values()) {
      const known = work.get(analysis.path);
      if (isGenerated(analysis.text) || known?.given || (known?.rounds ?? 0) >= maximumRounds) continue;
      const folder = dirname(analysis.path);
      const fixes = chosenFixes(analysis.findings, options);
      if (fixes.length === 0) continue;
      if (careful.has(folder) && [...touched.keys()].some((path) => dirname(path) === folder)) {
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
      for (const path of paths) {
        const { disk, text } = texts.get(path)!;
        const own = edits.filter(({ file }) => file === path);
        const after = applyEdits(text, withLineEnds(text, own));
        const titles = applied.filter((fix) => fix.edits[0]?.file === path).map(({ title }) => title);
        const before = work.get(path);
        touched.set(path, { before, titles });
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

    const paths = [...new Set([...touched.keys(), ...waiting])].sort(compareText);
    result = await scan(analyser, paths, { ...options, buffers });
    const isNew = ({ kind, file, message }: Note): boolean =>
      kind !== 'withheld fix' && !notes.some((note) => note.file === file && note.message === message);
    const broken = result.notes.filter(isNew);
    remember(result.analyses, paths);
    if (broken.length === 0) continue;

    // Whatever the reason: what stood before the round is what is kept.
    const everywhere = broken.some(({ file }) => file === undefined);
    const folders = new Set(broken.map(({ file }) => dirname(file ?? '')));
    for (const [path, { before, titles }] of touched) {
      const folder = dirname(path);
      if (!everywhere && !folders.has(folder)) continue;
      const alone =
        careful.has(folder) && [...touched.keys()].filter((other) => dirname(other) === folder).length === 1;
      const { disk } = work.get(path)!;
      const text = before?.text ?? disk.text;
      work.set(path, {
        disk,
        text,
        applied: before?.applied ?? [],
        rounds: before?.rounds ?? 0,
        given: alone,
      });
      if (before) buffers.set(path, { path, languageId: disk.languageId, version: round, text });
      else buffers.delete(path);
      if (alone) {
        notes.push({
          file: path,
          message: `Fixes were taken back (${titles.join('; ')}) because the file could not be analysed with them: ${broken[0]!.message}`,
        });
      } else careful.add(folder);
    }
    result = await scan(analyser, paths, { ...options, buffers });
    remember(result.analyses, paths);
  }

  const changed = [...work]
    .filter(([, { disk, text }]) => text !== disk.text)
    .map(([path, { disk, text, applied }]): ChangedFile => ({ path, before: disk, after: text, applied }))
    .sort((a, b) => compareText(a.path, b.path));
  const left = [...remaining].sort(([a], [b]) => compareText(a, b)).flatMap(([, findings]) => findings);
  return { changed, remaining: left, notes, files: analysed };
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

/**
 * Writes a changed file as a whole or not at all; mode, byte order mark and line ends stay.
 * @throws Error with a sentence when the file changed on disk since it was read, or cannot be written
 */
export async function write({ path, before, after }: ChangedFile, cwd: string): Promise<void> {
  const mark = before.mark ? '\uFEFF' : '';
  const shown = displayPath(cwd, path);
  const now = await readFile(path, 'utf8').catch(() => undefined);
  if (now !== mark + before.text) {
    throw new Error(
      `${shown} was not changed because it has changed on disk meanwhile; run the command again.`,
    );
  }
  try {
    await writeFileAtomic(path, mark + after);
  } catch (error) {
    throw new Error(`${shown} could not be written: ${(error as Error).message}.`, { cause: error });
  }
}

/** What `--dry-run` prints: a unified diff that `git apply` and `patch -p1` take. */
export function patchOf({ path, before, after }: ChangedFile, cwd: string): string {
  const shown = displayPath(cwd, path);
  const mark = before.mark ? '\uFEFF' : '';
  return createTwoFilesPatch(
    `a/${shown}`,
    `b/${shown}`,
    mark + before.text,
    mark + after,
    undefined,
    undefined,
    {
      context: 3,
    },
  ).replace(/^=+\n/, '');
}
