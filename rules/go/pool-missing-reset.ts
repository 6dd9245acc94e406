import type { Node } from 'web-tree-sitter';
import { isAppender } from './flow/appenders';
import { contractOf } from './memory/contracts';
import { isBuiltin } from './syntax/universe';
import { keepsItsArgument } from './memory/lifetime';
import { fieldType } from './pools/fields';
import { wrapperOnlyHandsOver } from './pools/wrappers';
import { declarationsOf, pooledVariables, putOf, type Pooled } from './pools/variables';
import type { GoFile, GoFix, GoRule } from './rule';
import { argumentsOf, calleeText, isFunction, spanOf, unparenthesised } from './syntax/nodes';
import {
  callOf,
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  parenthesized,
} from './syntax/names';
import { statementsAt } from './edit/layout';
import { packageNames } from './syntax/package-names';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/pool-missing-reset',
    summary: 'an object is used as Get gave it and put back as it is: the content of the call before shows',
    fix: 'suggestion',
    recipe: 'Reset the object right after Get, or right before Put, but in one place for all users',
    reports: 'bug',
    sample: 'go/poolmissingreset',
  },
  check(file, report) {
    if (!file.facts) return;
    for (const declaration of declarationsOf(file)) {
      for (const object of pooledVariables(file, declaration)) {
        const content = object.got && contentOf(file, object);
        if (!content) continue;
        const { name } = object.binding;
        const fix = file.generated ? undefined : buildFix(file, object, content);
        const what = content.field === undefined ? name : `${name}.${content.field}`;
        report({
          node: object.at!,
          message: `${code(name)} is reused without a reset: it still holds what the last user wrote`,
          allocation: {
            kind: 'call',
            cost: 'unknown',
            reason: `nothing between Get and Put empties ${code(what)}`,
            evidence: [{ kind: 'emitted call', callee: 'sync.(*Pool).Get', count: 1 }],
          },
          related: [
            {
              location: { file: file.path, span: spanOf(content.written) },
              message: `${code(what)} grows here`,
            },
            {
              location: { file: file.path, span: spanOf(content.read) },
              message: `what is in ${code(what)} is read here`,
            },
            {
              location: { file: file.path, span: spanOf(content.put) },
              message: `${code(name)} goes back with it here`,
            },
          ],
          ...(fix && { fixes: [fix] }),
        });
      }
    }
  },
};

/** What stays in the object, and the places that prove it. */
interface Content {
  /** The statement that empties it. */
  readonly reset: string;
  /** Of a struct: the slice field that only ever grows. */
  readonly field: string | undefined;
  readonly written: Node;
  readonly read: Node;
  readonly put: Node;
}

type Use = 'write' | 'read' | 'neither' | 'unknown';

/**
 * Everything that the function does with the object is known, and nothing of it empties the object: it writes, it reads,
 * and it puts. So a second call sees what the first one wrote.
 */
function contentOf(file: GoFile, object: Pooled): Content | undefined {
  const { binding, got } = object;
  const shape = shapeOf(object);
  if (!shape || !got) return undefined;
  if (got.by && !wrapperOnlyHandsOver(got.by)) return undefined;
  let put: Node | undefined;
  const written = new Map<string, Node>();
  const read = new Map<string, Node>();
  for (const { node, owner } of binding.uses) {
    const release = putOf(file, node);
    if (release) {
      if (release.release.value.text !== binding.name) return undefined;
      const { by } = release.release;
      if (by && !wrapperOnlyHandsOver(by)) return undefined;
      // The argument of a deferred call was evaluated before anything was appended.
      if (shape === 'slice' && release.call.parent?.type === 'defer_statement') return undefined;
      if (isDecidedByLength(release.call)) return undefined;
      put = release.call;
      continue;
    }
    if (owner.id !== binding.owner.id) return undefined;
    const { use, key } =
      shape === 'struct' ? fieldUse(file, object, node) : { use: useOf(file, node, shape), key: '' };
    if (use === 'unknown') return undefined;
    if (use === 'write' && !written.has(key)) written.set(key, node);
    if (use === 'read') read.set(key, node);
  }
  if (!put) return undefined;
  for (const [key, first] of written) {
    const seen = read.get(key);
    if (!seen) continue;
    const { name } = binding;
    const reset =
      shape === 'struct'
        ? `${name}.${key} = ${name}.${key}[:0]`
        : shape === 'slice'
          ? `${name} = ${name}[:0]`
          : shape === 'slice pointer'
            ? `*${name} = (*${name})[:0]`
            : `${name}.Reset()`;
    return { reset, field: shape === 'struct' ? key : undefined, written: first, read: seen, put };
  }
  return undefined;
}

