import type { Node } from 'web-tree-sitter';
import { isBuiltin } from '../syntax/universe';
import { importedFunction } from '../syntax/universe';
import type { GoFile, GoPackage } from '../rule';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';

const known = new WeakMap<GoPackage, boolean>();

/**
 * True when initialising the package's variables may run code of the package by way of an interface. Go orders the
 * initialisers by the names that are mentioned (Go specification, "Package initialization"); a method that is called
 * through an interface is mentioned nowhere, and may find a variable that is not initialised yet.
 */
export function mayRunHiddenCode(pkg: GoPackage): boolean {
  let hidden = known.get(pkg);
  if (hidden === undefined) {
    hidden = packageNames(pkg).methods.length > 0 && pkg.files.some((file) => runsOwnCode(file));
    known.set(pkg, hidden);
  }
  return hidden;
}

function runsOwnCode(file: GoFile): boolean {
  return file.root.namedChildren.some(
    (node) =>
      node.type === 'var_declaration' &&
      node
        .descendantsOfType('call_expression')
        .some((call) => !inFunction(call, node) && !isForeign(call, file)),
  );
}

/** In a function literal: that it is called at once is seen at the call. */
function inFunction(call: Node, top: Node): boolean {
  for (let at = call.parent; at && at.id !== top.id; at = at.parent) {
    if (at.type === 'func_literal') return true;
  }
  return false;
}

/** A predeclared function, or one of another package that is given nothing with methods of this one. */
function isForeign(call: Node, file: GoFile): boolean {
  const callee = call.childForFieldName('function');
  if (!callee) return false;
  const harmless = argumentsOf(call).every((arg) => isPlain(arg, file));
  if (isBuiltin(file, call, 'make', 'new', 'len', 'cap', 'append', 'min', 'max')) return true;
  if (importedFunction(file, callee) !== undefined) return harmless;
  // template.New("x").Parse("y")
  const inner = callee.type === 'selector_expression' ? callee.childForFieldName('operand') : undefined;
  return inner?.type === 'call_expression' && harmless && isForeign(inner, file);
}

function isPlain(arg: Node, file: GoFile): boolean {
  const node = unparenthesised(arg);
  if (/_literal$/.test(node.type)) return node.type !== 'composite_literal';
  if (/^(?:true|false|nil)$/.test(node.type)) return true;
  if (node.type === 'identifier') return packageNames(file.pkg).constants.has(node.text);
  if (node.type === 'binary_expression') return node.namedChildren.every((child) => isPlain(child, file));
  if (node.type === 'selector_expression') return importedFunction(file, node) !== undefined;
  return node.type === 'call_expression' && isForeign(node, file);
}
