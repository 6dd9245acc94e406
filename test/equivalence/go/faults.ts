import type { Fault } from '../faults';

export interface GoFault extends Fault {
  /** What a difference has to say, where another one would not be this fault's. */
  readonly shows?: RegExp;
}

/**
 * Preconditions taken out of rules. Whoever renames such a function or gives
 * its work to another mends the entry: loading it fails with a sentence otherwise.
 */
export const goFaults: readonly GoFault[] = [
  {
    forgets: 'that a new buffer has no room, so that more is allocated',
    rule: 'go/append-format',
    file: 'rules/go/text/room.ts',
    function: 'hasNoRoom',
    body: 'return false;',
  },
  {
    forgets: 'how large the copies are that many closures hold',
    rule: 'go/closure-capture',
    file: 'rules/go/closure-capture.ts',
    function: 'isMadeOften',
    body: 'return false;',
  },
  {
    forgets: 'that a shared map is changed',
    rule: 'go/hoist-constant',
    file: 'rules/go/hoist-constant.ts',
    function: 'isRead',
    body: 'return true;',
  },
  {
    forgets: 'that a buffer still holds the iteration before',
    rule: 'go/loop-allocation',
    file: 'rules/go/memory/written-first.ts',
    function: 'isWrittenBeforeRead',
    body: 'return true;',
  },
  {
    forgets: 'that the package appends to the slice later',
    rule: 'go/oversized-preallocation',
    file: 'rules/go/memory/later-growth.ts',
    function: 'laterGrowth',
    body: "return 'reads';",
  },
  {
    forgets: 'that shared scratch still holds the call before',
    rule: 'go/per-call-buffer',
    file: 'rules/go/memory/written-first.ts',
    function: 'isWrittenBeforeRead',
    body: 'return true;',
  },
  {
    forgets: 'that the caller goes on using the old value',
    rule: 'go/pointer-wrapper-return',
    file: 'rules/go/pointer-wrapper-return.ts',
    function: 'isHarmless',
    body: 'return true;',
  },
  {
    forgets: 'that a writer of the package keeps what it gets',
    rule: 'go/write-format',
    file: 'rules/go/write-format.ts',
    function: 'isDistrusted',
    body: 'return false;',
  },
  {
    forgets: 'that a piece reads the string that is built',
    rule: 'go/concat-in-loop',
    file: 'rules/go/flow/order.ts',
    function: 'isOrderSeen',
    body: 'return false;',
  },
  {
    forgets: 'the ways out of the loop',
    rule: 'go/grow-builder',
    file: 'rules/go/flow/loop-exits.ts',
    function: 'earlyExits',
    body: 'return { seen: false, done: false, failed: false };',
  },
  {
    forgets: 'that a writer of the package changes the shared bytes',
    rule: 'go/hoist-constant',
    file: 'rules/go/flow/effects.ts',
    function: 'changesItsArgument',
    body: 'return false;',
  },
  {
    forgets: 'the ways out of the loop',
    rule: 'go/preallocate-map',
    file: 'rules/go/flow/loop-exits.ts',
    function: 'earlyExits',
    body: 'return { seen: false, done: false, failed: false };',
  },
  {
    forgets: 'that a deferred recover shows a named result',
    rule: 'go/preallocate-slice',
    file: 'rules/go/flow/effects.ts',
    function: 'mayRecover',
    body: 'return false;',
    shows: /\(nil\).*after .*\{\}#0/,
  },
  {
    forgets: 'that what is appended looks at the slice, or fails',
    rule: 'go/first-room',
    file: 'rules/go/first-room.ts',
    function: 'runsNothing',
    body: 'return true;',
  },
  {
    forgets: 'that results stay with callers when the buffer goes back',
    rule: 'go/returned-buffer',
    file: 'rules/go/returned-buffer.ts',
    function: 'copiesOf',
    body: 'return [];',
  },
  {
    forgets: 'that the length counts what was taken off',
    rule: 'go/queue-room',
    file: 'rules/go/memory/queues.ts',
    function: 'isCountedFrom',
    body: 'return true;',
  },
  {
    forgets: 'that a slice without elements may be nil',
    rule: 'go/growing',
    file: 'rules/go/growth/joined-parts.ts',
    function: 'cutWith',
    body: 'return { text: `make([]string, 0, ${room})`, imports: [] };',
  },
  {
    forgets: 'that a pointer goes on being used after it was put in',
    rule: 'go/pointer-elements',
    file: 'rules/go/flow/paths.ts',
    function: 'usesAfter',
    body: 'return [];',
  },
  {
    forgets: 'in which order things fail',
    rule: 'go/merge-allocations',
    file: 'rules/go/merge-allocations.ts',
    function: 'mayFailTwice',
    body: 'return false;',
  },
  {
    forgets: 'that what was deferred before knows the map',
    rule: 'go/per-call-map',
    file: 'rules/go/pools/scratch-maps.ts',
    function: 'isSeenLater',
    body: 'return false;',
  },
  {
    forgets: 'that the caller has the value on the stack',
    rule: 'go/value-receiver-escape',
    file: 'rules/go/value-receiver-escape.ts',
    function: 'wouldMove',
    body: 'return false;',
  },
];
