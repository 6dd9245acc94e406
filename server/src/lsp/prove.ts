import { dirname } from 'node:path';
import type { Connection } from 'vscode-languageserver';
import type { EngineHost, FileAnalysis } from '../service/engine';
import type { Analyser } from '../service/analyser';
import type { Settings } from '../service/settings';
import { textOnDisk } from '../service/source';
import { proveFixes } from '../proof/fixes';
import type { ProofReport } from '../proof/report';
import { cellsOf, markdownProof } from '../report/proof';
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

/** Runs before and after, in turns: six tell p = 0.002 apart (benchstat's advice is ten; a person waits here). */
const count = 6;
const benchtime = '100ms';
/** Milliseconds that a benchmark may be silent. */
const patience = 120_000;

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
  if (finding.language !== 'go')
    throw failed('Only fixes of Go code can be proven: benchmarks of TypeScript are not run yet.');
  if (analysis.text !== textOnDisk(path))
    throw failed(
      'Save the file first: what is measured is the fix, and not the fix with what was typed since.',
    );
  const only = { ...analysis, findings: [{ ...finding, fixes: [fix] }] };
  const { report: proof } = await proveFixes(analyser, new Map([[path, only]]), {
    each: true,
    suggestions: true,
    line: undefined,
    bench: undefined,
    count,
    benchtime,
    patience,
    settings: await settings(path),
    cwd: dirname(path),
    ...host,
    signal,
    progress,
  });
  return resultOf(proof, fix.title);
}

function resultOf(proof: ProofReport, title: string): ProofResult {
  const outcome = proof.changes[0]?.outcome;
  const notes = proof.notes.map((note) => plainText(note));
  const base = { title: plainText(title), notes, markdown: markdownProof(proof) };
  if (outcome?.kind === 'measured')
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
  const reason =
    outcome?.kind === 'failed' ? outcome.reason : 'No benchmark that could be run reaches these lines.';
  return { ...base, reason: plainText(reason), benchmarks: [] };
}
