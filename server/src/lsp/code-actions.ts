import {
  CodeActionKind,
  type CodeAction,
  type CodeActionParams,
  type OptionalVersionedTextDocumentIdentifier,
  type TextDocumentEdit,
  type TextEdit as PlainEdit,
} from 'vscode-languageserver';
import type { FileEdit, Finding, Fix, TextEdit } from '../../../rules/model';
import type { CombinedFix, FileAnalysis } from '../service/engine';
import type { ShownAnalysis } from '../service/last-good';
import { isSafe } from '../service/fixes';
import { pageOf } from '../service/pages';
import { disableForFile, disableForLine } from '../service/suppress';
import { visible } from '../text/foreign';
import { LineIndex, type Encoding } from '../text/positions';
import { overlaps, rangeOf } from './convert';
import { diagnosticSource, diagnosticsOf } from './diagnostics';

/** `source.fixAll.alloclens`: safe fixes only, as the protocol asks of `source.fixAll`. */
export const fixAllKind = `${CodeActionKind.SourceFixAll}.alloclens`;

/** A comment that silences a finding: a quick fix that fixes nothing. */
const suppressKind = `${CodeActionKind.QuickFix}.suppress`;

export const codeActionKinds = [CodeActionKind.QuickFix, fixAllKind];

export interface CodeActionContext {
  readonly encoding: Encoding;
  readonly pages: string | undefined;
  readonly showPageCommand: string;
  /**
   * The text and version that edits of a file would meet now: an open document's, or the text on disk with version
   * null. `undefined` when there is none.
   */
  readonly present: (path: string) => { readonly text: string; readonly version: number | null } | undefined;
  readonly uriOf: (path: string) => string;
  /** The text that the analysis of the file was computed from. */
  readonly analysed: (path: string) => string | undefined;
  /** Whether a comment silences the finding; see disableForLine. */
  readonly silences: (comment: TextEdit, finding: Finding) => Promise<boolean>;
  /** False when the client takes edits only in the form that knows no versions. */
  readonly versionedEdits: boolean;
  /** The client asks for the edit of an action when it is chosen: the menu need not wait for a compile. */
  readonly resolves: boolean;
  readonly combine: (fixes: readonly Fix[]) => Promise<CombinedFix>;
}

