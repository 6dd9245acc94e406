import type { Observation, Outcome } from './execute';
import type { Program } from './program';

/** A difference that a fix made. */
export interface Difference {
  /** `allocations`: results agree, and a call allocates more. `fails`: it does not compile or start, or ends the process. */
  readonly kind: 'behaviour' | 'allocations' | 'fails';
  /** 0-based; undefined when the program as a whole fails. */
  readonly input: number | undefined;
  readonly text: string;
}

/** An object less is worth the smallest size class, in bytes. */
const smallestClass = 8;

/**
 * The first difference; undefined when nobody could tell the two apart, and the second allocates no more, but for what the
 * program's pattern allows.
 */
export function compare(before: Outcome, after: Outcome, program: Program): Difference | undefined {
  if ('fails' in before) return undefined;
  if ('fails' in after) return { kind: 'fails', input: undefined, text: `after the fix it ${after.fails}` };
  for (const [input, was] of before.entries()) {
    const is = after[input]!;
    if (was.unsteady || was.text === is.text) continue;
    const [a, b] = firstDifference(was.text, is.text);
    return { kind: 'behaviour', input, text: `input ${input}: before “${a}”, after “${b}”` };
  }
  for (const [input, was] of before.entries()) {
    const is = after[input]!;
    if (was.unsteady || !allocatesMore(was, is, program, input)) continue;
    const text = `input ${input}: ${was.objects} objects, ${was.bytes} bytes before, ${is.objects} objects, ${is.bytes} bytes after`;
    return { kind: 'allocations', input, text };
  }
  return undefined;
}

function allocatesMore(was: Observation, is: Observation, program: Program, input: number): boolean {
  let { objects, bytes } = was;
  for (const slack of program.slack) {
    const { when } = slack;
    const applies =
      when === 'always' ||
      (when === 'it fails'
        ? was.failed
        : program.calls.inputs[input]!.some((argument) => when.test(argument)));
    if (!applies) continue;
    objects += slack.objects;
    bytes += slack.bytes;
  }
  return is.objects > objects || is.bytes > bytes + smallestClass * Math.max(0, was.objects - is.objects);
}

/** The first line that differs, of both. */
function firstDifference(a: string, b: string): [string, string] {
  const before = a.split('\n');
  const after = b.split('\n');
  const at = before.findIndex((line, i) => line !== after[i]);
  return [before[at] ?? '', after[at] ?? ''];
}
