import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { perFrame } from './heat/callbacks';
import { indentAt, newlineOf } from './edit/layout';
import { freshName } from './edit/names';
import { isSemicolonFree } from './edit/statements';
import { scratchFix, scratchOfArray, scratchOfClone, scratchOfNew } from './hoist/scratch';
import { createRule, type ProposedFix } from './rule';
import { classAround, memberOf } from './syntax/functions';
import { enclosingFunction, isFunction, memberName, methodName } from './syntax/nodes';
import { importedCallee } from './types/bindings';
import { sceneModules, sceneValue } from './types/scene';
import { iteratingMethods } from './flow/loops';
import { isTypeScript } from './types/members';
import { code } from '../wording';

const values = /^(?:Vector[234]?|Vec[234]|Matrix[34]?|Mat[34]|Quaternion|Quat|Euler|Color[34]?|Box[23]|Sphere|Ray|Raycaster|Plane|Spherical|Cylindrical|Frustum|Line3|Triangle|Object3D|Point|Rectangle|Transform|AABB|BoundingBox)$/; // prettier-ignore
const arrays = /^(?:vec[234]|mat[234]|mat2d|quat2?)$/;

/** What is made anew in each frame and could be kept from one to the next. */
export const frameGarbage = createRule({
  id: 'ts/frame-garbage',
  summary: 'vectors, matrices and closures that are made anew in each frame',
  fix: 'suggestion',
  recipe:
    'Keep one vector or matrix per use in a constant of the module and write into it with `set()` or `copy()`; bind a method once, in the constructor',
  reports: 'hot only',
  sample: 'typescript/frame-garbage',
  allocation: { kind: 'object', cost: 'always', reason: 'it is made in each frame, and dropped with it' },
  words: [['new ', 'clone', 'create', 'fromValues', '=>', 'function', 'bind']],
  messages: {
    made: '`new {{name}}()` makes an object in each frame, for this one use',
    cloned: '`clone()` copies `{{name}}` in each frame',
    array: '`{{name}}()` makes an array in each frame',
    bound: '`bind()` makes a function in each frame',
    closure: 'This function is made in each frame, to be passed on',
  },
  check({ sourceCode, heat }, report) {
    const inFrame = (node: TSESTree.Node): boolean =>
      heat(node).because.some(({ text }) => text === perFrame) && !isKept(node);

    function closure(node: TSESTree.ArrowFunctionExpression | TSESTree.FunctionExpression): void {
      if (isPassedOn(sourceCode, node) && inFrame(node)) report({ at: node, messageId: 'closure', allocation: { kind: 'closure' } }); // prettier-ignore
    }

    return {
      NewExpression(node) {
        const imported = importedCallee(sourceCode, node.callee);
        if (!imported || !sceneModules.test(imported.module) || !values.test(imported.name) || !inFrame(node))
          return;
        const scratch = scratchOfNew(sourceCode, node, imported);
        const fix = scratch && scratchFix(sourceCode, node, scratch);
        report({ at: node, messageId: 'made', data: { name: imported.name }, ...outcome(fix, kept) });
      },
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression') return;
        const method = memberName(callee);
        if (method === 'clone' && node.arguments.length === 0) {
          const value = sceneValue(sourceCode, callee.object);
          if (!value || !inFrame(node)) return;
          const scratch = scratchOfClone(sourceCode, node, callee, value);
          const fix = scratch && scratchFix(sourceCode, node, scratch);
          report({
            at: node,
            messageId: 'cloned',
            data: { name: sourceCode.getText(callee.object) },
            ...outcome(fix, scratch ? kept : unshown),
          });
        } else if (method === 'create' || method === 'fromValues' || method === 'clone') {
          const imported = importedCallee(sourceCode, callee.object);
          if (imported?.module === 'gl-matrix' && arrays.test(imported.name) && inFrame(node)) {
            const scratch = scratchOfArray(sourceCode, node);
            const fix = scratch && scratchFix(sourceCode, node, scratch);
            report({
              at: node,
              messageId: 'array',
              data: { name: sourceCode.getText(callee) },
              ...outcome(fix, kept),
            });
          }
        } else if (method === 'bind' && isArgument(node) && inFrame(node)) {
          const fix = boundField(sourceCode, node, callee);
          report({ at: node, messageId: 'bound', allocation: { kind: 'closure' }, ...outcome(fix, unbound) });
        }
      },
      ArrowFunctionExpression: closure,
      FunctionExpression: closure,
    };
  },
});

