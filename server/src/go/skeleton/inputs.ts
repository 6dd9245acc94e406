import type { Node } from 'web-tree-sitter';
import { argumentsOf, descendants, enclosingDeclaration } from '../../../../rules/go/syntax/nodes';
import type { ParsedFile } from '../facts/syntax-trees';

/** A value for a parameter. */
export interface Input {
  /** A Go expression. */
  readonly text: string;
  /** Absolute path of the test that it comes from. */
  readonly from?: string;
  /** It is used up by a call, so each gets its own. */
  readonly each?: true;
}

const words = '"the quick brown fox jumps over 12 lazy dogs"';

const numbers = /^(?:u?int(?:8|16|32|64)?|uintptr|byte|rune)$/;

/**
 * A value that a type can be tried with, by its spelling; undefined where none is to be had: functions, channels.
 * @param imports of the file that spells the type
 */
export function simpleValue(type: string, imports: ReadonlyMap<string, string>): Input | undefined {
  const [, element] = /^(?:\.\.\.|\[\])(.+)$/s.exec(type) ?? [];
  if (type.startsWith('...')) return simpleValue(element!, imports);
  if (numbers.test(type)) return { text: '12' };
  if (/^(?:float(?:32|64)|complex(?:64|128))$/.test(type)) return { text: '1.5' };
  if (type === 'string') return { text: words };
  if (type === 'bool') return { text: 'true' };
  if (type === 'error') return { text: 'nil' };
  if (type === 'any' || /^interface\s*\{\s*\}$/.test(type)) return { text: '42' };
  if (type === '[]byte') return { text: `[]byte(${words})` };
  if (element !== undefined) {
    const value = simpleValue(element, imports);
    return value && { text: `${type}{${Array.from({ length: 8 }, () => value.text).join(', ')}}` };
  }
  if (type.startsWith('*')) return { text: `new(${type.slice(1)})` };
  if (/^(?:func\b|chan\b|<-)/.test(type)) return undefined;
  if (type.startsWith('map[')) return { text: `${type}{}` };
  const [, qualifier, name] = /^(\w+)\.(\w+)$/.exec(type) ?? [];
  const qualified = qualifier === undefined ? undefined : `${imports.get(qualifier) ?? qualifier}.${name!}`;
  if (qualified === 'context.Context') return { text: 'context.Background()' };
  if (qualified === 'io.Writer') return { text: 'io.Discard' };
  if (qualified === 'io.Reader') return { text: `strings.NewReader(${words})`, each: true };
  return { text: `*new(${type})` };
}

/**
 * The arguments of the first call in a test whose values stand there: literals, variables that are one, fields of the first row of a table.
 * @param count of parameters
 * @param packageName of the function, which external tests write before it
 */
export function inputsFromTests(
  name: string,
  count: number,
  isMethod: boolean,
  packageName: string | undefined,
  tests: readonly ParsedFile[],
): readonly Input[] | undefined {
  if (count === 0) return undefined;
  for (const test of tests) {
    const isExternal = test.packageName !== packageName;
    for (const node of descendants(test.root)) {
      if (node.type !== 'call_expression') continue;
      const callee = node.childForFieldName('function');
      const isCalled = isMethod
        ? callee?.type === 'selector_expression' && callee.childForFieldName('field')?.text === name
        : callee?.text === (isExternal ? `${packageName}.${name}` : name);
      const args = argumentsOf(node);
      if (!isCalled || args.length !== count) continue;
      const texts = args.map((arg) => valueOf(arg, 0));
      if (texts.some((text) => text === undefined)) continue;
      return texts.map((text) => ({
        text: isExternal ? text!.replaceAll(new RegExp(`\\b${packageName}\\.`, 'g'), '') : text!,
        from: test.path,
      }));
    }
  }
  return undefined;
}

/** The text of an expression that needs nothing of the function around it; undefined when it does. */
function valueOf(expression: Node, depth: number): string | undefined {
  if (depth > 3) return undefined;
  const fn = enclosingDeclaration(expression);
  if (!fn) return expression.text;
  const locals = localsOf(fn);
  if (expression.type === 'identifier' && locals.has(expression.text)) {
    const value = locals.get(expression.text)!.value;
    return value && valueOf(value, depth + 1);
  }
  if (expression.type === 'selector_expression') {
    const [row, field] = [expression.childForFieldName('operand')!, expression.childForFieldName('field')!];
    const table = locals.get(row.text)?.rowsOf;
    if (table) return fieldOfFirstRow(table, field.text, depth);
  }
  for (const node of descendants(expression)) {
    if (node.type === 'func_literal') return undefined;
    if (node.type === 'identifier' && locals.has(node.text) && !isKey(node)) return undefined;
  }
  return expression.text;
}

