/** A line with what a prediction says of it and whether it came true. */
export interface Predicted {
  readonly score: number;
  readonly isMeasured: boolean;
}

/**
 * The chance that a measured line is ranked before one that is not (area under the ROC curve), ties counting half; undefined when
 * either kind is missing.
 */
export function areaUnderCurve(lines: readonly Predicted[]): number | undefined {
  const sorted = [...lines].sort((a, b) => a.score - b.score);
  const measured = lines.filter(({ isMeasured }) => isMeasured).length;
  const others = lines.length - measured;
  if (measured === 0 || others === 0) return undefined;
  let [below, wins] = [0, 0];
  for (let i = 0; i < sorted.length;) {
    const tied = sorted.slice(i).findIndex(({ score }) => score !== sorted[i]!.score);
    const end = tied < 0 ? sorted.length : i + tied;
    const hits = sorted.slice(i, end).filter(({ isMeasured }) => isMeasured).length;
    wins += hits * (below + (end - i - hits) / 2);
    below += end - i - hits;
    i = end;
  }
  return wins / (measured * others);
}

/** The part of the first `count` lines that is measured; lines that tie for the last places count by their average. */
export function precisionAt(count: number, lines: readonly Predicted[]): number | undefined {
  if (lines.length === 0) return undefined;
  const sorted = [...lines].sort((a, b) => b.score - a.score);
  const places = Math.min(count, sorted.length);
  const last = sorted[places - 1]!.score;
  const sure = sorted.filter(({ score }) => score > last);
  const tied = sorted.filter(({ score }) => score === last);
  const hits = (some: readonly Predicted[]): number => some.filter(({ isMeasured }) => isMeasured).length;
  return (hits(sure) + (hits(tied) * (places - sure.length)) / tied.length) / places;
}
