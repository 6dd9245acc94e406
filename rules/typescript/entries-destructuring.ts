import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { declaredType, isKnownArray, recordMutability } from './types/arrays';
import { isGivenDictionary } from './types/dictionaries';
import { createRule, type ProposedFix } from './rule';
import { contains, isGlobal, isWriteTarget, memberName, resolve, walk } from './syntax/nodes';
import { indentAt, indentUnit, losesComment, newlineOf } from './edit/layout';
import { freshName } from './edit/names';
import { statementEnd } from './edit/statements';
import { changesIn, originOf } from './flow/changes';
import { effectsOf, literalOf } from './flow/effects';
import { code } from '../wording';

/** `for (const [i, v] of xs.entries())` and `for (const [k, v] of Object.entries(o))`: a pair is made for each iteration. */
export const entriesDestructuring = createRule({
  id: 'ts/entries-destructuring',
  summary: 'pairs of entries() or Object.entries() that are taken apart in each iteration of a hot loop',
  fix: 'safe',
  recipe: 'Loop over the keys and read the value, or over `values()`, or call `forEach()`',
  reports: 'hot only',
  sample: 'typescript/entries-destructuring',
  allocation: {
    kind: 'array',
    cost: 'always',
    reason: 'each iteration gets a new array of two elements, which the pattern takes apart again',
  },
  words: [['entries'], ['for']],
  messages: {
    entries: '`{{call}}` makes an array for each iteration, which is taken apart',
  },
  check({ sourceCode, filename }, report) {
    const typed = /\.[cm]?tsx?$/.test(filename);
    return {
      ForOfStatement(loop) {
        const call = loop.right;
        if (loop.await || loop.left.type !== 'VariableDeclaration' || call.type !== 'CallExpression') return;
        const pattern = loop.left.declarations[0]?.id;
        if (pattern?.type !== 'ArrayPattern' || call.callee.type !== 'MemberExpression') return;
        if (memberName(call.callee) !== 'entries' || call.optional || call.callee.optional) return;
        const { object } = call.callee;
        const [argument] = call.arguments;
        let fix: ProposedFix | undefined;
        let given = false;
        if (object.type === 'Identifier' && object.name === 'Object' && isGlobal(sourceCode, object)) {
          if (call.arguments.length !== 1 || argument?.type === 'SpreadElement') return;
          fix = keysFix(sourceCode, loop, pattern, argument as TSESTree.Expression, typed);
          given = isGivenDictionary(sourceCode, argument as TSESTree.Expression);
        } else {
          if (call.arguments.length > 0 || !isKnownArray(sourceCode, object)) return;
          fix = indexFix(sourceCode, loop, pattern, object, typed);
        }
        report({
          at: call,
          // Of a dictionary that callers give nobody knows how large it is: each pair is made in this loop.
          heatAt: given ? loop.body : loop,
          messageId: 'entries',
          data: { call: sourceCode.getText(call) },
          related: [{ at: pattern, message: 'taken apart here' }],
          fixes: fix ? [fix] : [],
        });
      },
    };
  },
});

interface Parts {
  /** The name of the index or key; `undefined` when the pattern leaves it out. */
  readonly key: TSESTree.Identifier | undefined;
  /** What the element is bound to; `undefined` when it is not. */
  readonly value: TSESTree.DestructuringPattern | undefined;
}

function partsOf(
  sourceCode: TSESLint.SourceCode,
  loop: TSESTree.ForOfStatement,
  pattern: TSESTree.ArrayPattern,
): Parts | undefined {
  const [key, value] = pattern.elements;
  if (pattern.elements.length > 2 || (loop.left as TSESTree.VariableDeclaration).kind === 'var')
    return undefined;
  if (key && key.type !== 'Identifier') return undefined;
  if (value && value.type !== 'Identifier' && value.type !== 'ObjectPattern') return undefined;
  const variables = sourceCode.getDeclaredVariables!(loop.left);
  const written = variables.some(({ references }) =>
    references.some((reference) => reference.isWrite() && reference.init !== true),
  );
  if (written || losesComment(sourceCode, headOf(sourceCode, loop))) return undefined;
  return { key: key ?? undefined, value: value ?? undefined };
}

