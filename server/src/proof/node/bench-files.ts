import path from 'node:path';
import { exists, isPackage, kindAt, nearestPackage, readText } from '../../host/files';
import { foldersAround, realPath } from '../../host/paths';
import { sourceFiles } from '../../service/walk';

/** `parse.bench.ts`, `parse.benchmark.mjs`, `parse-bench.js`, and what lies in a folder of benchmarks. */
const namedSo =
  /(?:[._-]|^)(?:bench|benchmark|benchmarks)\.[cm]?[jt]sx?$|(?:^|[\\/])(?:bench|benches|benchmark|benchmarks|__bench__)[\\/]/i;

/**
 * The folder that a program of the file runs in: the nearest with a package.json at or above it, else its own.
 * @param file absolute
 */
export function packageFolder(file: string): string {
  return nearestPackage(path.dirname(file)) ?? path.dirname(file);
}

/** The folder whose benchmarks may import the file: the outermost with a package.json, within the repository. */
export function projectFolder(file: string): string {
  const above = foldersAround(path.dirname(file));
  const repository = above.findIndex((folder) => exists(path.join(folder, '.git')));
  const within = repository < 0 ? above : above.slice(0, repository + 1);
  return within.findLast(isPackage) ?? path.dirname(file);
}

/**
 * Benchmark files of a project from which relative imports lead to one of the files: by their names, and by texts that look like
 * relative paths. Whether the modules are loaded, a run tells.
 * @param folder absolute; the project's
 * @param targets real paths
 * @returns absolute paths
 * @throws AbortError
 */
export async function benchFilesReaching(
  folder: string,
  targets: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string[]> {
  const { files } = await sourceFiles(folder, ['typescript'], { signal });
  const imports = new Map<string, Promise<readonly string[]>>();
  const importsOf = (file: string): Promise<readonly string[]> => {
    let known = imports.get(file);
    if (!known) imports.set(file, (known = importedBy(file)));
    return known;
  };
  const reaching: string[] = [];
  for (const file of files.filter((one) => namedSo.test(path.relative(folder, one)))) {
    signal.throwIfAborted();
    const seen = new Set([file]);
    for (const at of seen) for (const one of await importsOf(at)) seen.add(one);
    if ([...seen].some((one) => targets.has(realPath(one) ?? one))) reaching.push(file);
  }
  return reaching;
}

async function importedBy(file: string): Promise<string[]> {
  const text = await readText(file).then(
    (found) => found.text,
    () => '',
  );
  const written = new Set([...text.matchAll(/(['"`])(\.{1,2}(?:\/[^'"`\s]*)?)\1/g)].map(([, , one]) => one!));
  const found: string[] = [];
  for (const one of written) {
    const resolved = await moduleAt(path.resolve(path.dirname(file), one));
    if (resolved !== undefined) found.push(resolved);
  }
  return found;
}

const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** The file that a relative import means: as it is written, with the ending that its source has, or with one. */
async function moduleAt(target: string): Promise<string | undefined> {
  const source = target.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  const candidates = [
    target,
    source,
    source.replace(/\.ts$/, '.tsx'),
    ...endings.map((ending) => `${target}${ending}`),
    ...endings.map((ending) => path.join(target, `index${ending}`)),
  ];
  for (const candidate of new Set(candidates)) if ((await kindAt(candidate)) === 'file') return candidate;
  return undefined;
}
