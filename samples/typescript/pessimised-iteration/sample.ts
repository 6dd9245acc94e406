/** Scores of players, raised for each round. */
const players = new Set(Array.from({ length: 100 }, (_, i) => i));

/** @hot */
export function scores(ids: Set<number>, bonus: number): number[] {
  return Array.from(ids, (id) => id + bonus);
}

/** @hot */
export function ranks(names: string[]): number[] {
  return Array.from({ length: names.length }, (_, i) => names.length - i);
}

/** The measured unit: a set of 100. */
export function work(): unknown {
  return scores(players, 3);
}

export function check(): void {
  if (scores(new Set([5, 6]), 1).join() !== '6,7') throw new Error('scores');
  if (ranks(['a', 'b']).join() !== '2,1' || ranks([]).length !== 0) throw new Error('ranks');
}