function indexFix(
  sourceCode: TSESLint.SourceCode,
  loop: TSESTree.ForOfStatement,
  pattern: TSESTree.ArrayPattern,
  list: TSESTree.Expression,
  typed: boolean,
): ProposedFix | undefined {
  const parts = partsOf(sourceCode, loop, pattern);
  if (!parts || list.type !== 'Identifier' || isWrittenIn(sourceCode, list, loop)) return undefined;
  const index = parts.key?.name ?? freshName(sourceCode, 'index');
  const head = `for (let ${index} = 0; ${index} < ${list.name}.length; ${index}++) `;
  // `!` for noUncheckedIndexedAccess; it changes nothing where the elements' type has no undefined or null.
  const plain = !typed || hasPlainElements(declaredType(sourceCode, list));
  const value =
    parts.value && `const ${sourceCode.getText(parts.value)} = ${list.name}[${index}]${typed ? '!' : ''}`;
  const edits = rewritten(sourceCode, loop, head, value);
  if (!edits) return undefined;
  const title = `Loop over the indices of ${code(list.name)}`;
  return plain || !value
    ? { title, kind: 'safe', edits }
    : { title: `${title} (if its elements are never undefined or null)`, kind: 'suggestion', edits };
}

function keysFix(
  sourceCode: TSESLint.SourceCode,
  loop: TSESTree.ForOfStatement,
  pattern: TSESTree.ArrayPattern,
  object: TSESTree.Expression,
  typed: boolean,
): ProposedFix | undefined {
  const parts = partsOf(sourceCode, loop, pattern);
  if (!parts?.key || object.type !== 'Identifier' || isWrittenIn(sourceCode, object, loop)) return undefined;
  if (typed && recordMutability(sourceCode, declaredType(sourceCode, object)) !== 'mutable') return undefined;
  if (changesIt(sourceCode, object, loop)) return undefined;
  const head = `for (const ${parts.key.name} of Object.keys(${object.name})) `;
  // `!` for noUncheckedIndexedAccess; it must not hide an undefined or null that the values' type does have.
  const values = typed ? valuesOf(declaredType(sourceCode, object)) : undefined;
  const open = values?.type === 'TSAnyKeyword' || values?.type === 'TSUnknownKeyword';
  const value =
    parts.value &&
    `const ${sourceCode.getText(parts.value)} = ${object.name}[${parts.key.name}]${typed && !open ? '!' : ''}`;
  const edits = rewritten(sourceCode, loop, head, value);
  const conditions: string[] = [];
  if (runsOthers(sourceCode, loop)) conditions.push('nothing that the loop calls or writes to changes it');
  if (!literalOf(sourceCode, object)) conditions.push('it has no getters');
  if (typed && value && !open && !isPlain(values)) conditions.push('its values are never undefined or null');
  const title = `Loop over the keys of ${code(object.name)}`;
  if (!edits) return undefined;
  return conditions.length === 0
    ? { title, kind: 'safe', edits }
    : { title: `${title} (if ${conditions.join(', and ')})`, kind: 'suggestion', edits };
}

/** The loop writes to the object or deletes from it, also the property whose turn it is, also by another name or in a function of the file. */
function changesIt(
  sourceCode: TSESLint.SourceCode,
  object: TSESTree.Identifier,
  loop: TSESTree.ForOfStatement,
): boolean {
  const variable = resolve(sourceCode, object);
  const origin = variable && originOf(sourceCode, variable, loop);
  for (const { of } of changesIn(sourceCode, loop.body)) {
    const changed = of.type === 'Identifier' ? resolve(sourceCode, of) : undefined;
    if (changed && originOf(sourceCode, changed, loop) === origin) return true;
  }
  return false;
}

