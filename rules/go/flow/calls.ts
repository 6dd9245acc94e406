import type { Node } from 'web-tree-sitter';
import { calleeName } from './callee-name';
import type { GoFile, GoPackage } from '../rule';
import { initializer } from '../syntax/assignments';
import { isAssigned, namesAround } from '../syntax/names';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { receiverType } from '../syntax/signatures';
import { importedFunction, isBuiltin, isUniverse } from '../syntax/universe';
import { spelledTypeNode, type TypeNode } from '../types/declared-types';
import { checked } from '../types/types';

/** A function with a body, and the file that holds it. */
export interface OwnFunction {
  readonly fn: Node;
  readonly file: GoFile;
}

/** What a call runs, as far as imports, declarations and, where there was a compile, the emitted calls tell. */
export type Callee =
  | { readonly kind: 'builtin'; readonly name: string }
  /** `T(x)`: nothing runs. */
  | { readonly kind: 'conversion' }
  /** A function or method of another package: `os.Exit`, `testing.T.Fatal` (pointers and type arguments left out). */
  | { readonly kind: 'foreign'; readonly name: string }
  | ({ readonly kind: 'own' } & OwnFunction)
  /** Through an interface, or a receiver whose type is not known; `own`: methods of the package that it may be. */
  | { readonly kind: 'method'; readonly name: string; readonly own: readonly OwnFunction[] }
  /** A function value. */
  | { readonly kind: 'value' };

const predeclaredTypes =
  /^(?:bool|string|error|any|byte|rune|uintptr|u?int(?:8|16|32|64)?|float(?:32|64)|complex(?:64|128))$/;

export function calleeOf(file: GoFile, call: Node): Callee {
  let known = callees.get(file);
  if (!known) callees.set(file, (known = new Map<number, Callee>()));
  let callee = known.get(call.id);
  if (!callee) known.set(call.id, (callee = resolved(file, call)));
  return callee;
}

const callees = new WeakMap<GoFile, Map<number, Callee>>();

function resolved(file: GoFile, call: Node): Callee {
  const function_ = call.childForFieldName('function');
  const callee = function_ && unparenthesised(function_);
  switch (callee?.type) {
    case 'func_literal':
      return { kind: 'own', fn: callee, file };
    case 'identifier':
      return named(file, callee);
    case 'selector_expression':
      return selected(file, call, callee);
    // f[int](x), of a function with type parameters.
    case 'index_expression':
    case 'type_instantiation_expression': {
      const generic = callee.namedChild(0);
      const found = generic?.type === 'identifier' ? named(file, generic) : undefined;
      return found?.kind === 'own' ? found : { kind: 'value' };
    }
    default:
      return callee && /_type$/.test(callee.type) ? { kind: 'conversion' } : { kind: 'value' };
  }
}

function named(file: GoFile, name: Node): Callee {
  const binding = namesAround(file.root, name).resolve(name);
  if (binding) {
    if (binding.kind === 'type') return { kind: 'conversion' };
    const value = initializer(binding);
    const literal = value?.type === 'func_literal' && !binding.uses.some(({ node }) => isAssigned(node));
    return literal ? { kind: 'own', fn: value, file } : { kind: 'value' };
  }
  const { functions, types } = packageNames(file.pkg);
  const own = functions.get(name.text);
  if (own) return { kind: 'own', fn: own.node, file: own.file };
  if (types.has(name.text)) return { kind: 'conversion' };
  if (!isUniverse(file, name)) return { kind: 'value' };
  // What is declared nowhere, and not by Go, comes from an import with a dot.
  if (predeclaredTypes.test(name.text)) return { kind: 'conversion' };
  return builtins.has(name.text) ? { kind: 'builtin', name: name.text } : { kind: 'value' };
}

const builtins: ReadonlySet<string> = new Set(
  'append cap clear close complex copy delete imag len make max min new panic print println real recover'.split(
    ' ',
  ),
);

function selected(file: GoFile, call: Node, callee: Node): Callee {
  const imported = importedFunction(file, callee);
  if (imported !== undefined) return { kind: 'foreign', name: imported };
  const operand = callee.childForFieldName('operand');
  const name = callee.childForFieldName('field')?.text ?? '';
  const type = operand && typeNameOf(unparenthesised(operand), file);
  if (type?.path !== undefined) return { kind: 'foreign', name: `${type.path}.${type.name}.${name}` };
  const methods = methodsNamed(file.pkg, name);
  if (type) {
    // T.M(x), a method as a function, has its receiver among the arguments.
    if (operand.type === 'identifier' && operand.text === type.name && type.isType) return { kind: 'value' };
    const own = methods.find(({ fn }) => receiverType(fn) === type.name);
    if (own) return { kind: 'own', ...own };
  }
  return foreign(file, call) ?? emitted(file, call, name) ?? { kind: 'method', name, own: methods };
}

/** The method of another package that the type checker finds, such as a promoted one. */
function foreign(file: GoFile, call: Node): Callee | undefined {
  const callee = checked(call, file)?.callee;
  if (callee?.way !== 'static' && callee?.way !== 'dynamic') return undefined;
  const name = calleeName(callee.name);
  const path = /^(?:.*\/)?[^.]*\.?/.exec(name)![0];
  // Of the package itself, of the universe, or of an interface without a name.
  if (name.startsWith(`${file.pkg.importPath}.`) || path === 'error.' || path === 'interface.')
    return undefined;
  return { kind: 'foreign', name };
}

