import type { Node } from 'web-tree-sitter';
import type { ChargedPlace, FileEdit } from '../model';
import { code } from '../wording';
import { byPlace } from './edit/layout';
import { PackageVariables } from './edit/package-variables';
import { calleeOf } from './flow/calls';
import { contractOf } from './memory/contracts';
import { findCandidate, type Candidate } from './memory/buffer-candidate';
import { keepsItsArgument, lifetimeOf } from './memory/lifetime';
import { buildFix } from './pools/buffer-pool';
import type { Decision, GoFile, GoFix, GoPackage, GoReport, GoRule } from './rule';
import { decided } from './sites/evidence';
import { callOf, enclosingStatement, isAddressTaken, parenthesized } from './syntax/names';
import { spanOf, topLevel } from './syntax/nodes';
import { isShadowed } from './syntax/universe';

/** A buffer that each call makes and grows, to return what is in it. */
export const rule: GoRule = {
  meta: {
    id: 'go/returned-buffer',
    summary: 'a bytes.Buffer that grows anew in each call, whose bytes are returned',
    fix: 'suggestion',
    recipe:
      'Write into a buffer from a `sync.Pool`, and return a copy of its bytes; or let the caller give the buffer',
    reports: 'measured only',
    sample: 'go/returnedbuffer',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    const all = buffersIn(file.pkg);
    for (const buffer of all) if (buffer.file === file) report(reportOf(buffer));
    const handed = all.filter(({ isHandedOn }) => isHandedOn);
    if (handed.length === 0) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const through = isWriteThrough(file, call) && writtenThrough(call, handed);
      if (through) report(through);
    }
  },
};

interface ReturnedBuffer {
  readonly file: GoFile;
  readonly candidate: Candidate;
  readonly decision: Decision;
  /** `buf.Bytes()`, each of which is returned or put into a variable. */
  readonly results: readonly Node[];
  /** Something may know the buffer when the call is over. */
  readonly isKept: boolean;
  /** A function of the package gets it, and may write to it by an interface of its own. */
  readonly isHandedOn: boolean;
  readonly fix: GoFix | undefined;
}

const cache = new WeakMap<GoPackage, readonly ReturnedBuffer[]>();

/** Of the whole package, because what writes to a buffer may stand in another file. */
function buffersIn(pkg: GoPackage): readonly ReturnedBuffer[] {
  let known = cache.get(pkg);
  if (!known) {
    known = pkg.files
      .filter(({ path }) => !path.endsWith('_test.go'))
      .flatMap((file) => {
        const variables = new PackageVariables(file);
        return (file.facts?.decisions ?? []).flatMap((decision) => bufferOf(file, decision, variables) ?? []);
      });
    cache.set(pkg, known);
  }
  return known;
}

function bufferOf(file: GoFile, decision: Decision, variables: PackageVariables): ReturnedBuffer | undefined {
  const candidate = findCandidate(file, decision);
  if (candidate?.shape !== 'buffer value' && candidate?.shape !== 'buffer pointer') return undefined;
  const { variable } = candidate;
  const results: Node[] = [];
  let [isKept, isHandedOn] = [false, false];
  for (const { node, owner } of variable.uses) {
    if (owner.id !== variable.owner.id) return undefined;
    if (/^(?:go|defer)_statement$/.test(enclosingStatement(node)?.type ?? '')) return undefined;
    const used = isAddressTaken(node) ? parenthesized(parenthesized(node).parent!) : parenthesized(node);
    const argumentOf = used.parent?.type === 'argument_list' ? used.parent.parent : undefined;
    if (argumentOf?.type === 'call_expression') {
      const contract = contractOf(file, argumentOf, used, 'stream', (method) =>
        keepsItsArgument(file, method),
      );
      isKept ||= contract === undefined || contract.obligation !== undefined;
      isHandedOn ||= calleeOf(file, argumentOf).kind !== 'foreign';
      continue;
    }
    if (isPutInto(used)) {
      [isKept, isHandedOn] = [true, true];
      continue;
    }
    const call = used.parent?.type === 'selector_expression' ? callOf(used.parent) : undefined;
    const method = used.parent?.childForFieldName('field')?.text ?? '';
    if (!call || used.id !== parenthesized(node).id) return undefined;
    if (writing.test(method) || method === 'String' || method === 'Len') continue;
    if (method !== 'Bytes' || !isResult(call)) return undefined;
    results.push(call);
  }
  if (results.length === 0 && !variable.uses.some(({ node }) => /^\.String\(\)/.test(behind(file, node))))
    return undefined;
  const buffer = { file, candidate, decision, results, isKept, isHandedOn };
  return { ...buffer, fix: fixOf(buffer, variables) };
}

/** `&T{w: &buf}`, `t.w = &buf`: what is written to t gets into the buffer. */
function isPutInto(value: Node): boolean {
  const list = value.parent;
  if (list?.type === 'literal_element') return list.parent?.lastNamedChild?.id === list.id;
  const statement = list?.type === 'expression_list' ? list.parent : undefined;
  return (
    statement?.type === 'assignment_statement' &&
    statement.childForFieldName('right')?.id === list!.id &&
    statement.childForFieldName('left')?.firstNamedChild?.type === 'selector_expression'
  );
}

