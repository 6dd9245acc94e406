import type { Node } from 'web-tree-sitter';
import type { FileEdit, Related } from '../model';
import { lifeOf, type Life, type Misuse, type Put } from './pools/life';
import { conditionOf, lineOf } from './pools/path-words';
import { declarationsOf, nameOf, pooledOwners, pooledVariables, type Pooled } from './pools/variables';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { enclosingFunction, spanOf } from './syntax/nodes';
import { enclosingStatement } from './syntax/names';
import { statementsAt } from './edit/layout';
import { canImport } from './edit/imports';
import { importedAs } from './edit/imports';
import { atLeast } from './syntax/version';
import { typeOf } from './types/types';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/pool-use-after-put',
    summary: 'a pooled object, or memory that it owns, is used or returned although it is back in the pool',
    fix: 'suggestion',
    recipe: 'Move Put behind the last use, or copy what outlives it before Put',
    reports: 'bug',
    sample: 'go/pooluseafterput',
  },
  check(file, report) {
    if (!file.facts) return;
    for (const declaration of declarationsOf(file)) {
      for (const object of [...pooledVariables(file, declaration), ...pooledOwners(file, declaration)]) {
        // A struct or string by value is a copy, which stays the function's; of a named type nobody can tell.
        if (!/^(?:pointer|slice|map)_type$/.test(object.type.type)) continue;
        const life = lifeOf(file, object);
        for (const misuse of life?.misuses ?? []) report(describe(file, object, life!, misuse));
      }
    }
  },
};

function describe(file: GoFile, object: Pooled, life: Life, misuse: Misuse): GoReport {
  const { put, holder } = misuse;
  const fix = file.generated ? undefined : buildFix(file, object, life, misuse);
  const related: Related[] = put
    ? [
        {
          location: { file: file.path, span: spanOf(put.call) },
          message: `${code(nameOf(object))} goes back to the pool here`,
        },
      ]
    : [];
  return {
    node: misuse.memory ?? misuse.node,
    message: titleOf(object, misuse),
    ...(put && { details: pathOf(file, object, misuse, put) }),
    allocation: {
      kind: 'call',
      cost: 'unknown',
      reason: holder
        ? 'what is in the pool belongs to the next Get, which overwrites it for whoever still has it'
        : 'what is in the pool belongs to the next Get, which may overwrite it',
      evidence: [{ kind: 'emitted call', callee: 'sync.(*Pool).Put', count: life.puts.length }],
    },
    related,
    ...(fix && { fixes: [fix] }),
  };
}

function titleOf(object: Pooled, { kind, alias, memory, put, holder }: Misuse): string {
  const name = nameOf(object);
  const putText = put ? code(textOf(put.call)) : 'Put';
  const isWhole = memory === undefined || memory.text === name;
  const what = isWhole ? code(name) : `${code(memory.text)}, memory of ${code(name)},`;
  switch (kind) {
    case 'used':
      return `${alias ? what : code(name)} is used after ${putText}`;
    case 'used by a deferred call':
      return `${code(name)} is used by a deferred call that runs after ${putText}`;
    case 'put twice':
      return `${code(name)} is put twice: two callers of Get receive the same object`;
    case 'returned':
      return `${code(name)} is returned after the deferred ${putText}`;
    case 'escapes':
      return isWhole
        ? `${code(name)} is returned after the deferred ${putText} of its memory`
        : `${what} is returned after the deferred Put`;
    case 'kept':
      switch (holder!.kind) {
        case 'channel':
          return `${what} is put back although it was sent on ${code(holder!.name)}`;
        case 'goroutine':
          return `${what} is put back while a goroutine still has it`;
        case 'map':
          return `${what} is put back but still in ${code(holder!.name)}`;
      }
  }
}

