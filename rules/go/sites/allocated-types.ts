import type { Node } from 'web-tree-sitter';
import { spelledType } from '../types/types';
import { staticHeat } from '../heat/static-heat';
import type { Decision, GoFile, GoPackage } from '../rule';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { namesAround } from '../syntax/names';
import { movedToHeap } from './moved';

/** A place where the compiler says that values of a named type are allocated. */
export interface AllocatedAt {
  readonly file: GoFile;
  /** What the decision is about, or the variable that is moved. */
  readonly node: Node;
  readonly decision: Decision;
  /** `one`: an object of the type. `many`: an array of them, by `make([]T, n)` or a slice literal. */
  readonly as: 'one' | 'many';
  readonly heat: number;
}

const cache = new WeakMap<GoPackage, ReadonlyMap<string, readonly AllocatedAt[]>>();

/**
 * Where the package allocates values of its own types, hottest first: `&T{}`, `new(T)`, a boxed `T{}`, a moved variable,
 * `make([]T, n)`, `[]T{…}`. By the type's name; types declared in functions are left out.
 */
export function allocatedTypes(pkg: GoPackage): ReadonlyMap<string, readonly AllocatedAt[]> {
  const known = cache.get(pkg);
  if (known) return known;
  const found = new Map<string, AllocatedAt[]>();
  for (const file of pkg.files) {
    const add = (type: string | undefined, as: AllocatedAt['as'], node: Node, decision: Decision): void => {
      if (type === undefined) return;
      const site = { file, node, decision, as, heat: staticHeat(file, node).score };
      const sites = found.get(type);
      if (sites) sites.push(site);
      else found.set(type, [site]);
    };
    for (const decision of file.facts?.decisions ?? []) {
      const { node, outcome, subject, free } = decision;
      if (outcome !== 'heap' || subject !== 'expression' || free) continue;
      const type = typeOf(node);
      if (type?.type === 'slice_type')
        add(nameOf(type.childForFieldName('element'), file), 'many', node, decision);
      else if (node.type !== 'call_expression' || node.childForFieldName('function')?.text === 'new')
        add(nameOf(type, file), 'one', node, decision);
    }
    for (const { decision, variable } of movedToHeap(file)) {
      const type = spelledType(variable.declaration, file);
      if (type !== undefined && /^\w+$/.test(type)) add(type, 'one', variable.declaration, decision);
    }
  }
  for (const sites of found.values()) sites.sort((a, b) => b.heat - a.heat);
  cache.set(pkg, found);
  return found;
}

/** The type of `T{…}`, or the first argument of `new` and `make`. */
function typeOf(decided: Node): Node | undefined {
  const operand = decided.type === 'unary_expression' ? decided.childForFieldName('operand') : null;
  const node = operand ? unparenthesised(operand) : decided;
  if (node.type === 'composite_literal') return node.childForFieldName('type') ?? undefined;
  if (node.type !== 'call_expression') return undefined;
  return /^(?:new|make)$/.test(node.childForFieldName('function')?.text ?? '')
    ? argumentsOf(node)[0]
    : undefined;
}

/** The name of a type of the package, for a node that names one. */
function nameOf(type: Node | null | undefined, file: GoFile): string | undefined {
  // The argument of new is an expression to the grammar.
  if (type?.type !== 'type_identifier' && type?.type !== 'identifier') return undefined;
  return namesAround(file.root, type).resolve(type) ? undefined : type.text;
}
