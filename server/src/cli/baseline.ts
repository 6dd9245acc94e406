import { dirname } from 'node:path';
import { baselineText, BaselineError, compare, parseBaseline } from '../history/baseline';
import type { FindingIdentity } from '../history/identity';
import { kindAt, readText, UnreadError } from '../host/files';
import { writeOutput } from '../host/output';
import { inside } from '../host/paths';
import { shownPath } from '../service/walk';
import type { Outcome } from './conclude';
import { UsageError } from './usage-error';

/** What a scan has found, to be held against a baseline or to become one. */
export interface BaselineScan extends Pick<
  Outcome,
  'files' | 'targets' | 'isOn' | 'unitsOf' | 'identities' | 'hidden'
> {
  /** Absolute path of the baseline. */
  readonly file: string;
  readonly cwd: string;
}

/** Which of the findings are not in the baseline, by their numbers, and what is to be said of the others. */
export async function againstBaseline(
  scan: BaselineScan,
): Promise<{ readonly added: readonly number[]; readonly said: string }> {
  const entries = await read(scan);
  const root = dirname(scan.file);
  const shown = await scan.identities(root);
  // What the level hides is in a baseline, too, so that code that gets warmer is no news. First: of equal ones, what is shown is news.
  const hidden = (await scan.hidden(root)).map((identity) => ({ identity, number: -1 }));
  const all = [...hidden, ...shown.map((identity, number) => ({ identity, number }))];
  const relevant = entries.filter(await coverage(scan));
  const { added, gone } = compare(all, ({ identity }) => identity, relevant);
  const left = added.map(({ number }) => number).filter((number) => number >= 0);
  const known = shown.length - left.length;
  const name = shownPath(scan.cwd, scan.file);
  const forgets =
    gone.length === 0 ? '' : ` ${gone.length} of its entries are gone; --update-baseline forgets them.`;
  return { added: left, said: `${known} of the findings are in ${name} and are not shown.${forgets}` };
}

/** Writes what a scan has found into the baseline; what it says of other units and rules stays. */
export async function updateBaseline(scan: BaselineScan): Promise<string> {
  const isThere = (await kindAt(scan.file)) !== 'nothing';
  const entries = isThere ? await read(scan) : [];
  const root = dirname(scan.file);
  const all = [...(await scan.hidden(root)), ...(await scan.identities(root))];
  const covered = await coverage(scan);
  const kept = entries.filter((entry) => !covered(entry));
  const text = baselineText([...kept, ...all]);
  const name = shownPath(scan.cwd, scan.file);
  await writeOutput(scan.file, text).catch((error: unknown) => {
    throw new UsageError(`${name} was not written. ${(error as Error).message}`);
  });
  return `${name} has ${kept.length + all.length} findings now (${entries.length} before).`;
}

async function read({ file, cwd }: BaselineScan): Promise<FindingIdentity[]> {
  try {
    return parseBaseline((await readText(file)).text);
  } catch (error) {
    if (!(error instanceof BaselineError || error instanceof UnreadError)) throw error;
    const name = shownPath(cwd, file);
    if ((await kindAt(file)) === 'nothing')
      throw new UsageError(`There is no baseline ${name}: write it with --update-baseline, and commit it.`);
    throw new UsageError(`${name} cannot be used as a baseline. ${error.message}`);
  }
}

/**
 * Whether a scan speaks for an entry: of the units that it analysed, and of all others of its languages when it covers the baseline's
 * folder.
 */
async function coverage(scan: BaselineScan): Promise<(entry: FindingIdentity) => boolean> {
  const folder = dirname(scan.file);
  const unitOf = await scan.unitsOf(folder);
  const units = new Set(scan.files.map(unitOf));
  const hasGo = scan.files.some((file) => file.endsWith('.go'));
  const hasOther = scan.files.some((file) => !file.endsWith('.go'));
  const all = scan.targets.some((target) => inside(folder, target));
  return ({ unit, rule }) =>
    scan.isOn(rule) && (units.has(unit) || (all && (rule.startsWith('go/') ? hasGo : hasOther)));
}
