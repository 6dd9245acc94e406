import type { LineWeight, Weights } from './weights';

/**
 * What changed between two profiles of the same code: the lines of both, with the amount of the older one beside that of the newer one,
 * largest change first. A line is the same when file, function and the distance from the function's start are: code above it may have grown.
 * @param newer what the amounts are of; a line that it does not have has the amount 0
 */
export function difference(newer: Weights, older: Weights): Weights {
  const before = keyed(older.lines);
  const lines: LineWeight[] = [...keyed(newer.lines)].map(([key, line]) => {
    const old = before.get(key);
    before.delete(key);
    return { ...line, before: old?.amount ?? 0, samples: line.samples + (old?.samples ?? 0) };
  });
  for (const line of before.values())
    lines.push({
      ...line,
      before: line.amount,
      amount: 0,
      objects: 0,
      own: 0,
      through: new Map(),
      callers: new Map(),
    });
  lines.sort((a, b) => Math.abs(changeOf(b)) - Math.abs(changeOf(a)) || comparePlaces(a, b));
  return { ...newer, lines, base: { total: older.total, elsewhere: older.elsewhere } };
}

/** By how much the amount of a line has grown since the older profile; the amount itself when there is none. */
export function changeOf({ amount, before = 0 }: LineWeight): number {
  return amount - before;
}

/** V8's functions without a name, and several on one line, are told apart by their order. */
function keyed(lines: readonly LineWeight[]): Map<string, LineWeight> {
  const found = new Map<string, LineWeight>();
  const counts = new Map<string, number>();
  for (const line of [...lines].sort(comparePlaces)) {
    const place = line.startLine > 0 ? line.line - line.startLine : line.line;
    const key = `${line.file}\0${line.function}\0${place}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    found.set(`${key}\0${count}`, line);
  }
  return found;
}

function comparePlaces(a: LineWeight, b: LineWeight): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || (a.column ?? 0) - (b.column ?? 0);
}