/** "Put at line 12, still used at line 20 when `err != nil`." */
function pathOf(file: GoFile, { binding }: Pooled, { kind, node, holder }: Misuse, put: Put): string {
  const when = (place: Node, from: Node | undefined): string =>
    binding.owner.startIndex <= place.startIndex ? conditionOf(file, binding.owner, place, from) : '';
  const at = `Put at ${lineOf(put.call)}`;
  switch (kind) {
    case 'used':
    case 'put twice': {
      const later = kind === 'used' ? 'still used' : 'and again';
      return `${at}${when(put.call, node)}, ${later} at ${lineOf(node)}${when(node, put.call)}.`;
    }
    case 'used by a deferred call':
      return `${at}, still used by the call deferred at ${lineOf(node)}: deferred calls run last to first.`;
    case 'returned':
    case 'escapes':
      return `${at} when the function ends, still used by the caller, who gets it at ${lineOf(node)}${when(node, undefined)}.`;
    case 'kept': {
      const given = { channel: 'Sent', goroutine: 'Given to a goroutine', map: 'Stored' }[holder!.kind];
      const later = put.deferred ? ` when the function ends` : when(put.call, node);
      return `${given} at ${lineOf(node)}${when(node, put.call)}, put back at ${lineOf(put.call)}${later}.`;
    }
  }
}

function textOf(call: Node): string {
  const callee = call.childForFieldName('function')?.text ?? 'Put';
  return callee.length > 40 ? 'Put' : callee;
}

/** The memory is copied while it still belongs to the function; the object itself cannot be. */
function buildFix(file: GoFile, object: Pooled, life: Life, misuse: Misuse): GoFix | undefined {
  const { kind, alias, memory, node } = misuse;
  if (!memory) return undefined;
  const isText = typeOf(memory, file)?.basic === 'string';
  const library = isText ? 'strings' : 'slices';
  // strings.Clone is of Go 1.18, package slices of Go 1.21.
  if (!atLeast(file.pkg.language, 1, isText ? 18 : 21) || !canImport(file, library)) return undefined;
  const clone = `${importedAs(file, library)}.Clone`;
  const edits: FileEdit[] = [];
  if (kind === 'escapes' || kind === 'kept') {
    if (memory.type === 'unary_expression' && memory.text.startsWith('&')) return undefined;
    // A goroutine's function copies when it runs, which is too late.
    if (kind === 'kept' && node.parent?.type === 'selector_expression') return undefined;
    if (misuse.holder && enclosingFunction(memory)?.id !== object.binding.owner.id) return undefined;
    edits.push({ file: file.path, span: spanOf(memory), newText: `${clone}(${memory.text})` });
  } else if (kind === 'used' && alias) {
    const before = life.puts.filter((put) => !put.deferred && put.call.endIndex <= node.startIndex);
    const statement = before[0] && enclosingStatement(before[0].call);
    if (before.length !== 1 || !statement || !isPlain(statement, before[0]!.call)) return undefined;
    if (alias.owner.id !== object.binding.owner.id || alias.kind !== 'variable') return undefined;
    const list = enclosingStatement(alias.declaration)?.parent;
    // The alias must be in scope where the object is put, and mean the same variable.
    if (!list || list.startIndex > statement.startIndex || list.endIndex < statement.endIndex)
      return undefined;
    if (node.startIndex < statement.endIndex || alias.declaration.startIndex > statement.startIndex)
      return undefined;
    const at = statement.startIndex;
    edits.push({
      file: file.path,
      span: { start: at, end: at },
      newText: statementsAt(file, at, [`${alias.name} = ${clone}(${alias.name})`, '']),
    });
  } else return undefined;
  const what =
    kind === 'used'
      ? `Copy ${code(alias!.name)} before Put`
      : kind === 'kept'
        ? 'Hand on a copy'
        : 'Return a copy';
  return {
    title: `${what}: one allocation per call, but memory of its own`,
    kind: 'suggestion',
    edits,
    imports: [library],
  };
}

function isPlain(statement: Node, call: Node): boolean {
  return (
    statement.id === call.id ||
    (statement.type === 'expression_statement' && statement.firstNamedChild?.id === call.id)
  );
}
