import type { Finding, Note } from '../../../rules/model';
import type { ProveRun } from '../proof/fixes';
import type { BenchmarkOptions } from './options';
import type { Session } from './session';
import type { Surroundings } from './surroundings';

/** What the options of a command say about a proof. */
export function proveRun(
  { bench, benchFile, count, benchtime, timeout }: BenchmarkOptions,
  { settings, host, progress }: Session,
  { cwd, signal }: Surroundings,
): Omit<ProveRun, 'each' | 'suggestions' | 'line'> {
  return {
    bench,
    benchFile,
    count,
    benchtime,
    patience: timeout * 1000,
    settings,
    cwd,
    signal,
    ...host,
    progress: (what) => progress(0, 0, what),
  };
}

/** Why a scan that found no fix has nothing to prove. */
export function nothingToProve(findings: readonly Finding[], notes: readonly Note[]): string {
  if (findings.length > 0)
    return 'No finding there has a fix of the wanted kind, so there is nothing to prove.';
  return notes.length > 0 ? notes[0]!.message : 'There is no finding, so there is nothing to prove.';
}
