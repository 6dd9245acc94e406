import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../../model';
import { newlineOf } from '../edit/layout';
import { endOfLine, statementEnd } from '../edit/statements';
import { effectsOf } from '../flow/effects';
import { isRequire } from '../syntax/module';
import { isFunction } from '../syntax/nodes';

/** Where new declarations of a module stand: before anything runs that could need them. */

/**
 * Declares constants behind the imports and the constants that follow them, or behind the last statement that they need.
 * @param declarations without semicolons, each on a line of its own
 * @param needed statements of the module's body that must come first
 */
export function declareConstants(
  sourceCode: TSESLint.SourceCode,
  declarations: readonly string[],
  needed: readonly TSESTree.Node[] = [],
): TextEdit {
  const { body } = sourceCode.ast;
  const eol = newlineOf(sourceCode.text);
  let last = headEnd(sourceCode);
  while (last + 1 < body.length && isQuietConstant(sourceCode, body[last + 1]!)) last++;
  for (const statement of needed) last = Math.max(last, body.indexOf(statement as TSESTree.ProgramStatement));
  const anchor = body[last];
  if (!anchor) return atStart(sourceCode, declarations.map((text) => `${text}${statementEnd(sourceCode, 0)}`).join(eol)); // prettier-ignore
  const at = endOfLine(sourceCode, anchor.range[1]);
  const gap = isImport(anchor) ? eol + eol : eol;
  const lines = declarations.map((text, index) => {
    const end = index === declarations.length - 1 ? statementEnd(sourceCode, at) : statementEnd(sourceCode, Infinity); // prettier-ignore
    return `${text}${end}`;
  });
  return { span: { start: at, end: at }, newText: gap + lines.join(eol) };
}

/** Puts the text of declarations with an empty line around it behind the imports. */
export function declareAtTop(sourceCode: TSESLint.SourceCode, text: string): TextEdit {
  const anchor = sourceCode.ast.body[headEnd(sourceCode)];
  if (!anchor) return atStart(sourceCode, text);
  const at = endOfLine(sourceCode, anchor.range[1]);
  const eol = newlineOf(sourceCode.text);
  return { span: { start: at, end: at }, newText: `${eol}${eol}${text}` };
}

function atStart(sourceCode: TSESLint.SourceCode, text: string): TextEdit {
  const [first] = sourceCode.ast.body;
  const eol = newlineOf(sourceCode.text);
  if (!first) return { span: { start: 0, end: 0 }, newText: `${text}${eol}` };
  const at = beforeComments(sourceCode, first);
  return { span: { start: at, end: at }, newText: `${text}${eol}${eol}` };
}

/** Index of the last import, `require` or directive, if nothing that runs stands before it; else -1. */
function headEnd(sourceCode: TSESLint.SourceCode): number {
  const { body } = sourceCode.ast;
  const head = body.findLastIndex(isImport);
  const runs = (statement: TSESTree.ProgramStatement): boolean =>
    !isImport(statement) &&
    !/^(?:FunctionDeclaration|TSInterfaceDeclaration|TSTypeAliasDeclaration)$/.test(statement.type);
  return body.slice(0, Math.max(head, 0)).some(runs) ? -1 : head;
}

const isImport = (statement: TSESTree.ProgramStatement): boolean =>
  statement.type === 'ImportDeclaration' ||
  statement.type === 'TSImportEqualsDeclaration' ||
  isRequire(statement) ||
  ('directive' in statement && statement.directive !== undefined);

/** `const limit = 10;`, and no function, which people keep apart: nothing can call a function of the module while it is made. */
function isQuietConstant(sourceCode: TSESLint.SourceCode, statement: TSESTree.ProgramStatement): boolean {
  return (
    statement.type === 'VariableDeclaration' &&
    statement.kind === 'const' &&
    statement.declarations.every(({ id, init }) => id.type === 'Identifier' && init && !isFunction(init)) &&
    statement.loc.start.line === statement.loc.end.line &&
    effectsOf(sourceCode, statement).next().done === true
  );
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
