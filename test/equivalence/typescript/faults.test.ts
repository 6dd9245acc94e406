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
    forgets: 'that a loop may end before it comes to what is made',
    rule: 'ts/per-call-buffer',
    file: 'rules/typescript/flow/first-round.ts',
    function: 'comesFirst',
    body: 'return true;',
    shows: 'allocations',
  },
  {
    forgets: 'that a comma inside of a value separates values where it moves to',
    rule: 'ts/accumulating-spread',
    file: 'rules/typescript/edit/expressions.ts',
    function: 'asItem',
    body: 'return sourceCode.getText(value);',
    shows: 'result',
  },
  {
    forgets: 'that a statement which begins with a parenthesis goes on with the line before it',
    rule: 'ts/delete-property',
    file: 'rules/typescript/edit/statements.ts',
    function: 'guard',
    body: "return '';",
    behind: {
      file: 'server/src/typescript/structure-check.ts',
      function: 'changedStructure',
      body: 'return undefined;',
    },
    shows: 'syntax',
  },
  {
    forgets: 'that tables of texts keep what is assigned to them as a text',
    rule: 'ts/delete-property',
    file: 'rules/typescript/types/objects.ts',
    function: 'objectKind',
    body: "return 'ordinary';",
    shows: 'result',
  },
  {
    forgets: 'that reduce() without a type argument takes the accumulator for an element',
    rule: 'ts/chained-arrays',
    file: 'rules/typescript/chained-arrays.ts',
    function: 'argumentFor',
    body: "return '';",
    shows: 'types',
  },
  {
    forgets: 'that what is evaluated behind a copy may write to the original',
    rule: 'ts/copy-for-view',
    file: 'rules/typescript/copy-for-view.ts',
    function: 'changesMeanwhile',
    body: 'return false;',
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
  const programs = programsOf(rule, most, seed);
  // Types are checked of many programs at once.
  const tried = shows === 'types' ? await broken.all(programs) : undefined;
  for (const [i, program] of programs.entries()) {
    const { difference } = tried?.[i] ?? (await broken.one(program));
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
