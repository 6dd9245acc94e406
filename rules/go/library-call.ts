import type { Node } from 'web-tree-sitter';
import { code } from '../wording';
import type { Evidence } from '../model';
import { calleeOf } from './flow/calls';
import { allocationOf } from './flow/library';
import type { GoFile, GoReport, GoRule } from './rule';
import { decided } from './sites/evidence';
import { enclosingDeclaration, topLevel } from './syntax/nodes';
import { calleeName } from './flow/callee-name';
import { libraryAdvice } from './stdlib/library-advice';

/** Calls of the standard library that allocate for their caller, with a way that allocates less but is no edit. */
export const rule: GoRule = {
  meta: {
    id: 'go/library-call',
    summary: 'a call of the standard library that allocates for its caller, where another way allocates less',
    fix: 'none',
    recipe: 'Use the form of the library that writes into memory of the caller, and keep that memory',
    reports: 'measured only',
    sample: 'go/librarycall',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      // What a package variable starts with is made once.
      const found = enclosingDeclaration(call) && check(call, file);
      if (found) report(found);
    }
  },
};

function check(call: Node, file: GoFile): GoReport | undefined {
  const callee = calleeOf(file, call);
  if (callee.kind !== 'foreign') return undefined;
  const advice = libraryAdvice(callee.name);
  const evidence = advice && evidenceOf(call, callee.name, file);
  if (!evidence) return undefined;
  const { does, instead, rule: nearest } = advice;
  const cost = allocationOf(callee.name);
  return {
    node: call,
    message: `${code(call.childForFieldName('function')!.text)} ${does}`,
    ...(nearest !== undefined && {
      details: `${nearest} has a fix for some of these calls, and found none for this one.`,
    }),
    allocation: {
      kind: 'call',
      cost: cost ?? 'conditional',
      reason: `${code(callee.name)} ${does}`,
      evidence: [evidence, { kind: 'measured sample', sample: rule.meta.sample }],
      through: callee.name,
    },
    recipe: instead,
  };
}

/** The call in the listing; of one that was inlined, that its memory goes to the heap, or what it calls in its package. */
function evidenceOf(call: Node, name: string, file: GoFile): Evidence | undefined {
  const facts = file.facts!;
  if (facts.inlined(call) === undefined) {
    const emitted = facts.emitted(call).find(({ callee }) => calleeName(callee) === name);
    return emitted && { kind: 'emitted call', callee: emitted.callee, count: 1 };
  }
  const decision = facts.decisions.find(
    ({ node, outcome, free }) => node.id === call.id && outcome === 'heap' && !free,
  );
  if (decision) return decided(decision);
  const home = name.slice(0, name.indexOf('.', name.lastIndexOf('/')) + 1);
  const inner = facts.emittedFor(topLevel(call)).find(({ callee }) => callee.startsWith(home));
  return inner && { kind: 'emitted call', callee: inner.callee, count: 1 };
}
