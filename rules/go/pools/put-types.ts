import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { namesAround, occurrences } from '../syntax/names';
import { unparenthesised } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { typeOf } from '../types/types';
import { pooledCall, pooledGet, pooledPut } from './pools';
import { gotHere, heldBy } from './wrappers';

/** A `Put` of something that no `Get` of the pool takes. */
export interface WrongPut {
  readonly call: Node;
  readonly value: Node;
  readonly pool: string;
  /** As the package spells them. */
  readonly type: string;
  readonly asserted: string;
  /** A Get that asserts it. */
  readonly get: { readonly file: GoFile; readonly node: Node };
}

/** For a call in the file: it puts a value of another type than every Get of the pool asserts. */
export function wrongPut(file: GoFile, call: Node): WrongPut | undefined {
  const put = pooledPut(file, call);
  const pool = put && unparenthesised(put.pool);
  if (!put || pool?.type !== 'identifier' || namesAround(file.root, pool).resolve(pool)) return undefined;
  const get = assertedBy(file, pool.text);
  const type = get && typeText(file, put.value);
  if (!get || type === undefined || type === get.type) return undefined;
  return { call, value: put.value, pool: pool.text, type, asserted: get.type, get };
}

/**
 * The one type that every Get of an unexported pool of the package asserts; undefined when they differ, one is not asserted
 * where it stands, or the pool is used otherwise: somebody else may take what it holds.
 */
function assertedBy(file: GoFile, pool: string): { type: string; file: GoFile; node: Node } | undefined {
  const variable = packageNames(file.pkg).variables.get(pool);
  if (!variable || /^\p{Lu}/u.test(pool)) return undefined;
  let found: { type: string; file: GoFile; node: Node } | undefined;
  for (const other of file.pkg.files) {
    for (const name of occurrences(other.root, other.text, pool)) {
      if (name.type !== 'identifier' || namesAround(other.root, name).resolve(name)) continue;
      if (name.parent?.id === variable.spec.id) continue;
      const call = name.parent?.type === 'selector_expression' ? name.parent.parent : null;
      if (call?.type !== 'call_expression') {
        if (name.parent?.type === 'selector_expression' && /\.New$/.test(name.parent.text)) continue;
        return undefined;
      }
      if (pooledPut(other, call)) continue;
      const assertion = call.parent;
      const type = assertion && pooledCall(other, call) ? pooledGet(other, assertion)?.type : undefined;
      // What an interface asserts many types have.
      if (!type || !/^(?:pointer|slice|map|array)_type$/.test(type.type)) return undefined;
      const text = typeOf(assertion!, other)?.text ?? type.text;
      if (found && found.type !== text) return undefined;
      found = { type: text, file: other, node: assertion! };
    }
  }
  return found;
}

/** The type of what is put, when it is certain and no interface. */
function typeText(file: GoFile, value: Node): string | undefined {
  const known = typeOf(value, file);
  if (known) return known.kind === 'interface' || known.kind === undefined ? undefined : known.text;
  const node = unparenthesised(value);
  const variable = node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
  const got = variable ? heldBy(file, variable)?.got : gotHere(file, node);
  return got && /^(?:pointer|slice|map|array)_type$/.test(got.type.type) ? got.type.text : undefined;
}
