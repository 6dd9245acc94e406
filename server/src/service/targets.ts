import { resolve } from 'node:path';
import type { Note } from '../../../rules/model';
import { kindAt, refusal } from '../host/files';
import { languageIdOf } from './languages';
import { compareText } from './ranking';
import { shownPath, sourceFiles, type SourceFiles } from './walk';

/** A path that is not what was asked for. The message is a sentence for the user. */
export class TargetError extends Error {
  override readonly name: string = 'TargetError';
}

/** A folder without source files. */
export class NothingThereError extends TargetError {
  override readonly name = 'NothingThereError';
}

/**
 * The files that somebody names, on the command line or as an agent: a file is taken as it is, a folder with all that is below it, and Go's
 * `./...` is the Go files below its folder.
 * @returns at least one file, each once
 * @throws TargetError when a path does not exist or is no source file, NothingThereError when a folder has none; AbortError when the signal
 * fires
 */
export async function filesOf(
  paths: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<SourceFiles> {
  const files = new Set<string>();
  const notes: Note[] = [];
  for (const path of paths.length > 0 ? paths : ['.']) {
    const found = await expand(path, cwd, signal);
    for (const file of found.files) files.add(file);
    notes.push(...found.notes);
  }
  return { files: [...files].sort(compareText), notes };
}

/** Absolute paths of the files and folders that are named; they need not exist. */
export function targetsOf(paths: readonly string[], cwd: string): string[] {
  return (paths.length > 0 ? paths : ['.']).map((path) => targetOf(path, cwd).target);
}

/** Go's `./...` is the folder before it. */
function targetOf(path: string, cwd: string): { target: string; isPattern: boolean } {
  const isPattern = path.endsWith('...');
  const folder = isPattern ? path.slice(0, -3).replace(/[\\/]$/, '') : path;
  return { target: resolve(cwd, folder === '' ? (path.startsWith('/') ? '/' : '.') : folder), isPattern };
}

async function expand(path: string, cwd: string, signal: AbortSignal): Promise<SourceFiles> {
  const { target, isPattern } = targetOf(path, cwd);
  const shown = shownPath(cwd, target);
  const kind = await kindAt(target);
  if (kind === 'nothing') {
    const reason = await refusal(target);
    throw new TargetError(
      `${shown} ${reason === undefined ? 'does not exist' : `cannot be read: ${reason}`}.`,
    );
  }
  if (kind === 'folder') {
    const found = await sourceFiles(target, isPattern ? ['go'] : ['go', 'typescript'], { signal });
    if (found.files.length > 0) return found;
    throw new NothingThereError(
      `${shown} has no ${isPattern ? 'Go' : 'Go, TypeScript or JavaScript'} files to analyse (what .gitignore names and dependencies are left out).`,
    );
  }
  if (isPattern) throw new TargetError(`${path} needs a folder before "...", and ${shown} is a file.`);
  if (languageIdOf(target) === undefined)
    throw new TargetError(`${shown} is not a Go, TypeScript or JavaScript file.`);
  return { files: [target], notes: [] };
}