/** True when the request asks for a kind that we can give. */
export function wants(params: CodeActionParams, kind: string): boolean {
  const { only } = params.context;
  return only === undefined
    ? kind !== fixAllKind
    : only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`));
}

/** The quick fixes for what the request's diagnostics of ours point at, most wanted first. */
export async function quickFixes(
  analysis: ShownAnalysis,
  params: CodeActionParams,
  context: CodeActionContext,
): Promise<CodeAction[]> {
  const lines = new LineIndex(analysis.text, context.encoding);
  const asked = params.context.diagnostics.filter(({ source }) => source === diagnosticSource);
  const findings = analysis.findings.filter((finding) => {
    const range = rangeOf(lines, finding.span);
    return (
      overlaps(range, params.range) &&
      asked.some((diagnostic) => diagnostic.code === finding.ruleId && overlaps(diagnostic.range, range))
    );
  });
  const options = {
    pages: context.pages,
    relatedInformation: false,
    encoding: context.encoding,
    codeDescription: true,
    uriOf: context.uriOf,
    textOf: () => undefined,
  };
  const diagnosticOf = (finding: Finding) => diagnosticsOf({ ...analysis, findings: [finding] }, options);

  const fixes: CodeAction[] = [];
  const inFile: CodeAction[] = [];
  const silences: CodeAction[] = [];
  const pages: CodeAction[] = [];
  const rulesDone = new Set<string>();
  for (const finding of findings) {
    const diagnostics = diagnosticOf(finding);
    for (const fix of finding.fixes) {
      const edit = await fixEdit(fix, context);
      if (!edit) continue;
      fixes.push({
        title: visible(fix.title, 300),
        kind: CodeActionKind.QuickFix,
        diagnostics,
        edit,
        ...(isSafe(fix) && { isPreferred: true }),
      });
    }
    const action = (title: string, more: Partial<CodeAction>): CodeAction => ({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics,
      ...more,
    });
    const silence = (title: string, edit: FileEdit): void => {
      const changes = workspaceEdit([edit], context);
      if (changes) silences.push(action(title, { kind: suppressKind, edit: changes }));
    };
    for (const comment of disableForLine(analysis.text, finding)) {
      if (!(await context.silences(comment, finding))) continue;
      silence(`Disable ${finding.ruleId} for this line`, { file: finding.file, ...comment });
      break;
    }
    if (rulesDone.has(finding.ruleId)) continue;
    rulesDone.add(finding.ruleId);
    silence(`Disable ${finding.ruleId} for this file`, {
      file: finding.file,
      ...disableForFile(analysis.text, finding),
    });
    const ofRule = (other: Finding): boolean => other.ruleId === finding.ruleId;
    if (!context.resolves) {
      const all = await fixAllOf(analysis, context, ofRule);
      if (all && all.count > 1) {
        const title = `Fix all ${finding.ruleId} in this file (${all.count} fixes)`;
        inFile.push(action(title, { edit: all.edit }));
      }
    } else if (safeFixes(analysis, ofRule).length > 1) {
      const { uri } = params.textDocument;
      const data: FixAllOfRule = { uri, version: analysis.version, ruleId: finding.ruleId };
      inFile.push(action(`Fix all ${finding.ruleId} in this file`, { data }));
    }
    const title = `Show the documentation of ${finding.ruleId}`;
    pages.push(
      action(title, {
        command: {
          title,
          command: context.showPageCommand,
          arguments: [pageOf(finding.ruleId, context.pages)],
        },
      }),
    );
  }
  return [...fixes, ...inFile, ...silences, ...pages];
}

/** One action that applies all safe fixes of the file, or none when there is nothing to apply. */
export async function fixAll(analysis: FileAnalysis, context: CodeActionContext): Promise<CodeAction[]> {
  const all = await fixAllOf(analysis, context, () => true);
  return all
    ? [{ title: 'Apply all safe allocation fixes in this file', kind: fixAllKind, edit: all.edit }]
    : [];
}

/** What the edit of “Fix all … in this file” is worked out from once it is chosen. */
export interface FixAllOfRule {
  readonly uri: string;
  /** Of the analysis that the menu was made from. */
  readonly version: number;
  readonly ruleId: string;
}

export function isFixAllOfRule(data: unknown): data is FixAllOfRule {
  const { uri, version, ruleId } = (data ?? {}) as Partial<Record<keyof FixAllOfRule, unknown>>;
  return typeof uri === 'string' && typeof version === 'number' && typeof ruleId === 'string';
}

/** The edit of “Fix all … in this file”; undefined when there is nothing left to fix. */
export async function editOf({ ruleId }: FixAllOfRule, analysis: FileAnalysis, context: CodeActionContext) {
  return (await fixAllOf(analysis, context, (finding) => finding.ruleId === ruleId))?.edit;
}

function safeFixes({ findings }: FileAnalysis, include: (finding: Finding) => boolean): Fix[] {
  return findings.filter(include).flatMap(({ fixes }) => fixes.find(isSafe) ?? []);
}

async function fixAllOf(
  analysis: FileAnalysis,
  context: CodeActionContext,
  include: (finding: Finding) => boolean,
) {
  const safe = safeFixes(analysis, include);
  if (safe.length === 0) return undefined;
  const { edits, applied } = await context.combine(safe);
  const edit = edits.length > 0 ? workspaceEdit(edits, context) : undefined;
  return edit && { edit, count: applied.length };
}

/** What applying one fix changes; undefined when a file no longer has the text that it was made for. */
export async function fixEdit(fix: Fix, context: CodeActionContext) {
  const { edits } = await context.combine([fix]);
  return workspaceEdit(edits, context);
}

/** Versioned edits, or `undefined` when a file no longer has the text that the offsets count in. */
function workspaceEdit(edits: readonly FileEdit[], context: CodeActionContext) {
  const byFile = new Map<string, FileEdit[]>();
  for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  const documentChanges: (TextDocumentEdit & { edits: PlainEdit[] })[] = [];
  for (const [file, changes] of byFile) {
    const present = context.present(file);
    if (!present || present.text !== context.analysed(file)) return undefined;
    const lines = new LineIndex(present.text, context.encoding);
    const textDocument: OptionalVersionedTextDocumentIdentifier = {
      uri: context.uriOf(file),
      version: present.version,
    };
    documentChanges.push({
      textDocument,
      edits: changes.map(({ span, newText }) => ({ range: rangeOf(lines, span), newText })),
    });
  }
  if (context.versionedEdits) return { documentChanges };
  return {
    changes: Object.fromEntries(documentChanges.map(({ textDocument, edits }) => [textDocument.uri, edits])),
  };
}
