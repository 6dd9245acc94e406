import type { Node } from 'web-tree-sitter';
import type { TextEdit } from '../../model';
import { conversionNodes, conversionOf, emittedConversion, type Conversion } from './conversions';
import { mirrorOf } from './mirror-functions';
import type { GoFile } from '../rule';
import {
  argumentsOf,
  descendants,
  enclosingDeclaration,
  qualified,
  spanOf,
  topLevel,
  unparenthesised,
} from '../syntax/nodes';
import {
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from '../syntax/names';
import { graphAround } from '../flow/functions';
import { isFirstThing } from '../flow/paths';
import { freshName, indentAt, lineEnd, startsLine } from '../edit/layout';
import { isShadowed } from '../syntax/universe';
import type { GoType } from '../types/go-type';
import { typeOf } from '../types/types';

/** A conversion that gives the same bytes in each iteration. */
export interface Hoist {
  /** The conversions of the same variable that each iteration executes, at least one. */
  readonly conversions: readonly Conversion[];
  readonly loop: Node;
  /** The new variable in front of the loop. */
  readonly name: string;
  readonly edits: readonly TextEdit[];
}

/**
 * Conversions of a local variable that a loop repeats although nothing in it can change the bytes.
 * @param replaced conversions that go away otherwise, by node id
 */
export function hoists(file: GoFile, replaced: ReadonlySet<number>): Hoist[] {
  const groups = new Map<string, { conversions: Conversion[]; variable: Binding; loop: Node }>();
  for (const node of file.root.descendantsOfType(conversionNodes)) {
    const conversion = conversionOf(node, file);
    if (conversion?.node.id !== node.id || replaced.has(node.id)) continue;
    const { operand, to } = conversion;
    if (operand.type !== 'identifier' || !emittedConversion(conversion, file)) continue;
    const variable = namesAround(file.root, operand).resolve(operand);
    const loop = variable && loopOf(node, variable, file);
    if (!variable || !loop || (to === 'bytes' && !isOnlyRead(node, file))) continue;
    const key = `${loop.id} ${variable.declaration.id} ${to}`;
    const group = groups.get(key) ?? { conversions: [], variable, loop };
    group.conversions.push(conversion);
    groups.set(key, group);
  }
  const takenIn = new Map<number, Set<string>>();
  const found: Hoist[] = [];
  for (const { conversions, variable, loop } of groups.values()) {
    const top = enclosingDeclaration(loop)?.id ?? 0;
    const taken = takenIn.get(top) ?? new Set<string>();
    takenIn.set(top, taken);
    const name = freshName(file, [variable.name + (conversions[0]!.to === 'string' ? 'Text' : 'Bytes')], {
      within: topLevel(loop),
      taken,
    });
    const edits = rewrite(conversions, loop, name, file);
    if (!edits) continue;
    taken.add(name);
    found.push({ conversions, loop, name, edits });
  }
  return found;
}

/** The innermost loop, when each iteration comes to the conversion and nothing in the loop changes what it reads. */
function loopOf(node: Node, variable: Binding, file: GoFile): Node | undefined {
  const graph = graphAround(file, node);
  const around = graph?.loopsOf(node)[0];
  const loop = around?.statement;
  if (!loop || variable.declaration.startIndex > loop.startIndex) return undefined;
  // What it is given may run when the loop is over.
  if (/^(?:go|defer)_statement$/.test(enclosingStatement(node)?.type ?? '')) return undefined;
  // One conversion in front of a loop that never comes to this one would be a new allocation.
  if (!isFirstThing(graph!, around, node)) return undefined;
  for (const { node: use, owner } of variable.uses) {
    if (isAddressTaken(use) || owner.id !== variable.owner.id) return undefined;
    if (isAssigned(use) && loop.startIndex <= use.startIndex && use.endIndex <= loop.endIndex)
      return undefined;
  }
  return isString(node, file) || !mayWriteBytes(loop, file) ? loop : undefined;
}

/** The source of `[]byte(s)` is a string: its bytes never change. */
function isString(node: Node, file: GoFile): boolean {
  return conversionOf(node, file)?.to === 'bytes';
}

/** The new slice goes to a function that is known to read it only: a twin of a string function. */
function isOnlyRead(node: Node, file: GoFile): boolean {
  const list = parenthesized(node).parent;
  const call = list?.type === 'argument_list' ? list.parent : undefined;
  const mirror = call && mirrorOf(call, file);
  return mirror?.from === 'bytes';
}

/** Packages whose functions write to no byte slice of their arguments, save those that append, encode, or call another. */
const reading = /^(?:bytes|math|math\/bits|strconv|strings|unicode|unicode\/utf8|path)$/;
const writing = /^(?:Append|Encode|Map$|NewBuffer|NewReader)|Func$/;

/**
 * True unless the loop plainly leaves all byte slices alone: it calls only functions that read, sends, receives and
 * starts nothing, and stores only into variables, maps and slices of something else than bytes.
 */
function mayWriteBytes(loop: Node, file: GoFile): boolean {
  for (const at of descendants(loop)) {
    switch (at.type) {
      case 'go_statement':
      case 'defer_statement':
      case 'send_statement':
      case 'select_statement':
      case 'func_literal':
        return true;
      case 'unary_expression':
        if (at.childForFieldName('operator')?.text === '<-') return true;
        break;
      case 'range_clause': {
        const targets = at.childForFieldName('left')?.namedChildren ?? [];
        if (targets.some(({ type }) => type !== 'identifier')) return true;
        // A function may be ranged over, or a channel received from.
        const ranged = at.childForFieldName('right');
        const kind = ranged && typeOf(ranged, file)?.kind;
        if (kind === undefined || kind === 'channel' || kind === 'function' || kind === 'pointer')
          return true;
        break;
      }
      case 'call_expression':
        if (!onlyReads(at, file)) return true;
        break;
      case 'inc_statement':
      case 'dec_statement':
        if (at.namedChild(0) && mayBeBytes(at.namedChild(0)!, file)) return true;
        break;
      case 'assignment_statement':
        for (const target of at.childForFieldName('left')?.namedChildren ?? [])
          if (mayBeBytes(target, file)) return true;
        break;
    }
  }
  return false;
}

function mayBeBytes(assigned: Node, file: GoFile): boolean {
  const target = unparenthesised(assigned);
  if (target.type === 'identifier') return false;
  const operand = target.childForFieldName('operand');
  if (target.type !== 'index_expression' || !operand) return true;
  const type = typeOf(operand, file);
  if (type?.kind === 'map') return false;
  return type?.kind !== 'slice' || !hasPlainElement(type);
}

/** Elements that are no bytes, whatever the package declares. */
function hasPlainElement({ element }: GoType): boolean {
  return /^(?:string|bool|int(?:16|32|64)?|uint(?:16|32|64)|float(?:32|64))$/.test(element?.basic ?? '');
}

function onlyReads(call: Node, file: GoFile): boolean {
  const callee = unparenthesised(call.childForFieldName('function') ?? call);
  if (callee.type === 'identifier') {
    if (isShadowed(callee.text, call, file)) return false;
    if (
      /^(?:len|cap|min|max|make|string|bool|byte|rune|u?int(?:8|16|32|64)?|float(?:32|64))$/.test(callee.text)
    )
      return true;
    const into = argumentsOf(call)[0];
    const type = callee.text === 'append' && into ? typeOf(into, file) : undefined;
    return type?.kind === 'slice' && hasPlainElement(type);
  }
  if (callee.type !== 'selector_expression') return false;
  const operand = callee.childForFieldName('operand');
  if (operand && namesAround(file.root, operand).resolve(operand)) return mirrorOf(call, file) !== undefined;
  const target = qualified(callee, file.imports);
  if (!target) return mirrorOf(call, file) !== undefined;
  return reading.test(target.path) && !writing.test(target.name);
}

function rewrite(
  conversions: readonly Conversion[],
  loop: Node,
  name: string,
  file: GoFile,
): TextEdit[] | undefined {
  const outer = loop.parent?.type === 'labeled_statement' ? loop.parent : loop;
  if (outer.parent?.type !== 'statement_list' || !startsLine(file.text, outer.startIndex)) return undefined;
  if (conversions.some(({ node }) => node.descendantsOfType('comment').length > 0)) return undefined;
  const line = file.text.lastIndexOf('\n', outer.startIndex - 1) + 1;
  const declaration = `${indentAt(file.text, loop.startIndex)}${name} := ${conversions[0]!.node.text}${lineEnd(file.text)}`;
  return [
    { span: { start: line, end: line }, newText: declaration },
    ...conversions.map(({ node }) => ({ span: spanOf(node), newText: name })),
  ];
}
