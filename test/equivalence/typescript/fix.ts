import ts from 'typescript';
import type { TextEdit } from '../../../rules/model';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { chosenFixes, withLineEnds } from '../../../server/src/service/fixes';
import { defaultSettings } from '../../../server/src/service/settings';
import { applyEdits, mapOffset } from '../../../server/src/text/edits';
import type { TypeScriptEngine } from '../../../server/src/typescript/engine';
import type { Program } from './program';

export interface Fixed {
  readonly text: string;
  /** What happened outside the edits, which should be nothing. */
  readonly outside: string | undefined;
}

/** As in `alloclens fix`. */
const maximumRounds = 10;

/** The text after all fixes of the program's rule, cold code included, as `alloclens fix` makes them. */
export async function fixed(
  engine: TypeScriptEngine,
  { path, text, rule, suggestions }: Pick<Program, 'path' | 'text' | 'rule' | 'suggestions'>,
): Promise<Fixed> {
  const { signal } = new AbortController();
  const settings = { ...defaultSettings, show: 'all' as const };
  // The mark at the start of a file is set aside while it is fixed.
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  let current = text.slice(mark.length);
  for (let round = 0; round < maximumRounds; round++) {
    const document = { path: `/${path}`, languageId: '', version: round, text: current };
    const request = { document, buffers: new Map(), settings };
    let analysis: FileAnalysis | undefined;
    await engine.analyse(request, ([file]) => (analysis = file), signal);
    const findings = analysis!.findings.filter(({ ruleId }) => ruleId === rule);
    const fixes = chosenFixes(findings, { suggestions });
    if (fixes.length === 0) break;
    const { edits } = await engine.combine(analysis!, fixes, request, signal);
    if (edits.length === 0) break;
    const made = withLineEnds(current, edits);
    const next = applyEdits(current, made);
    const outside = changeOutside(path, current, next, made);
    current = next;
    if (outside !== undefined) return { text: mark + current, outside };
  }
  return { text: mark + current, outside: undefined };
}

/**
 * A sentence about a statement that no edit touches, and that the parser sees otherwise afterwards: where a line now goes
 * on with the next one.
 */
function changeOutside(
  path: string,
  before: string,
  after: string,
  edits: readonly TextEdit[],
): string | undefined {
  const touched = (start: number, end: number): boolean =>
    edits.some(({ span }) => span.start <= end && start <= span.end);
  const now = new Set(statementsOf(path, after).map(({ kind, start, end }) => `${kind} ${start} ${end}`));
  for (const { kind, start, end } of statementsOf(path, before)) {
    if (touched(start, end)) continue;
    if (!now.has(`${kind} ${mapOffset(start, edits)} ${mapOffset(end, edits)}`))
      return `the statement ${JSON.stringify(before.slice(start, end).slice(0, 80))} is another one, although no edit touches it`;
  }
  return undefined;
}

function statementsOf(path: string, text: string): { kind: ts.SyntaxKind; start: number; end: number }[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const found: { kind: ts.SyntaxKind; start: number; end: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStatement(node) && !ts.isBlock(node)) {
      found.push({ kind: node.kind, start: node.getStart(file), end: endOf(node, file) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Without its semicolon: one that guards the next line, perhaps behind a comment, belongs to the statement before it. */
function endOf(statement: ts.Statement, file: ts.SourceFile): number {
  const [last, before] = statement.getChildren(file).toReversed();
  if (last?.kind === ts.SyntaxKind.SemicolonToken && before) return before.end;
  return last && ts.isStatement(last) ? endOf(last, file) : statement.end;
}
