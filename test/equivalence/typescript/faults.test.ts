import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadWithFault, type Fault } from '../faults';
import type { Difference } from './compare';
import { programsOf } from './half';
import { engineWith } from './tool';
import { Trial, type EngineOf } from './trial';

/** What rules and the mechanisms below them look after, taken out one at a time, and what then differs. */
const faults: readonly (Fault & { readonly shows: Difference['kind'] })[] = [
  {
    forgets: 'that a constructor may throw, which nobody catches while a module loads',
    rule: 'ts/intl-per-call',
    file: 'rules/typescript/hoist/construction.ts',
    function: 'risksOfIntl',
    body: 'return [];',
    shows: 'loading',
  },
  {
    forgets: 'that a function may run before the constants of its module are there',
    rule: 'ts/constant-collection-per-call',
    file: 'rules/typescript/flow/module-load.ts',
    function: 'earliestRun',
    body: "return 'later';",
    shows: 'result',
  },
  {
    forgets: 'that accessors, conversions and calls may enter the function again',
    rule: 'ts/per-call-buffer',
    file: 'rules/typescript/memory/buffer-lifetime.ts',
    function: 'hazards',
    body: 'return { suspends: undefined, mayReenter: [], recursive: false };',
    shows: 'result',
  },
  {
    forgets: 'to clear memory that is not written before it is read',
    rule: 'ts/per-call-buffer',
    file: 'rules/typescript/per-call-buffer.ts',
    function: 'writtenFirst',
    body: 'return true;',
    shows: 'result',
  },
  {
    forgets: 'that break and continue leave elements out',
    rule: 'ts/preallocate-array',
    file: 'rules/typescript/preallocate-array.ts',
    function: 'leavesEarly',
    body: 'return false;',
    shows: 'result',
  },
  {
    forgets: 'that the callback may change what is gone through',
    rule: 'ts/pessimised-iteration',
    file: 'rules/typescript/pessimised-iteration.ts',
    function: 'changesNothing',
    body: 'return true;',
    shows: 'result',
  },
  {
    forgets: 'that the loop may assign another array',
    rule: 'ts/entries-destructuring',
    file: 'rules/typescript/entries-destructuring.ts',
    function: 'isWrittenIn',
    body: 'return false;',
    shows: 'result',
  },
  {
    forgets: 'that somebody may keep the accumulator while it grows',
    rule: 'ts/accumulating-spread',
    file: 'rules/typescript/growth/accumulate-in-place.ts',
    function: 'isRead',
    body: 'return true;',
    shows: 'result',
  },
];

/** Programs that may be needed to meet a fault, and the seed that they grow from. */
const most = 400;
const seed = 8;

/** The first program that the faulty tool changes in this way, and the sound one does not. */
async function counterexample(
  { rule, shows }: (typeof faults)[number],
  faulty: EngineOf,
): Promise<string | undefined> {
  const [broken, sound] = [new Trial(faulty), new Trial(engineWith)];
  for (const program of programsOf(rule, most, seed)) {
    const { difference } = await broken.one(program);
    if (difference?.kind === shows && !(await sound.one(program)).difference) return difference.text;
  }
  return undefined;
}

describe('TypeScript: a fault that is put back is found', () => {
  for (const fault of faults) {
    it(`${fault.rule} forgets ${fault.forgets}`, async (t) => {
      const tool = await loadWithFault(fault, 'test/equivalence/typescript/tool.ts');
      const found = await counterexample(fault, tool['engineWith'] as EngineOf);
      assert.ok(found !== undefined, `${most} programs do not miss ${fault.function} of ${fault.file}`);
      t.diagnostic(found);
    });
  }
});
