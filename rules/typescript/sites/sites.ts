import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Span } from '../../model';
import { normalised, ordered, type Site } from '../../sites';
import { isFunction, memberName } from '../syntax/nodes';
import { allocationOf } from './allocating-expressions';
import { fateOf } from './fate';

/**
 * Every expression of the file that makes a new value, in source order. Whether V8 allocates for it, optimised code decides: none of them
 * costs always. Functions and classes of the module itself are made once and are left out, and so are methods.
 * @param file absolute path
 */
export function sitesOf(sourceCode: TSESLint.SourceCode, file: string): readonly Site[] {
  const sites: Omit<Site, 'order'>[] = [];
  const visit = (node: TSESTree.Node, around: string, isRun: boolean): void => {
    const declares = isFunction(node) || node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
    const isMadeOnce = declares && (!isRun || node.parent?.type === 'MethodDefinition');
    const allocation = isMadeOnce ? undefined : allocationOf(sourceCode, node);
    if (allocation) {
      const reason = fateOf(sourceCode, node);
      sites.push({
        unit: file,
        function: around,
        kind: allocation.kind,
        expression: normalised(sourceCode.getText(node), bodiesIn(sourceCode, node)),
        language: 'typescript',
        file,
        span: { start: node.range[0], end: node.range[1] },
        line: node.loc.start.line - 1,
        cost: 'conditional',
        callees: /^(?:Call|New)Expression$/.test(node.type) ? [allocation.what.replaceAll('`', '')] : [],
        ...(reason !== undefined && { reason }),
        flow: [],
      });
    }
    const name = nameOf(node);
    const inside = name === undefined ? around : around === '' ? name : `${around}.${name}`;
    for (const child of childrenOf(sourceCode, node)) visit(child, inside, isRun || isFunction(node));
  };
  visit(sourceCode.ast, '', false);
  return ordered(sites.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end));
}

/** The name that a function or class has, or gets from what it is assigned to; undefined for anything else. */
function nameOf(node: TSESTree.Node): string | undefined {
  if (!isFunction(node) && node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression')
    return undefined;
  if (node.id) return node.id.name;
  const { parent } = node;
  switch (parent?.type) {
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      return parent.value === node && !parent.computed ? keyName(parent.key) : undefined;
    case 'VariableDeclarator':
      return parent.init === node && parent.id.type === 'Identifier' ? parent.id.name : undefined;
    case 'AssignmentExpression':
      if (parent.right !== node) return undefined;
      return parent.left.type === 'Identifier'
        ? parent.left.name
        : parent.left.type === 'MemberExpression'
          ? memberName(parent.left)
          : undefined;
    default:
      return undefined;
  }
}

function keyName(key: TSESTree.Node): string | undefined {
  if (key.type === 'Identifier' || key.type === 'PrivateIdentifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

/** The outermost bodies of functions and classes in the node, relative to its start. */
function bodiesIn(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): Span[] {
  const bodies: Span[] = [];
  const visit = (at: TSESTree.Node): void => {
    if (at.type === 'BlockStatement' || at.type === 'ClassBody')
      bodies.push({
        start: at.range[0] - node.range[0],
        end: at.range[1] - node.range[0],
      });
    else for (const child of childrenOf(sourceCode, at)) visit(child);
  };
  visit(node);
  return bodies;
}

function* childrenOf(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): Iterable<TSESTree.Node> {
  for (const key of sourceCode.visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, unknown>)[key];
    for (const child of Array.isArray(value) ? value : [value])
      if (child && typeof (child as TSESTree.Node).type === 'string') yield child as TSESTree.Node;
  }
}
