import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import Module, { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Puts other texts in the place of modules, for whoever loads them. */

/** Of module.registerHooks, which Node has since 22.15; the types are those of an older one. */
interface Loaded {
  readonly format: string | null | undefined;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null;
}
interface WithHooks {
  registerHooks(hooks: {
    load(url: string, context: unknown, next: (url: string, context: unknown) => Loaded): Loaded;
  }): void;
}

/** Before anybody puts another in its place. */
const { readFileSync: readSync } = fs;

/** More source text for a module, to be run at its end; undefined when it stays as it is. */
export type Addition = (file: string) => string | undefined;

/**
 * Node's own loader asks a hook. Loaders of others (Vite, tsx, Babel) read the file themselves: they get the text, too, from the functions of
 * node:fs that they read it with.
 * @param texts by real path, as they are to be evaluated
 */
export function putTexts(texts: ReadonlyMap<string, string>, addition: Addition): void {
  (Module as unknown as WithHooks).registerHooks({
    load(url, context, next) {
      const found = next(url, context);
      const file = fileOf(url);
      if (file === undefined) return found;
      const text = texts.get(file);
      if (text !== undefined) return { ...found, source: text };
      const more = addition(file);
      if (more === undefined) return found;
      // Node itself reads some modules by the functions below.
      const source = sourceOf(found, file);
      return source.endsWith(more) ? found : { ...found, source: `${source}\n${more}` };
    },
  });

  const { readFile } = fs;
  const textAt = (given: unknown): string | undefined => {
    const file =
      given instanceof URL ? fileOf(given.href) : typeof given === 'string' ? path.resolve(given) : undefined;
    if (file === undefined) return undefined;
    const text = texts.get(file);
    const more = text === undefined ? addition(file) : undefined;
    return more === undefined ? text : `${readSync(file, 'utf8')}\n${more}`;
  };
  const inForm = (text: string, options: unknown): string | Buffer => {
    const encoding =
      typeof options === 'string' ? options : (options as { encoding?: unknown } | null)?.encoding;
    return typeof encoding === 'string' ? text : Buffer.from(text);
  };
  const { readFile: readPromised } = fsPromises;
  Object.assign(fs, {
    readFileSync: (...args: Parameters<typeof readSync>) => {
      const text = textAt(args[0]);
      return text === undefined ? readSync(...args) : inForm(text, args[1]);
    },
    readFile: (...args: unknown[]) => {
      const text = textAt(args[0]);
      const done = args.at(-1);
      if (text === undefined || typeof done !== 'function')
        return (readFile as (...all: unknown[]) => void)(...args);
      process.nextTick(done as () => void, null, inForm(text, args.length > 2 ? args[1] : undefined));
    },
  });
  Object.assign(fsPromises, {
    readFile: async (...args: Parameters<typeof readPromised>) => {
      const text = textAt(args[0]);
      return text === undefined ? readPromised(...args) : inForm(text, args[1]);
    },
  });
  syncBuiltinESMExports();
}

/** The real path of a module, which Node names its modules by; undefined for what is no file. */
function fileOf(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function sourceOf({ source }: Loaded, file: string): string {
  if (typeof source === 'string') return source;
  return source ? Buffer.from(source as Uint8Array).toString('utf8') : readSync(file, 'utf8');
}
