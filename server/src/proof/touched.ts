import path from 'node:path';
import type { ListedPackage } from '../go/plan/packages';
import { stampsOf } from '../host/files';

/**
 * Remembers the folders in which benchmarks are going to run.
 * @param isWatched which folders are looked into, by their name
 * @returns asks later: a sentence for each package whose folder is another by then
 */
export async function watchFolders(
  tested: readonly Pick<ListedPackage, 'folder' | 'importPath'>[],
  isWatched?: (name: string) => boolean,
): Promise<() => Promise<string[]>> {
  const stamps = new Map<string, ReadonlyMap<string, string>>();
  for (const { folder } of tested) stamps.set(folder, await stampsOf(folder, isWatched));
  return async () => {
    const notes: string[] = [];
    for (const { folder, importPath } of tested) {
      const after = await stampsOf(folder, isWatched);
      const before = stamps.get(folder)!;
      const touched = [...new Set([...before.keys(), ...after.keys()])].filter(
        (file) => before.get(file) !== after.get(file),
      );
      if (touched.length > 0)
        notes.push(
          `The benchmarks of ${importPath} themselves changed ${touched.length === 1 ? 'a file' : `${touched.length} files`} in their folder while they ran, such as ${path.relative(folder, touched[0]!)}.`,
        );
    }
    return notes;
  };
}
