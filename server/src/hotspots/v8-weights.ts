import { CallTreeBuilder } from '../profile/call-tree';
import { readV8, type V8Profile } from '../profile/v8';
import { WeightsBuilder, type Weights } from '../profile/weights';
import { percentText } from '../text/amounts';
import { passesOf } from './passes';
import type { Weighed } from './report';
import { scriptLocator } from './scripts';
import { originalsOf, scriptPath, type Originals } from './source-maps';

/**
 * Reads a profile of V8 and weighs the functions of the scripts at hand, and of what was compiled from them.
 * @param profile absolute path
 * @param files absolute paths of the code at hand
 * @param calls whether the stacks are merged into a tree, too
 * @param progress hears how much is done, in percent
 * @throws ProfileError, UnreadError when the profile cannot be used
 */
export async function weighV8(
  profile: string,
  files: readonly string[],
  calls: boolean,
  progress: (percentage: number) => void,
): Promise<Weighed> {
  const read = await readV8(passesOf(profile, 1, progress)());
  const urls = new Set<string>();
  for (const { stack } of read.samples) for (const { file } of stack) urls.add(file);
  const scripts = new Set([...urls].map(scriptPath));
  const originals = await originalsOf([...scripts], files);
  const measure = { index: 0, objects: 1, unit: read.unit };
  const locate = scriptLocator(scripts, files);
  const nameOf = (name: string): string => name;
  const builder = new WeightsBuilder(measure, read.interval ?? 0, locate, nameOf);
  const tree = calls ? new CallTreeBuilder(measure, locate, nameOf) : undefined;
  for (const sample of read.samples) {
    const original = { ...sample, stack: sample.stack.map(originals.of) };
    builder.add(original);
    tree?.add(original);
  }
  const weights = { ...builder.result(), ...(read.time && { time: read.time }) };
  return { weights, ...(tree && { tree: tree.result() }), notes: notesOf(read, weights, originals) };
}

function notesOf(
  { unit, interval, collected }: V8Profile,
  { total, elsewhere, time }: Weights,
  { outdated }: Originals,
): string[] {
  const notes = [
    `V8 charges what an inlined function ${unit === 'bytes' ? 'makes' : 'takes'} to the function that it is inlined into.`,
    ...(interval !== undefined && interval > 1
      ? [`V8 sampled about every ${Math.round(interval / 1024)} KiB; figures are estimates.`]
      : []),
  ];
  if (time)
    notes.push(
      `A CPU profile says where the time went, not what was allocated. The collector took ${percentText(time.collector / (time.all || 1))} of it; V8 does not say for whom. “alloclens record” records allocations.`,
    );
  else if (collected !== true)
    notes.push(
      collected === false
        ? 'The recording left out what was collected: it shows what was still alive at its end.'
        : 'The file does not say whether garbage is in it: by default V8 records only what is still alive at the end, and a function that only makes garbage shows 0. “alloclens record” records both.',
    );
  if (outdated.length > 0)
    notes.push(
      `What ran was compiled from another text of ${outdated.length === 1 ? 'one file' : `${outdated.length} files`}: functions that changed since are found by their name, or not at all.`,
    );
  if (total > 0 && elsewhere / total > 0.5)
    notes.push(
      'More than half lies in scripts that are not among the paths: dependencies, Node itself, or JavaScript that was compiled without source maps.',
    );
  return notes;
}
