import { SourceMap, type SourceMapPayload, type SourceMapping } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { kindAt, readText } from '../host/files';
import { realPath } from '../host/paths';
import type { Frame } from '../profile/sample';

/**
 * What a compiler made of the code at hand (`dist/x.js`), traced back to it by source maps: those that scripts name in their last line or
 * hold themselves. Scripts outside of the packages of that code are not opened, whatever a profile names.
 */

export interface Originals {
  /** The frame in the code at hand; the same frame when nothing is known of it. */
  readonly of: (frame: Frame) => Frame;
  /** Absolute paths of sources whose text was another one when they were compiled. */
  readonly outdated: readonly string[];
}

/** Scripts that a profile may name: of a real program there are some thousand, most of them in node_modules. */
const scriptLimit = 10_000;

/**
 * @param scripts absolute paths
 * @param files absolute paths of the code at hand
 */
export async function originalsOf(scripts: readonly string[], files: readonly string[]): Promise<Originals> {
  const sources = new Map(
    files.flatMap((file) => [[file, file] as const, [realPath(file) ?? file, file] as const]),
  );
  const roots = await packageFolders(files);
  const compiled = new Map<string, CompiledScript>();
  const outdated = new Set<string>();
  const candidates = scripts.filter(
    (script) => /\.[cm]?jsx?$/.test(script) && !script.includes('node_modules') && !sources.has(script),
  );
  for (const script of candidates.slice(0, scriptLimit)) {
    const root = roots.find((folder) => isBelow(folder, script));
    const found = root === undefined ? undefined : await CompiledScript.read(script, root, sources);
    if (!found) continue;
    compiled.set(script, found);
    for (const file of found.outdated) outdated.add(file);
  }
  const known = new Map<Frame, Frame>();
  const of = (frame: Frame): Frame => {
    let original = known.get(frame);
    if (!original) {
      original = compiled.get(scriptPath(frame.file))?.original(frame) ?? frame;
      known.set(frame, original);
    }
    return original;
  };
  return { of, outdated: [...outdated].sort() };
}

/** The path of a script that V8 names by its URL, or by its path. */
export function scriptPath(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

/** The nearest folders above the files that have a package.json; else their own. */
async function packageFolders(files: readonly string[]): Promise<string[]> {
  const found = new Map<string, Promise<string | undefined>>();
  const rootOf = (folder: string): Promise<string | undefined> => {
    let root = found.get(folder);
    if (!root) found.set(folder, (root = look(folder)));
    return root;
  };
  const look = async (folder: string): Promise<string | undefined> => {
    if ((await kindAt(path.join(folder, 'package.json'))) === 'file') return folder;
    const above = path.dirname(folder);
    return above === folder ? undefined : rootOf(above);
  };
  const roots = new Set<string>();
  for (const folder of new Set(files.map((file) => path.dirname(realPath(file) ?? file))))
    roots.add((await rootOf(folder)) ?? folder);
  return [...roots];
}

const isBelow = (folder: string, file: string): boolean => {
  const way = path.relative(folder, file);
  return way !== '' && !way.startsWith('..') && !path.isAbsolute(way);
};

class CompiledScript {
  private constructor(
    private readonly map: SourceMap,
    /** What the map calls a source → absolute path at hand. */
    private readonly files: ReadonlyMap<string, string>,
    private readonly payload: SourceMapPayload,
    /** Absolute paths of sources whose text is the one that was compiled. */
    private readonly same: ReadonlySet<string>,
    /** And of those whose text is another one now. */
    readonly outdated: readonly string[],
  ) {}

  /** Undefined without a map that leads to the code at hand. */
  static async read(
    script: string,
    root: string,
    sources: ReadonlyMap<string, string>,
  ): Promise<CompiledScript | undefined> {
    try {
      const { text } = await readText(script);
      const at = text.lastIndexOf('//# sourceMappingURL=');
      if (at < 0) return undefined;
      const [url = ''] = text.slice(at + '//# sourceMappingURL='.length).split(/\s/, 1);
      const inline = /^data:application\/json;(?:charset=[\w-]+;)?base64,/.exec(url);
      const file = inline ? script : path.resolve(path.dirname(script), decodeURIComponent(url));
      if (!inline && (url.includes(':') || !isBelow(root, file))) return undefined;
      const json = inline
        ? Buffer.from(url.slice(inline[0].length), 'base64').toString('utf8')
        : (await readText(file)).text;
      const payload = JSON.parse(json) as SourceMapPayload;
      const files = new Map<string, string>();
      for (const source of payload.sources) {
        const found = sources.get(sourcePath(source, payload.sourceRoot, file, root));
        if (found !== undefined) files.set(source, found);
      }
      if (files.size === 0) return undefined;
      const { same, outdated } = await compared(payload, files);
      return new CompiledScript(new SourceMap(payload), files, payload, same, outdated);
    } catch {
      // No such script any more, or what it calls a map is none: its frames stay what they are.
      return undefined;
    }
  }

  original(frame: Frame): Frame | undefined {
    const { line, column = 1, name } = frame;
    // The module's own code begins where the script does, and no map has an entry for that.
    if (line === 1 && column === 1 && name === '(anonymous)') {
      const [only, ...others] = this.payload.sources;
      const file = only === undefined || others.length > 0 ? undefined : this.files.get(only);
      return file === undefined ? undefined : { ...frame, file };
    }
    // @types/node does not know the name, which Node gives (tried on 20).
    const entry: (SourceMapping & { readonly name?: string }) | object = this.map.findEntry(
      line - 1,
      column - 1,
    );
    if (!('originalSource' in entry)) return undefined;
    const file = this.files.get(entry.originalSource);
    if (file === undefined) return undefined;
    return {
      // A compiler that shortens names writes down what they were.
      name: entry.name === undefined || entry.name === '' ? name : entry.name,
      file,
      line: entry.originalLine + 1,
      startLine: entry.originalLine + 1,
      column: entry.originalColumn + 1,
      ...(this.same.has(file) && { traced: true }),
    };
  }
}

/** The sources by whether the map holds the text that they have now; those that it does not hold are in neither list. */
async function compared(
  { sources, sourcesContent }: SourceMapPayload,
  files: ReadonlyMap<string, string>,
): Promise<{ readonly same: ReadonlySet<string>; readonly outdated: readonly string[] }> {
  const [same, outdated] = [new Set<string>(), new Array<string>()];
  for (const [i, source] of sources.entries()) {
    const [file, content] = [files.get(source), sourcesContent?.[i]];
    if (file === undefined || typeof content !== 'string') continue;
    const now = await readText(file).catch(() => undefined);
    if (now?.text === content.replace(/^\ufeff/, '')) same.add(file);
    else outdated.push(file);
  }
  return { same, outdated };
}

/** Bundlers name sources by a scheme of their own, `webpack://name/./src/a.ts`, relative to the package. */
function sourcePath(source: string, sourceRoot: string | undefined, map: string, root: string): string {
  const [, below] = /^[\w-]+:\/\/[^/]*\/(.*)$/.exec(source) ?? [];
  if (below !== undefined && !source.startsWith('file:')) return path.resolve(root, below);
  const base = sourceRoot ? `${sourceRoot.replace(/\/$/, '')}/` : '';
  return fileURLToPath(new URL(base + source, pathToFileURL(map)));
}