/** The compiler lists the method that the call reaches: `encoding/xml.(*Decoder).Skip`. */
function emitted(file: GoFile, call: Node, name: string): Callee | undefined {
  const callees = new Set(
    file.facts?.emitted(call).flatMap(({ callee }) => (callee.endsWith(`.${name}`) ? [callee] : [])),
  );
  const [callee, ...more] = callees;
  if (callee === undefined || more.length > 0) return undefined;
  const found = /^(.+?)\.\(?\*?([\p{L}\d_]+)(?:\[.*\])?\)?\.[^.]+$/u.exec(callee.replace(/^(.*\/)?/, ''));
  const path = /^(?:.*\/)?/.exec(callee)![0] + (found?.[1] ?? '');
  if (!found || path === '' || path === file.pkg.importPath) return undefined;
  return { kind: 'foreign', name: `${path}.${found[2]}.${name}` };
}

/** The methods of the package with that name, whatever their receiver. */
export function methodsNamed(pkg: GoPackage, name: string): readonly OwnFunction[] {
  let known = methodCache.get(pkg);
  if (!known) {
    const byName = new Map<string, OwnFunction[]>();
    for (const { node, file } of packageNames(pkg).methods) {
      const key = node.childForFieldName('name')?.text ?? '';
      byName.set(key, [...(byName.get(key) ?? []), { fn: node, file }]);
    }
    methodCache.set(pkg, (known = byName));
  }
  return known.get(name) ?? [];
}

const methodCache = new WeakMap<GoPackage, ReadonlyMap<string, readonly OwnFunction[]>>();

interface TypeName {
  /** Import path; undefined: a type of this package. */
  readonly path: string | undefined;
  readonly name: string;
  /** The expression is the type itself. */
  readonly isType?: boolean;
}

/** The named type that an expression has or points to: the type checker's, or what declarations, literals and own functions spell. */
function typeNameOf(expression: Node, file: GoFile): TypeName | undefined {
  const known = checked(expression, file);
  if (known) {
    const { type, mode } = known;
    const holder = type.kind === 'pointer' && !type.named ? type.element : type;
    const named = holder?.named;
    if (!named || named.local || named.path === '') return undefined;
    const isOwn = named.path === file.pkg.importPath;
    if (isOwn && holder.kind === 'interface') return undefined;
    return { path: isOwn ? undefined : named.path, name: named.name, isType: mode === 'type' };
  }
  const spelled = spelledTypeNode(expression, file);
  if (spelled) return nameOf(spelled);
  if (expression.type === 'identifier') {
    const binding = namesAround(file.root, expression).resolve(expression);
    if (!binding) {
      const isType = packageNames(file.pkg).types.has(expression.text);
      return isType ? { path: undefined, name: expression.text, isType } : undefined;
    }
    const value = initializer(binding);
    return value && madeType(unparenthesised(value), file);
  }
  return madeType(expression, file);
}

/** The type that `&T{…}`, `new(T)` and calls of the package's functions with one result have. */
function madeType(value: Node, file: GoFile): TypeName | undefined {
  if (value.type === 'unary_expression' && value.childForFieldName('operator')?.text === '&') {
    const literal = value.childForFieldName('operand');
    const type = literal?.type === 'composite_literal' ? literal.childForFieldName('type') : undefined;
    return type ? nameOf({ node: type, file }) : undefined;
  }
  if (value.type !== 'call_expression') return undefined;
  if (isBuiltin(file, value, 'new')) {
    const type = argumentsOf(value)[0];
    return type && nameOf({ node: type, file });
  }
  const callee = value.childForFieldName('function');
  if (callee?.type !== 'identifier' || namesAround(file.root, callee).resolve(callee)) return undefined;
  const own = packageNames(file.pkg).functions.get(callee.text);
  const result = own?.node.childForFieldName('result');
  if (!own || !result || own.node.childForFieldName('type_parameters')) return undefined;
  return result.type === 'parameter_list' ? undefined : nameOf({ node: result, file: own.file });
}

/** The name behind pointers, parentheses and type arguments; undefined for anything else, and for interfaces of the package. */
function nameOf({ node, file }: TypeNode): TypeName | undefined {
  switch (node.type) {
    case 'pointer_type':
    case 'parenthesized_type':
      return node.namedChild(0) ? nameOf({ node: node.namedChild(0)!, file }) : undefined;
    case 'generic_type': {
      const type = node.childForFieldName('type');
      return type ? nameOf({ node: type, file }) : undefined;
    }
    case 'qualified_type': {
      const path = file.imports.get(node.childForFieldName('package')?.text ?? '');
      const name = node.childForFieldName('name')?.text;
      return path !== undefined && name !== undefined ? { path, name } : undefined;
    }
    case 'identifier':
    case 'type_identifier': {
      if (namesAround(file.root, node).resolve(node)) return undefined;
      const declared = packageNames(file.pkg).types.get(node.text)?.spec;
      const underlying = declared?.childForFieldName('type');
      if (!declared || !underlying || underlying.type === 'interface_type') return undefined;
      // `type T = other.T`
      if (declared.type === 'type_alias')
        return nameOf({ node: underlying, file: packageNames(file.pkg).types.get(node.text)!.file });
      return { path: undefined, name: node.text };
    }
    default:
      return undefined;
  }
}
