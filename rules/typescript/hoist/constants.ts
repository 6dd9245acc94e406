import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isGlobal, isWriteTarget, resolve } from '../syntax/nodes';

/** Expressions that are the same at every evaluation, and what they are. */
export interface Constant {
  readonly value: unknown;
  /** Statements of the module's body that the expression needs in front of it. */
  readonly needed: readonly TSESTree.Node[];
}

/** The value of an enum member that is computed. */
const computed = Symbol('computed');

const maxDepth = 6;

/** Literals, module-level `const` names of literals, and members of enums of the file; no objects and arrays. */
export function constantPrimitive(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node | null | undefined,
  depth = 0,
): Constant | undefined {
  if (!node || depth > maxDepth) return undefined;
  switch (node.type) {
    case 'Literal':
      return 'regex' in node ? undefined : { value: node.value, needed: [] };
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? { value: node.quasis[0]!.value.cooked, needed: [] } : undefined;
    case 'UnaryExpression': {
      const inner = constantPrimitive(sourceCode, node.argument, depth + 1);
      if (node.operator === '-' && typeof inner?.value === 'number') return { ...inner, value: -inner.value };
      if (node.operator === '-' && typeof inner?.value === 'bigint') return { ...inner, value: -inner.value };
      return node.operator === '!' && inner && inner.value !== computed
        ? { ...inner, value: !inner.value }
        : undefined;
    }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return node.type === 'TSSatisfiesExpression' || isConst(sourceCode, node)
        ? constantPrimitive(sourceCode, node.expression, depth + 1)
        : undefined;
    case 'MemberExpression': {
      if (node.computed || node.object.type !== 'Identifier' || node.property.type !== 'Identifier')
        return undefined;
      const declared = soleDefinition(sourceCode, node.object);
      if (declared?.type !== 'TSEnumDeclaration' || declared.declare) return undefined;
      const needed = topLevel(declared);
      return needed && { value: memberValue(declared, node.property.name), needed };
    }
    case 'Identifier': {
      if (node.name === 'undefined' && isGlobal(sourceCode, node)) return { value: undefined, needed: [] };
      const declarator = constDeclarator(sourceCode, node);
      const inner = declarator && constantPrimitive(sourceCode, declarator.init, depth + 1);
      return inner && behind(declarator, inner);
    }
    default:
      return undefined;
  }
}

/** Primitives, and arrays and objects of them: written out, or in a `const` of the module that nothing can have changed. */
export function constantTree(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node | null | undefined,
  depth = 0,
): Constant | undefined {
  if (!node || depth > maxDepth) return undefined;
  const inner = (part: TSESTree.Node | null): Constant | undefined =>
    constantTree(sourceCode, part, depth + 1);
  switch (node.type) {
    case 'ArrayExpression': {
      const parts = node.elements.map(inner);
      if (!parts.every((part) => part !== undefined)) return undefined;
      return { value: parts.map(({ value }) => value), needed: parts.flatMap(({ needed }) => needed) };
    }
    case 'ObjectExpression': {
      const value: Record<string, unknown> = {};
      const needed: TSESTree.Node[] = [];
      for (const property of node.properties) {
        if (property.type !== 'Property' || property.computed || property.method || property.kind !== 'init')
          return undefined;
        const key = keyOf(property);
        const part = inner(property.value);
        if (!part || key === undefined || key === '__proto__') return undefined;
        value[key] = part.value;
        needed.push(...part.needed);
      }
      return { value, needed };
    }
    case 'TSAsExpression':
      return isConst(sourceCode, node) ? inner(node.expression) : undefined;
    case 'TSSatisfiesExpression':
      return inner(node.expression);
    case 'Identifier': {
      const primitive = constantPrimitive(sourceCode, node);
      if (primitive) return primitive;
      const declarator = constDeclarator(sourceCode, node);
      if (!declarator || !isUnchanged(sourceCode, declarator)) return undefined;
      const value = inner(declarator.init);
      return value && behind(declarator, value);
    }
    default:
      return constantPrimitive(sourceCode, node, depth);
  }
}

