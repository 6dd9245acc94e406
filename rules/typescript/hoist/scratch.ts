import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem } from '../edit/expressions';
import { derivedName, moduleName } from '../edit/names';
import type { ProposedFix } from '../edit/proposed-fix';
import { iteratingMethods } from '../flow/loops';
import { effectsOf } from '../flow/effects';
import { declareConstants } from './place';
import { isModule } from '../syntax/module';
import { enclosingFunction, isFunction, memberName } from '../syntax/nodes';
import { importedCallee } from '../types/bindings';
import { importedClass, type SceneValue } from '../types/scene';
import { code } from '../../wording';

/**
 * One vector or matrix of the module that is written to before each use, instead of a new one: for the small classes of scene
 * libraries, whose methods write into the instance and give it back.
 */
export interface Scratch {
  /** Makes the one of the module. */
  readonly creation: string;
  /** What stands in for the expression, by the constant's name: gives the scratch with the value that a new one would have. */
  readonly use: (name: string) => string;
  /** `Vector3`. */
  readonly className: string;
}

/** By class, what a new one without arguments holds. */
const initial = new Map([
  ['Vector2', ['0', '0']],
  ['Vector3', ['0', '0', '0']],
  ['Vector4', ['0', '0', '0', '1']],
  ['Quaternion', ['0', '0', '0', '1']],
]);

/** `new Vector3(x, y, z)` of three and Babylon: `scratch.set(x, y, z)`; a matrix begins as the identity. */
export function scratchOfNew(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.NewExpression,
  { module, name }: { readonly module: string; readonly name: string },
): Scratch | undefined {
  if (!/^(?:three$|three\/|@babylonjs\/core)/.test(module)) return undefined;
  const callee = sourceCode.getText(node.callee);
  const creation = `new ${callee}()`;
  if (/^Matrix[34]$/.test(name) && module === 'three' && node.arguments.length === 0)
    return { creation, use: (scratch) => `${scratch}.identity()`, className: name };
  const start = initial.get(name);
  if (!start || node.arguments.length > start.length) return undefined;
  if (node.arguments.some(({ type }) => type === 'SpreadElement')) return undefined;
  const given = node.arguments.map((argument) => sourceCode.getText(argument));
  const values = [...given, ...start.slice(given.length)].join(', ');
  return { creation, use: (scratch) => `${scratch}.set(${values})`, className: name };
}

/** Classes that `copy()` of three and `copyFrom()` of Babylon fill completely, and that can be made without arguments. */
const copied =
  /^(?:Vector[234]|Quaternion|Euler|Matrix[34]?|Color[34]?|Box[23]|Sphere|Ray|Plane|Spherical|Line3|Triangle)$/;

/** `a.clone()` of three and Babylon: `scratch.copy(a)`. */
export function scratchOfClone(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
  callee: TSESTree.MemberExpression,
  value: SceneValue,
): Scratch | undefined {
  const { module, className } = value;
  if (className === undefined || !copied.test(className) || call.optional || callee.optional)
    return undefined;
  const copy = /^three\b/.test(module)
    ? 'copy'
    : module.startsWith('@babylonjs/core')
      ? 'copyFrom'
      : undefined;
  const name = importedClass(sourceCode, value);
  if (copy === undefined || name === undefined) return undefined;
  const from = asItem(sourceCode, callee.object);
  return { creation: `new ${name}()`, use: (scratch) => `${scratch}.${copy}(${from})`, className };
}

/** `vec3.create()`, `vec3.fromValues(x, y, z)`, `mat4.clone(m)` of gl-matrix. */
export function scratchOfArray(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
): Scratch | undefined {
  const callee = call.callee as TSESTree.MemberExpression;
  const owner = sourceCode.getText(callee.object);
  const className = importedCallee(sourceCode, callee.object)?.name ?? owner;
  if (call.arguments.some(({ type }) => type === 'SpreadElement')) return undefined;
  const given = call.arguments.map((argument) => `, ${sourceCode.getText(argument)}`).join('');
  const method = memberName(callee);
  const write =
    method === 'fromValues' ? 'set' : method === 'clone' ? 'copy' : /^(?:mat|quat)/.test(className) ? 'identity' : 'zero'; // prettier-ignore
  return { creation: `${owner}.create()`, use: (scratch) => `${owner}.${write}(${scratch}${given})`, className }; // prettier-ignore
}

