import type { Node } from 'web-tree-sitter';
import type { AllocationKind } from '../model';
import { allocates } from './allocation-calls';
import { positionRow } from './compiler-position';
import { adviceFor, explainFlow, explainWhy } from './explain';
import type { Decision, EmittedCall, GoFile, GoRule } from './rule';
import { enclosingDeclaration } from './syntax';

/** Every value that the compiler puts on the heap, for the reader who asks why. Rules with a fix speak first. */
export const rule: GoRule = {
  meta: {
    id: 'go/escape',
    summary: 'why the compiler puts a value on the heap',
    fix: 'none',
    reports: 'on request',
    sample: 'go/escape',
  },
  check(file, report) {
    for (const decision of file.facts?.decisions ?? []) {
      if (decision.outcome !== 'heap' || decision.free) continue;
      const emitted = allocationOf(file, decision);
      if (!emitted) continue;
      const { node, subject, text, flow, reason } = decision;
      const sentences = explainFlow(flow);
      const why = (reason && explainWhy(reason)?.says(`\`${shortened(text)}\``)) ?? plain(sentences.at(-1));
      const advice = (reason && explainWhy(reason)?.advice) ?? adviceFor(flow);
      const name = subject === 'moved' ? text : `\`${shortened(text)}\``;
      const goes = subject === 'moved' ? `${name} moves to the heap` : `${name} is allocated on the heap`;
      report({
        node,
        message: why === undefined ? goes : `${goes}: ${why}`,
        allocation: {
          kind: kindOf(node, subject),
          cost: emitted.some(isCertain) ? 'always' : 'conditional',
          reason:
            [
              ...sentences,
              ...(advice === undefined ? [] : [`To keep it on the stack: ${lowered(advice)}.`]),
            ].join(' ') || goes,
          evidence: [
            {
              kind: 'compiler decision',
              text: subject === 'moved' ? `moved to heap: ${text}` : `${text} escapes to heap`,
            },
            { kind: 'emitted call', callee: emitted[0]!.callee, count: emitted.length },
          ],
        },
      });
    }
  },
};

/** The allocation calls that can be the decision's: on the line of its position, or in what was inlined there. */
function allocationOf(file: GoFile, { node }: Decision): readonly Pick<EmittedCall, 'callee'>[] | undefined {
  const row = positionRow(node);
  const here = (file.facts?.emitted(node) ?? []).filter(
    ({ line, callee }) => line === row && allocates(callee),
  );
  if (here.length > 0) return here;
  const declaration = enclosingDeclaration(node);
  if (!declaration || node.type !== 'call_expression' || file.facts?.inlined(node) === undefined)
    return undefined;
  const [first, last] = [declaration.startPosition.row, declaration.endPosition.row];
  const elsewhere = file.facts
    .emittedFor(declaration)
    .filter(
      ({ at, callee }) =>
        allocates(callee) && !(at?.file === file.path && first <= at.line && at.line <= last),
    );
  return elsewhere.length > 0 ? elsewhere.slice(0, 1) : undefined;
}

/** The size or the value decides about the others at run time. */
function isCertain({ callee }: Pick<EmittedCall, 'callee'>): boolean {
  return /^runtime\.(?:newobject|makeslice\w*|makemap\w*|makechan\w*|convT|convTnoptr)$/.test(callee);
}

function kindOf(node: Node, subject: Decision['subject']): AllocationKind {
  if (subject === 'moved') return 'moved variable';
  switch (node.type) {
    case 'func_literal':
      return 'closure';
    case 'composite_literal':
    case 'unary_expression':
      return 'composite literal';
    case 'binary_expression':
      return 'string concatenation';
    case 'type_conversion_expression':
      return 'conversion';
    case 'call_expression': {
      const callee = node.childForFieldName('function')?.text;
      if (callee === 'make') return 'make';
      if (callee === 'new') return 'new';
      return callee === 'append' ? 'append growth' : 'call';
    }
    default:
      return 'interface conversion';
  }
}

function plain(sentence: string | undefined): string | undefined {
  return sentence && lowered(sentence.replace(/\.$/, ''));
}

function lowered(text: string): string {
  return text.startsWith('`') ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

function shortened(text: string): string {
  const one = text
    .replace(/\s+/g, ' ')
    .replaceAll('`', "'")
    // Inlining leaves results without a name.
    .replace(/~r\d+\b/g, 'result')
    .replace(/^\.\.\. argument$/, 'the variadic arguments');
  return one.length > 50 ? `${one.slice(0, 49)}…` : one;
}
