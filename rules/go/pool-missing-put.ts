import type { Node } from 'web-tree-sitter';
import type { FileEdit, Related } from '../model';
import { hasPlainElements, isPlainField } from './pools/fields';
import { lifeOf, type Life } from './pools/life';
import { conditionOf, lineOf } from './pools/path-words';
import { wrongPut, type WrongPut } from './pools/put-types';
import { declarationsOf, pooledVariables, type Pooled } from './pools/variables';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { descendants, spanOf, statementsOf } from './syntax/nodes';
import { callOf, enclosingStatement, isAddressTaken, isAssigned, namesAround } from './syntax/names';
import { enclosingLoop } from './flow/loops';
import { startsLine, statementsAt } from './edit/layout';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/pool-missing-put',
    summary: 'a path on which an object from a sync.Pool is not put back, so that the next Get allocates',
    fix: 'suggestion',
    recipe: 'Put the object back with defer right behind Get, or before each return',
    reports: 'bug',
    sample: 'go/poolmissingput',
  },
  check(file, report) {
    // What a test takes and drops is not worth a word.
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const declaration of declarationsOf(file)) {
      for (const object of pooledVariables(file, declaration)) {
        if (!object.got) continue;
        const life = lifeOf(file, object);
        if (life && life.lost.length > 0) report(describe(file, object, life));
      }
    }
    if (!file.text.includes('.Put(')) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const wrong = wrongPut(file, call);
      if (wrong) report(describeWrong(wrong));
    }
  },
};

/** It is in no pool where anybody looks for it. */
function describeWrong({ call, value, pool, type, asserted, get }: WrongPut): GoReport {
  return {
    node: value,
    message: `${code(type)} is put into ${code(pool)}, whose Get asserts ${code(asserted)}`,
    details: `A Get that receives it panics, or drops it where it asks with \`, ok\` and makes a new one.`,
    allocation: {
      kind: 'call',
      cost: 'conditional',
      reason: `nobody gets it back: the pool that it belongs to stays empty, and ${code(pool)} holds what it cannot use`,
      evidence: [{ kind: 'emitted call', callee: 'sync.(*Pool).Put', count: 1 }],
    },
    related: [
      {
        location: { file: get.file.path, span: spanOf(get.node) },
        message: `Get asserts ${code(asserted)} here`,
      },
    ],
    noFix: `which pool ${code(call.text)} should name only you know`,
  };
}

function describe(file: GoFile, object: Pooled, life: Life): GoReport {
  const { binding, got } = object;
  const { name } = binding;
  const pool = got!.pool ? code(got!.from) : `the pool of ${code(got!.from)}`;
  const fix = file.generated ? undefined : buildFix(file, object, life);
  const moved = life.moves[0];
  const where =
    life.puts.length === 0 && !moved
      ? `${code(name)} is taken from ${pool} and never put back`
      : `${code(name)} is not put back into ${pool} on ${life.lost.length} of ${life.exits} ways out`;
  const ways = life.puts.length > 0 || moved ? life.lost.map((node) => wayOf(file, object, node)) : [];
  const details = [
    ...(ways.length > 0 ? [`Lost at ${ways.join(' and ')}.`] : []),
    ...(moved ? ['On another way it goes to a new owner, who has to put it back.'] : []),
  ].join(' ');
  const related: Related[] = life.lost.map((node) => ({
    location: { file: file.path, span: endOf(node) },
    message: `${code(name)} is lost on this way out`,
  }));
  if (moved)
    related.push({
      location: { file: file.path, span: spanOf(moved) },
      message: `${code(name)} may go to another owner here, so that a deferred Put would be wrong`,
    });
  return {
    node: object.at ?? binding.declaration,
    message: where,
    ...(details !== '' && { details }),
    allocation: {
      kind: 'call',
      cost: 'conditional',
      reason: 'a Get of an empty pool calls New, so the next one allocates instead of reusing it',
      evidence: [{ kind: 'emitted call', callee: 'sync.(*Pool).Get', count: 1 }],
    },
    related,
    ...(fix && { fixes: [fix] }),
  };
}

/** "line 12 when `err != nil`". */
function wayOf(file: GoFile, { binding, at }: Pooled, way: Node): string {
  const isJump = /^(?:return|break|continue)_statement$/.test(way.type);
  const line = isJump ? lineOf(way) : `line ${way.endPosition.row + 1}`;
  return `${line}${isJump ? conditionOf(file, binding.owner, way, at) : ''}`;
}

/** A return as it stands; of a block or loop that runs to its end, its last character. */
function endOf(node: Node): { start: number; end: number } {
  return /^(?:return|break|continue)_statement$/.test(node.type)
    ? spanOf(node)
    : { start: node.endIndex - 1, end: node.endIndex };
}

