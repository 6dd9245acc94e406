import type { Node } from 'web-tree-sitter';
import type { Evidence, FileEdit, Related } from '../model';
import { proofOf, type ConstructorProof } from './stdlib/constructor-proof';
import { isBuiltin } from './syntax/universe';
import { importedFunction } from './syntax/universe';
import { digestSum, hashForms, type HashForm } from './stdlib/hash-forms';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { argumentsOf, descendants, enclosingDeclaration, spanOf, topLevel } from './syntax/nodes';
import {
  callOf,
  enclosingStatement,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from './syntax/names';
import { enclosingLoop } from './flow/loops';
import { initializer } from './syntax/assignments';
import { freshName, startsLine, statementsAt } from './edit/layout';
import { atLeast } from './syntax/version';
import { isShadowed } from './syntax/universe';
import { inOrder } from './sites/remedies';
import { code } from '../wording';

/** A hash behind hash.Hash that costs memory, where a form of the same value does not. */
export const rule: GoRule = {
  meta: {
    id: 'go/hash-interface',
    summary: 'a hash behind an interface that allocates, where a direct form gives the same value',
    fix: 'safe',
    recipe:
      'Call the one-shot function of the hash package, such as `sha256.Sum256`, or give Sum a buffer that you keep',
    reports: 'allocation',
    sample: 'go/hashinterface',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const hash = hashAt(file, call);
      // What the fix claims is what the finding says: without the compiler's word there is neither.
      const found = hash && inOrder(atOnce(file, hash), typedWrites(file, hash), onStack(file, hash));
      if (found) report(found);
    }
  },
};

/** True when this rule speaks about the hash that the call makes. */
export function isBetterDirect(file: GoFile, call: Node): boolean {
  const hash = hashAt(file, call);
  return hash !== undefined && (atOnce(file, hash) ?? typedWrites(file, hash)) !== undefined;
}

interface Hash {
  readonly call: Node;
  readonly callee: Node;
  readonly form: HashForm;
  /** `h := pkg.New()`. */
  readonly statement: Node;
  readonly variable: Binding;
  readonly fn: Node;
  /** Method calls on it by name, in source order. */
  readonly methods: readonly { readonly name: string; readonly call: Node }[];
  /** `io.WriteString(h, s)`. */
  readonly texts: readonly Node[];
  /** That the hash itself is on the heap. */
  readonly heap: ConstructorProof | undefined;
}

const known: ReadonlySet<string> = new Set('Write Sum Sum32 Sum64 Size BlockSize Reset'.split(' '));

/** `h := pkg.New()` of a known hash that is only written to, directly or as a text, and asked for its value. */
function hashAt(file: GoFile, call: Node): Hash | undefined {
  const callee = call.childForFieldName('function');
  const name = callee ? importedFunction(file, callee) : undefined;
  const form = name === undefined ? undefined : hashForms[name];
  const list = call.parent;
  const statement = list?.type === 'expression_list' ? list.parent : undefined;
  if (!callee || !form || statement?.type !== 'short_var_declaration') return undefined;
  if (statement.parent?.type !== 'statement_list') return undefined;
  const targets = statement.childForFieldName('left')?.namedChildren ?? [];
  const variable = targets[0] && namesAround(file.root, targets[0]).resolve(targets[0]);
  if (targets.length !== 1 || variable?.declaration.id !== targets[0]!.id) return undefined;
  const fn = variable.owner;
  const methods: { name: string; call: Node }[] = [];
  const texts: Node[] = [];
  for (const { node, owner } of variable.uses) {
    if (owner.id !== fn.id || isAssigned(node)) return undefined;
    const parent = parenthesized(node).parent;
    const method = parent?.type === 'selector_expression' ? callOf(parent) : undefined;
    const used = method ?? (parent?.type === 'argument_list' ? (parent.parent ?? undefined) : undefined);
    if (!used || /^(?:go|defer)_statement$/.test(used.parent?.type ?? '')) return undefined;
    if (method) {
      const member = parent!.childForFieldName('field')?.text ?? '';
      if (!known.has(member)) return undefined;
      methods.push({ name: member, call: method });
    } else {
      const to = used.childForFieldName('function');
      const args = used.type === 'call_expression' ? argumentsOf(used) : [];
      if (!to || importedFunction(file, to) !== 'io.WriteString' || args.length !== 2) return undefined;
      if (args[0]!.id !== parenthesized(node).id) return undefined;
      // go/write-format knows better what to do with a text that is made for the call.
      if (/^(?:call|type_conversion)_expression$/.test(args[1]!.type)) return undefined;
      texts.push(used);
    }
  }
  // NewIEEE is inlined to a call of New.
  const heap = proofOf(file, call, name!) ?? proofOf(file, call, name!.replace(/IEEE$/, ''));
  return { call, callee, form, statement, variable, fn, methods, texts, heap };
}

