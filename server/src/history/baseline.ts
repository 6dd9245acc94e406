import type { FindingIdentity } from './identity';
import { identityKey } from './identity';
import { parsedJson } from '../text/json';
import { difference } from './multiset';

/** A baseline that cannot be used. The message is a sentence for the user that does not name the file. */
export class BaselineError extends Error {
  override readonly name = 'BaselineError';
}

const header = { alloclens: 'baseline', version: 1 } as const;

/**
 * A baseline as a file: a line that says what it is, then one line a finding, sorted, equal ones as often as they occur. No numbers of
 * lines and no counts: two branches merge without a conflict unless they touch neighbouring findings, and git's `union` driver is right.
 */
export function baselineText(entries: readonly FindingIdentity[]): string {
  const lines = entries.map((entry) => identityKey(entry)).sort();
  return [JSON.stringify(header), ...lines, ''].join('\n');
}

/** @throws BaselineError when it is no baseline of this version, or damaged */
export function parseBaseline(text: string): FindingIdentity[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.some((line) => /^(?:<{7}|={7}|>{7})/.test(line)))
    throw new BaselineError(
      'It has conflict markers of a merge: resolve them, or write it anew with --update-baseline.',
    );
  const [first, ...rest] = lines;
  const head = parsedJson(first ?? '') as Partial<Record<keyof typeof header, unknown>> | undefined;
  if (head?.alloclens !== header.alloclens)
    throw new BaselineError(
      'It is no baseline of AllocLens, whose first line is {"alloclens":"baseline","version":1}; --update-baseline writes one where there is no file.',
    );
  if (head.version !== header.version)
    throw new BaselineError(
      `It has version ${String(head.version)} of the format; this version of AllocLens reads ${header.version}.`,
    );
  return rest.map((line, i) => {
    const entry = parsedJson(line);
    if (!Array.isArray(entry) || entry.length !== 4 || !entry.every((part) => typeof part === 'string'))
      throw new BaselineError(
        `The entry number ${i + 1} is not ["unit","function","rule","expression"]: restore it from version control, or write the baseline anew with --update-baseline.`,
      );
    const [unit, name, rule, expression] = entry as [string, string, string, string];
    return { unit, function: name, rule, expression };
  });
}

export interface Compared<T> {
  /** What the baseline does not have, in the order given. */
  readonly added: readonly T[];
  /** What it has, at the same place or moved. */
  readonly known: readonly T[];
  /** Entries that nothing stands for any more. */
  readonly gone: readonly FindingIdentity[];
}

/**
 * Holds findings against a baseline. Moved code is no news: what is left after the exact matches is matched within the package or file, where
 * only the function is another (extracted, renamed), then by the function, where only the unit is (a moved file).
 */
export function compare<T>(
  current: readonly T[],
  identityOf: (item: T) => FindingIdentity,
  baseline: readonly FindingIdentity[],
): Compared<T> {
  const keys: ((identity: FindingIdentity) => string)[] = [
    identityKey,
    ({ unit, rule, expression }) => JSON.stringify([unit, rule, expression]),
    ({ function: name, rule, expression }) => JSON.stringify([name, rule, expression]),
  ];
  let left = { onlyFirst: current, onlySecond: baseline };
  const known = new Set<T>();
  for (const key of keys) {
    const found = difference(left.onlyFirst, left.onlySecond, (item) => key(identityOf(item)), key);
    for (const [item] of found.common) known.add(item);
    left = found;
  }
  return {
    added: left.onlyFirst,
    known: current.filter((item) => known.has(item)),
    gone: left.onlySecond,
  };
}