/** The loop calls something that is not known to be harmless, or writes to an object that might be the same. */
function runsOthers(sourceCode: TSESLint.SourceCode, loop: TSESTree.ForOfStatement): boolean {
  for (const { how } of effectsOf(sourceCode, loop.body))
    if (how !== 'read' && how !== 'convert') return true;
  let writes = false;
  walk(sourceCode, loop.body, (node) => {
    if (node.type === 'MemberExpression' && isWriteTarget(node)) writes = true;
    return !writes;
  });
  return writes;
}

/** `V` of `Record<string, V>` and of `{ [key: string]: V }`, as written. */
function valuesOf(type: TSESTree.TypeNode | undefined): TSESTree.TypeNode | undefined {
  if (type?.type === 'TSAnyKeyword') return type;
  if (type?.type === 'TSTypeReference') return type.typeArguments?.params[1];
  const [member] = type?.type === 'TSTypeLiteral' ? type.members : [];
  return member?.type === 'TSIndexSignature' ? member.typeAnnotation?.typeAnnotation : undefined;
}

/** New head, and the element's declaration, written without a semicolon, as the first statement of the body. */
function rewritten(
  sourceCode: TSESLint.SourceCode,
  loop: TSESTree.ForOfStatement,
  head: string,
  declaration: string | undefined,
): ProposedFix['edits'] | undefined {
  const source = sourceCode.getText();
  const { body } = loop;
  const span = headOf(sourceCode, loop);
  if (declaration === undefined) return [{ span, newText: head }];
  const outer = newlineOf(source) + indentAt(source, loop.range[0]);
  const line = outer + indentUnit(source);
  if (body.type !== 'BlockStatement') {
    // Where the body has a line of its own it stays as it is, its own further lines with it.
    const below = loop.loc.start.line < body.loc.start.line;
    if (!below && body.loc.start.line !== body.loc.end.line) return undefined;
    const isInLine = indentAt(source, loop.range[0]).length < loop.loc.start.column;
    const first = isInLine
      ? ` ${declaration}; `
      : line + declaration + statementEnd(sourceCode, body.range[0]) + line;
    const end = body.range[1];
    return [
      { span, newText: `${head}{${first}` },
      { span: { start: end, end }, newText: isInLine ? ' }' : `${outer}}` },
    ];
  }
  const at = body.range[0] + 1;
  const sameLine = body.loc.start.line === body.loc.end.line;
  return [
    { span, newText: head },
    {
      span: { start: at, end: at },
      newText: sameLine ? ` ${declaration};` : line + declaration + statementEnd(sourceCode, at),
    },
  ];
}

/** From `for` to the body. */
function headOf(
  sourceCode: TSESLint.SourceCode,
  loop: TSESTree.ForOfStatement,
): { start: number; end: number } {
  return { start: loop.range[0], end: sourceCode.getFirstToken(loop.body)!.range[0] };
}

function isWrittenIn(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
  loop: TSESTree.Node,
): boolean {
  const variable = resolve(sourceCode, identifier);
  return (
    variable === undefined ||
    variable.references.some(
      (reference) =>
        reference.isWrite() &&
        reference.init !== true &&
        (contains(loop, reference.identifier as TSESTree.Node) || reference.from !== variable.scope),
    )
  );
}

/** `string[]`, `readonly number[]`, `{ … }[]`: written types that have no undefined or null. */
function hasPlainElements(type: TSESTree.TypeNode | undefined): boolean {
  if (type?.type === 'TSTypeOperator') return hasPlainElements(type.typeAnnotation);
  return type?.type === 'TSArrayType' && isPlain(type.elementType);
}

function isPlain(type: TSESTree.TypeNode | undefined): boolean {
  return type !== undefined && ['TSStringKeyword', 'TSNumberKeyword', 'TSBooleanKeyword', 'TSTypeLiteral', 'TSArrayType', 'TSBigIntKeyword'].includes(type.type); // prettier-ignore
}
