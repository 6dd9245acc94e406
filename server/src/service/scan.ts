import { dirname } from 'node:path';
import pLimit from 'p-limit';
import type { Finding, Note } from '../../../rules/model';
import type { ResultStore } from '../host/result-store';
import type { Analyser } from './analyser';
import type { CodeMap, FileAnalysis, SourceDocument } from './engine';
import { languageIdOf, languageOf } from './languages';
import { compareFindings, compareText } from './ranking';
import type { Settings } from './settings';
import { readSource } from './source';

export interface ScanOptions {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** Texts that stand for what is on disk. */
  readonly buffers?: ReadonlyMap<string, SourceDocument>;
  readonly progress?: (done: number, total: number, path: string) => void;
  /** See FolderRequest. */
  readonly store?: ResultStore | undefined;
}

export interface ScanResult {
  /** In published order. */
  readonly findings: readonly Finding[];
  /** What `show: all` would add, in published order, where somebody has looked; see FileAnalysis.hidden. */
  readonly hidden: readonly Finding[];
  /** Sorted by file, each once. */
  readonly notes: readonly Note[];
  /** Of the files with findings. */
  readonly analyses: ReadonlyMap<string, FileAnalysis>;
  /** Of the files whose analysis made one; see FileAnalysis.code. */
  readonly maps: ReadonlyMap<string, CodeMap>;
  /** Files that were analysed or have a note that says why not. */
  readonly files: number;
  /** Absolute paths of those that do not compile or parse: only part of what could be said of them is there. */
  readonly incomplete: readonly string[];
}

/** Two at a time: a compile keeps the other processors busy itself, and memory stays bounded. */
const parallel = 2;

/**
 * Analyses the files and nothing else. Where one compile answers for several files (a Go package), it runs once.
 * @throws AbortError when the signal fires
 */
export async function scan(
  analyser: Analyser,
  files: readonly string[],
  { settings, signal, buffers = new Map(), progress, store }: ScanOptions,
): Promise<ScanResult> {
  const wanted = new Set(files);
  const done = new Set<string>();
  const analyses = new Map<string, FileAnalysis>();
  const maps = new Map<string, CodeMap>();
  const hidden: Finding[] = [];
  const notes: Note[] = [];
  const incomplete: string[] = [];

  const accept = (analysis: FileAnalysis): void => {
    if (!wanted.has(analysis.path) || done.has(analysis.path)) return;
    done.add(analysis.path);
    if (analysis.incomplete !== undefined) incomplete.push(analysis.path);
    if (analysis.code) maps.set(analysis.path, analysis.code);
    if (analysis.findings.length > 0) analyses.set(analysis.path, analysis);
    hidden.push(...(analysis.hidden ?? []));
    notes.push(...analysis.notes);
  };
  const analyse = async (path: string): Promise<void> => {
    if (done.has(path)) return;
    progress?.(done.size, wanted.size, path);
    let document = buffers.get(path);
    try {
      document ??= await readSource(path);
    } catch (error) {
      done.add(path);
      notes.push({ file: path, message: (error as Error).message });
      return;
    }
    // The last word about each file counts: the first one comes before its fixes are checked.
    const last = new Map<string, FileAnalysis>();
    const request = { document, buffers, settings };
    await analyser.analyse(request, (some) => some.forEach((one) => last.set(one.path, one)), signal);
    for (const analysis of last.values()) accept(analysis);
  };

  const folders = [
    ...new Set(files.filter((path) => languageOf(languageIdOf(path)) === 'go').map((path) => dirname(path))),
  ];
  progress?.(0, wanted.size, folders[0] ?? '');
  const acceptAll = (analyses: readonly FileAnalysis[]): void => {
    for (const analysis of analyses) accept(analysis);
    progress?.(done.size, wanted.size, analyses[0]?.path ?? '');
  };
  await analyser.analyseFolders(
    { directories: folders, files: wanted, buffers, settings, store },
    acceptAll,
    signal,
  );
  const scripts = files.filter((path) => languageOf(languageIdOf(path)) === 'typescript');
  await analyser.analyseFiles({ files: scripts, buffers, settings, store }, acceptAll, signal);

  const limit = pLimit(parallel);
  await Promise.all(
    unitsOf(files).map((unit) =>
      limit(async () => {
        for (const path of unit) {
          signal.throwIfAborted();
          await analyse(path);
        }
      }),
    ),
  );
  await store?.tidy();
  progress?.(wanted.size, wanted.size, '');
  // Which analysis ends first is chance; what is made of them must not be.
  const sorted = [...analyses].sort(([a], [b]) => compareText(a, b));
  const findings = sorted.flatMap(([, analysis]) => analysis.findings).sort(compareFindings);
  return {
    findings,
    hidden: hidden.sort(compareFindings),
    notes: distinctNotes(notes),
    analyses: new Map(sorted),
    maps,
    files: done.size,
    incomplete,
  };
}

/** Files that one analysis may answer for together; see AnalysisService. */
function unitsOf(files: readonly string[]): string[][] {
  const units = new Map<string, string[]>();
  for (const path of files) {
    const unit = languageOf(languageIdOf(path)) === 'go' ? dirname(path) : path;
    const members = units.get(unit);
    if (members) members.push(path);
    else units.set(unit, [path]);
  }
  return [...units.values()];
}

/** Sorted by file, each once. */
export function distinctNotes(notes: readonly Note[]): Note[] {
  const seen = new Map(notes.map((note) => [`${note.file ?? ''}\0${note.message}`, note]));
  return [...seen.values()].sort(
    (a, b) => compareText(a.file ?? '', b.file ?? '') || compareText(a.message, b.message),
  );
}
