import path from 'node:path';
import { kindAt, refusal } from '../../host/files';
import { inside } from '../../host/paths';
import type { GoToolchain } from './toolchain';

/** Where the go command runs for a file: the nearest go.mod's folder, or the file's own when there is none. */
export interface GoModule {
  /** Absolute path. */
  readonly folder: string;
  /** The nearest go.mod at or above the file; undefined for a scratch file or a GOPATH package. */
  readonly moduleFile: string | undefined;
  /** The nearest go.work at or above the module, before GOWORK is asked. */
  readonly workFile: string | undefined;
}

/** The go command would never come to an end with one of its own files. The message is a sentence that names it. */
export class UnusableModuleError extends Error {
  override readonly name = 'UnusableModuleError';
}

/** @throws UnusableModuleError */
export async function findModule(file: string): Promise<GoModule> {
  const start = path.dirname(file);
  const moduleFile = await nearest(start, 'go.mod');
  const folder = moduleFile === undefined ? start : path.dirname(moduleFile);
  const workFile = await nearest(folder, 'go.work');
  const beside = [
    ...(moduleFile === undefined
      ? []
      : ['go.sum', path.join('vendor', 'modules.txt')].map(besides(moduleFile))),
    ...(workFile === undefined ? [] : ['go.work.sum'].map(besides(workFile))),
  ];
  for (const other of beside) await mustBeUsable(other);
  return { folder, moduleFile, workFile };
}

const besides = (file: string) => (name: string) => path.join(path.dirname(file), name);

async function nearest(folder: string, name: string): Promise<string | undefined> {
  for (;;) {
    const candidate = path.join(folder, name);
    const kind = await kindAt(candidate);
    if (kind === 'file' || kind === 'special') {
      await mustBeUsable(candidate);
      return candidate;
    }
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

async function mustBeUsable(file: string): Promise<void> {
  const reason = await refusal(file);
  if (reason !== undefined)
    throw new UnusableModuleError(`The go command is not run on ${file} because ${reason}.`);
}

/** `own`: may be edited. `module cache` and `standard library`: analysed, but findings have no place to be fixed. */
export type Place = 'own' | 'module cache' | 'standard library';

export function placeOf(file: string, toolchain: Pick<GoToolchain, 'goroot' | 'modcache'>): Place {
  if (inside(file, path.join(toolchain.goroot, 'src'))) return 'standard library';
  return inside(file, toolchain.modcache) ? 'module cache' : 'own';
}

/** The pattern for a folder, from `root`, where the go command runs. */
export function packagePattern(root: string, folder: string): string {
  const relative = path.relative(root, folder).split(path.sep).join('/');
  if (relative === '') return '.';
  return relative === '..' || relative.startsWith('../') ? relative : `./${relative}`;
}

/** `example.com/dep/p` for a folder below the module's `vendor`. */
export function vendoredImport(root: string, folder: string): string | undefined {
  const vendor = path.join(root, 'vendor');
  if (!inside(folder, vendor) || folder === vendor) return undefined;
  return path.relative(vendor, folder).split(path.sep).join('/');
}

/** The folder `path@version` of the module cache that holds the file. */
export function cacheRoot(file: string, modcache: string): string | undefined {
  const parts = path.relative(modcache, file).split(path.sep);
  const versioned = parts.findIndex((part) => part.includes('@'));
  return versioned < 0 ? undefined : path.join(modcache, ...parts.slice(0, versioned + 1));
}
