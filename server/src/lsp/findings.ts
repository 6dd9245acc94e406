import { basename } from 'node:path';
import {
  MarkupKind,
  type Connection,
  type Hover,
  type HoverParams,
  type Position,
} from 'vscode-languageserver';
import type { Finding, Related } from '../../../rules/model';
import type { FileAnalysis } from '../service/engine';
import type { ShownAnalysis } from '../service/last-good';
import { briefly, explain } from '../service/explain';
import { pageOf } from '../service/pages';
import { markdownText, visible } from '../text/foreign';
import { LineIndex, type Encoding } from '../text/positions';
import { withSignal } from './cancellation';
import { fixEdit, type CodeActionContext } from './code-actions';
import { overlaps, rangeOf } from './convert';
import {
  applyFixRequest,
  explainRequest,
  type ApplyFixResult,
  type ExplainResult,
  type FindingReference,
  type InitializationOptions,
} from './protocol';

/** What hovers, and what they lead to, need of the session. */
export interface FindingsContext {
  readonly encoding: Encoding;
  readonly options: InitializationOptions;
  /** The analysis of the document's present text. */
  readonly analysis: (uri: string) => ShownAnalysis | undefined;
  /** The same, once fixes are checked; waits for a document that was just opened. */
  readonly settled: (uri: string, signal: AbortSignal) => Promise<ShownAnalysis | undefined>;
  readonly textOf: (path: string) => string | undefined;
  readonly actions: (analysis: FileAnalysis, signal: AbortSignal) => CodeActionContext;
}

/** Answers hovers, `alloclens/explain` and `alloclens/applyFix`. */
export function registerFindings(connection: Connection, context: () => FindingsContext | undefined): void {
  connection.onHover((params, token) => {
    const session = context();
    return session && !token.isCancellationRequested ? hover(params, session) : null;
  });
  connection.onRequest(explainRequest, (reference: FindingReference): ExplainResult => {
    const session = context();
    const analysis = session?.analysis(reference.uri);
    const found = session && analysis ? findingsMeant(analysis, reference, session.encoding) : [];
    if (!session || !analysis || found.length === 0) return null;
    const place = placeIn(session);
    const markdown = found.map((finding) =>
      explain(finding, pageOf(finding.ruleId, session.options.pagesUri), place),
    );
    return { title: visible(found[0]!.message), markdown: markdown.join('\n---\n\n') };
  });
  connection.onRequest(
    applyFixRequest,
    async (reference: FindingReference, token): Promise<ApplyFixResult> => {
      const session = context();
      const gone = { applied: false, reason: 'The file has changed: look at the finding again.' };
      if (!session) return gone;
      return withSignal([token], async (signal) => {
        const analysis = await session.settled(reference.uri, signal);
        const fix = analysis && findingsMeant(analysis, reference, session.encoding)[0]?.fixes[0];
        if (!analysis || !fix) return gone;
        const edit = await fixEdit(fix, session.actions(analysis, signal));
        if (!edit || token.isCancellationRequested) return gone;
        const { applied, failureReason } = await connection.workspace.applyEdit({
          label: visible(fix.title, 300),
          edit,
        });
        return applied
          ? { applied }
          : { applied, reason: visible(failureReason ?? 'The editor refused the edit.') };
      });
    },
  );
}

/** The findings that the reference means, of the text that it was made from. */
export function findingsMeant(
  analysis: FileAnalysis,
  { version, ruleId, position }: FindingReference,
  encoding: Encoding,
): Finding[] {
  if (version !== undefined && version !== analysis.version) return [];
  const lines = new LineIndex(analysis.text, encoding);
  return findingsAt(analysis, lines, position).filter(
    (finding) => ruleId === undefined || finding.ruleId === ruleId,
  );
}

/** Smallest first: what a cursor means first. */
function findingsAt(analysis: FileAnalysis, lines: LineIndex, position: Position): Finding[] {
  const here = { start: position, end: position };
  const touches = ({ span }: Finding): boolean => overlaps(rangeOf(lines, span), here);
  const published = analysis.findings.filter(touches);
  if (published.length > 0) return bySize(published);
  // What nobody asked to see everywhere: on its first line only, and not beside a finding.
  return bySize(
    (analysis.hidden ?? []).filter(
      (finding) => touches(finding) && lines.positionAt(finding.span.start).line === position.line,
    ),
  );
}

function bySize(findings: readonly Finding[]): Finding[] {
  const size = ({ span }: Finding): number => span.end - span.start;
  return [...findings].sort((a, b) => size(a) - size(b));
}

function hover({ textDocument: { uri }, position }: HoverParams, session: FindingsContext): Hover | null {
  const analysis = session.analysis(uri);
  if (!analysis) return null;
  const lines = new LineIndex(analysis.text, session.encoding);
  const found = findingsAt(analysis, lines, position);
  if (found.length === 0) return null;
  const { hover: client, pagesUri } = session.options;
  const links = (finding: Finding): string[] => {
    const start = lines.positionAt(finding.span.start);
    const { ruleId } = finding;
    const reference: FindingReference = { uri, version: analysis.version, ruleId, position: start };
    const { applyFixCommand, explainCommand } = client ?? {};
    return [
      ...(applyFixCommand !== undefined && finding.fixes.length > 0
        ? [commandLink('Apply', applyFixCommand, reference)]
        : []),
      explainCommand === undefined
        ? `[${ruleId}](${pageOf(ruleId, pagesUri)})`
        : commandLink('Why', explainCommand, reference),
    ];
  };
  const titled = (finding: Finding): boolean =>
    client?.showsDiagnostics !== true || !analysis.findings.includes(finding);
  const { stale } = analysis;
  const age = (finding: Finding): string =>
    stale?.findings.has(finding) ? `  \nFound before the error: ${markdownText(stale.because)}.` : '';
  return {
    contents: {
      kind: MarkupKind.Markdown,
      value: found
        .map((finding) => briefly(finding, links(finding), titled(finding)) + age(finding))
        .join('\n\n---\n\n'),
    },
    range: rangeOf(lines, found[0]!.span),
  };
}

/** A link that calls a command of the client. Every character of the argument that Markdown or a URI could read is escaped. */
function commandLink(label: string, command: string, argument: FindingReference): string {
  const json = encodeURIComponent(JSON.stringify([argument])).replace(
    /[()'*!~_.-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `[${label}](command:${command}?${json})`;
}

/** "a.go:12" of the place that a related note is about. */
function placeIn({ textOf }: FindingsContext): (related: Related) => string {
  const indexes = new Map<string, LineIndex | undefined>();
  return ({ location: { file, span } }) => {
    if (!indexes.has(file)) {
      const text = textOf(file);
      indexes.set(file, text === undefined ? undefined : new LineIndex(text));
    }
    const lines = indexes.get(file);
    return lines ? `${basename(file)}:${lines.positionAt(span.start).line + 1}` : basename(file);
  };
}