/** The fix for one place; `undefined` where the file shows that the value is kept, or where it does not show that it is not. */
export function scratchFix(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.NewExpression | TSESTree.CallExpression,
  { creation, use, className }: Scratch,
): ProposedFix | undefined {
  const fn = enclosingFunction(node);
  if (!fn || fn.async || fn.generator || !isModule(sourceCode)) return undefined;
  if (sourceCode.getCommentsInside(node).length > 0 || !isBorrowed(sourceCode, node)) return undefined;
  for (const effect of effectsOf(sourceCode, fn.body))
    if (effect.how === 'wait' || (effect.how === 'enter' && effect.fn === fn)) return undefined;
  const { parent } = node;
  const own = parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : '';
  const small = `${className[0]!.toLowerCase()}${className.slice(1)}`;
  const name = moduleName(sourceCode, derivedName(own === '' ? small : own, 'Scratch'));
  return {
    title: `Write into one ${code(className)} of the module (if nothing that is called meanwhile keeps it or comes back here)`,
    kind: 'suggestion',
    edits: [
      declareConstants(sourceCode, [`const ${name} = ${creation}`]),
      { span: { start: node.range[0], end: node.range[1] }, newText: use(name) },
    ],
  };
}

/** Methods that give a number or a truth value. */
const measures = /^(?:length|lengthSq|lengthSquared|dot|distanceTo|distanceToSquared|manhattan\w*|angle\w*|equals\w*|determinant|getHex|near\w*)$/; // prettier-ignore
/** Methods of vectors, matrices and objects of a scene that read their arguments or write into them, and keep none. */
const borrows =
  /^(?:add|sub|multiply|divide|cross|lerp|slerp|min|max|clamp|apply|project|reflect|copy|set|look|rotate|translate|scale|transform|compose|decompose|extract|premultiply|invert|localTo|worldTo|getWorld|getCenter|getSize|expand|intersect|contains|unproject|move|toArray|fromArray|distance|dot|equals|angle)\w*$/;
const parts = /^(?:[xyzwrgb]|_[xyzw]|length)$/;

/** No use of the value outlives the statement that it stands in, as far as names tell. */
function isBorrowed(sourceCode: TSESLint.SourceCode, value: TSESTree.Expression, depth = 0): boolean {
  if (depth > 4) return false;
  let at: TSESTree.Node = value;
  for (;;) {
    const parent: TSESTree.Node = at.parent!;
    switch (parent.type) {
      case 'TSNonNullExpression':
      case 'TSAsExpression':
      case 'ChainExpression':
        at = parent;
        continue;
      case 'ExpressionStatement':
        return true;
      case 'BinaryExpression':
      case 'UnaryExpression':
      case 'TemplateLiteral':
        return true;
      case 'MemberExpression': {
        if (parent.object !== at) return true;
        const name = memberName(parent) ?? '';
        const call: TSESTree.Node = parent.parent;
        if (call.type !== 'CallExpression' || call.callee !== parent)
          return parts.test(name) || parent.computed;
        if (measures.test(name)) return true;
        if (/^(?:clone|toArray|toJSON|toString)$/.test(name)) return true;
        at = call;
        continue;
      }
      case 'CallExpression': {
        if (parent.callee === at) return false;
        const { callee } = parent;
        if (importedCallee(sourceCode, callee)?.module === 'gl-matrix') {
          // The first argument is what they give back.
          if (parent.arguments[0] !== at) return true;
          at = parent;
          continue;
        }
        return callee.type === 'MemberExpression' && borrows.test(memberName(callee) ?? '');
      }
      case 'VariableDeclarator':
        return parent.init === at && variableIsBorrowed(sourceCode, parent, depth);
      default:
        return false;
    }
  }
}

function variableIsBorrowed(
  sourceCode: TSESLint.SourceCode,
  declarator: TSESTree.VariableDeclarator,
  depth: number,
): boolean {
  if (declarator.id.type !== 'Identifier' || declarator.parent.kind !== 'const') return false;
  const [variable] = sourceCode.getDeclaredVariables!(declarator);
  const home = enclosingFunction(declarator);
  return (variable?.references ?? []).every((reference) => {
    if (reference.init) return true;
    const use = reference.identifier as TSESTree.Identifier;
    return runsWith(use, home) && isBorrowed(sourceCode, use, depth + 1);
  });
}

/** It stands in the function itself, or in a callback that an array's own method calls and forgets. */
function runsWith(use: TSESTree.Node, home: TSESTree.Node | undefined): boolean {
  for (let at = use.parent; at && at !== home; at = at.parent) {
    if (!isFunction(at)) continue;
    const call = at.parent;
    if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
    if (!iteratingMethods.has(memberName(call.callee) ?? '')) return false;
  }
  return true;
}
