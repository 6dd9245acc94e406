import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../../model';
import { type FunctionNode, isFunction } from '../syntax/nodes';

/** New names and new declarations: what a fix needs to put something before a function or a loop. */

const claimed = new WeakMap<TSESLint.SourceCode, Set<string>>();

/**
 * A name that occurs nowhere in the file, in no scope and as no property, and that no earlier fix of this run proposes.
 */
export function freshName(sourceCode: TSESLint.SourceCode, base: string): string {
  let taken = claimed.get(sourceCode);
  if (!taken) {
    taken = new Set((sourceCode.ast.tokens ?? []).map((token) => token.value));
    claimed.set(sourceCode, taken);
  }
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}${n}`;
  taken.add(name);
  return name;
}

/** A name for a parameter: one that the function does not mention. */
export function localName(sourceCode: TSESLint.SourceCode, fn: TSESTree.Node, base: string): string {
  const taken = new Set(sourceCode.getTokens(fn).map((token) => token.value));
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}${n}`;
  return name;
}

/** `header` and `Scratch` make `headerScratch`. */
export const derivedName = (name: string, suffix: string): string =>
  `${name.replace(/^[_$#]+/, '') || 'value'}${suffix}`;

/** ES module or CommonJS: a declaration at its top is not visible to other files. */
export function isModule(sourceCode: TSESLint.SourceCode): boolean {
  return sourceCode.ast.body.some(
    (statement) =>
      statement.type === 'ImportDeclaration' ||
      statement.type === 'ExportNamedDeclaration' ||
      statement.type === 'ExportDefaultDeclaration' ||
      statement.type === 'ExportAllDeclaration' ||
      statement.type === 'TSExportAssignment' ||
      statement.type === 'TSImportEqualsDeclaration' ||
      (statement.type === 'ExpressionStatement' &&
        statement.expression.type === 'AssignmentExpression' &&
        /^(?:module\.)?exports\b/.test(sourceCode.getText(statement.expression.left))),
  );
}

export function lineBreak(sourceCode: TSESLint.SourceCode): string {
  return sourceCode.text.includes('\r\n') ? '\r\n' : '\n';
}

/** True when the file's statements end without semicolons, by majority. */
export function withoutSemicolons(sourceCode: TSESLint.SourceCode): boolean {
  let without = 0;
  let all = 0;
  for (const statement of sourceCode.ast.body) {
    if (!/^(?:ImportDeclaration|VariableDeclaration|ExpressionStatement)$/.test(statement.type)) continue;
    all++;
    if (sourceCode.text[statement.range[1] - 1] !== ';') without++;
  }
  return without * 2 > all;
}

/**
 * Puts declarations behind the imports (or the directives, or a leading comment that is set off by an empty line), where
 * they are initialised before anything else of the file runs.
 */
export function declareAtTop(sourceCode: TSESLint.SourceCode, declarations: readonly string[]): TextEdit {
  const eol = lineBreak(sourceCode);
  const end = withoutSemicolons(sourceCode) ? '' : ';';
  const lines = declarations.map((declaration) => `${declaration}${end}`).join(eol);
  const { body } = sourceCode.ast;
  const head = body.findLast(
    (statement) =>
      statement.type === 'ImportDeclaration' ||
      statement.type === 'TSImportEqualsDeclaration' ||
      isRequire(statement) ||
      ('directive' in statement && statement.directive !== undefined),
  );
  const first = body[0];
  if (head && body.slice(0, body.indexOf(head)).every((statement) => !startsSomething(statement))) {
    const at = endOfLine(sourceCode, head.range[1]);
    return { span: { start: at, end: at }, newText: `${eol}${eol}${lines}` };
  }
  if (!first) return { span: { start: 0, end: 0 }, newText: `${lines}${eol}` };
  const at = beforeComments(sourceCode, first);
  return { span: { start: at, end: at }, newText: `${lines}${eol}${eol}` };
}

function isRequire(statement: TSESTree.ProgramStatement): boolean {
  return (
    statement.type === 'VariableDeclaration' &&
    statement.declarations.every(
      ({ init }) =>
        init?.type === 'CallExpression' &&
        init.callee.type === 'Identifier' &&
        init.callee.name === 'require',
    )
  );
}

