import { readdir, readFile } from 'fs/promises';
import path from 'path';
import type { Note } from '../../../../rules/model';
import type { GoModule } from './module';
import { placeOf, cacheRoot, inside, packagePattern, vendoredImport } from './module';
import type { GoToolchain } from './toolchain';

function declaresMain(source: string): boolean {
  return /^func\s+main\s*\(\s*\)/m.test(source);
}

/** The package clause behind comments and white space. */
export function packageName(source: string): string | undefined {
  const clause = /^\uFEFF?(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)*package\s+([\p{L}_][\p{L}\p{Nd}_]*)/u.exec(source);
  return clause?.[1];
}

/** Name → text of the Go files in a folder that the go command would look at; buffers win over the disk. */
async function goSources(folder: string, buffers: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const names = new Set(await readdir(folder).catch(() => []));
  for (const buffer of buffers.keys()) if (path.dirname(buffer) === folder) names.add(path.basename(buffer));
  const sources = new Map<string, string>();
  for (const name of [...names].sort()) {
    if (!name.endsWith('.go') || /^[._]/.test(name)) continue;
    const file = path.join(folder, name);
    const text = buffers.get(file) ?? (await readFile(file, 'utf8').catch(() => undefined));
    if (text !== undefined) sources.set(name, text);
  }
  return sources;
}

/** The files of the folder that belong to the file's program, as the go command takes them on its command line. */
async function scratchFiles(file: string, buffers: ReadonlyMap<string, string>): Promise<string[]> {
  const sources = await goSources(path.dirname(file), buffers);
  const own = path.basename(file);
  const text = sources.get(own) ?? buffers.get(file) ?? '';
  const name = packageName(text);
  const chosen = [own];
  if (name !== undefined) {
    const others = [...sources].filter(
      ([other, source]) =>
        other !== own &&
        packageName(source) === name &&
        (own.endsWith('_test.go') || !other.endsWith('_test.go')),
    );
    // A scratch folder is often full of programs, each a file with its own main: they are not one package.
    const programs = others.filter(([, source]) => declaresMain(source)).map(([other]) => other);
    const separate = name === 'main' && (declaresMain(text) || programs.length > 1);
    chosen.push(...others.map(([other]) => other).filter((other) => !separate || !programs.includes(other)));
  }
  return chosen.sort().map((other) => `./${other}`);
}

/** `example.com/Dep` for the folder `example.com/!dep@v1.0.0`: capitals are escaped in the cache. */
function modulePathOf(root: string, modcache: string): string {
  const relative = path.relative(modcache, root).split(path.sep).join('/');
  return relative.replace(/@.*$/, '').replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What one compile is asked for, so that a file's package is in it. */
export interface CompileUnit {
  /** Where to run: the same folder each time, because the build cache replays paths relative to the first one. */
  readonly folder: string;
  /** Package patterns, or files (`./a.go`) where there is no module. */
  readonly patterns: readonly string[];
  /** False for files of the module cache, which Go refuses to replace: what is on disk is analysed. */
  readonly overlay: boolean;
  /** False for code that is not the user's: tests of dependencies need modules that are not there. */
  readonly tests: boolean;
  /** The module cache is read-only: its modules are compiled through a copy of their go.mod. */
  readonly modfile: { readonly modulePath: string; readonly text: string; readonly sum: string } | undefined;
  readonly notes: readonly Note[];
}

/**
 * The compile that covers `file`. Reads the file system only; nothing is started.
 *
 * @param buffers unsaved files by absolute path: a new file counts although it is not on disk.
 */
export async function compileUnit(
  file: string,
  module: GoModule,
  toolchain: GoToolchain,
  buffers: ReadonlyMap<string, string> = new Map(),
): Promise<CompileUnit> {
  const folder = path.dirname(file);
  const place = placeOf(file, toolchain);
  const unit = { folder: module.folder, overlay: true, tests: true, modfile: undefined, notes: [] };

  if (place === 'module cache') {
    const root = cacheRoot(file, toolchain.modcache) ?? module.folder;
    if (module.moduleFile === undefined || !inside(module.moduleFile, root)) {
      const message =
        'This file is in the module cache, in a module without a go.mod: its package is compiled on its own from what is on disk, and may import only the standard library.';
      const patterns = await scratchFiles(file, new Map());
      return { ...unit, folder, patterns, overlay: false, tests: false, notes: [{ file, message }] };
    }
    const read = (name: string) => readFile(path.join(root, name), 'utf8').catch(() => '');
    const modulePath = modulePathOf(root, toolchain.modcache);
    const text = await read('go.mod');
    return {
      folder: root,
      patterns: [packagePattern(root, folder)],
      overlay: false,
      tests: false,
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
  const patterns = await scratchFiles(file, buffers);
  const message =
    patterns.length > 1
      ? `There is no go.mod above this file: it is compiled with the other ${patterns.length - 1} files of its package in this folder, and may import only the standard library. “go mod init” makes a module.`
      : 'There is no go.mod above this file: it is compiled alone, and may import only the standard library. “go mod init” makes a module.';
  return { ...unit, folder, patterns, notes: [{ file, message }] };
}
