import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { unparenthesised } from '../syntax/nodes';
import { namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';

/**
 * The types that declarations spell out. There is no type checker here: what is not written in this package is not
 * known, and a rule that needs more lets the compiler prove it (an obligation).
 */
export type DeclaredType =
  | {
      readonly kind: 'slice' | 'map' | 'channel' | 'function' | 'struct' | 'interface' | 'pointer';
      readonly node: Node;
    }
  | { readonly kind: 'array'; readonly node: Node; readonly length: number | undefined }
  /** A predeclared type: `int`, `string`, `error`. */
  | { readonly kind: 'basic'; readonly name: string };

/** The underlying type of an expression as far as declarations in this package spell it out. */
export function declaredType(expression: Node, file: GoFile): DeclaredType | undefined {
  const type = typeNode(unparenthesised(expression), file, 0);
  return type && underlying(type.node, type.file, 0);
}

/** The node that spells the type, and the file that it stands in. */
export function spelledTypeNode(expression: Node, file: GoFile): TypeNode | undefined {
  return typeNode(unparenthesised(expression), file, 0);
}

export interface TypeNode {
  readonly node: Node;
  readonly file: GoFile;
}

const deepest = 8;

function typeNode(node: Node, file: GoFile, depth: number): TypeNode | undefined {
  if (depth > deepest) return undefined;
  switch (node.type) {
    case 'identifier': {
      const binding = namesAround(file.root, node).resolve(node);
      if (binding) return ofDeclaration(binding.declaration, file, depth);
      const global = packageNames(file.pkg).variables.get(node.text);
      const name = global?.spec.childrenForFieldName('name').find((child) => child?.text === node.text);
      return global && name ? ofDeclaration(name, global.file, depth) : undefined;
    }
    case 'selector_expression': {
      const operand = node.childForFieldName('operand');
      const field = node.childForFieldName('field')?.text;
      const owner = operand && typeNode(unparenthesised(operand), file, depth + 1);
      let struct = owner && underlying(owner.node, owner.file, depth + 1);
      if (struct?.kind === 'pointer' && struct.node.namedChild(0))
        struct = underlying(struct.node.namedChild(0)!, owner!.file, depth + 1);
      if (struct?.kind !== 'struct') return undefined;
      for (const declared of struct.node.namedChild(0)?.namedChildren ?? []) {
        if (declared.type !== 'field_declaration') continue;
        if (!declared.childrenForFieldName('name').some((name) => name?.text === field)) continue;
        const type = declared.childForFieldName('type');
        // The struct may be declared in another file of the package.
        return type ? { node: type, file: typeNodeHome(struct.node, owner!.file) } : undefined;
      }
      return undefined;
    }
    case 'composite_literal':
    case 'type_conversion_expression':
    case 'slice_expression':
    case 'unary_expression':
    case 'index_expression':
    case 'call_expression':
      return ofValue(node, file, depth);
    default:
      return undefined;
  }
}

/** The file of the package that a node stands in. */
export function typeNodeHome(node: Node, fallback: GoFile): GoFile {
  return fallback.pkg.files.find((file) => file.root.tree === node.tree) ?? fallback;
}

/** The type of the variable whose declaring identifier this is. */
function ofDeclaration(name: Node, file: GoFile, depth: number): TypeNode | undefined {
  const parent = name.parent;
  if (!parent) return undefined;
  if (parent.type === 'parameter_declaration' || parent.type === 'var_spec' || parent.type === 'const_spec') {
    const type = parent.childForFieldName('type');
    if (type) return { node: type, file };
    const names = parent.childrenForFieldName('name');
    const values = parent.childForFieldName('value')?.namedChildren ?? [];
    const value = values[names.findIndex((other) => other?.id === name.id)];
    return names.length === values.length && value
      ? ofValue(unparenthesised(value), file, depth + 1)
      : undefined;
  }
  const statement = parent.type === 'expression_list' ? parent.parent : undefined;
  if (statement?.type === 'range_clause') return ofRangeVariable(name, parent, statement, file, depth);
  if (statement?.type !== 'short_var_declaration') return undefined;
  const values = statement.childForFieldName('right')?.namedChildren ?? [];
  const targets = parent.namedChildren;
  const value = values[targets.findIndex((other) => other.id === name.id)];
  return values.length === targets.length && value
    ? ofValue(unparenthesised(value), file, depth + 1)
    : undefined;
}

/** The element that `for _, v := range xs` puts into v. */
function ofRangeVariable(
  name: Node,
  variables: Node,
  clause: Node,
  file: GoFile,
  depth: number,
): TypeNode | undefined {
  const ranged = clause.childForFieldName('right');
  const type = ranged && typeNode(unparenthesised(ranged), file, depth + 1);
  const shape = type && underlying(type.node, type.file, depth + 1);
  if (shape?.kind !== 'slice' && shape?.kind !== 'array' && shape?.kind !== 'map') return undefined;
  const first = variables.namedChild(0)?.id === name.id;
  if (first && shape.kind !== 'map') return undefined;
  const field = shape.kind === 'map' ? (first ? 'key' : 'value') : 'element';
  const element = shape.node.childForFieldName(field);
  return element ? { node: element, file: typeNodeHome(shape.node, type!.file) } : undefined;
}

function ofValue(value: Node, file: GoFile, depth: number): TypeNode | undefined {
  if (depth > deepest) return undefined;
  switch (value.type) {
    case 'composite_literal':
    case 'type_conversion_expression': {
      const type = value.childForFieldName('type');
      return type ? { node: type, file } : undefined;
    }
    case 'call_expression': {
      const callee = value.childForFieldName('function');
      const first = value.childForFieldName('arguments')?.namedChild(0);
      // make([]T, n), or a conversion of the predeclared kind: int64(x).
      if (callee?.type === 'identifier' && callee.text === 'make' && first) return { node: first, file };
      return undefined;
    }
    case 'slice_expression': {
      const operand = value.childForFieldName('operand');
      const type = operand && typeNode(unparenthesised(operand), file, depth + 1);
      const shape = type && underlying(type.node, type.file, depth + 1);
      return shape?.kind === 'slice' ? (type ?? undefined) : undefined;
    }
    case 'identifier':
    case 'selector_expression':
      return typeNode(value, file, depth + 1);
    default:
      return undefined;
  }
}

/** What the type that a node spells comes down to. */
export function underlying(type: Node, file: GoFile, depth: number): DeclaredType | undefined {
  if (depth > deepest) return undefined;
  switch (type.type) {
    case 'slice_type':
      return { kind: 'slice', node: type };
    case 'array_type':
    case 'implicit_length_array_type': {
      const length = type.childForFieldName('length');
      return {
        kind: 'array',
        node: type,
        length: length?.type === 'int_literal' ? intLiteral(length.text) : undefined,
      };
    }
    case 'map_type':
      return { kind: 'map', node: type };
    case 'channel_type':
      return { kind: 'channel', node: type };
    case 'function_type':
      return { kind: 'function', node: type };
    case 'struct_type':
      return { kind: 'struct', node: type };
    case 'interface_type':
      return { kind: 'interface', node: type };
    case 'pointer_type':
      return { kind: 'pointer', node: type };
    case 'parenthesized_type':
      return type.namedChild(0) ? underlying(type.namedChild(0)!, file, depth + 1) : undefined;
    case 'type_identifier': {
      // A type declared in a function, or a type parameter: not followed.
      if (namesAround(file.root, type).resolve(type)) return undefined;
      const named = packageNames(file.pkg).types.get(type.text);
      if (!named) return predeclared.has(type.text) ? { kind: 'basic', name: type.text } : undefined;
      const target = named.spec.childForFieldName('type');
      if (!target || named.spec.childForFieldName('type_parameters')) return undefined;
      return underlying(target, named.file, depth + 1);
    }
    default:
      return undefined;
  }
}

const predeclared: ReadonlySet<string> = new Set(
  (
    'bool string error byte rune uintptr int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 ' +
    'float32 float64 complex64 complex128 any'
  ).split(' '),
);

/** The value of a Go integer literal; undefined when it is not exactly representable. */
export function intLiteral(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  const value = Number(/^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The size in bytes of a value of the type on a 64-bit machine, for types whose size is plain; else undefined. */
export function sizeOf(type: Node, file: GoFile): number | undefined {
  const shape = underlying(type, file, 0);
  switch (shape?.kind) {
    case 'slice':
      return 24;
    case 'interface':
      return 16;
    case 'map':
    case 'channel':
    case 'function':
    case 'pointer':
      return 8;
    case 'basic':
      if (/^(?:string|error|any|complex128)$/.test(shape.name)) return 16;
      if (/^(?:bool|byte|u?int8)$/.test(shape.name)) return 1;
      if (/16$/.test(shape.name)) return 2;
      return /32$|^rune$/.test(shape.name) ? 4 : 8;
    default:
      return undefined;
  }
}