/** `defer pool.Put(v)` behind the Get, where nothing takes the object or its memory out of the function. */
function buildFix(file: GoFile, object: Pooled, life: Life): GoFix | undefined {
  const { binding, got } = object;
  const { name } = binding;
  if (life.moves.length > 0 || life.misuses.length > 0) return undefined;
  // Deferred at once, Put would get nil when there was none; and the variable before the assertion is put, too.
  if (object.checked || object.carrier) return undefined;
  const declared = enclosingStatement(binding.declaration);
  if (declared?.type !== 'short_var_declaration' && declared?.type !== 'var_declaration') return undefined;
  if (declared.parent?.type !== 'statement_list' || enclosingLoop(file, declared)) return undefined;
  if (binding.uses.some((use) => use.owner.id !== binding.owner.id || isAssigned(use.node))) return undefined;
  // The function must not run on for long after the declaring block has ended.
  if (declared.parent.parent?.parent?.id !== binding.owner.id) return undefined;
  if (derivedLocals(file, object)) return undefined;
  const plain = life.puts.filter((put) => !put.deferred);
  if (plain.length !== life.puts.length) return undefined;
  const texts = new Set(plain.map((put) => put.call.text.replace(/\s+/g, ' ')));
  if (texts.size > 1) return undefined;
  const put = [...texts][0] ?? (got!.pool ? `${got!.pool.text}.Put(${name})` : undefined);
  if (put === undefined || plain.some((one) => one.release.value.text !== name)) return undefined;
  if (plain.some((one) => changesLater(file, object, one.call))) return undefined;
  // A reset that stands before a Put would not run on the other ways.
  for (const one of plain) {
    const statement = enclosingStatement(one.call);
    const before = statement && previous(statement);
    if (!statement || (before && isReset(before, name) && !isResetAfterGet(declared, name))) return undefined;
  }
  const edits: FileEdit[] = [
    {
      file: file.path,
      span: { start: declared.endIndex, end: declared.endIndex },
      newText: statementsAt(file, declared.startIndex, ['', `defer ${put}`]),
    },
  ];
  for (const one of plain) {
    const statement = enclosingStatement(one.call)!;
    const lines = linesOf(file.text, statement);
    if (statement.text !== one.call.text || !lines) return undefined;
    edits.push({ file: file.path, span: lines, newText: '' });
  }
  return {
    title: `Put ${code(name)} back with defer, also when the function panics`,
    kind: 'suggestion',
    edits: edits.sort((a, b) => a.span.start - b.span.start),
  };
}

/** A deferred call evaluates what it names at once: a variable that is assigned, or a call, may give another value. */
function changesLater(file: GoFile, { binding }: Pooled, put: Node): boolean {
  const names = namesAround(file.root, put);
  return [...descendants(put)].some((node) => {
    if (node.type === 'call_expression') return node.id !== put.id;
    const other = node.type === 'identifier' ? names.resolve(node) : undefined;
    return (
      other !== undefined &&
      other !== binding &&
      (other.kind === 'result' || other.uses.some((use) => isAssigned(use.node) || isAddressTaken(use.node)))
    );
  });
}

const plainResults =
  /^(?:Read|Write|WriteString|WriteByte|WriteRune|Close|Flush|Reset|Len|Cap|String|ReadFrom|WriteTo|Size|Grow|Truncate|ReadByte|ReadRune|ReadString|ReadBytes|Encode|Decode|Buffered|Discard)$/;

/** A local is made from the object by more than a method that gives counts, errors or copies. */
function derivedLocals(file: GoFile, object: Pooled): boolean {
  const { binding } = object;
  return namesAround(file.root, binding.declaration).bindings.some((other) => {
    if (other === binding || other.kind !== 'variable') return false;
    const statement = enclosingStatement(other.declaration);
    const definition = other.declaration.parent?.parent;
    const values =
      other.declaration.parent?.type === 'var_spec'
        ? other.declaration.parent.childForFieldName('value')
        : (definition?.childForFieldName('right') ?? statement);
    if (!values) return false;
    return binding.uses.some(({ node }) => {
      if (node.startIndex < values.startIndex || node.endIndex > values.endIndex) return false;
      const parent = node.parent;
      if (parent && isPlainField(file, object, parent)) return false;
      if (definition?.type === 'range_clause' && parent && hasPlainElements(file, object, parent))
        return false;
      const method = parent?.type === 'selector_expression' ? callOf(parent) : undefined;
      // `n, err := w.Write(buf.Bytes())`: the walk has seen that the memory is not kept, and a count comes back.
      const outer = method?.parent?.type === 'argument_list' ? method.parent.parent : undefined;
      if (
        outer &&
        plainResults.test(outer.childForFieldName('function')?.childForFieldName('field')?.text ?? '')
      )
        return false;
      if (parent?.type === 'selector_expression' && method)
        return !plainResults.test(parent.childForFieldName('field')?.text ?? '');
      // An argument of a call that does not keep it (the walk has seen to that): counts and errors come back.
      return (
        parent?.type !== 'argument_list' || parent.parent?.childForFieldName('function')?.text === 'append'
      );
    });
  });
}

function previous(statement: Node): Node | undefined {
  const list = statementsOf(statement.parent!);
  return list[list.findIndex((other) => other.id === statement.id) - 1];
}

function isReset(statement: Node, name: string): boolean {
  const text = statement.text.replace(/\s/g, '');
  return (
    new RegExp(String.raw`^\*${name}=`).test(text) ||
    new RegExp(String.raw`^${name}\.[\w.]+=(?:0|nil|""|false|[\w.]+\{\}|.*\[:0\])$`).test(text) ||
    new RegExp(String.raw`^${name}(?:\.\w+)*\.(?:[rR]eset|[cC]lear)\w*\(`).test(text) ||
    new RegExp(String.raw`^clear\(`).test(text)
  );
}

function isResetAfterGet(declared: Node, name: string): boolean {
  const list = statementsOf(declared.parent!);
  const next = list[list.findIndex((other) => other.id === declared.id) + 1];
  return next !== undefined && isReset(next, name);
}

/** The whole lines of the statement; undefined when something else, such as a comment, stands on them. */
function linesOf(text: string, statement: Node): { start: number; end: number } | undefined {
  const { startIndex: start, endIndex: end } = statement;
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end));
  if (!startsLine(text, start) || !rest) return undefined;
  return { start: text.lastIndexOf('\n', start - 1) + 1, end: end + rest[0].length };
}
