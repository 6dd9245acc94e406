import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Finding, Note } from '../../../rules/model';
import type { FindingIdentity } from '../history/identity';
import { sizeOf } from '../host/files';
import { parsedJson } from '../text/json';
import { compareFindings } from '../service/ranking';
import { distinctNotes } from '../service/scan';
import { displayPath } from '../service/walk';
import type { Outcome } from './conclude';
import { targetsOf } from '../service/targets';

/** One of `of` parts, from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** `2/4`. */
export function shardOf(text: string): Shard {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (index === undefined || shard.index < 1 || shard.index > shard.of)
    throw new InvalidArgumentError('It is a part and how many there are, such as 2/4: the second of four.');
  return shard;
}

/**
 * The files of a shard. Folders stay together, because Go compiles them so, and neighbours, because they share what they import; shards have about the
 * same number of bytes. The same for all shards as long as the files are the same.
 * @param files absolute paths, sorted
 */
export async function filesOfShard(files: readonly string[], { index, of }: Shard): Promise<string[]> {
  const folders = new Map<string, { files: string[]; size: number }>();
  for (const file of files) {
    const folder = folders.get(dirname(file)) ?? { files: [], size: 0 };
    folders.set(dirname(file), folder);
    folder.files.push(file);
    folder.size += 1 + (await sizeOf(file));
  }
  const all = [...folders.values()];
  const total = all.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  return all.flatMap((folder) => {
    // Where its middle lies.
    const shard = Math.floor(((before + folder.size / 2) / total) * of) + 1;
    before += folder.size;
    return shard === index ? folder.files : [];
  });
}

const header = { alloclens: 'part', version: 1 } as const;

/**
 * What `scan --shard` writes: all that `merge` needs, so that it needs no sources. Paths are relative to the working directory, with slashes; spans count
 * UTF-16 units.
 */
interface Part {
  readonly alloclens: 'part';
  readonly version: 1;
  /** Version of AllocLens. */
  readonly tool: string;
  readonly shard: Shard;
  readonly asked: Asked;
  /** SHA-256 of the names of all files of all shards. */
  readonly all: string;
  readonly files: readonly string[];
  readonly analysed: number;
  readonly incomplete: readonly string[];
  /** Folder → import path. */
  readonly packages: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
  /** As the findings. */
  readonly identities: readonly Identity[];
  readonly hidden: readonly (Identity & { readonly file: string })[];
  /** Of the run as a whole, then of what was analysed. */
  readonly before: readonly Note[];
  readonly notes: readonly Note[];
  /** Of the files that findings and their fixes are about. */
  readonly texts: Readonly<Record<string, string>>;
}

type Identity = Omit<FindingIdentity, 'unit'>;

/** What decides what a scan finds; the same for all parts of one. */
interface Asked {
  readonly paths: readonly string[];
  readonly show: string;
  /** All when empty. */
  readonly rules: readonly string[];
  readonly profile: string | null;
}

export interface PartOptions {
  /** What the level hides. */
  readonly hidden: readonly Finding[];
  /** Notes that are not about what was analysed. */
  readonly before: readonly Note[];
  readonly shard: Shard;
  readonly asked: Asked;
  /** The files of all shards. */
  readonly named: readonly string[];
  readonly cwd: string;
  readonly version: string;
}

/** What a shard has come to, for `merge`. */
export async function partOf(
  outcome: Outcome,
  { hidden, before, shard, asked, named, cwd, version }: PartOptions,
): Promise<Part> {
  const shown = (file: string): string => displayPath(cwd, file);
  const { findings, files, notes, textOf } = outcome;
  const unitOf = await outcome.unitsOf(cwd);
  const packages = files
    .filter((file) => file.endsWith('.go'))
    .map((file): [string, string] => [shown(dirname(file)), unitOf(file)]);
  const identity = ({ function: name, rule, expression }: FindingIdentity): Identity => ({
    function: name,
    rule,
    expression,
  });
  const spoken = new Set(
    findings.flatMap(({ file, fixes }) => [
      file,
      ...fixes.flatMap(({ edits }) => edits.map((one) => one.file)),
    ]),
  );
  return {
    ...header,
    tool: version,
    shard,
    asked,
    all: createHash('sha256').update(named.map(shown).join('\n')).digest('hex'),
    files: files.map(shown),
    analysed: outcome.analysed,
    incomplete: outcome.incomplete.map(shown),
    packages: Object.fromEntries(packages.filter(([folder, path]) => folder !== path)),
    findings: findings.map((finding) => relocated(finding, shown)),
    identities: (await outcome.identities(cwd)).map(identity),
    hidden: (await outcome.hidden(cwd)).map((one, i) => ({ ...identity(one), file: shown(hidden[i]!.file) })),
    before: before.map((note) => placed(note, shown)),
    notes: notes.slice(before.length).map((note) => placed(note, shown)),
    texts: Object.fromEntries([...spoken].map((file) => [shown(file), textOf(file)])),
  };
}