/** `in` of `{in: 1}`: a field, unless the value is a map. */
function isKey(node: Node): boolean {
  const element = node.parent;
  return element?.type === 'literal_element' && element.parent?.type === 'keyed_element' && element.parent.firstNamedChild?.id === element.id; // prettier-ignore
}

interface Local {
  /** What it is declared with, when it is declared once. */
  readonly value?: Node;
  /** What a `for … range` takes it from, as the second variable. */
  readonly rowsOf?: Node;
}

/** What a function declares, by name; what is declared twice has no value. */
function localsOf(fn: Node): Map<string, Local> {
  const locals = new Map<string, Local>();
  const declare = (name: string, local: Local): void => void locals.set(name, locals.has(name) ? {} : local);
  for (const node of descendants(fn)) {
    if (node.type === 'parameter_declaration')
      for (const child of node.namedChildren) if (child.type === 'identifier') declare(child.text, {});
    if (node.type === 'short_var_declaration') {
      const [left, right] = ['left', 'right'].map(
        (field) => node.childForFieldName(field)?.namedChildren ?? [],
      );
      left!.forEach((name, i) => {
        const value = left!.length === right!.length ? right![i] : undefined;
        declare(name.text, value ? { value } : {});
      });
    }
    if (node.type === 'var_spec') {
      const value = node.childForFieldName('value')?.namedChildren ?? [];
      node
        .childrenForFieldName('name')
        .forEach((name, i) => declare(name!.text, value[i] ? { value: value[i] } : {}));
    }
    if (node.type === 'range_clause') {
      const names = node.childForFieldName('left')?.namedChildren ?? [];
      const rows = node.childForFieldName('right');
      names.forEach((name, i) => declare(name.text, i === 1 && rows ? { rowsOf: rows } : {}));
    }
  }
  return locals;
}

/** The value of a field in the first row of a table that is a literal, or a variable that is one. */
function fieldOfFirstRow(table: Node, field: string, depth: number): string | undefined {
  let literal = table;
  if (table.type === 'identifier') {
    const fn = enclosingDeclaration(table);
    const value = (fn && localsOf(fn).get(table.text)?.value) ?? packageValue(table);
    if (!value) return undefined;
    literal = value;
  }
  if (literal.type !== 'composite_literal') return undefined;
  const row = literal.childForFieldName('body')?.firstNamedChild;
  const cells = row && [...descendants(row)].find(({ type }) => type === 'literal_value')?.namedChildren;
  if (!cells) return undefined;
  const keyed = cells.find(
    ({ type, firstNamedChild }) => type === 'keyed_element' && firstNamedChild?.text === field,
  );
  const cell = keyed ? keyed.lastNamedChild : cells[fieldsOf(literal).indexOf(field)];
  if (!cell || (!keyed && cell.type === 'keyed_element')) return undefined;
  const value = cell.type === 'literal_element' ? cell.firstNamedChild : cell;
  // `{…}` without its type, which the table's type says.
  return value && value.type !== 'literal_value' ? valueOf(value, depth + 1) : undefined;
}

/** What a variable of the package is declared with, in the same file. */
function packageValue(name: Node): Node | undefined {
  let root = name;
  while (root.parent) root = root.parent;
  for (const declaration of root.namedChildren) {
    if (declaration.type !== 'var_declaration') continue;
    for (const spec of descendants(declaration)) {
      if (spec.type === 'var_spec' && spec.childForFieldName('name')?.text === name.text)
        return spec.childForFieldName('value')?.firstNamedChild ?? undefined;
    }
  }
  return undefined;
}

/** Names of the fields of `[]struct{…}` in their order. */
function fieldsOf(literal: Node): string[] {
  const type = literal.childForFieldName('type');
  if (!type) return [];
  return [...descendants(type)]
    .filter((node) => node.type === 'field_declaration')
    .flatMap((declaration) => declaration.namedChildren.filter((child) => child.type === 'field_identifier'))
    .map((one) => one.text);
}
