import type { Node } from 'web-tree-sitter';
import type { AllocationKind, FileEdit } from '../model';
import { isField, spelledType, typeOf } from './types/types';
import { explainFlow } from './sites/explain';
import type { Decision, GoFile, GoFix, GoRule } from './rule';
import { argumentsOf, enclosingDeclaration, qualified, spanOf, unparenthesised } from './syntax/nodes';
import {
  callOf,
  isAddressTaken,
  isAssigned,
  namesAround,
  occurrences,
  parenthesized,
  type Binding,
} from './syntax/names';
import { byPlace } from './edit/layout';
import { waitsAt } from './flow/effects';
import { graphAround } from './flow/functions';
import { initializer } from './syntax/assignments';
import { packageNames } from './syntax/package-names';
import { code } from '../wording';

/** A method on a value that puts the copy of its receiver on the heap each time it is called. */
export const rule: GoRule = {
  meta: {
    id: 'go/value-receiver-escape',
    summary: 'a value receiver whose copy goes to the heap on each call',
    fix: 'suggestion',
    recipe: 'Give the method a pointer receiver, if its callers do not change the value meanwhile',
    reports: 'allocation',
    sample: 'go/valuereceiver',
  },
  check(file, report) {
    if (file.path.endsWith('_test.go')) return;
    for (const fn of file.root.namedChildren) {
      const method = fn.type === 'method_declaration' ? methodOf(file, fn) : undefined;
      const escape = method && escapeOf(file, method);
      if (!escape) continue;
      const { receiver, typeName, name } = method;
      const fix = buildFix(file, method, escape);
      const why = explainFlow(escape.decision.flow).at(-1);
      const reason =
        escape.kind === 'moved variable'
          ? (why?.replace(/\.$/, '') ?? `${code(receiver.name)} moves to the heap`)
          : `${code(receiver.name)} is converted to ${code(escape.interfaceName)} for a call that may keep it`;
      report({
        node: receiver.declaration,
        message: `Each call of ${code(name)} copies its ${code(typeName)} receiver to the heap`,
        allocation: {
          kind: escape.kind,
          cost: 'always',
          reason,
          evidence: [
            {
              kind: 'compiler decision',
              text:
                escape.kind === 'moved variable'
                  ? `moved to heap: ${receiver.name}`
                  : `${escape.decision.text} escapes to heap`,
            },
            { kind: 'emitted call', callee: escape.callee, count: 1 },
          ],
        },
        related: escape.boxed.map((node) => ({
          location: { file: file.path, span: spanOf(node) },
          message: `the copy becomes a ${code(escape.interfaceName)} here`,
        })),
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

interface Method {
  readonly fn: Node;
  readonly name: string;
  readonly receiver: Binding;
  readonly type: Node;
  readonly typeName: string;
}

/** A method whose receiver is a named value of a struct type of the package, without type parameters. */
function methodOf(file: GoFile, fn: Node): Method | undefined {
  const parameter = fn
    .childForFieldName('receiver')
    ?.namedChildren.find((c) => c.type === 'parameter_declaration');
  const type = parameter?.childForFieldName('type');
  const declaration = parameter?.childForFieldName('name');
  const name = fn.childForFieldName('name')?.text;
  if (type?.type !== 'type_identifier' || !declaration || name === undefined) return undefined;
  const spec = packageNames(file.pkg).types.get(type.text)?.spec;
  if (spec?.type !== 'type_spec' || spec.childForFieldName('type')?.type !== 'struct_type') return undefined;
  const receiver = namesAround(file.root, fn).resolve(declaration);
  return receiver && { fn, name, receiver, type, typeName: type.text };
}

interface Escape {
  readonly kind: AllocationKind;
  readonly decision: Decision;
  /** The runtime call that allocates the copy. */
  readonly callee: string;
  /** Uses of the receiver that become interfaces; empty for a receiver that moves as a whole. */
  readonly boxed: readonly Node[];
  readonly interfaceName: string;
}

function escapeOf(file: GoFile, { receiver }: Method): Escape | undefined {
  const emits = (node: Node): string | undefined =>
    file.facts
      ?.emitted(node)
      .map(({ callee }) => callee)
      .find((callee) => /^runtime\.(?:newobject|convT(?:noptr)?$)/.test(callee));
  const moved = file.facts?.moved(receiver.declaration);
  if (moved?.outcome === 'heap') {
    // `return &r`, `return r.args[:n]`: the copy is the result, which is how Go programs derive one value from another.
    if (receiver.uses.some(({ node }) => isReturned(node))) return undefined;
    if (moved.flow.at(-1)?.why === 'return') return undefined;
    const callee = emits(receiver.declaration);
    return callee === undefined
      ? undefined
      : { kind: 'moved variable', decision: moved, callee, boxed: [], interfaceName: '' };
  }
  const boxed: Node[] = [];
  let first: { decision: Decision; callee: string; interfaceName: string } | undefined;
  for (const { node } of receiver.uses) {
    const decision = file.facts?.decision(node);
    if (decision?.outcome !== 'heap' || decision.free) continue;
    const callee = emits(node);
    const interfaceName = interfaceAt(file, node);
    if (callee === undefined || interfaceName === undefined) continue;
    boxed.push(node);
    first ??= { decision, callee, interfaceName };
  }
  return first && { kind: 'interface conversion', ...first, boxed };
}

/** `return &r`. */
function isReturned(node: Node): boolean {
  if (!isAddressTaken(node)) return false;
  const list = parenthesized(parenthesized(node).parent!).parent;
  return list?.type === 'expression_list' && list.parent?.type === 'return_statement';
}

/** The interface of the package, with methods, that the argument becomes in a call of a function of the package. */
function interfaceAt(file: GoFile, node: Node): string | undefined {
  const argument = parenthesized(node);
  const call = argument.parent?.type === 'argument_list' ? argument.parent.parent : undefined;
  const callee = call?.type === 'call_expression' ? call.childForFieldName('function') : undefined;
  if (!call || callee?.type !== 'identifier' || namesAround(file.root, callee).resolve(callee))
    return undefined;
  const fn = packageNames(file.pkg).functions.get(callee.text);
  const index = argumentsOf(call).findIndex((other) => other.id === argument.id);
  const types = (fn?.node.childForFieldName('parameters')?.namedChildren ?? []).flatMap((parameter) =>
    parameter.type === 'parameter_declaration'
      ? Array.from({ length: Math.max(1, parameter.childrenForFieldName('name').length) }, () =>
          parameter.childForFieldName('type')!,
        )
      : [],
  );
  const type = types[index];
  if (type?.type !== 'type_identifier') return undefined;
  const spec = packageNames(file.pkg).types.get(type.text)?.spec.childForFieldName('type');
  const methods = spec?.type === 'interface_type' && spec.descendantsOfType('method_elem').length > 0;
  return methods ? type.text : undefined;
}

/** Methods that other packages look up on values at run time, where no compiler sees them go missing. */
const lookedUp =
  /^(?:String|GoString|Format|Error|Is|As|Unwrap|Timeout|Temporary|LogValue|Value|Scan|Read|Write|Close|Flush|ReadFrom|WriteTo|WriteString|WriteByte|ReadByte|IsZero|IsNil|Generate|Encode\w*|Decode\w*|Marshal\w*|Unmarshal\w*|Gob\w*|AppendText|AppendBinary|ServeHTTP|Len|Less|Swap)$/;

function buildFix(file: GoFile, method: Method, escape: Escape): GoFix | undefined {
  const { fn, name, receiver, type, typeName } = method;
  if (file.generated || lookedUp.test(name) || usesTemplates(file)) return undefined;
  if (isAskedFor(file, method, escape)) return undefined;
  if (!readsOnly(file, receiver, 3)) return undefined;
  const callers = callersOf(file, method);
  if (!callers) return undefined;
  const edits: FileEdit[] = [{ file: file.path, span: at(type.startIndex), newText: '*' }];
  for (const { node } of receiver.uses) {
    const outer = parenthesized(node);
    const parent = outer.parent;
    if (isAddressTaken(node)) {
      edits.push({ file: file.path, span: spanOf(outer.parent!), newText: receiver.name });
      continue;
    }
    if (parent?.type === 'selector_expression') continue;
    if (escape.boxed.some((boxed) => boxed.id === node.id)) continue;
    // Any other conversion to an interface would change what the interface holds.
    if (file.facts?.decision(node)) return undefined;
    edits.push({ file: file.path, span: at(node.startIndex), newText: '*' });
  }
  edits.sort(byPlace);
  const nil = isReadFirst(file, method) ? '' : ', and no nil pointer is asked';
  return {
    title: `Use a pointer receiver for ${code(name)}, if ${code(typeName)} is not changed while what the call hands on is in use${nil}`,
    kind: 'suggestion',
    edits,
    claim: {
      effect: 'removes',
      // A caller whose variable has to move to the heap instead would have gained nothing.
      within: [spanOf(fn), ...callers.map(spanOf)],
      callees: ['runtime.newobject', 'runtime.convT', 'runtime.convTnoptr'],
    },
  };
}

function at(offset: number): { start: number; end: number } {
  return { start: offset, end: offset };
}

/** Templates find methods by name on the values they are given. */
function usesTemplates(file: GoFile): boolean {
  return file.pkg.files.some(({ imports }) =>
    [...imports.values()].some((path) => /^(?:text|html)\/template$|^reflect$/.test(path)),
  );
}

/**
 * Somewhere in the package a value is asked whether it is a T or has the method, or T is a key of a map or compared as
 * an interface: code that would still compile, and answer otherwise.
 */
function isAskedFor(file: GoFile, { name, typeName }: Method, { interfaceName }: Escape): boolean {
  const types = new Set([typeName, ...(interfaceName ? [interfaceName] : [])]);
  const hasMethod = (type: Node): boolean => {
    const spec =
      type.type === 'type_identifier'
        ? packageNames(file.pkg).types.get(type.text)?.spec.childForFieldName('type')
        : type;
    return (
      spec?.type === 'interface_type' &&
      spec.descendantsOfType('method_elem').some((m) => m.childForFieldName('name')?.text === name)
    );
  };
  for (const other of file.pkg.files) {
    for (const node of other.root.descendantsOfType([
      'type_assertion_expression',
      'type_case',
      'map_type',
      'binary_expression',
    ])) {
      if (node.type === 'type_assertion_expression') {
        const type = node.childForFieldName('type');
        if (type && (type.text === typeName || hasMethod(type))) return true;
      } else if (node.type === 'type_case') {
        const asked = node.childrenForFieldName('type');
        if (asked.some((type) => type && (type.text === typeName || hasMethod(type)))) return true;
      } else if (node.type === 'map_type') {
        if (interfaceName && types.has(node.childForFieldName('key')?.text ?? '')) return true;
      } else if (interfaceName && /^[!=]=$/.test(node.childForFieldName('operator')?.text ?? '')) {
        const sides = [node.childForFieldName('left'), node.childForFieldName('right')];
        if (sides.some((side) => side?.text === 'nil')) continue;
        if (sides.some((side) => side && types.has(spelledType(side, other) ?? ''))) return true;
      }
    }
  }
  return false;
}

/**
 * The functions of this file that call the method on a variable of theirs. Undefined when a use of the method copies
 * the receiver for later (method value, go, defer), when a variable of another file is meant, or one of the stack, which would
 * have to move to the heap.
 */
function callersOf(file: GoFile, { fn, name }: Method): Node[] | undefined {
  const callers = new Map<number, Node>();
  for (const other of file.pkg.files) {
    for (const node of occurrences(other.root, other.text, name)) {
      if (node.type !== 'field_identifier' || node.parent?.type !== 'selector_expression') continue;
      const selector = node.parent;
      const operand = selector.childForFieldName('operand');
      const root = operand && unparenthesised(operand);
      // Of an import: something else.
      if (qualified(selector, other.imports)) continue;
      const call = callOf(selector);
      if (!call || /^(?:go|defer)_statement$/.test(call.parent?.type ?? '')) return undefined;
      let place = root;
      while (place?.type === 'selector_expression' || place?.type === 'index_expression')
        place = unparenthesised(place.childForFieldName('operand')!);
      const binding =
        place?.type === 'identifier' ? namesAround(other.root, place).resolve(place) : undefined;
      if (binding && wouldMove(binding, other)) return undefined;
      if (!binding || typeOf(binding.declaration, other)?.kind === 'pointer') continue;
      const spelled = binding.declaration.parent?.childForFieldName('type');
      if (spelled?.type === 'pointer_type') continue;
      const caller = enclosingDeclaration(call);
      if (!caller || other.path.endsWith('_test.go') || caller.id === fn.id) continue;
      if (other !== file) return undefined;
      callers.set(caller.id, caller);
    }
  }
  return [...callers.values()];
}

/** The compiler has the variable, or what it was made with, on the stack. */
function wouldMove(variable: Binding, file: GoFile): boolean {
  const start = initializer(variable);
  const decision = start && file.facts?.decision(unparenthesised(start));
  // Of what is made here the compiler says where it lies.
  const isMade = start && /^(?:&|new\()/.test(unparenthesised(start).text);
  if (decision ? decision.outcome === 'stack' : isMade) return true;
  return !isShared(file, variable.declaration) && file.facts?.moved(variable.declaration)?.outcome !== 'heap';
}

/**
 * The first thing that the method does, before anything can be seen, is to read a field of its receiver: on a nil pointer it
 * panics as the call did.
 */
function isReadFirst(file: GoFile, { fn, receiver }: Method): boolean {
  const graph = graphAround(file, fn.childForFieldName('body')!);
  const isField = ({ node }: { node: Node }): boolean => node.parent?.type === 'selector_expression';
  const reads = new Set(receiver.uses.filter(isField).map(({ node }) => node.id));
  for (const node of graph?.entry.nodes ?? []) {
    if (reads.has(node.id)) return true;
    if (/^(?:call_expression|defer_statement|go_statement)$/.test(node.type) || waitsAt(file, node))
      return false;
  }
  return false;
}

/**
 * Nothing in the function writes to the variable's own memory, or hands out a pointer to it but to functions of the
 * package that only read it, too. What its pointers, slices and maps refer to is shared by a copy as well.
 */
function readsOnly(file: GoFile, variable: Binding, depth: number): boolean {
  return variable.uses.every(({ node }) => {
    let place = parenthesized(node);
    for (let parent = place.parent; parent; parent = place.parent) {
      if (isAssigned(place)) return false;
      if (isCompoundTarget(place)) return false;
      const owns = parent.childForFieldName('operand')?.id === place.id;
      if (parent.type === 'unary_expression' && parent.childForFieldName('operator')?.text === '&') {
        return place.id === parenthesized(node).id && addressIsOnlyRead(file, parenthesized(parent), depth);
      }
      if (parent.type === 'slice_expression' && owns) return isShared(file, place) || isText(file, place);
      if (parent.type === 'index_expression' && owns) {
        if (isShared(file, place)) return true;
        place = parenthesized(parent);
        continue;
      }
      if (parent.type !== 'selector_expression' || !owns) return true;
      if (place.id !== parenthesized(node).id && isShared(file, place)) return true;
      const call = callOf(parent);
      if (call || !isField(parent, file)) return methodOnlyReads(file, place, parent, depth);
      place = parenthesized(parent);
    }
    return true;
  });
}

/** `x += 1`: the grammar has the target in an expression list, and another operator. */
function isCompoundTarget(place: Node): boolean {
  const list = place.parent?.type === 'expression_list' ? place.parent : undefined;
  return (
    list?.parent?.type === 'assignment_statement' && list.parent.childForFieldName('left')?.id === list.id
  );
}

/** A value that refers to memory of its own: writing through it is no write to the variable. */
function isShared(file: GoFile, place: Node): boolean {
  return /^(?:pointer|slice|map|interface|channel|function)$/.test(typeOf(place, file)?.kind ?? '');
}

function isText(file: GoFile, place: Node): boolean {
  return typeOf(place, file)?.basic === 'string';
}

function methodOnlyReads(file: GoFile, operand: Node, selector: Node, depth: number): boolean {
  // A function or interface value in a field.
  if (isField(selector, file)) return true;
  const type = spelledType(operand, file);
  const method = selector.childForFieldName('field')?.text;
  if (type === undefined || depth === 0) return false;
  for (const { node, file: home } of packageNames(file.pkg).methods) {
    if (node.childForFieldName('name')?.text !== method) continue;
    const parameter = node.childForFieldName('receiver')?.firstNamedChild;
    const spelled = parameter?.childForFieldName('type');
    if (spelled?.text === type) return true;
    if (spelled?.text !== `*${type}`) continue;
    const name = parameter?.childForFieldName('name');
    const binding = name && namesAround(home.root, node).resolve(name);
    return !name || name.text === '_' || (binding ? readsOnly(home, binding, depth - 1) : false);
  }
  return false;
}

/** `&r` as the argument of a function of the package that only reads what it points to. */
function addressIsOnlyRead(file: GoFile, address: Node, depth: number): boolean {
  const call = address.parent?.type === 'argument_list' ? address.parent.parent : undefined;
  const callee = call?.type === 'call_expression' ? call.childForFieldName('function') : undefined;
  if (!call || depth === 0 || callee?.type !== 'identifier') return false;
  if (namesAround(file.root, callee).resolve(callee)) return false;
  const fn = packageNames(file.pkg).functions.get(callee.text);
  const index = argumentsOf(call).findIndex((other) => other.id === address.id);
  const names = [...(fn?.node.childForFieldName('parameters')?.namedChildren ?? [])].flatMap((parameter) =>
    parameter.namedChildren.filter((child) => child.type === 'identifier'),
  );
  const name = names[index];
  const binding = fn && name && namesAround(fn.file.root, fn.node).resolve(name);
  return binding !== undefined && readsOnly(fn!.file, binding, depth - 1);
}