const isConst = (sourceCode: TSESLint.SourceCode, node: TSESTree.TSAsExpression): boolean =>
  sourceCode.getText(node.typeAnnotation) === 'const';

/** `a` and `'a'` of `{ a: 1, 'a': 1 }`. */
function keyOf({ key }: TSESTree.Property): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

/** The declaration of the module's body comes first, and what its value needs before it. */
function behind(declarator: TSESTree.VariableDeclarator, inner: Constant): Constant | undefined {
  const own = topLevel(declarator.parent);
  return own && { value: inner.value, needed: [...inner.needed, ...own] };
}

function constDeclarator(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
): TSESTree.VariableDeclarator | undefined {
  const declared = soleDefinition(sourceCode, identifier);
  return declared?.type === 'VariableDeclarator' &&
    declared.parent.kind === 'const' &&
    declared.id.type === 'Identifier'
    ? declared
    : undefined;
}

function soleDefinition(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
): TSESTree.Node | undefined {
  const definitions = resolve(sourceCode, identifier)?.defs ?? [];
  return definitions.length === 1 ? (definitions[0]!.node as TSESTree.Node) : undefined;
}

function topLevel(declaration: TSESTree.Node): TSESTree.Node[] | undefined {
  const statement = declaration.parent?.type === 'ExportNamedDeclaration' ? declaration.parent : declaration;
  return statement.parent?.type === 'Program' ? [statement] : undefined;
}

/** A number that counts on, or what is written. */
function memberValue({ body }: TSESTree.TSEnumDeclaration, name: string): unknown {
  let next: number | undefined = 0;
  for (const member of body.members) {
    const written: unknown = member.initializer?.type === 'Literal' ? member.initializer.value : undefined;
    const value: unknown = member.initializer ? (written ?? computed) : (next ?? computed);
    if (member.id.type === 'Identifier' ? member.id.name === name : member.id.value === name) return value;
    next = typeof value === 'number' ? value + 1 : undefined;
  }
  return computed;
}

/** Every use of the object reads it: no other name, no function of somebody, no other module gets hold of it. */
function isUnchanged(sourceCode: TSESLint.SourceCode, declarator: TSESTree.VariableDeclarator): boolean {
  const frozen = declarator.init?.type === 'TSAsExpression' && isConst(sourceCode, declarator.init);
  // TypeScript refuses writes to what is `as const`.
  if (frozen) return true;
  if (declarator.parent.parent.type === 'ExportNamedDeclaration') return false;
  const variable = sourceCode.getDeclaredVariables!(declarator)[0];
  return (variable?.references ?? []).every((reference) => {
    if (reference.init || ('isTypeReference' in reference && reference.isTypeReference)) return true;
    const use = reference.identifier as TSESTree.Node;
    const parent = use.parent!;
    if (parent.type === 'TSTypeQuery' || parent.type === 'SpreadElement') return true;
    if (parent.type === 'MemberExpression' && parent.object === use) return isPlainRead(parent);
    if (parent.type !== 'NewExpression' && parent.type !== 'CallExpression') return false;
    return parent.callee !== use && readsOptions(sourceCode, parent);
  });
}

/** `options.style`, which is neither written to nor called: an array's own methods change it. */
function isPlainRead(member: TSESTree.MemberExpression): boolean {
  const { parent } = member;
  return !isWriteTarget(member) && !(parent.type === 'CallExpression' && parent.callee === member);
}

/** `new Intl.X(locale, options)`, `x.toLocaleString(locale, options)`, `a.localeCompare(b, locale, options)`. */
function readsOptions(
  sourceCode: TSESLint.SourceCode,
  { callee }: TSESTree.CallExpression | TSESTree.NewExpression,
): boolean {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  const { object, property } = callee;
  if (object.type === 'Identifier' && object.name === 'Intl') return isGlobal(sourceCode, object);
  return /^(?:localeCompare|toLocale(?:Date|Time)?String)$/.test(property.name);
}