/** `if buf.Len() == 0 { pool.Put(buf) }`: what goes back may be empty. */
function isDecidedByLength(put: Node): boolean {
  for (let at = put.parent; at && !isFunction(at); at = at.parent)
    if (at.type === 'if_statement' && /\b[lL]en\(/.test(at.childForFieldName('condition')?.text ?? ''))
      return true;
  return false;
}

type Shape = 'buffer' | 'slice' | 'slice pointer' | 'struct';

function shapeOf({ type, typeFile }: Pooled): Shape | undefined {
  if (type.type === 'slice_type') return 'slice';
  const named = type.type === 'pointer_type' ? type.firstNamedChild : undefined;
  if (!named) return undefined;
  if (named.type === 'slice_type') return 'slice pointer';
  if (named.text === 'bytes.Buffer' && typeFile.imports.get('bytes') === 'bytes') return 'buffer';
  if (named.text === 'strings.Builder' && typeFile.imports.get('strings') === 'strings') return 'buffer';
  return named.type === 'type_identifier' ? 'struct' : undefined;
}

function useOf(file: GoFile, node: Node, shape: Exclude<Shape, 'struct'>): Use {
  if (shape === 'buffer') return bufferUse(file, node);
  if (shape === 'slice')
    return isAssigned(node) ? assignedSlice(file, node) : sliceUse(file, parenthesized(node), node.text);
  const star = parenthesized(node).parent;
  if (star?.type !== 'unary_expression' || star.childForFieldName('operator')?.text !== '*') return 'unknown';
  const whole = parenthesized(star);
  return isAssigned(whole) ? assignedSlice(file, whole) : sliceUse(file, whole, star.text);
}

/** `v = append(v, …)`: nothing is said about reading. Any other value may be an emptied one. */
function assignedSlice(file: GoFile, target: Node): Use {
  const statement = target.parent?.parent;
  const right = statement?.childForFieldName('right');
  const value = right?.namedChildCount === 1 ? unparenthesised(right.firstNamedChild!) : undefined;
  if (statement?.childForFieldName('left')?.namedChildCount !== 1 || value?.type !== 'call_expression')
    return 'unknown';
  const first = isAppender(file, value) ? argumentsOf(value)[0] : undefined;
  return first && plain(first) === plain(target) ? 'write' : 'unknown';
}

function plain(node: Node): string {
  return unparenthesised(node).text.replace(/[\s()]/g, '');
}

/** A slice as a value: what is appended to itself is a write (seen at its target), the rest must only read. */
function sliceUse(file: GoFile, value: Node, text: string): Use {
  const parent = value.parent;
  if (parent?.type === 'range_clause' && parent.childForFieldName('right')?.id === value.id) return 'read';
  if (parent?.type === 'variadic_argument') return 'read';
  if (parent?.type !== 'argument_list') return 'unknown';
  const call = parent.parent!;
  if (isBuiltin(file, call, 'cap')) return 'neither';
  if (isBuiltin(file, call, 'len') || calleeText(call) === 'string') return 'read';
  if (isAppender(file, call) && argumentsOf(call)[0]?.id === value.id) {
    const target = call.parent?.parent?.childForFieldName('left')?.namedChildren[0];
    return target && plain(target) === text.replace(/[\s()]/g, '') ? 'neither' : 'unknown';
  }
  const contract = contractOf(file, call, value, 'slice', (method) => keepsItsArgument(file, method));
  const callee = calleeText(call) ?? '';
  return contract &&
    /(?:^|\.)(?:Write|Equal|Index\w*|Contains|HasPrefix|HasSuffix|Count|Compare)$/.test(callee)
    ? 'read'
    : 'unknown';
}

const writes = /^(?:Write|WriteString|WriteByte|WriteRune|ReadFrom)$/;
const reads = /^(?:String|Bytes|Len)$/;

function bufferUse(file: GoFile, node: Node): Use {
  const value = parenthesized(node);
  const parent = value.parent;
  if (parent?.type === 'selector_expression') {
    const call = callOf(parent);
    const method = parent.childForFieldName('field')?.text ?? '';
    if (!call || /^(?:go|defer)_statement$/.test(call.parent?.type ?? '')) return 'unknown';
    if (writes.test(method)) return 'write';
    if (reads.test(method)) return method === 'Bytes' && isSlicedToNothing(call) ? 'unknown' : 'read';
    return /^(?:Grow|Cap|Available)$/.test(method) ? 'neither' : 'unknown';
  }
  if (parent?.type !== 'argument_list' || parent.parent?.type !== 'call_expression') return 'unknown';
  const call = parent.parent;
  const contract = contractOf(file, call, value, 'stream', (method) => keepsItsArgument(file, method));
  const callee = calleeText(call) ?? call.childForFieldName('function')?.text ?? '';
  const first = argumentsOf(call)[0]?.id === value.id;
  // The first argument of these is written to; anything else might read the buffer empty.
  return contract &&
    first &&
    /^(?:fmt\.Fprint(?:f|ln)?|io\.WriteString|json\.NewEncoder|xml\.NewEncoder|io\.Copy|io\.CopyN)$/.test(
      callee,
    )
    ? 'write'
    : 'unknown';
}

function isSlicedToNothing(call: Node): boolean {
  return parenthesized(call).parent?.type === 'slice_expression';
}

/** `v.f` of a struct; only slices are followed, other fields may be read and written. */
function fieldUse(file: GoFile, object: Pooled, node: Node): { use: Use; key: string } {
  const selector = parenthesized(node).parent;
  const key =
    selector?.type === 'selector_expression' ? (selector.childForFieldName('field')?.text ?? '') : '';
  if (!selector || key === '' || isAddressTaken(selector) || callOf(selector)) return { use: 'unknown', key };
  const declared = fieldType(file, object.type, key);
  if (!declared) return { use: 'unknown', key };
  // A field of another kind says nothing about the slices.
  if (declared.type !== 'slice_type') return { use: 'neither', key };
  const whole = parenthesized(selector);
  if (isAssigned(whole)) return { use: assignedSlice(file, whole), key };
  if (whole.parent?.type === 'index_expression')
    return { use: isAssigned(parenthesized(whole.parent)) ? 'neither' : 'read', key };
  return { use: sliceUse(file, whole, selector.text), key };
}

/** New gives an empty object: then emptying it after Get changes nothing for a new one. */
function buildFix(file: GoFile, object: Pooled, content: Content): GoFix | undefined {
  const statement = enclosingStatement(object.binding.declaration);
  if (statement?.type !== 'short_var_declaration' && statement?.type !== 'var_declaration') return undefined;
  // There may be none to reset.
  if (object.checked || !isEmptyWhenNew(file, object)) return undefined;
  return {
    title: `Reset ${code(object.binding.name)} after Get (${code(content.reset)}): what earlier calls left is dropped`,
    kind: 'suggestion',
    edits: [
      {
        file: file.path,
        span: { start: statement.endIndex, end: statement.endIndex },
        newText: statementsAt(file, statement.startIndex, ['', content.reset]),
      },
    ],
  };
}

function isEmptyWhenNew(file: GoFile, object: Pooled): boolean {
  const pool = object.got?.pool;
  if (pool?.type !== 'identifier' || namesAround(file.root, pool).resolve(pool)) return false;
  const variable = packageNames(file.pkg).variables.get(pool.text);
  const literal = variable?.spec.descendantsOfType('func_literal')[0];
  const body = literal?.childForFieldName('body');
  if (!body) return false;
  const text = body.text.replace(/\s+/g, ' ');
  const type = object.type.text.replace(/^\*/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const forms = [
    String.raw`return new\(${type}\)`,
    String.raw`return &?${type}\{\}`,
    String.raw`return bytes\.NewBuffer\((?:nil|make\(\[\]byte, 0(?:, [\w<* ]+)?\))\)`,
    String.raw`return make\(${type}, 0(?:, [\w<* ]+)?\)`,
    String.raw`(\w+) := make\(${type}, 0(?:, [\w<* ]+)?\)[; ]+return &\1`,
    String.raw`var (\w+) ${type}[; ]+return &\1`,
  ];
  return forms.some((form) => new RegExp(String.raw`^\{ ?${form} ?\}$`).test(text));
}