/** The Sum call whose digest the compiler lets a known method allocate. */
function allocatedSum(file: GoFile, { methods }: Hash): { call: Node; callee: string } | undefined {
  const sums = methods.filter(({ name }) => name === 'Sum');
  const [sum] = sums;
  // What is returned is on the heap either way.
  if (sum && parenthesized(sum.call).parent?.parent?.type === 'return_statement') return undefined;
  if (
    sums.length !== 1 ||
    argumentsOf(sum!.call)
      .map(({ text }) => text)
      .join() !== 'nil'
  )
    return undefined;
  const emitted = file.facts?.emitted(sum!.call).find(({ callee }) => digestSum.test(callee));
  return emitted && { call: sum!.call, callee: emitted.callee };
}

function evidenceOf({ heap }: Hash, sum: { callee: string } | undefined): Evidence[] {
  return [
    ...(heap ? [heap.evidence] : []),
    ...(sum ? [{ kind: 'emitted call' as const, callee: sum.callee, count: 1 }] : []),
  ];
}

/** One Write, one Sum: the package has a function for that. */
function atOnce(file: GoFile, hash: Hash): GoReport | undefined {
  const { call, callee, form, statement, methods, texts, variable, fn } = hash;
  if (form.direct === undefined || methods.length + texts.length !== 2) return undefined;
  const written = methods.find(({ name }) => name === 'Write')?.call ?? texts[0];
  const asked = methods.find(({ name }) => name === form.sum)?.call;
  const sum = form.sum === 'Sum' ? allocatedSum(file, hash) : undefined;
  if (!written || !asked || (form.sum === 'Sum' ? !sum : hash.heap === undefined)) return undefined;
  const write = written.parent;
  if (write?.type !== 'expression_statement' || write.parent?.id !== statement.parent?.id) return undefined;
  if (write.startIndex < statement.startIndex || asked.startIndex < write.endIndex) return undefined;
  const arguments_ = argumentsOf(written);
  const data = texts.length > 0 ? `[]byte(${arguments_[1]!.text})` : arguments_[0]?.text;
  if (data === undefined || (texts.length > 0 && !copiesNothing(file, hash))) return undefined;
  const table = argumentsOf(call)[0];
  // The table is looked at where New is called.
  if (
    table &&
    !(nextStatement(statement)?.id === write.id && /^(?:identifier|selector_expression)$/.test(table.type))
  )
    return undefined;
  if ([statement, write, asked].some((node) => node.descendantsOfType('comment').length > 0))
    return undefined;

  const qualifier = callee.childForFieldName('operand')?.text ?? '';
  const direct = form.direct.replace(/\$0|\$|@/g, (at) =>
    at === '$0' ? (table?.text ?? '') : at === '$' ? qualifier : data,
  );
  const edits = directEdits(file, { statement, write, asked }, direct, form.sum === 'Sum');
  const heapCallees = hash.heap ? [hash.heap.claimed] : [];
  const fix: GoFix | undefined = edits && {
    title: `Use ${code(direct.slice(0, direct.indexOf('(')))}`,
    kind: 'safe',
    edits,
    imports: [importPathOf(file, callee)],
    claim: {
      effect: 'removes',
      within: [spanOf(fn)],
      callees: [...(sum ? [sum.callee] : []), ...heapCallees],
    },
  };
  const name = direct.slice(0, direct.indexOf('('));
  const costs = sum
    ? `${code(`${variable.name}.Sum(nil)`)} allocates the digest, and nothing else needs the hash`
    : `The ${form.what} goes to the heap for one ${code(form.sum)}`;
  return {
    node: call,
    message: costs,
    details: `${code(name)} gives the same value without allocating.`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason: sum
        ? `\`Sum(nil)\` returns a new slice; ${code(name)} returns an array, which can stay on the stack`
        : texts.length > 0
          ? '`io.WriteString` takes the hash as an `io.Writer`, which puts it on the heap'
          : `${code(callee.text)} returns an interface, and the compiler does not see the hash behind it`,
      evidence: evidenceOf(hash, sum),
    },
    related: [relatedAt(file, written, 'written once'), relatedAt(file, asked, 'asked once')],
    ...(fix && { fixes: [fix] }),
  };
}

