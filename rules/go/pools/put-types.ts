import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { namesAround, occurrences } from '../syntax/names';
import { unparenthesised } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import type { GoType } from '../types/go-type';
import { typeOf } from '../types/types';
import { pooledCall, pooledGet, pooledPut } from './pools';

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
  const asserted = get && typeOf(get.node, get.file);
  const type = get && typeOf(put.value, file);
  if (!asserted || !type || !differs(type, asserted, file)) return undefined;
  return { call, value: put.value, pool: pool.text, type: type.text, asserted: asserted.text, get };
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
      if (found && found.type !== type.text) return undefined;
      found = { type: type.text, file: other, node: assertion! };
    }
  }
  return found;
}

/**
 * True when the types are certainly not the same: of different kinds, or pointers to different types that this package or
 * the standard library declares. Two names of other packages may be aliases of one type.
 */
function differs(a: GoType, b: GoType, file: GoFile): boolean {
  const [kinds, other] = [a.kind, b.kind];
  if (!kinds || !other || [kinds, other].some((kind) => /^(?:interface|parameter|tuple)$/.test(kind)))
    return false;
  if (kinds !== other) return true;
  const [one, two] = [a.element?.named, b.element?.named];
  if (kinds !== 'pointer' || !one || !two) return false;
  const isCertain = [one, two].every(({ path, name, local }) =>
    path === file.pkg.importPath
      ? !local && packageNames(file.pkg).types.get(name)?.spec.type === 'type_spec'
      : path !== '' && !path.split('/')[0]!.includes('.'),
  );
  return isCertain && (one.path !== two.path || one.name !== two.name);
}
