import { basename, dirname } from 'node:path';
import type { Span } from '../../../rules/model';
import { normalised } from '../../../rules/sites';
import type { CodeMap } from '../service/engine';
import { LineIndex } from '../text/positions';
import { unitsOf } from './identity';

/** The Go files of one side, without tests. */
export interface GoSide {
  /** Absolute; what stands for the repository's root. */
  readonly root: string;
  readonly files: readonly string[];
  readonly textOf: (file: string) => string;
  readonly mapOf: (file: string) => Promise<CodeMap | undefined>;
}

/** What a change has made of a piece of code; lines are of the newer side, 1-based. */
export interface ChangedCode {
  readonly file: string;
  /** As profiles name functions; of a declaration outside of functions its first name. */
  readonly name: string;
  readonly isFunction: boolean;
  readonly first: number;
  readonly last: number;
}

/**
 * The functions of Go whose text is another than on the older side, layout and comments aside, and those that mention a declaration of their
 * package that is; such declarations, too, because function literals in them run as well. What is only on the older side has no place any more: its
 * callers have changed.
 */
export async function changedCode(before: GoSide, after: GoSide): Promise<ChangedCode[]> {
  const [old, now] = [await declarationsOf(before), await declarationsOf(after)];
  const changed: ChangedCode[] = [];
  for (const [unit, { declarations, imports }] of now) {
    const older = old.get(unit) ?? { declarations: [], imports: new Map<string, Set<string>>() };
    const found = new Set(without(declarations, older.declarations));
    const names = new Set(
      [...found, ...without(older.declarations, declarations)]
        .filter(({ place }) => !place.isFunction)
        .flatMap((one) => one.names),
    );
    for (const [name, paths] of imports) {
      const known = older.imports.get(name);
      if (known && [...paths].some((path) => !known.has(path))) names.add(name);
    }
    // A set that grows while it is walked: what mentions a declaration that mentions a changed one is another, too.
    for (const name of names)
      for (const one of declarations) {
        if (!one.mentions().has(name)) continue;
        found.add(one);
        if (!one.place.isFunction) one.names.forEach((more) => names.add(more));
      }
    changed.push(...declarations.filter((one) => found.has(one)).map((one) => one.place));
  }
  return changed;
}

/** Those that the others do not have. */
function without(declarations: readonly Declaration[], others: readonly Declaration[]): Declaration[] {
  const byName = new Map<string, Declaration[]>();
  for (const one of others) {
    const name = one.names.join();
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  return declarations.filter((one) => {
    const alike = byName.get(one.names.join()) ?? [];
    // Mostly nothing but the place differs, and nothing has to be read.
    return !alike.some(({ text }) => text === one.text || normalised(text) === normalised(one.text));
  });
}

/** All of the files, for a change that is not in their texts. */
export async function allCode(side: GoSide): Promise<ChangedCode[]> {
  const units = [...(await declarationsOf(side)).values()];
  return units.flatMap(({ declarations }) => declarations.map(({ place }) => place));
}

interface Declaration {
  readonly names: readonly string[];
  readonly text: string;
  /** Identifiers and whatever else looks like one. */
  readonly mentions: () => ReadonlySet<string>;
  readonly place: ChangedCode;
}

interface Unit {
  readonly declarations: Declaration[];
  /** What its files call the packages that they import, with their paths. */
  readonly imports: Map<string, Set<string>>;
}

/** By package. */
async function declarationsOf({ root, files, textOf, mapOf }: GoSide): Promise<Map<string, Unit>> {
  const unitOf = await unitsOf(files, root);
  const units = new Map<string, Unit>();
  for (const file of files) {
    const functions = (await mapOf(file))?.functions;
    if (!functions) continue;
    const unit = units.get(unitOf(file)) ?? { declarations: [], imports: new Map<string, Set<string>>() };
    units.set(unitOf(file), unit);
    const text = textOf(file);
    const lines = new LineIndex(text);
    const add = (isFunction: boolean, names: readonly string[], span: Span): void => {
      const own = text.slice(span.start, span.end);
      let mentioned: ReadonlySet<string> | undefined;
      unit.declarations.push({
        names,
        text: own,
        mentions: () => (mentioned ??= new Set(own.match(word))),
        place: {
          file,
          name: names[0] ?? basename(dirname(file)),
          isFunction,
          first: lines.lineAt(span.start) + 1,
          last: lines.lineAt(span.end) + 1,
        },
      });
    };
    for (const { name, span } of functions) add(true, [name], span);
    const spans = functions.map(({ span }) => span);
    for (const { keyword, span } of outside(text, spans)) {
      const spec = text.slice(span.start, span.end);
      if (keyword !== 'import') {
        add(false, namesOf(spec, keyword), span);
        continue;
      }
      const [name, path] = importOf(spec);
      unit.imports.set(name, (unit.imports.get(name) ?? new Set<string>()).add(path));
    }
  }
  return units;
}

const word = /[\p{L}_][\p{L}\p{Nd}_]*/gu;

/** Where a function is: no Go text has it. */
const gap = '\0';

type Keyword = 'var' | 'const' | 'type' | 'import';

/** Declarations at package level, without functions. Groups are taken apart by their lines as gofmt writes them, but for constants that count. */
function* outside(
  text: string,
  functions: readonly Span[],
): Generator<{ readonly keyword: Keyword; readonly span: Span }> {
  // Of the same length: offsets stay.
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of functions) {
    pieces.push(text.slice(at, start), gap.repeat(end - start));
    at = end;
  }
  const rest = [...pieces, text.slice(at)].join('');
  const spanAt = (start: number, found: string): Span => ({ start, end: start + found.trimEnd().length });
  for (const found of rest.matchAll(
    /^(var|const|type|import)\b[^]*?(?=^(?:var|const|type|import)\b|\0|$(?![^]))/gm,
  )) {
    const [whole, keyword] = found as unknown as [string, Keyword];
    if (!/^\w+[ \t]*\(/.test(whole) || /\biota\b/.test(whole)) {
      yield { keyword, span: spanAt(found.index, whole) };
      continue;
    }
    for (const spec of whole.matchAll(
      /^(?:\t| {1,8})(?=\S)(?!\/\/)[^]*?(?=^(?:\t| {1,8})(?=[^\s)}])|^\)|$(?![^]))/gm,
    ))
      yield { keyword, span: spanAt(found.index + spec.index, spec[0]) };
  }
}

/** What a declaration or one of its specifications declares; of a whole group every word in it. */
function namesOf(text: string, keyword: Keyword): readonly string[] {
  const spec = text.replace(new RegExp(`^${keyword}\\b\\s*`), '');
  if (spec.startsWith('(')) return spec.match(word) ?? [];
  const [list] = /^\s*[\p{L}_][\p{L}\p{Nd}_]*(?:\s*,\s*[\p{L}_][\p{L}\p{Nd}_]*)*/u.exec(spec) ?? [];
  return list?.match(word) ?? [];
}

/** The name in the file and the path. Without an alias the name is guessed as it mostly is: `json` of `…/go-json`, `yaml` of `…/yaml.v3`. */
function importOf(text: string): readonly [string, string] {
  const [, alias, path = ''] =
    /^(?:import\b)?\s*(?:([\p{L}_.][\p{L}\p{Nd}_]*)\s*)?["`]([^"`\n]+)["`]/u.exec(text) ?? [];
  const parts = path.split('/').filter((part) => !/^v\d+$/.test(part));
  return [alias ?? (parts.at(-1) ?? '').replace(/\.v\d+$/, '').replace(/^.*[-.]/, ''), path];
}
