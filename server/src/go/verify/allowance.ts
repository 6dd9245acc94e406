import { declarationOf, questionsOf, type FixJob, type Question } from './questions';
import type { Verdict } from './verdict';

/**
 * UTF-16 units of one declaration that are compiled for fixes of it, one after the other: each question about a function is a compile
 * of its own, so thousands of fixes in a long function would take hours. A function of 300 lines has room for about fifty.
 */
const perDeclaration = 1 << 19;

/** Completes a sentence about fixes that were not checked. */
export const tooMany = 'their function has so many that compiling it for each would take too long';

/** What the fixes that the compiler was not asked about get in place of a verdict. */
export const unchecked: Verdict = {
  verdict: 'refuted',
  reason: tooMany,
  because: 'there are too many in the function to check them all',
  unchecked: true,
};

/** How much of each declaration may still be compiled, for one analysis. */
export class Allowance {
  readonly #spent = new Map<string, number>();

  /** The questions about the jobs that can be asked, hottest first, and the jobs that cannot. Each declaration has one, however long. */
  grant(jobs: readonly FixJob[]): {
    readonly questions: readonly Question[];
    readonly left: readonly FixJob[];
  } {
    const granted = new Map<FixJob, readonly Question[]>();
    for (const job of [...jobs].sort((a, b) => b.heat - a.heat)) {
      const questions = questionsOf(job);
      const costs = new Map<string, number>();
      for (const { functions } of questions)
        for (const key of functions) costs.set(key, (costs.get(key) ?? 0) + lengthOf(job, key));
      const affordable = [...costs].every(([key, cost]) => {
        const spent = this.#spent.get(key) ?? 0;
        return spent === 0 || spent + cost <= perDeclaration;
      });
      if (!affordable) continue;
      for (const [key, cost] of costs) this.#spent.set(key, (this.#spent.get(key) ?? 0) + cost);
      granted.set(job, questions);
    }
    // In the order of the jobs: the first that somebody waits for come first.
    return {
      questions: jobs.flatMap((job) => granted.get(job) ?? []),
      left: jobs.filter((job) => !granted.has(job)),
    };
  }
}

function lengthOf({ pkg }: FixJob, key: string): number {
  const node = declarationOf(pkg, key)?.node;
  return node ? node.endIndex - node.startIndex : 0;
}
