import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { contains, isWriteTarget, memberName, resolve, walk } from '../syntax/nodes';

/** What a loop accumulates in: a variable, or a property that is reached by names alone (`this.tokens`, `state.list`). */
export interface Accumulator {
  /** As the source spells it. */
  readonly name: string;
  /** The places within a node that stand for it. */
  uses(within: TSESTree.Node): readonly Use[];
  /** Whether a node stands for it. */
  is(node: TSESTree.Node): boolean;
}

export interface Use {
  readonly node: TSESTree.Node;
  readonly write: boolean;
}

/** The answer for each node, found once: a loop may hold thousands of copies. */
export function perNode<A>(find: (node: TSESTree.Node) => A): (node: TSESTree.Node) => A {
  const known = new WeakMap<TSESTree.Node, { readonly answer: A }>();
  return (node) => {
    let found = known.get(node);
    if (!found) known.set(node, (found = { answer: find(node) }));
    return found.answer;
  };
}

const variables = new WeakMap<TSESLint.Scope.Variable, Accumulator>();

/** The same for the same variable. */
export function variableAccumulator(variable: TSESLint.Scope.Variable): Accumulator {
  let known = variables.get(variable);
  if (!known) {
    const uses = variable.references.map((reference) => ({
      node: reference.identifier as TSESTree.Node,
      write: reference.isWrite(),
    }));
    const nodes = new Set(uses.map(({ node }) => node));
    known = {
      name: variable.name,
      uses: perNode((within) => uses.filter(({ node }) => contains(within, node))),
      is: (node) => nodes.has(node),
    };
    variables.set(variable, known);
  }
  return known;
}

const members = new WeakMap<Root, Map<string, Accumulator>>();

/** The same for each spelling of a path. Undefined for what a computed key, a call or an optional chain is in. */
export function memberAccumulator(
  sourceCode: TSESLint.SourceCode,
  member: TSESTree.MemberExpression,
): Accumulator | undefined {
  const path = pathOf(sourceCode, member);
  if (!path) return undefined;
  const name = sourceCode.getText(member);
  const known = members.get(path.root) ?? new Map<string, Accumulator>();
  members.set(path.root, known);
  const is = (node: TSESTree.Node): boolean => {
    if (node.type !== 'MemberExpression') return false;
    const other = pathOf(sourceCode, node);
    return other?.root === path.root && other.names === path.names;
  };
  const accumulator = known.get(name) ?? {
    name,
    is,
    uses: perNode((within) => {
      const uses: Use[] = [];
      walk(sourceCode, within, (node) => {
        if (is(node)) uses.push({ node, write: isWriteTarget(node) });
      });
      return uses;
    }),
  };
  known.set(name, accumulator);
  return accumulator;
}

/** Where a path begins: `this` of the class or function around it, or a variable. */
export type Root = TSESTree.Node | TSESLint.Scope.Variable;

/** `a.b.c` as its root and the names behind it. */
function pathOf(
  sourceCode: TSESLint.SourceCode,
  member: TSESTree.MemberExpression,
): { readonly root: Root; readonly names: string } | undefined {
  const names: string[] = [];
  let at: TSESTree.Expression = member;
  for (; at.type === 'MemberExpression' && !at.optional; at = at.object) {
    const name =
      memberName(at) ?? (at.property.type === 'PrivateIdentifier' ? `#${at.property.name}` : undefined);
    if (name === undefined) return undefined;
    names.unshift(name);
  }
  const root =
    at.type === 'ThisExpression'
      ? thisOwner(at)
      : at.type === 'Identifier'
        ? resolve(sourceCode, at)
        : undefined;
  return root && { root, names: names.join('.') };
}

/** The class body or function whose `this` it is. */
export function thisOwner(node: TSESTree.Node): TSESTree.Node | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'ClassBody') return at;
    // A method's function is the class's.
    if (at.type === 'FunctionDeclaration') return at;
    if (at.type === 'FunctionExpression' && at.parent.type !== 'MethodDefinition') return at;
  }
  return undefined;
}
