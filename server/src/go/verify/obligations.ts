import { normaliseEdits } from '../../text/edits';
import type { FileEdit, TextEdit } from '../../../../rules/model';
import type { GoPackage, Obligation } from '../../../../rules/go/rule';
import type { Overlays } from '../compile/builds';
import type { CompileError } from '../compile/listed';
import { homeOf, type Question } from './questions';

/** The obligation on whose line the error stands. */
export function failedObligation(
  { job, probe }: Question,
  { at }: CompileError,
  files: Overlays,
): Obligation | undefined {
  if (probe || !at) return undefined;
  const line = files.get(at.file)?.split('\n')[at.line - 1]?.trim();
  if (!line) return undefined;
  return job.fix.obligations?.find(({ code }) => code.split('\n').some((part) => part.trim() === line));
}

/**
 * Obligations join the fixed text for the compile only. Statements go into `if false { … }`: checked by the compiler
 * like any others, and dropped before escape analysis, so that they do not change what is measured.
 */
export function withObligations(
  pkg: GoPackage,
  edits: readonly FileEdit[],
  asked: readonly Pick<Question, 'job' | 'probe'>[],
): Map<string, TextEdit[]> {
  const result = new Map<string, TextEdit[]>();
  for (const edit of edits) {
    const own = result.get(edit.file);
    if (own) own.push(edit);
    else result.set(edit.file, [edit]);
  }
  const seen = new Set<string>();
  for (const { job, probe } of asked) {
    if (probe) continue;
    for (const { file: path, at, code, imports, field } of job.fix.obligations ?? []) {
      const file = pkg.files.find((one) => one.path === (path ?? homeOf(job)));
      if (!file) continue;
      const own = result.get(file.path) ?? [];
      const insert = (offset: number, newText: string): void => {
        const around = own.find(({ span }) => span.start < offset && offset < span.end);
        const at = around ? around.span.start : offset;
        own.push({ span: { start: at, end: at }, newText });
      };
      // Two fixes may bring the same helper.
      if (at === 'file' && seen.has(`${file.path}\0${code}`)) continue;
      seen.add(`${file.path}\0${code}`);
      if (at === 'file') insert(file.text.length, `\n${code}\n`);
      else if (field) insert(at, `\n${code}\n`);
      else insert(at, `\nif false {\n${code}\n}\n`);
      for (const [name, imported] of Object.entries(imports ?? {})) {
        const declaration = `; import ${name} "${imported}"`;
        if (seen.has(`${file.path}\0${declaration}`)) continue;
        seen.add(`${file.path}\0${declaration}`);
        const clause = file.root.namedChildren.find(({ type }) => type === 'package_clause');
        insert(clause?.endIndex ?? 0, declaration);
      }
      result.set(file.path, own);
    }
  }
  return new Map([...result].map(([file, own]) => [file, normaliseEdits(own)]));
}
