import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { contains, memberName, resolve, unwrap } from '../syntax/nodes';
import { receiverType } from './values';

/** What the file shows of vectors, matrices and other objects of scene libraries. */

/** Modules whose small classes have methods that write into an instance (`copy`, `set`), so that one can be kept. */
export const sceneModules =
  /^(?:three|three\/.*|@babylonjs\/core.*|pixi\.js|@pixi\/.*|cannon-es|gl-matrix|playcanvas)$/;

export interface SceneValue {
  readonly module: string;
  /** Its class; undefined where only the module is known. */
  readonly className: string | undefined;
}

/** Methods that give the vector, matrix or colour that they are called on, or another of its class. */
const givesItself =
  /^(?:clone|add|sub|multiply|divide|cross|lerp|slerp|min|max|clamp|apply|project|unproject|reflect|copy|set|normalize|negate|premultiply|invert|identity|make|transpose|floor|ceil|round|transform|rotate)(?:[A-Z]\w*)?$/;

/** Classes of the properties that objects, materials and shapes of three have. */
const properties: ReadonlyMap<string, string> = new Map([
  ...['position', 'scale', 'up', 'origin', 'direction', 'normal', 'point'].map((name) => [name, 'Vector3'] as const),
  ...['matrix', 'matrixWorld', 'matrixWorldInverse', 'projectionMatrix'].map((name) => [name, 'Matrix4'] as const),
  ...['color', 'emissive', 'specular'].map((name) => [name, 'Color'] as const),
  ['quaternion', 'Quaternion'],
  ['rotation', 'Euler'],
]); // prettier-ignore

/** A vector or the like: made by a class of such a module, or reached from something that is. */
export function sceneValue(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Expression,
): SceneValue | undefined {
  const at = unwrap(node);
  const imported = receiverType(sourceCode, at)?.imported;
  if (imported)
    return sceneModules.test(imported.module)
      ? { module: imported.module, className: imported.name }
      : undefined;
  if (at.type === 'Identifier') {
    const declared = resolve(sourceCode, at)?.defs[0]?.node as TSESTree.Node | undefined;
    return declared?.type === 'VariableDeclarator' && declared.init && !contains(declared.init, at)
      ? sceneValue(sourceCode, declared.init)
      : undefined;
  }
  if (at.type === 'MemberExpression') {
    const owner = sceneValue(sourceCode, at.object);
    return (
      owner && {
        module: owner.module,
        className: /^three\b/.test(owner.module) ? properties.get(memberName(at) ?? '') : undefined,
      }
    );
  }
  if (at.type !== 'CallExpression' || at.callee.type !== 'MemberExpression') return undefined;
  const owner = sceneValue(sourceCode, at.callee.object);
  return (
    owner && {
      module: owner.module,
      className: givesItself.test(memberName(at.callee) ?? '') ? owner.className : undefined,
    }
  );
}

/** How the file writes a class that it imports from a module, `Vector3` or `THREE.Vector3`; undefined where it imports neither. */
export function importedClass(
  { ast }: TSESLint.SourceCode,
  { module, className }: SceneValue,
): string | undefined {
  for (const statement of ast.body) {
    if (statement.type !== 'ImportDeclaration' || statement.source.value !== module) continue;
    if (statement.importKind === 'type') continue;
    for (const specifier of statement.specifiers) {
      if (specifier.type === 'ImportNamespaceSpecifier') return `${specifier.local.name}.${className}`;
      if (
        specifier.type === 'ImportSpecifier' &&
        specifier.importKind !== 'type' &&
        specifier.imported.type === 'Identifier' &&
        specifier.imported.name === className
      )
        return specifier.local.name;
    }
  }
  return undefined;
}
