import { dirname } from 'node:path';
import type { Connection } from 'vscode-languageserver';
import type { EngineHost, FileAnalysis } from '../service/engine';
import type { Analyser } from '../service/analyser';
import type { Settings } from '../service/settings';
import { textOnDisk } from '../service/source';
import { proveOne } from '../proof/fixes';
import { usualRun } from '../proof/measure';
import { cellsOf, markdownProof, unmeasured } from '../report/proof';
import { plainText } from '../text/foreign';
import type { Encoding } from '../text/positions';
import { findingsMeant } from './findings';
import { proveRequest, type FindingReference, type ProofResult, type ProveParams } from './protocol';
import { onLongRequest } from './long-request';
import { failed } from './say';
import { pathOf } from './uris';

/** What proving needs of the session. */
export interface ProveContext {
  readonly analyser: Analyser;
  readonly host: EngineHost;
  readonly encoding: Encoding;
  /** The file's analysis, fixes checked, whether or not an editor shows the file. */
  readonly settled: (path: string, signal: AbortSignal) => Promise<FileAnalysis | undefined>;
  readonly settings: (path: string) => Promise<Settings>;
}

/** `alloclens/prove`: holds a fix against the benchmarks that reach it. */
export function registerProve(connection: Connection, context: () => ProveContext | undefined): void {
  onLongRequest(
    connection,
    proveRequest,
    'proving the fix',
    (reference: ProveParams, { signal, progress }): Promise<ProofResult> => {
      const session = context();
      if (!session) throw failed('The server is not initialised.');
      return prove(reference, session, signal, progress);
    },
  );
}

async function prove(
  reference: FindingReference,
  { analyser, host, encoding, settled, settings }: ProveContext,
  signal: AbortSignal,
  progress: (what: string) => void,
): Promise<ProofResult> {
  const path = pathOf(reference.uri);
  progress('checking the fix');
  const analysis = await settled(path, signal);
  const finding = analysis && findingsMeant(analysis, reference, encoding)[0];
  const fix = finding?.fixes[0];
  if (!analysis || !fix) throw failed('The file has changed: look at the finding again.');
  if (analysis.text !== textOnDisk(path))
    throw failed(
      'Save the file first: what is measured is the fix, and not the fix with what was typed since.',
    );
  const { outcome, report } = await proveOne(
    analyser,
    analysis,
    { finding, fix },
    {
      ...usualRun,
      ...host,
      bench: undefined,
      benchFile: undefined,
      settings: await settings(path),
      cwd: dirname(path),
      signal,
      progress,
    },
  );
  const notes = report.notes.map((note) => plainText(note));
  const base = { title: plainText(fix.title), notes, markdown: markdownProof(report) };
  if (outcome.kind === 'measured')
    return {
      ...base,
      verdict: outcome.verdict,
      benchmarks: outcome.benchmarks.map(({ name, verdict, rows }) => ({
        name: plainText(name),
        verdict,
        rows: rows.map((row) => {
          const { before, after, delta } = cellsOf(row);
          return { unit: plainText(row.unit), before, after, change: delta };
        }),
      })),
    };
  return { ...base, reason: plainText(unmeasured(outcome)), benchmarks: [] };
}