const unshown = 'the file does not show which class it copies, or does not import it';
const kept = 'the file does not show that nobody keeps it';
const unbound = 'only a method of a class without a base class can be bound in a field of its own';

const outcome = (
  fix: ProposedFix | undefined,
  noFix: string,
): { readonly fixes: readonly ProposedFix[] } | { readonly noFix: string } =>
  fix ? { fixes: [fix] } : { noFix };

/** `this.frame.bind(this)` becomes a field of the class, which is bound when an instance is made. */
function boundField(
  sourceCode: TSESLint.SourceCode,
  bind: TSESTree.CallExpression,
  { object }: TSESTree.MemberExpression,
): ProposedFix | undefined {
  const [self, ...more] = bind.arguments;
  if (object.type !== 'MemberExpression' || object.object.type !== 'ThisExpression') return undefined;
  if (self?.type !== 'ThisExpression' || more.length > 0) return undefined;
  const body = classAround(bind);
  const method = body && memberOf(body, object);
  const name = memberName(object);
  if (method?.type !== 'MethodDefinition' || method.kind !== 'method' || name === undefined) return undefined;
  // The base class may call it before the fields are there.
  if (body!.parent.superClass || sourceCode.getCommentsInside(bind).length > 0) return undefined;
  const [first] = body!.body;
  if (!first || first.loc.start.line === body!.loc.start.line) return undefined;
  const field = freshName(sourceCode, `bound${name[0]!.toUpperCase()}${name.slice(1)}`);
  const at = beforeMember(sourceCode, first);
  const source = sourceCode.text;
  const line = newlineOf(source) + indentAt(source, first.range[0]);
  const end = isSemicolonFree(sourceCode) ? '' : ';';
  const declared = `${isTypeScript(sourceCode) ? 'private readonly ' : ''}${field} = ${sourceCode.getText(bind)}${end}`;
  return {
    title: `Bind ${code(name)} once, in a field (if nobody replaces the method, or goes through the fields)`,
    kind: 'suggestion',
    edits: [
      { span: { start: at, end: at }, newText: `${declared}${line}` },
      { span: { start: bind.range[0], end: bind.range[1] }, newText: `this.${field}` },
    ],
  };
}

/** In front of a member and its comments. */
function beforeMember(sourceCode: TSESLint.SourceCode, member: TSESTree.ClassElement): number {
  const [comment] = sourceCode.getCommentsBefore(member);
  return comment && comment.loc.start.line > member.parent.loc.start.line
    ? comment.range[0]
    : member.range[0];
}

/** It is put into a field or a collection: made once, or to stay. */
function isKept(node: TSESTree.Node): boolean {
  const { parent } = node;
  if (parent?.type === 'AssignmentExpression')
    return parent.right === node && (parent.left.type === 'MemberExpression' || parent.operator !== '=');
  if (parent?.type === 'LogicalExpression') return isKept(parent);
  if (parent?.type === 'ReturnStatement' || parent?.type === 'Property') return true;
  return parent?.type === 'CallExpression' && /^(?:push|set|add)$/.test(methodName(parent) ?? '');
}

const isArgument = (node: TSESTree.Node): boolean =>
  (node.parent?.type === 'CallExpression' || node.parent?.type === 'NewExpression') &&
  node.parent.callee !== node;

/** To a function that is not known to call it at once: not to `forEach` and its like, which V8 inlines. */
function isPassedOn(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.ArrowFunctionExpression | TSESTree.FunctionExpression,
): boolean {
  if (!enclosingFunction(node)) return false;
  if (isArgument(node)) return passes(node.parent as TSESTree.CallExpression);
  const declarator = node.parent;
  if (declarator.type !== 'VariableDeclarator' || declarator.init !== node) return false;
  const [variable] = sourceCode.getDeclaredVariables!(declarator);
  return (variable?.references ?? []).some(({ identifier }) => {
    const use = identifier as TSESTree.Node;
    return isArgument(use) && passes(use.parent as TSESTree.CallExpression);
  });
}

const passes = (call: TSESTree.CallExpression): boolean =>
  call.type === 'CallExpression' &&
  !isFunction(call.callee) &&
  !iteratingMethods.has(methodName(call) ?? '') &&
  !/^(?:then|catch|finally|setTimeout)$/.test(
    methodName(call) ?? (call.callee.type === 'Identifier' ? call.callee.name : ''),
  );
