import type { Node } from 'web-tree-sitter';
import type { Binding } from './names';

/** `T` of `func (x *T) m()`. */
export function receiverType(method: Node): string | undefined {
  let known = receivers.get(method);
  if (known === undefined) receivers.set(method, (known = receiverName(method) ?? null));
  return known ?? undefined;
}

/** Each call of a method asks for those of all methods of its name. */
const receivers = new WeakMap<Node, string | null>();

function receiverName(method: Node): string | undefined {
  const type = method.childForFieldName('receiver')?.firstNamedChild?.childForFieldName('type');
  const named = type?.type === 'pointer_type' ? type.firstNamedChild : type;
  return named?.type === 'generic_type' ? named.childForFieldName('type')?.text : named?.text;
}

/** The identifiers of the parameters in order. */
export function parameterNames(fn: Node): Node[] {
  return (fn.childForFieldName('parameters')?.namedChildren ?? []).flatMap((declaration) =>
    declaration.namedChildren.filter((child) => child.type === 'identifier'),
  );
}

/** Which parameter of the function the binding is, from 0. */
export function indexOf(fn: Node, parameter: Binding): number {
  return parameterNames(fn).findIndex((name) => name.id === parameter.declaration.id);
}

/** The names that a `field_declaration` declares; none for an embedded field. */
export function namesOf(declaration: Node): Node[] {
  return declaration.namedChildren.filter(({ type }) => type === 'field_identifier');
}

/** `main` and `init`. */
export function runsOnce(fn: Node): boolean {
  return (
    fn.type === 'function_declaration' && /^(?:main|init)$/.test(fn.childForFieldName('name')?.text ?? '')
  );
}
