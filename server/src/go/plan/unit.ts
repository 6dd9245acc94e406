import path from 'node:path';
import type { Note } from '../../../../rules/model';
import { readText } from '../../host/files';
import { inside } from '../../host/paths';
import type { GoFolder } from './folder';
import type { GoModule } from './module';
import { placeOf, cacheRoot, packagePattern, vendoredImport } from './module';
import type { GoToolchain } from './toolchain';

/** `example.com/Dep` for the folder `example.com/!dep@v1.0.0`: capitals are escaped in the cache. */
function modulePathOf(root: string, modcache: string): string {
  const relative = path.relative(modcache, root).split(path.sep).join('/');
  return relative.replace(/@[^]*/, '').replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What one compile is asked for, so that a file's package is in it. */
export interface CompileUnit {
  /** Where to run: the same folder each time, because the build cache replays paths relative to the first one. */
  readonly folder: string;
  /** Package patterns, or files (`./a.go`) where there is no module. */
  readonly patterns: readonly string[];
  /** Absolute paths of these files; undefined for packages. */
  readonly program: readonly string[] | undefined;
  /** False for files of the module cache, which Go refuses to replace: what is on disk is analysed. */
  readonly overlay: boolean;
  /** False for code that is not the user's: tests of dependencies need modules that are not there. */
  readonly tests: boolean;
  /** The module cache is read-only: its modules are compiled through a copy of their go.mod. */
  readonly modfile: { readonly modulePath: string; readonly text: string; readonly sum: string } | undefined;
  /** See GoFolder. Texts that a compile is given beside it win. */
  readonly replaced: ReadonlyMap<string, string | null>;
  readonly notes: readonly Note[];
}

/**
 * The compile that covers `file`. Reads the file system only; nothing is started.
 *
 * @param sources the file's folder
 */
export async function compileUnit(
  file: string,
  module: GoModule,
  toolchain: GoToolchain,
  sources: GoFolder,
): Promise<CompileUnit> {
  const folder = path.dirname(file);
  const place = placeOf(file, toolchain);
  const { replaced } = sources;
  const unit = {
    folder: module.folder,
    program: undefined,
    overlay: true,
    tests: true,
    modfile: undefined,
    replaced,
    notes: [],
  };
  const cached = { overlay: false, tests: false };
  const alone = () => {
    const names = sources.programOf(file);
    const program = names.map((name) => path.join(folder, name));
    return { folder, program, patterns: names.map((name) => `./${name}`) };
  };

  if (place === 'module cache') {
    const root = cacheRoot(file, toolchain.modcache) ?? module.folder;
    if (module.moduleFile === undefined || !inside(module.moduleFile, root)) {
      const message =
        'This file is in the module cache, in a module without a go.mod: its package is compiled on its own from what is on disk, and may import only the standard library.';
      return { ...unit, ...cached, ...alone(), notes: [{ file, message }] };
    }
    const read = (name: string): Promise<string> =>
      readText(path.join(root, name)).then(
        ({ text }) => text,
        () => '',
      );
    const modulePath = modulePathOf(root, toolchain.modcache);
    const text = await read('go.mod');
    return {
      ...unit,
      ...cached,
      folder: root,
      patterns: [packagePattern(root, folder)],
      modfile: { modulePath, text, sum: await read('go.sum') },
      notes: [
        {
          file,
          message:
            'This file is in the module cache: what is on disk is analysed, with the dependencies that its own go.mod names, and nothing is changed.',
        },
      ],
    };
  }

  if (place === 'standard library') {
    const overlay = !inside(file, toolchain.modcache);
    const vendored = vendoredImport(module.folder, folder);
    return {
      ...unit,
      overlay,
      tests: false,
      patterns: [vendored === undefined ? packagePattern(module.folder, folder) : `vendor/${vendored}`],
    };
  }

  if (module.moduleFile !== undefined) {
    const vendored = vendoredImport(module.folder, folder);
    if (vendored !== undefined) return { ...unit, tests: false, patterns: [vendored] };
    return { ...unit, patterns: [packagePattern(module.folder, folder)] };
  }

  if (toolchain.gopathMode) {
    return { ...unit, folder, patterns: ['.'] };
  }
  const scratch = alone();
  const others = scratch.program.length - 1;
  const message =
    others > 0
      ? `There is no go.mod above this file: it is compiled with ${others === 1 ? 'another file' : `${others} other files`} of its package in this folder, and may import only the standard library. “go mod init” makes a module.`
      : 'There is no go.mod above this file: it is compiled alone, and may import only the standard library. “go mod init” makes a module.';
  return { ...unit, ...scratch, notes: [{ file, message }] };
}
