import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { rankAmong, type Rank } from '../../../rules/prominence';
import { coldFile } from '../../../rules/typescript/heat/static-heat';
import { reachOf, reachWithin, type FileSummary, type FromOutside, type FunctionSummary } from '../../../rules/typescript/sites/reach'; // prettier-ignore
import { nearestPackage, readText } from '../host/files';
import type { ResultStore } from '../host/result-store';
import { sourceFiles } from '../service/walk';
import { filesMeant } from './imports';
import { lintPath } from './linter';
import { syntaxExtension, syntaxTree } from './parse';
import { summaryOf } from './summary';

/** See rankAmong. A package of some thousand lines has so many places in the part that counts. */
const fewest = 300;
/** Where less is expected for each call of the package from outside, nothing is prominent, however small the package: a small object. Bytes. */
const least = 32;
/** A folder with more is not read as one package: its findings are ranked by their own files alone. */
const mostFiles = 3_000;
/** Generated tables and bundles say nothing of how often code runs. UTF-16 units. */
const longest = 300_000;
/** A package is read anew after so long, in milliseconds: its files change, and ranks hardly do. */
const lifetime = 10 * 60_000;

/** What is asked about some findings of a file, as data that threads can exchange. */
export interface Reach {
  readonly functions: readonly FunctionSummary[];
  /** By finding: where it allocates, and how many bytes for each run of the function. */
  readonly terms: readonly (readonly { readonly within: number; readonly bytes: number }[])[];
}

/** A package as it was read. */
export interface KnownPackage {
  /** Expected bytes of each place, ascending. */
  readonly expected: readonly number[];
  /** By path. */
  readonly outside: ReadonlyMap<string, FromOutside>;
  readonly at: number;
}

/** As it is kept from one scan to the next. */
interface KeptPackage {
  readonly expected: readonly number[];
  readonly outside: readonly (readonly [string, readonly (readonly [string, number])[]])[];
}

/** The packages that files belong to: each is read once, when a finding in it is to be ranked. */
export class Packages {
  readonly #known = new Map<string, KnownPackage | undefined>();
  readonly #reading = new Map<string, Promise<KnownPackage | undefined>>();

  /** What is known of the file's package, without waiting; undefined also where nothing can be known. */
  known(path: string): KnownPackage | undefined {
    const folder = packageFolder(path);
    const found = folder === undefined ? undefined : this.#known.get(folder);
    if (found && Date.now() - found.at > lifetime) void this.of(path);
    return found;
  }

  /** Undefined where the file belongs to no package, or to one that is too large. Never rejects. */
  async of(path: string, store?: ResultStore): Promise<KnownPackage | undefined> {
    const folder = packageFolder(path);
    if (folder === undefined) return undefined;
    const known = this.#known.get(folder);
    if (this.#known.has(folder) && !(known && Date.now() - known.at > lifetime)) return known;
    let reading = this.#reading.get(folder);
    if (!reading) {
      reading = readPackage(folder, store).catch(() => undefined);
      this.#reading.set(folder, reading);
      void reading.then((found) => {
        this.#known.set(folder, found);
        this.#reading.delete(folder);
      });
    }
    return reading;
  }
}

export interface PackageRank extends Rank {
  /** So little is expected that it matters in no package. */
  readonly isLittle: boolean;
}

/** Where each finding stands among the places of its package. */
export function ranksIn(
  { expected, outside }: KnownPackage,
  path: string,
  { functions, terms }: Reach,
): PackageRank[] {
  const runs = reachWithin(functions, outside.get(path) ?? new Map());
  return terms.map((places) => {
    const own = rounded(places.reduce((sum, { within, bytes }) => sum + bytes * runs[within]!, 0));
    const rank = rankAmong(own, expected, fewest);
    const isLittle = own < least;
    return { ...rank, isLittle, isProminent: rank.isProminent && !isLittle };
  });
}

async function readPackage(
  folder: string,
  store: ResultStore | undefined,
): Promise<KnownPackage | undefined> {
  const { files } = await sourceFiles(folder, ['typescript']);
  const own = files.filter((file) => packageFolder(file) === folder && !isCold(file));
  if (own.length > mostFiles) return undefined;
  const texts = new Map<string, string>();
  const hash = createHash('sha256');
  for (const file of own) {
    const text = await readText(file).then(
      (read) => read.text,
      () => undefined,
    );
    if (text === undefined || text.length > longest) continue;
    texts.set(file, text);
    hash.update(file).update('\0').update(text).update('\0');
  }
  const key = JSON.stringify(['typescript package', folder, hash.digest('base64')]);
  const kept = (await store?.read(key)) as KeptPackage | undefined;
  if (kept) {
    const outside = new Map(kept.outside.map(([path, runs]) => [path, new Map(runs)]));
    return { expected: kept.expected, outside, at: Date.now() };
  }
  const found = await estimated(texts);
  await store?.write(key, {
    expected: found.expected,
    outside: [...found.outside].map(([path, runs]) => [path, [...runs]] as const),
  } satisfies KeptPackage);
  return found;
}

async function estimated(texts: ReadonlyMap<string, string>): Promise<KnownPackage> {
  const paths = [...texts.keys()];
  const summaries: FileSummary[] = [];
  for (const [path, text] of texts) {
    const name = lintPath(path, syntaxExtension(path, '')!);
    summaries.push(summaryOf(syntaxTree(text, name), name).summary);
    // Lets an editor's requests in.
    await setImmediate();
  }
  const index = new Map(paths.map((path, at) => [path, at]));
  const found = new Map<string, number | undefined>();
  const find = (from: number, specifier: string): number | undefined => {
    if (!specifier.startsWith('.')) return undefined;
    const at = resolve(dirname(paths[from]!), specifier);
    if (!found.has(at))
      found.set(
        at,
        filesMeant(at)
          .map((path) => index.get(path))
          .find((one) => one !== undefined),
      );
    return found.get(at);
  };
  const { runs, outside } = reachOf(summaries, find);
  const expected = summaries
    .flatMap(({ places }, file) => places.map(({ within, bytes }) => rounded(bytes * runs[file]![within]!)))
    .sort((a, b) => a - b);
  return { expected, outside: new Map(paths.map((path, at) => [path, outside[at]!])), at: Date.now() };
}

/** Two digits tell places apart, and take less room. */
const rounded = (value: number): number => Number(value.toPrecision(2));

const isCold = (file: string): boolean => coldFile(lintPath(file, syntaxExtension(file, '')!)) !== undefined;

const folders = new Map<string, string | undefined>();

/** See nearestPackage. */
function packageFolder(file: string): string | undefined {
  const folder = dirname(file);
  if (folders.size > 20_000) folders.clear();
  if (!folders.has(folder)) folders.set(folder, nearestPackage(folder));
  return folders.get(folder);
}