/** Whether a statement may run code that reaches what is declared further down. */
function startsSomething(statement: TSESTree.ProgramStatement): boolean {
  return !(
    statement.type === 'ImportDeclaration' ||
    statement.type === 'TSImportEqualsDeclaration' ||
    statement.type === 'TSInterfaceDeclaration' ||
    statement.type === 'TSTypeAliasDeclaration' ||
    statement.type === 'FunctionDeclaration' ||
    isRequire(statement) ||
    ('directive' in statement && statement.directive !== undefined)
  );
}

function endOfLine(sourceCode: TSESLint.SourceCode, offset: number): number {
  const { text } = sourceCode;
  let at = offset;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  // Another statement on the same line: stay right behind this one.
  return /^\s*(?:\/\/.*|\/\*[^]*?\*\/\s*)?$/.test(text.slice(offset, at)) ? at : offset;
}

const stays = /@ts-|eslint|prettier|copyright|licen[cs]e|@flow|@jsx|^!|^\/ *<reference/i;

/** Where the comments that belong to a statement begin. */
function beforeComments(sourceCode: TSESLint.SourceCode, statement: TSESTree.Node): number {
  let at = statement.range[0];
  for (const comment of sourceCode.getCommentsBefore(statement).toReversed()) {
    const between = sourceCode.text.slice(comment.range[1], at);
    if (
      between.split('\n').length > 2 ||
      stays.test(comment.value) ||
      sourceCode.text.startsWith('#!', comment.range[0])
    )
      break;
    at = comment.range[0];
  }
  return at;
}

/**
 * Why a declaration at the top of the module might be used before it is initialised: a hoisted function can be called
 * by a module that imports this one in a cycle.
 */
export function mayRunBeforeModule(sourceCode: TSESLint.SourceCode, inside: TSESTree.Node): boolean {
  const cyclic = sourceCode.ast.body.some(
    (statement) =>
      (statement.type === 'ImportDeclaration' ||
        statement.type === 'ExportAllDeclaration' ||
        statement.type === 'ExportNamedDeclaration') &&
      statement.source !== null &&
      /^[./#@~]/.test(statement.source.value) &&
      !('importKind' in statement && statement.importKind === 'type'),
  );
  if (!cyclic) return false;
  let outermost: FunctionNode | undefined;
  for (let at: TSESTree.Node | undefined = inside; at; at = at.parent) if (isFunction(at)) outermost = at;
  return outermost?.type === 'FunctionDeclaration';
}

/** The white space that the line of an offset begins with. */
export function indentAt(sourceCode: TSESLint.SourceCode, offset: number): string {
  const start = sourceCode.text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(sourceCode.text.slice(start, offset))![0];
}

/** Takes a statement out, with its line when it has the line to itself; comments around it stay. */
export function removeStatement(sourceCode: TSESLint.SourceCode, statement: TSESTree.Node): TextEdit {
  const { text } = sourceCode;
  const [start, end] = statement.range;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', end);
  const alone = text.slice(line, start).trim() === '' && next >= 0 && text.slice(end, next).trim() === '';
  if (alone) return { span: { start: line, end: next + 1 }, newText: '' };
  const gap = /^[ \t]*/.exec(text.slice(end))![0].length;
  return { span: { start, end: end + gap }, newText: '' };
}

/** A module-level constant that is made in just the same way. */
export function sameInstance(sourceCode: TSESLint.SourceCode, creation: string): string | undefined {
  for (const statement of sourceCode.ast.body) {
    if (statement.type !== 'VariableDeclaration' || statement.kind !== 'const') continue;
    for (const { id, init } of statement.declarations) {
      if (id.type === 'Identifier' && init && sourceCode.getText(init) === creation) return id.name;
    }
  }
  return undefined;
}

/** True when the file has the name of this variable nowhere else, so that the declaration may move with it. */
export function onlyIn(sourceCode: TSESLint.SourceCode, declarator: TSESTree.VariableDeclarator): boolean {
  const variable = sourceCode.getDeclaredVariables?.(declarator)[0];
  const uses = new Set(
    variable?.references.map((reference) => (reference.identifier as TSESTree.Node).range[0]),
  );
  return (sourceCode.ast.tokens ?? []).every(
    (token) => token.value !== variable?.name || uses.has(token.range[0]),
  );
}
