import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../../model';
import { loopsAround } from '../flow/loops';
import type { Decision, GoFile, GoFix, GoReport } from '../rule';
import {
  enclosingStatement,
  isAddressTaken,
  namesAround,
  parenthesized,
  type Binding,
} from '../syntax/names';
import { spanOf, statementsOf, topLevel, unparenthesised } from '../syntax/nodes';
import { atLeast } from '../syntax/version';
import { freshName, indentAt, lineEnd, startsLine } from '../edit/layout';
import { decided } from '../sites/evidence';
import { code } from '../../wording';

/**
 * A variable of a loop that is moved to the heap in each iteration because one of them returns its address: a copy where it is
 * returned is allocated once.
 */
export function returnedVariable(file: GoFile, decision: Decision, sample: string): GoReport | undefined {
  if (decision.subject !== 'moved' || decision.outcome !== 'heap' || decision.node.type !== 'identifier')
    return undefined;
  const variable = namesAround(file.root, decision.node).resolve(decision.node);
  if (variable?.kind !== 'variable' || variable.declaration.id !== decision.node.id) return undefined;
  const clause = rangeOf(variable.declaration);
  // Before Go 1.22 all iterations share the variable of the loop.
  if (clause && !atLeast(file.pkg.language, 1, 22)) return undefined;
  const body = clause?.parent?.childForFieldName('body');
  const first = clause ? body && statementsOf(body)[0] : variable.declaration;
  const loop = first && loopsAround(file, first)[0];
  const loopStatement = loop?.statement;
  if (!first || !loopStatement || loopStatement.startIndex > variable.declaration.startIndex)
    return undefined;
  const addresses = variable.uses.filter(({ node }) => isAddressTaken(node));
  const returns = addresses.flatMap(({ node }) => returnOf(node) ?? []);
  if (returns.length === 0) return undefined;
  if (variable.uses.some(({ owner }) => owner.id !== variable.owner.id)) return undefined;
  const fix = fixOf(file, variable, returns);
  // What else gets the address does not keep it, when the variable stays where it is.
  const isElsewhere = returns.length < addresses.length;
  if (isElsewhere && !fix) return undefined;
  return {
    node: variable.declaration,
    message: `Each iteration puts ${code(variable.name)} on the heap, for the one that returns its address`,
    allocation: {
      kind: 'moved variable',
      cost: 'always',
      reason: `each iteration has a ${code(variable.name)} of its own, and the compiler moves all of them to the heap because ${code(`&${variable.name}`)} is returned`,
      evidence: [
        decided(decision),
        { kind: 'emitted call', callee: 'runtime.newobject', count: 1 },
        { kind: 'measured sample', sample },
      ],
    },
    heatAt: first,
    ...(isElsewhere && { restsOn: 'its fix' as const }),
    ...(fix && { fixes: [fix] }),
    noFix: fix ? undefined : 'what is returned beside it might see the difference',
  };
}

/** The clause `_, v := range xs` that declares the identifier. */
function rangeOf(declaration: Node): Node | undefined {
  const clause = declaration.parent?.parent;
  return clause?.type === 'range_clause' ? clause : undefined;
}

/** The statement `return &v`, perhaps with other results. */
function returnOf(use: Node): Node | undefined {
  const address = parenthesized(parenthesized(use).parent!);
  const list = address.parent;
  return list?.type === 'expression_list' && list.parent?.type === 'return_statement'
    ? list.parent
    : undefined;
}

function fixOf(file: GoFile, variable: Binding, returns: readonly Node[]): GoFix | undefined {
  const statement = enclosingStatement(variable.declaration);
  if (file.generated || !statement) return undefined;
  const copy = freshName(file, ['found', 'result'], { within: topLevel(variable.declaration) });
  const edits: FileEdit[] = [];
  for (const leaving of returns) {
    const results = leaving.namedChildren.find(({ type }) => type === 'expression_list')?.namedChildren ?? [];
    const isPlain = results.every(
      (result) =>
        isAddressOf(result, variable) ||
        /^(?:nil|true|false|identifier|int_literal|interpreted_string_literal|raw_string_literal)$/.test(
          unparenthesised(result).type,
        ),
    );
    if (!isPlain || leaving.descendantsOfType('comment').length > 0) return undefined;
    const { text } = file;
    const at = leaving.startIndex;
    const end = startsLine(text, at) ? `${lineEnd(text)}${indentAt(text, at)}` : '; ';
    edits.push({
      file: file.path,
      span: { start: at, end: at },
      newText: `${copy} := ${variable.name}${end}`,
    });
    for (const result of results)
      if (isAddressOf(result, variable))
        edits.push({ file: file.path, span: spanOf(result), newText: `&${copy}` });
  }
  edits.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const header = rangeOf(variable.declaration);
  return {
    title: `Return the address of a copy, ${code(copy)}`,
    kind: 'safe',
    edits,
    // The copy is allocated in its place, once.
    claim: {
      effect: 'removes',
      within: [spanOf(header ?? statement)],
      callees: ['runtime.newobject'],
    },
  };
}

function isAddressOf(result: Node, variable: Binding): boolean {
  const node = unparenthesised(result);
  const operand = node.type === 'unary_expression' ? node.childForFieldName('operand') : undefined;
  return (
    operand != null &&
    node.childForFieldName('operator')?.text === '&' &&
    variable.uses.some(({ node: use }) => use.id === unparenthesised(operand).id)
  );
}