interface Parts {
  readonly statement: Node;
  readonly write: Node;
  readonly asked: Node;
}

function directEdits(
  file: GoFile,
  { statement, write, asked }: Parts,
  direct: string,
  bytes: boolean,
): FileEdit[] | undefined {
  const edit = (node: Node, newText: string): FileEdit => ({ file: file.path, span: spanOf(node), newText });
  const user = enclosingStatement(asked);
  const inPlace =
    !bytes && user !== undefined && nextStatement(write)?.id === user.id && isOnlyCall(file, user, asked);
  if (inPlace) {
    const removed = [removal(file, statement), removal(file, write)];
    if (!removed[0] || !removed[1]) return undefined;
    return [removed[0], removed[1], edit(asked, direct)];
  }
  const name = freshName(file, ['sum', 'digest', 'checksum'], { within: topLevel(statement) });
  const computed = `${name} := ${direct}`;
  const gone = removal(file, statement);
  if (!gone) return undefined;
  return [gone, edit(write, computed), edit(asked, bytes ? `${name}[:]` : name)];
}

/** Nothing in the statement is evaluated that could change what the hash is of. */
function isOnlyCall(file: GoFile, statement: Node, call: Node): boolean {
  if (!/^(?:return|assignment|expression)_statement$|^short_var_declaration$/.test(statement.type))
    return false;
  for (const node of descendants(statement)) {
    if (node.id === call.id) continue;
    if (node.type === 'func_literal') return false;
    if (node.type === 'unary_expression' && node.text.startsWith('<-')) return false;
    if (
      node.type === 'call_expression' &&
      !isBuiltin(file, node, 'int', 'uint', 'int64', 'uint64', 'uint32', 'len')
    )
      return false;
  }
  return true;
}

/** The statement with its line; a comment behind it stays. Undefined when it shares its line with code. */
function removal(file: GoFile, statement: Node): FileEdit | undefined {
  const { text } = file;
  if (!startsLine(text, statement.startIndex)) return undefined;
  const start = text.lastIndexOf('\n', statement.startIndex - 1) + 1;
  const newline = text.indexOf('\n', statement.endIndex);
  const rest = text.slice(statement.endIndex, newline);
  if (newline < 0) return undefined;
  const span =
    rest.trim() === ''
      ? { start, end: newline + 1 }
      : /^[ \t]*\/\//.test(rest)
        ? { start: statement.startIndex, end: statement.endIndex + rest.search(/\S/) }
        : undefined;
  return span && { file: file.path, span, newText: '' };
}

function nextStatement(statement: Node): Node | undefined {
  let next = statement.nextNamedSibling;
  while (next?.type === 'comment') next = next.nextNamedSibling;
  return next ?? undefined;
}

/** `[]byte(s)` for a Write that the compiler sees needs no copy from Go 1.22 on. */
function copiesNothing(file: GoFile, { call, form }: Hash): boolean {
  return atLeast(file.pkg.toolchain, 1, 22) && !form.copiesText && !isShadowed('byte', call, file);
}