/** A part that cannot be used. The message is a sentence for the user that does not name the file. */
export class PartError extends Error {
  override readonly name = 'PartError';
}

/** @throws PartError when it is no part of this version, or damaged */
export function parsePart(text: string, version: string): Part {
  const part = parsedJson(text) as Partial<Part> | undefined;
  if (part?.alloclens !== header.alloclens)
    throw new PartError('It is not what “alloclens scan --shard I/N” writes, or it is not whole.');
  if (part.version !== header.version || part.tool !== version)
    throw new PartError(
      `AllocLens ${String(part.tool)} has written it, and this is ${version}: use one version for all.`,
    );
  return part as Part;
}

/**
 * The parts of one scan as if it had been one run. What is missing is a note, and `isPartial`.
 * @param parts by the name that the user knows them by
 * @throws PartError when they do not belong together
 */
export function merged(parts: ReadonlyMap<string, Part>, cwd: string): Outcome {
  const [[firstName, first]] = [...parts] as [[string, Part]];
  const of = first.shard.of;
  const byIndex = new Map<number, string>();
  for (const [name, { shard, asked, all }] of parts) {
    if (shard.of !== of || all !== first.all || JSON.stringify(asked) !== JSON.stringify(first.asked))
      throw new PartError(
        `${firstName} and ${name} are of different scans: the number of shards, the paths, --show, --rule, --profile or the files that were there differ.`,
      );
    const known = byIndex.get(shard.index);
    if (known !== undefined)
      throw new PartError(`${known} and ${name} are the same part, ${shard.index}/${of}.`);
    byIndex.set(shard.index, name);
  }
  const missing = [...Array(of).keys()].map((i) => `${i + 1}/${of}`).filter((_, i) => !byIndex.has(i + 1));
  // As the files: what order the shell has put them in is chance.
  const sorted = [...parts.values()].sort((a, b) => a.shard.index - b.shard.index);
  const full = (file: string): string => resolve(cwd, file);
  const all = sorted
    .flatMap(({ findings, identities }) =>
      findings.map((finding, i) => ({ finding: relocated(finding, full), identity: identities[i]! })),
    )
    .sort((a, b) => compareFindings(a.finding, b.finding));
  const files = sorted.flatMap((part) => part.files.map(full));
  const packages = new Map(
    sorted.flatMap((part) => Object.entries(part.packages)).map(([folder, path]) => [full(folder), path]),
  );
  const texts = new Map(
    sorted.flatMap((part) => Object.entries(part.texts)).map(([file, text]) => [full(file), text]),
  );
  const unitIn =
    (root: string) =>
    (file: string): string =>
      file.endsWith('.go')
        ? (packages.get(dirname(file)) ?? displayPath(root, dirname(file)))
        : displayPath(root, file);
  const { rules, paths } = first.asked;
  return {
    findings: all.map(({ finding }) => finding),
    notes: [
      ...missing.map((name) => ({
        message: `The part ${name} of this scan is missing: what it would have found is not in this report.`,
      })),
      ...first.before.map((note) => placed(note, full)),
      ...distinctNotes(sorted.flatMap(({ notes }) => notes.map((note) => placed(note, full)))),
    ],
    files,
    analysed: sorted.reduce((sum, { analysed }) => sum + analysed, 0),
    incomplete: sorted.flatMap(({ incomplete }) => incomplete.map(full)),
    isPartial: missing.length > 0,
    targets: targetsOf(paths, cwd),
    isOn: (rule) => rules.length === 0 || rules.includes(rule),
    textOf: (file) => texts.get(file) ?? '',
    unitsOf: (root) => Promise.resolve(unitIn(root)),
    identities: (root) =>
      Promise.resolve(
        all.map(({ finding, identity }) => ({ ...identity, unit: unitIn(root)(finding.file) })),
      ),
    hidden: (root) =>
      Promise.resolve(
        sorted
          .flatMap(({ hidden }) => hidden)
          .map(({ file, ...identity }) => ({ ...identity, unit: unitIn(root)(full(file)) })),
      ),
  };
}

function relocated(finding: Finding, at: (file: string) => string): Finding {
  const { file, related, fixes } = finding;
  return {
    ...finding,
    file: at(file),
    related: related.map((one) => ({ ...one, location: { ...one.location, file: at(one.location.file) } })),
    fixes: fixes.map((fix) => ({
      ...fix,
      edits: fix.edits.map((edit) => ({ ...edit, file: at(edit.file) })),
    })),
  };
}

function placed(note: Note, at: (file: string) => string): Note {
  return note.file === undefined ? note : { ...note, file: at(note.file) };
}
