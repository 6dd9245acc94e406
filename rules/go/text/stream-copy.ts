import type { Node } from 'web-tree-sitter';
import { importedFunction } from '../syntax/universe';
import { spelledType } from '../types/types';
import type { GoFile, GoFix } from '../rule';
import { argumentsOf, enclosingFunction, qualified, spanOf, statementsOf } from '../syntax/nodes';
import { enclosingStatement, isAssigned, namesAround, type Binding } from '../syntax/names';
import { writeCall, writerOperand } from './write-calls';
import { mayDiffer } from './paired-methods';
import { code } from '../../wording';

/**
 * `io.Copy` in place of `io.ReadAll` and one write. A suggestion: the writer gets the stream in pieces, while it is read.
 * @param read the call of `io.ReadAll`
 * @param write the call that writes its data, and nothing else uses them
 */
export function streamCopy(read: Node, write: { call: Node; to: Node }, file: GoFile): GoFix | undefined {
  const fn = enclosingFunction(read);
  const callee = read.childForFieldName('function');
  if (!callee || importedFunction(file, callee) !== 'io.ReadAll') return;
  const [source] = argumentsOf(read);
  const definition = enclosingStatement(read);
  if (file.generated || !fn || !source || !definition || definition.id !== read.parent?.parent?.id) return;
  const [, error, ...more] = definition.childForFieldName('left')?.namedChildren ?? [];
  if (error?.type !== 'identifier' || error.text === '_' || more.length > 0) return;
  const merged = sameHandling(definition, error, write.call, file);
  if (!merged || !isPath(write.to) || !isPlainSource(source, file)) return;
  if (mayShare(source, write.to, file)) return;
  // io.Copy calls one of the others where there is one.
  if (mayDiffer(write.to, ['Write', 'ReadFrom'], file) || mayDiffer(source, ['Read', 'WriteTo'], file))
    return;
  const called = writeCall(write.call, file);
  const to = called ? writerOperand(called, file).text : write.to.text;
  const io = callee.childForFieldName('operand')!.text;
  const declares = namesAround(file.root, error).resolve(error)?.declaration.id === error.id;
  return {
    title:
      `Use \`io.Copy\` (if ${code(write.to.text)} may be written to while ${code(source.text)} is read, and half a copy ` +
      'before an error is acceptable; a gain over 32 KiB)',
    kind: 'suggestion',
    edits: [
      {
        file: file.path,
        span: spanOf(definition),
        newText: `_, ${error.text} ${declares ? ':=' : '='} ${io}.Copy(${to}, ${source.text})`,
      },
      { file: file.path, span: merged, newText: '' },
    ],
    claim: {
      effect: 'removes',
      within: [spanOf(fn)],
      callees: ['io.ReadAll'],
      uncounted: true,
    },
    obligations: [
      {
        states: `${write.to.text} is an io.Writer`,
        at: definition.startIndex,
        code: `{ var _ interface{ Write([]byte) (int, error) } = ${to} }`,
      },
    ],
  };
}

/**
 * What goes when the read's and the write's error are handled by the same words: from the end of the first check to the
 * end of the write, or from the end of the read to there. Undefined when they are not, or a comment would be lost.
 */
function sameHandling(
  definition: Node,
  error: Node,
  write: Node,
  file: GoFile,
): { start: number; end: number } | undefined {
  const siblings = definition.parent!.namedChildren;
  const at = siblings.findIndex(({ id }) => id === definition.id);
  // A comment behind the read stays there.
  const behind = siblings[at + 1];
  const remark = behind?.type === 'comment' && behind.startPosition.row === definition.endPosition.row;
  const [check, second, last] = siblings.slice(at + (remark ? 2 : 1));
  const body = check && returningBody(check, error);
  if (commentsIn(definition) > 0) return;
  if (!body || check.childForFieldName('initializer') || !second) return;
  if (second.type === 'if_statement') {
    const written = second.childForFieldName('initializer');
    if (!written || !assignsError(written, error, write)) return;
    // Another variable of the name: what a closure sees of the first one would change.
    const variable = namesAround(file.root, error).resolve(error);
    const seen = variable?.uses.some(({ owner }) => owner.id !== enclosingFunction(error)?.id);
    if (written.type === 'short_var_declaration' && (!variable || seen)) return;
    const again = returningBody(second, error);
    if (again?.text !== body.text || commentsIn(second) > commentsIn(again)) return;
    return { start: check.endIndex, end: second.endIndex };
  }
  if (second.type !== 'assignment_statement' || !assignsError(second, error, write) || !last) return;
  const returns = last.type === 'return_statement';
  // The second check keeps the comments that both have.
  if (commentsIn(second) + commentsIn(check) > (returns ? 0 : commentsIn(body))) return;
  const same = returns
    ? statementsOf(body).length === 1 && statementsOf(body)[0]!.text === last.text
    : !last.childForFieldName('initializer') && returningBody(last, error)?.text === body.text;
  return same ? { start: (remark ? behind : definition).endIndex, end: second.endIndex } : undefined;
}

