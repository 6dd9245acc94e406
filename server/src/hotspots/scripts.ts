import { exists } from '../host/files';
import { realPath } from '../host/paths';
import { scriptPath } from './source-maps';

/**
 * Finds the files of the scripts that a V8 profile names: by their path, or by its URL. What is not on this machine was recorded on another
 * one: there the file is meant that shares the most of the path's end, at least its name and a folder; none where two share as much.
 * @param scripts absolute paths
 * @param files absolute paths of the code at hand
 */
export function scriptLocator(
  scripts: Iterable<string>,
  files: readonly string[],
): (frame: { readonly file: string }) => string | undefined {
  const byPath = new Map<string, string | undefined>(
    files.flatMap((file) => [[file, file] as const, [realPath(file) ?? file, file] as const]),
  );
  for (const script of scripts)
    if (!byPath.has(script) && isOfAnotherMachine(script)) byPath.set(script, bySharedEnd(script, files));
  return ({ file }) => byPath.get(scriptPath(file));
}

const isOfAnotherMachine = (script: string): boolean =>
  /^(?:\/|[A-Za-z]:[\\/])/.test(script) && !script.includes('node_modules') && !exists(script);

function bySharedEnd(script: string, files: readonly string[]): string | undefined {
  const wanted = script.split(/[\\/]/).reverse();
  let best: { file: string | undefined; shared: number } = { file: undefined, shared: 1 };
  for (const file of files) {
    const parts = file.split(/[\\/]/).reverse();
    let shared = 0;
    while (shared < wanted.length && wanted[shared] !== '' && wanted[shared] === parts[shared]) shared++;
    if (shared > best.shared) best = { file, shared };
    else if (shared === best.shared && shared > 1) best = { ...best, file: undefined };
  }
  return best.file;
}
