import type { AnalyseResult } from '../../server/src/lsp/protocol';
import { count } from './status-view';

/** What is said at the end of an analysis, and which buttons stand beside it. */
export interface AnalysisSummary {
  /** "24 problems in 118 files, and 3 hints in the editor; 40 more are hidden by alloclens.show. 2 notes in the log." */
  readonly message: string;
  readonly choices: readonly ('Show Problems' | 'List Hotspots' | 'Open the Log')[];
}

/**
 * A message counts what its button shows: the Problems panel lists all but hints, the list of hotspots all.
 * @param logged whether the log holds the notes
 */
export function analysisSummary(result: AnalyseResult, logged: boolean): AnalysisSummary {
  const { files, findings, bySeverity, hidden, notes, cancelled } = result;
  const problems = findings - bySeverity.hint;
  const hints = bySeverity.hint === 0 ? '' : `, and ${count(bySeverity.hint, 'hint')} in the editor`;
  const more = hidden === 0 ? '' : `; ${hidden} more ${hidden === 1 ? 'is' : 'are'} hidden by alloclens.show`;
  const left = notes.length === 0 ? '' : ` ${count(notes.length, 'note')}${logged ? ' in the log' : ''}.`;
  const found = `${count(problems, 'problem')} in ${count(files, 'file')}`;
  return {
    message: cancelled
      ? `Cancelled: ${findings === 0 ? 'nothing found' : `${found}${hints}`} so far.${left}`
      : `${found}${hints}${more}.${left}`,
    choices: [
      ...(problems > 0 ? (['Show Problems'] as const) : []),
      ...(findings > 0 ? (['List Hotspots'] as const) : []),
      ...(notes.length > 0 && logged ? (['Open the Log'] as const) : []),
    ],
  };
}
