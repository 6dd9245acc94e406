import { dirname, join, relative, sep } from 'node:path';
import { kindAt, readText } from '../host/files';

/**
 * Go packages by where they lie: the path of the module whose go.mod is nearest, and the folders below it (go.dev/ref/mod, "module paths and
 * packages"). Starts no process, so that a profile can be joined before anything is compiled.
 * @param files absolute paths of Go files
 * @returns folder → import path; without those that belong to no module
 */
export async function importPathsOf(files: readonly string[]): Promise<Map<string, string>> {
  const modules = new Map<string, Promise<Module | undefined>>();
  const moduleOf = (folder: string): Promise<Module | undefined> => {
    let found = modules.get(folder);
    if (!found) modules.set(folder, (found = findModule(folder, moduleOf)));
    return found;
  };
  const found = new Map<string, string>();
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    const module = await moduleOf(folder);
    if (!module) continue;
    const below = relative(module.folder, folder).split(sep).join('/');
    found.set(folder, below === '' ? module.path : `${module.path}/${below}`);
  }
  return found;
}

interface Module {
  readonly folder: string;
  readonly path: string;
}

async function findModule(
  folder: string,
  moduleOf: (folder: string) => Promise<Module | undefined>,
): Promise<Module | undefined> {
  const file = join(folder, 'go.mod');
  if ((await kindAt(file)) === 'file') {
    const path = await readText(file).then(
      ({ text }) => modulePath(text),
      () => undefined,
    );
    return path === undefined ? undefined : { folder, path };
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : moduleOf(parent);
}

/** What the `module` directive names: a bare word, or a string in quotes (golang.org/x/mod/modfile, ModulePath). */
function modulePath(text: string): string | undefined {
  const [, bare, quoted] = /^[ \t]*module[ \t]+(?:([^\s"`/]\S*)|["`]([^"`\n]+)["`])/m.exec(text) ?? [];
  return bare ?? quoted;
}
