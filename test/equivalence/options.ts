import { parseArgs } from 'node:util';
import type { RuleId } from '../../rules/model';

/** What `npm run test:equivalence -- …` was asked for. */
export interface Options {
  /** Programs for each rule. */
  readonly programs: number;
  /** Rules to try; empty: all. */
  readonly rules: readonly RuleId[];
  /** Whoever gives the seed that a run printed gets its programs again. */
  readonly seed: number;
}

/** What `npm test` runs. */
export const defaults: Options = { programs: 60, rules: [], seed: 8 };

export const usage = `npm run test:equivalence -- [--programs N] [--rule ID]… [--seed N]

Writes programs around the pattern of each rule, applies the rule's own fixes, runs both and compares.
  --programs N   programs for each rule (${defaults.programs})
  --rule ID      only this rule, such as go/concat-in-loop; may be repeated
  --seed N       other programs, or those of an earlier run (${defaults.seed})`;

/** @throws Error with a sentence about the first argument that is not understood */
export function parseOptions(args: readonly string[], known: readonly RuleId[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      programs: { type: 'string' },
      rule: { type: 'string', multiple: true },
      seed: { type: 'string' },
    },
  });
  const whole = (name: 'programs' | 'seed', least: number): number => {
    const value = Number(values[name] ?? defaults[name]);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new Error(`--${name} ${values[name]}: a whole number from ${least} on was expected.`);
  };
  const rules = (values.rule ?? []).map((id): RuleId => {
    const rule = known.find((one) => one === id);
    if (rule) return rule;
    throw new Error(`--rule ${id}: there are no programs for it. There are for ${known.join(', ')}.`);
  });
  return { programs: whole('programs', 1), seed: whole('seed', 0), rules };
}
