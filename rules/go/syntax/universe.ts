import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { isLocalName, namesAround } from './names';
import { calleeText, qualified } from './nodes';
import { packageNames } from './package-names';

/** `import/path.Name` for a call of an imported function; undefined for methods and local names. */
export function importedFunction(file: GoFile, callee: Node): string | undefined {
  const found = qualified(callee, file.imports);
  const operand = callee.childForFieldName('operand');
  if (!found || !operand || namesAround(file.root, callee).resolve(operand)) return undefined;
  return `${found.path}.${found.name}`;
}

/** True when the identifier means the predeclared name: nothing in the function or package declares it. */
export function isUniverse(file: GoFile, identifier: Node): boolean {
  return (
    namesAround(file.root, identifier).resolve(identifier) === undefined &&
    !packageNames(file.pkg).declared.has(identifier.text)
  );
}

/** True for a call of one of the predeclared functions. */
export function isBuiltin(file: GoFile, call: Node, ...names: readonly string[]): boolean {
  const callee = call.childForFieldName('function');
  const text = calleeText(call);
  return (
    callee?.type === 'identifier' && text !== undefined && names.includes(text) && isUniverse(file, callee)
  );
}

/** True when `name` may mean something else than the predeclared identifier at `node`. */
export function isShadowed(name: string, node: Node, file: GoFile): boolean {
  return packageNames(file.pkg).declared.has(name) || isLocalName(file, node, name);
}