/** `io.WriteString(h, s)`: the only uses that make the compiler forget which hash it is. */
function typedWrites(file: GoFile, hash: Hash): GoReport | undefined {
  const { call, form, texts, variable, heap, fn } = hash;
  if (texts.length === 0 || heap?.evidence.kind !== 'compiler decision' || !copiesNothing(file, hash))
    return undefined;
  const edits: FileEdit[] = [];
  for (const text of texts) {
    if (text.descendantsOfType('comment').length > 0) return undefined;
    const written = `${variable.name}.Write([]byte(${argumentsOf(text)[1]!.text}))`;
    edits.push({ file: file.path, span: spanOf(text), newText: written });
  }
  const maphash = form.what.startsWith('FNV')
    ? '. Where the value is neither stored nor sent, `hash/maphash.String` gives another value without a hash of its own'
    : '';
  return {
    node: call,
    message: `\`io.WriteString\` puts the ${form.what} on the heap and copies ${texts.length === 1 ? 'the text' : 'the texts'}`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason: `${code(`${variable.name}.Write`)} is a call that the compiler sees through: the hash stays on the stack and \`[]byte(…)\` is not copied${maphash}`,
      evidence: evidenceOf(hash, undefined),
    },
    related: texts.map((text) => relatedAt(file, text, 'the hash becomes an `io.Writer` here')),
    fixes: [
      {
        title: `Write to ${code(variable.name)} directly`,
        kind: 'safe',
        edits,
        claim: { effect: 'removes', within: [spanOf(fn)], callees: [heap.claimed] },
      },
    ],
  };
}

/** A digest that does not leave the function fits in an array. */
function onStack(file: GoFile, hash: Hash): GoReport | undefined {
  const { form, callee, variable, heap, fn } = hash;
  const sum = allocatedSum(file, hash);
  if (!sum || heap !== undefined || form.size === undefined || isGrown(file, sum.call)) return undefined;
  const statement = enclosingStatement(sum.call);
  if (!statement || /^(?:for|labeled)_statement$/.test(statement.type)) return undefined;
  if (statement.parent?.parent?.type === 'labeled_statement' || !startsLine(file.text, statement.startIndex))
    return undefined;
  if (enclosingDeclaration(sum.call) === undefined || isShadowed('byte', sum.call, file)) return undefined;
  const loop = enclosingLoop(file, sum.call)?.statement;
  if (loop && loop.startIndex >= statement.startIndex) return undefined;
  const name = freshName(file, ['digest', 'sum', 'sumArray'], { within: topLevel(statement) });
  const size = form.size.replace('$', callee.childForFieldName('operand')?.text ?? '');
  const at = { start: statement.startIndex, end: statement.startIndex };
  const array = statementsAt(file, statement.startIndex, [`var ${name} [${size}]byte`, '']);
  const argument = argumentsOf(sum.call)[0]!;
  return {
    node: sum.call,
    message: `${code(`${variable.name}.Sum(nil)`)} allocates a ${form.what} digest that stays in the function`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason:
        '`Sum(nil)` returns a new slice; `Sum` appends to what it is given, and an array can stay on the stack',
      evidence: evidenceOf(hash, sum),
    },
    fixes: [
      {
        title: `Let \`Sum\` append to an array of ${/^\d+$/.test(String(size)) ? size : code(String(size))} bytes`,
        kind: 'safe',
        edits: [
          { file: file.path, span: at, newText: array },
          { file: file.path, span: spanOf(argument), newText: `${name}[:0]` },
        ],
        // The call stays in the listing, its growth is not reached.
        claim: { effect: 'runs less', within: [spanOf(fn)], callees: [sum.callee] },
        probes: [
          {
            states: 'the digest does not leave the function',
            edits: [{ file: file.path, span: spanOf(argument), newText: `make([]byte, 0, ${size})` }],
            stays: spanOf(argument),
          },
        ],
      },
    ],
  };
}

/** `append(h.Sum(nil), …)`, or cap of it: the capacity would be another. */
function isGrown(file: GoFile, sum: Node): boolean {
  const grows = (node: Node): boolean => {
    const outer = parenthesized(node);
    const call = outer.parent?.type === 'argument_list' ? outer.parent.parent : undefined;
    return (
      call?.type === 'call_expression' &&
      isBuiltin(file, call, 'append', 'cap') &&
      argumentsOf(call)[0]?.id === outer.id
    );
  };
  if (grows(sum)) return true;
  const holder = namesAround(file.root, sum).bindings.find((binding) => initializer(binding)?.id === sum.id);
  return holder?.uses.some(({ node }) => grows(node)) ?? false;
}

function relatedAt(file: GoFile, node: Node, message: string): Related {
  return { location: { file: file.path, span: spanOf(node) }, message };
}

function importPathOf(file: GoFile, callee: Node): string {
  return file.imports.get(callee.childForFieldName('operand')?.text ?? '') ?? '';
}