function commentsIn(node: Node): number {
  return node.descendantsOfType('comment').length;
}

/** The block of `if … err != nil { …; return … }` without an else. */
function returningBody(statement: Node, error: Node): Node | undefined {
  if (statement.type !== 'if_statement' || statement.childForFieldName('alternative')) return undefined;
  if (statement.childForFieldName('condition')?.text !== `${error.text} != nil`) return undefined;
  const body = statement.childForFieldName('consequence');
  return body && statementsOf(body).at(-1)?.type === 'return_statement' ? body : undefined;
}

/** `_, err = write` or `_, err := write`. */
function assignsError(statement: Node, error: Node, write: Node): boolean {
  const targets = statement.childForFieldName('left')?.namedChildren ?? [];
  const values = statement.childForFieldName('right')?.namedChildren ?? [];
  const operator = statement.childForFieldName('operator')?.text ?? ':=';
  return (
    /^:?=$/.test(operator) &&
    targets.length === 2 &&
    targets[0]!.text === '_' &&
    targets[1]!.text === error.text &&
    values.length === 1 &&
    values[0]!.id === write.id
  );
}

/** `w`, `s.out`: evaluated before the stream is read, it is the same. */
function isPath(node: Node): boolean {
  if (node.type === 'identifier') return true;
  const operand = node.type === 'selector_expression' ? node.childForFieldName('operand') : null;
  return operand !== null && isPath(operand);
}

/** A path, or an `io.LimitReader` of one: nothing that could change the writer's variable. */
function isPlainSource(node: Node, file: GoFile): boolean {
  if (isPath(node)) return true;
  const callee = node.type === 'call_expression' ? node.childForFieldName('function') : null;
  const [reader, limit] = argumentsOf(node);
  return (
    callee !== null &&
    importedFunction(file, callee) === 'io.LimitReader' &&
    reader !== undefined &&
    isPath(reader) &&
    limit?.descendantsOfType(['call_expression', 'func_literal', 'unary_expression']).length === 0
  );
}

/** True when reader and writer may be two ends of one thing: an HTTP server's request is one with its response. */
function mayShare(source: Node, to: Node, file: GoFile): boolean {
  const read = origins(source, file);
  const written = origins(to, file);
  return (
    [...read.keys()].some((name) => written.has(name)) ||
    [...read.values()].some((node) => isOfRequest(node, file))
  );
}

/** `r`, or `s.r` for the identifier s. */
function isOfRequest(identifier: Node, file: GoFile): boolean {
  for (let path: Node | null = identifier; path && isPath(path); path = path.parent) {
    if (/\bRequest$/.test(spelledType(path, file) ?? '')) return true;
  }
  return false;
}

/** The variables that an expression is made from, in as many steps as the function shows. */
function origins(expression: Node, file: GoFile): Map<string, Node> {
  const found = new Map<string, Node>();
  const open = [expression];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const identifier of node.descendantsOfType('identifier')) {
      const binding = namesAround(file.root, identifier).resolve(identifier);
      const member = !binding && identifier.parent && qualified(identifier.parent, file.imports);
      // Of a package only its variables are something to share, not its functions.
      if (member && identifier.parent?.parent?.type === 'call_expression') continue;
      const name = member ? `${member.path}.${member.name}` : (binding?.declaration.id ?? identifier.text);
      if (found.has(String(name))) continue;
      found.set(String(name), identifier);
      if (binding) open.push(...valuesOf(binding));
    }
  }
  return found;
}

/** The right sides of everything that gives the variable a value. */
function valuesOf({ declaration, uses }: Binding): Node[] {
  return [declaration, ...uses.map(({ node }) => node).filter(isAssigned)].flatMap((target) => {
    const spec = target.parent;
    const value =
      spec?.type === 'var_spec'
        ? spec.childForFieldName('value')
        : spec?.parent?.childForFieldName(spec.type === 'expression_list' ? 'right' : 'value');
    return value ? [value] : [];
  });
}
