/**
 * Makes a program smaller as long as it still fails: of all candidates, which are tried together because a compile for
 * each would take too long, the first that still fails is the next program; when none does, the program is minimal.
 *
 * @param start a program that fails
 * @param smaller smaller programs, those that take away most first; each must be smaller in the same sense, so that it ends
 * @param fails for each candidate, in order, whether it still fails in the same way
 * @param rounds how often `fails` is asked at most
 */
export async function shrink<P>(
  start: P,
  smaller: (program: P) => readonly P[],
  fails: (candidates: readonly P[]) => Promise<readonly boolean[]>,
  rounds = 40,
): Promise<P> {
  let program = start;
  for (let round = 0; round < rounds; round++) {
    const candidates = smaller(program);
    if (candidates.length === 0) break;
    const verdicts = await fails(candidates);
    const next = candidates.find((_, i) => verdicts[i]);
    if (next === undefined) break;
    program = next;
  }
  return program;
}
