import { basename, dirname } from 'node:path';
import { importPathsOf } from '../hotspots/packages';
import { textOnDisk } from '../service/source';

/** Whether a change is in what no function's text shows: dependencies, the language's version, assembly. */
export function isOutsideOfFunctions(changed: readonly string[]): boolean {
  return changed.some((file) => ofModules.test(basename(file)) || /\.(?:s|c|cc|cpp|h|syso)$/.test(file));
}

/** What decides how all packages of a module are compiled. */
const ofModules = /^(?:go\.mod|go\.sum|go\.work|go\.work\.sum|modules\.txt)$/;
/** What the go command compiles into a package. */
const ofPackages = /\.(?:go|s|c|cc|cpp|h|syso)$/;

/**
 * The files whose allocations a change can touch. TypeScript: those that changed. Go: all of the packages that changed and of those that import
 * them, through others, too: what a parameter is used for and what is inlined decide about the values of callers.
 * @param changed absolute paths, removed files among them
 * @param files absolute paths of all source files that are of interest, as they lie on the disk
 */
export async function affectedFiles(changed: readonly string[], files: readonly string[]): Promise<string[]> {
  const names = new Set(changed);
  const go = files.filter((file) => file.endsWith('.go'));
  const other = files.filter((file) => !file.endsWith('.go') && names.has(file));
  if (changed.some((file) => ofModules.test(basename(file)))) return [...go, ...other];
  const folders = new Set(changed.filter((file) => ofPackages.test(file)).map((file) => dirname(file)));
  const reached = await withImporters(folders, go);
  return [...go.filter((file) => reached.has(dirname(file))), ...other];
}

async function withImporters(folders: ReadonlySet<string>, files: readonly string[]): Promise<Set<string>> {
  const importPaths = await importPathsOf(files);
  const byImportPath = new Map([...importPaths].map(([folder, importPath]) => [importPath, folder]));
  const importers = new Map<string, Set<string>>();
  // Tests are not compared, but a package of another clause lies in their folder.
  for (const file of files.filter((one) => !one.endsWith('_test.go'))) {
    for (const imported of importsIn(textOnDisk(file))) {
      const folder = byImportPath.get(imported);
      if (folder === undefined) continue;
      importers.set(folder, (importers.get(folder) ?? new Set()).add(dirname(file)));
    }
  }
  const reached = new Set(folders);
  // A set that grows while it is walked comes to all of them.
  for (const folder of reached) for (const importer of importers.get(folder) ?? []) reached.add(importer);
  return reached;
}

/** Paths in the import declarations of a Go file; what looks like one in a text or comment is one package more to compile. */
function importsIn(text: string): string[] {
  return [...text.matchAll(/^import\b(?:\s*\(([^)]*)\)|([^\n]*))/gm)].flatMap(([, block, line]) =>
    [...(block ?? line ?? '').matchAll(/["`]([^"`\n]+)["`]/g)].map(([, path]) => path!),
  );
}
