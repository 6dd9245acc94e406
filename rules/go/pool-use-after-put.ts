import type { Node } from 'web-tree-sitter';
import type { FileEdit, Related } from '../model';
import { lifeOf, type Life, type Misuse } from './pools/life';
import { declarationsOf, pooledVariables, type Pooled } from './pools/variables';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { spanOf } from './syntax/nodes';
import { enclosingStatement } from './syntax/names';
import { statementsAt } from './edit/layout';
import { canImport } from './edit/imports';
import { importedAs } from './edit/imports';
import { atLeast } from './syntax/version';
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
      for (const object of pooledVariables(file, declaration)) {
        // A struct or string by value is a copy, which stays the function's; of a named type nobody can tell.
        if (!/^(?:pointer|slice|map)_type$/.test(object.type.type)) continue;
        const life = lifeOf(file, object);
        for (const misuse of life?.misuses ?? []) report(describe(file, object, life!, misuse));
      }
    }
  },
};

function describe(file: GoFile, object: Pooled, life: Life, misuse: Misuse): GoReport {
  const { name } = object.binding;
  const puts = [...life.puts].sort((a, b) => a.call.startIndex - b.call.startIndex);
  const deferred = misuse.kind === 'returned' || misuse.kind === 'escapes';
  const put =
    (deferred
      ? puts.find((one) => one.deferred)
      : puts.filter((one) => one.deferred || one.call.endIndex <= misuse.node.startIndex).at(-1)) ?? puts[0];
  const putText = put ? code(textOf(put.call)) : 'Put';
  const what = misuse.alias ? `${code(misuse.alias.name)}, memory of ${code(name)},` : code(name);
  const message = {
    used: `${what} is used after ${putText}`,
    'put twice': `${code(name)} is put twice: two callers of Get receive the same object`,
    returned: `${code(name)} is returned after the deferred ${putText}`,
    escapes:
      misuse.memory?.text === name
        ? `${code(name)} is returned after the deferred ${putText} of its memory`
        : `${code(misuse.memory?.text ?? name)}, memory of ${code(name)}, is returned after the deferred Put`,
  }[misuse.kind];
  const related: Related[] = put
    ? [
        {
          location: { file: file.path, span: spanOf(put.call) },
          message: `${code(name)} goes back to the pool here`,
        },
      ]
    : [];
  const fix = file.generated ? undefined : buildFix(file, object, life, misuse);
  return {
    node: misuse.memory ?? misuse.node,
    message,
    allocation: {
      kind: 'call',
      cost: 'unknown',
      reason: 'what is in the pool belongs to the next Get, which may overwrite it',
      evidence: [{ kind: 'emitted call', callee: 'sync.(*Pool).Put', count: puts.length }],
    },
    related,
    ...(fix && { fixes: [fix] }),
  };
}

function textOf(call: Node): string {
  const callee = call.childForFieldName('function')?.text ?? 'Put';
  return callee.length > 40 ? 'Put' : callee;
}

/** The memory is copied while it still belongs to the function; the object itself cannot be. */
function buildFix(file: GoFile, object: Pooled, life: Life, misuse: Misuse): GoFix | undefined {
  if (!atLeast(file.pkg.language, 1, 21) || !canImport(file, 'slices')) return undefined;
  const clone = `${importedAs(file, 'slices')}.Clone`;
  const edits: FileEdit[] = [];
  if (misuse.kind === 'escapes' && misuse.memory) {
    if (misuse.memory.type === 'unary_expression' && misuse.memory.text.startsWith('&')) return undefined;
    edits.push({ file: file.path, span: spanOf(misuse.memory), newText: `${clone}(${misuse.memory.text})` });
  } else if (misuse.kind === 'used' && misuse.alias && misuse.memory) {
    const { alias } = misuse;
    const before = life.puts.filter((put) => !put.deferred && put.call.endIndex <= misuse.node.startIndex);
    const statement = before[0] && enclosingStatement(before[0].call);
    if (before.length !== 1 || !statement || !isPlain(statement, before[0]!.call)) return undefined;
    if (alias.owner.id !== object.binding.owner.id || alias.kind !== 'variable') return undefined;
    const list = enclosingStatement(alias.declaration)?.parent;
    // The alias must be in scope where the object is put, and mean the same variable.
    if (!list || list.startIndex > statement.startIndex || list.endIndex < statement.endIndex)
      return undefined;
    if (misuse.node.startIndex < statement.endIndex || alias.declaration.startIndex > statement.startIndex)
      return undefined;
    const at = statement.startIndex;
    edits.push({
      file: file.path,
      span: { start: at, end: at },
      newText: statementsAt(file, at, [`${alias.name} = ${clone}(${alias.name})`, '']),
    });
  } else return undefined;
  return {
    title: `Return a copy: one allocation per call, but memory of its own`.replace(
      'Return a copy',
      misuse.kind === 'used' ? `Copy ${code(misuse.alias!.name)} before Put` : 'Return a copy',
    ),
    kind: 'suggestion',
    edits,
    imports: ['slices'],
  };
}

function isPlain(statement: Node, call: Node): boolean {
  return (
    statement.id === call.id ||
    (statement.type === 'expression_statement' && statement.firstNamedChild?.id === call.id)
  );
}