const writing = /^(?:Write(?:Byte|Rune|String)?|Grow)$/;

const behind = (file: GoFile, node: Node): string => file.text.slice(node.endIndex, node.endIndex + 9);

/** The bytes are returned, or a new variable has them. */
function isResult(call: Node): boolean {
  const value = parenthesized(call);
  const list = value.parent;
  if (list?.type !== 'expression_list') return false;
  const statement = list.parent;
  return (
    statement?.type === 'return_statement' ||
    (statement?.type === 'short_var_declaration' && statement.childForFieldName('right')?.id === list.id)
  );
}

function reportOf(buffer: ReturnedBuffer): GoReport {
  const { file, candidate, decision, fix } = buffer;
  const { variable, fn } = candidate;
  return {
    node: candidate.node,
    message: `${code(variable.name)} grows anew in each call, and ${code(nameOf(fn))} returns what is in it`,
    allocation: {
      kind: candidate.kind,
      cost: 'always',
      reason: `${code(variable.name)} starts without memory, and each time it is full it makes an array of twice the size`,
      evidence: [decided(decision), { kind: 'measured sample', sample: rule.meta.sample }],
      alsoAt: chargedIn(fn, variable.declaration),
    },
    ...(fix && { fixes: [fix] }),
    ...(file.generated && { noFix: 'the file is generated' }),
  };
}

/** What the function calls once the buffer is there: what of that `bytes` allocates is the buffer's growth. */
function chargedIn(fn: Node, declaration: Node): ChargedPlace[] {
  return (fn.childForFieldName('body')?.descendantsOfType('call_expression') ?? [])
    .filter((call) => call.startIndex > declaration.endIndex)
    .map((call) => ({ span: spanOf(call), by: 'bytes' }));
}

/** A call of a writing method of an interface: a buffer may be behind it. */
function isWriteThrough(file: GoFile, call: Node): boolean {
  const method = call.childForFieldName('function')?.childForFieldName('field')?.text ?? '';
  if (!writing.test(method) || method === 'Grow') return false;
  const callee = calleeOf(file, call);
  return callee.kind === 'method' || (callee.kind === 'foreign' && /^io\.\w*Writer\./.test(callee.name));
}

function writtenThrough(call: Node, buffers: readonly ReturnedBuffer[]): GoReport {
  const [first] = buffers as [ReturnedBuffer];
  const { candidate, file, decision, fix } = first;
  const writes = code(call.childForFieldName('function')!.text);
  return {
    node: call,
    message: `${writes} grows the ${code(candidate.variable.name)} of ${code(nameOf(candidate.fn))}, where it writes to that`,
    allocation: {
      kind: 'call',
      cost: 'conditional',
      reason: `a buffer that each call makes starts without memory, and each time it is full it makes an array of twice the size`,
      evidence: [decided(decision), { kind: 'measured sample', sample: rule.meta.sample }],
      through: 'bytes.Buffer.',
    },
    related: buffers.slice(0, 3).map((one) => ({
      location: { file: one.file.path, span: spanOf(one.candidate.node) },
      message: `${code(one.candidate.variable.name)} of ${code(nameOf(one.candidate.fn))} is made here`,
    })),
    ...(fix && { fixes: [fix] }),
    ...(file.generated && { noFix: 'the file is generated' }),
  };
}

const nameOf = (fn: Node): string => topLevel(fn).childForFieldName('name')?.text ?? 'the function';

function fixOf(
  { file, candidate, results, isKept }: Omit<ReturnedBuffer, 'fix'>,
  variables: PackageVariables,
): GoFix | undefined {
  const { variable, shape } = candidate;
  if (isShadowed('append', candidate.fn, file) || isShadowed('byte', candidate.fn, file)) return undefined;
  const pooled = buildFix(file, candidate, lifetimeOf(file, variable, shape), variables);
  if (!pooled) return undefined;
  const copies = copiesOf(file, results);
  const copy = results.length === 0 ? '' : ', and return a copy';
  const conditions = [
    'results are under 64 KiB as a rule',
    ...(isKept ? [`nothing writes to it when ${code(nameOf(candidate.fn))} is over`] : []),
  ];
  return {
    ...pooled,
    title: `Take ${code(variable.name)} from a \`sync.Pool\`${copy} (if ${conditions.join(', and ')})`,
    kind: 'suggestion',
    // The copy is an allocation, too: one, of the size that is needed.
    ...(pooled.claim && { claim: { ...pooled.claim, grows: ['runtime.growslice'] } }),
    edits: [...pooled.edits, ...copies].sort(byPlace),
  };
}

/** Results stay with callers when the buffer goes back. An empty one stays nil, as that of a buffer that nothing was written to is. */
function copiesOf(file: GoFile, results: readonly Node[]): FileEdit[] {
  return results.flatMap((call): FileEdit[] => [
    {
      file: file.path,
      span: { start: call.startIndex, end: call.startIndex },
      newText: 'append([]byte(nil), ',
    },
    { file: file.path, span: { start: call.endIndex, end: call.endIndex }, newText: '...)' },
  ]);
}
