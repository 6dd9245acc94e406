import { join } from 'node:path';
import { entriesOf } from '../host/files';
import { CallTreeBuilder } from '../profile/call-tree';
import { locator, type LocalPackage } from '../profile/locate';
import { readPprof, type ProfileHead } from '../profile/pprof';
import { measureOf, WeightsBuilder, type Weights } from '../profile/weights';
import { percentText } from '../text/amounts';
import { passesOf } from './passes';
import type { Weighed } from './report';

/**
 * Reads a Go profile and weighs the lines of the packages at hand.
 * @param profile absolute path
 * @param importPaths folder → import path
 * @param calls whether the stacks are merged into a tree, too
 * @param progress hears how much is done, in percent
 * @throws ProfileError, UnreadError when the profile cannot be used
 */
export async function weighGo(
  profile: string,
  importPaths: ReadonlyMap<string, string>,
  calls: boolean,
  progress: (percentage: number) => void,
): Promise<Weighed> {
  const packages = await packagesOf(importPaths);
  let head: ProfileHead | undefined;
  let builder: WeightsBuilder | undefined;
  let tree: CallTreeBuilder | undefined;
  await readPprof(
    passesOf(profile, 2, progress),
    (found) => {
      head = found;
      const [measure, locate] = [measureOf(found), locator(packages)];
      builder = new WeightsBuilder(measure, found.period, locate);
      if (calls) tree = new CallTreeBuilder(measure, locate);
    },
    (sample) => {
      builder!.add(sample);
      tree?.add(sample);
    },
  );
  const weights = builder!.result();
  return { weights, ...(tree && { tree: tree.result() }), notes: notesOf(head!, weights) };
}

async function packagesOf(importPaths: ReadonlyMap<string, string>): Promise<LocalPackage[]> {
  const packages = [...importPaths].map(async ([folder, importPath]): Promise<LocalPackage> => {
    const names = (await entriesOf(folder)).filter(({ kind }) => kind === 'file').map(({ name }) => name);
    return { importPath, folder, files: new Set(names.filter((name) => name.endsWith('.go'))) };
  });
  return (await Promise.all(packages)).sort((a, b) => (join(a.folder, '.') < join(b.folder, '.') ? -1 : 1));
}

function notesOf({ period, sampleTypes }: ProfileHead, { total, unit, time, lines }: Weights): string[] {
  const notes: string[] = [];
  if (total === 0)
    notes.push(
      unit === 'bytes'
        ? 'The profile holds no allocation: it was written before the first garbage collection, or with MemProfileRate 0.'
        : 'The profile holds no sample of the allocator.',
    );
  if (unit === 'bytes' && !sampleTypes.some(({ type }) => type === 'alloc_space'))
    notes.push('The profile says only what was live when it was written, not what was allocated.');
  if (unit === 'bytes' && period > 1)
    notes.push(`Go sampled one allocation every ${Math.round(period / 1024)} KiB; figures are scaled up.`);
  if (lines.some(({ amount }) => amount < 0))
    notes.push(
      'The profile is itself a difference: what is negative was freed, or is in the older one only.',
    );
  if (time)
    notes.push(
      `A CPU profile says how long the allocator ran, not how much it allocated: ${percentText(total / (time.all || 1))} of the time. The collector ran beside the program for another ${percentText(time.collector / (time.all || 1))}, which no line can be charged with.`,
    );
  return notes;
}
