import type { ProofResult } from '../../../server/src/lsp/protocol';

/** A benchmark, one of its rows, or a note. */
export interface ProofDetail {
  readonly label: string;
  readonly description?: string;
  readonly verdict?: 'better' | 'same' | 'worse';
  readonly children: readonly ProofDetail[];
}

/** "better", "same: keep your code", or that nothing was measured. */
export function verdictText({ verdict }: ProofResult): string {
  if (!verdict) return 'not measured';
  return verdict === 'better' ? 'better' : `${verdict}: keep your code`;
}

/** Each benchmark with its figures, as benchstat prints them; then what limits them. */
export function detailsOf({ benchmarks, notes, reason }: ProofResult): ProofDetail[] {
  return [
    ...(reason === undefined ? [] : [note(reason)]),
    ...benchmarks.map(({ name, verdict, rows }): ProofDetail => ({
      label: name,
      description: verdict,
      verdict,
      children: rows.map(({ unit, before, after, change }) => ({
        label: `${unit}  ${before} → ${after}`,
        description: change,
        children: [],
      })),
    })),
    ...notes.map(note),
  ];
}

function note(label: string): ProofDetail {
  return { label, children: [] };
}
