import { code } from '../wording';
import { freshName, statementsAt } from './edit/layout';
import { isCopied, isPoppedBehindRead, queuesIn, type Push, type Queue } from './memory/queues';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { spanOf, topLevel } from './syntax/nodes';
import { isShadowed } from './syntax/universe';
import { atLeast } from './syntax/version';

/** A queue in a slice whose front is taken off without giving its room back. */
export const rule: GoRule = {
  meta: {
    id: 'go/queue-room',
    summary: 'a queue in a slice whose front is taken off without giving its room back',
    fix: 'safe',
    recipe:
      'Count a head index and move the rest to the front when the head passes half (`copy`, `clear`), or keep the elements in a ring',
    reports: 'allocation',
    sample: 'go/queueroom',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const queue of queuesIn(file)) {
      const found = check(queue, file);
      if (found) report(found);
    }
  },
};

function check(queue: Queue, file: GoFile): GoReport | undefined {
  const push = queue.pushes[0]!;
  const grows = file.facts!.emitted(push.call).find(({ callee }) => /^runtime\.growslice/.test(callee));
  if (!grows) return undefined;
  const { name, head, pops, declaration } = queue;
  const fix =
    head && !file.generated
      ? compaction(queue, push, file)
      : 'elements are taken off by slicing, and the slice does not know its front';
  return {
    node: push.call,
    message: head
      ? `${code(name)} keeps room for all that was ever queued: only ${code(head.name)} moves on`
      : `${code(name)} loses its front by slicing, so ${code('append')} allocates again and again`,
    details: head
      ? 'Nothing reads the elements in front of the index again, and nothing moves the others into their place, so the slice grows with everything that goes through the queue.'
      : 'The room of an element that was sliced off is never used again: each time the rest reaches the end of the array, `append` makes a new one, however few elements are queued.',
    allocation: {
      kind: 'append growth',
      cost: 'conditional',
      reason: head
        ? 'the room in front of the index is not used again'
        : 'the room in front of the slice is not used again',
      evidence: [
        { kind: 'emitted call', callee: grows.callee, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    related: [
      ...pops.slice(0, 1).map((pop) => ({
        location: { file: pop.file.path, span: spanOf(pop.node.parent?.parent ?? pop.node) },
        message: 'the first element is taken off here',
      })),
      {
        location: { file: queue.declaredIn.path, span: spanOf(declaration) },
        message: `${code(declaration.text)} is declared here`,
      },
    ],
    ...(typeof fix === 'object' ? { fixes: [fix] } : { noFix: fix }),
  };
}

/** The rest is moved to the front in front of a push, when more than half is taken off; or why that is not certain to be the same. */
function compaction(queue: Queue, push: Push, file: GoFile): GoFix | string {
  const { head, name, pushes } = queue;
  const { statement } = push;
  if (pushes.length > 1) return 'more than one place appends to the queue';
  if (!head!.isInt) return 'the index is not an int';
  if (!atLeast(file.pkg.language, 1, 21)) return '`clear` needs Go 1.21';
  if (head!.isPlaceKept) return 'an element may be used by its place when the queue moves it';
  if (head!.isLengthSeen) return 'its length is asked for, and counts what was taken off, too';
  if (isCopied(head!.type, file.pkg))
    return `a ${code(head!.type)} may be copied, and its copy would share the array`;
  if (!isPoppedBehindRead(queue)) return 'the index may be behind the last element';
  if (statement.parent?.type !== 'statement_list') return 'the append is part of another statement';
  if (['len', 'copy', 'clear'].some((builtin) => isShadowed(builtin, statement, file)))
    return 'a built-in function has another meaning here';
  const n = freshName(file, ['n', 'rest'], { within: topLevel(statement) });
  const at = statement.startIndex;
  const compact = [
    `if ${head!.name} > len(${name})/2 {`,
    `\t${n} := copy(${name}, ${name}[${head!.name}:])`,
    `\tclear(${name}[${n}:])`,
    `\t${name} = ${name}[:${n}]`,
    `\t${head!.name} = 0`,
    '}',
  ].join('\n');
  return {
    title: 'Move the rest to the front when more than half is taken off',
    kind: 'safe',
    edits: [
      { file: file.path, span: { start: at, end: at }, newText: statementsAt(file, at, [compact, '']) },
    ],
    claim: {
      effect: 'runs less',
      within: [spanOf(topLevel(statement))],
      callees: [`runtime.growslice`],
    },
  };
}
