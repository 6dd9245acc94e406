import type { RuleId } from '../../rules/model';
import type { Options } from './options';

/** A program that a fix changes. */
export interface Counterexample {
  readonly ruleId: RuleId;
  /** What differs, in one line: "result 0 of input 2: nil before, empty after". */
  readonly difference: string;
  /** The shrunk program as a marker case: a text archive, ready to paste under test/markers. */
  readonly archive: string;
}

/** What came out for one rule. */
export interface RuleReport {
  readonly ruleId: RuleId;
  readonly programs: number;
  /** Programs that a fix of the rule changed: the others test nothing but that it stays away. */
  readonly fixed: number;
  /** Programs that behave differently after the fix; `counterexamples` holds some of them, shrunk. */
  readonly failing: number;
  /** What differs, of each of them in one line. */
  readonly differences: readonly string[];
  readonly counterexamples: readonly Counterexample[];
}

/** One language. */
export interface Half {
  /** Rules that there are programs for. */
  readonly rules: readonly RuleId[];
  /** `report` gets each rule once, when it is done. `options.rules` holds only rules of this half, or none for all. */
  run(options: Options, report: (rule: RuleReport) => void): Promise<void>;
}

/**
 * The least share of a rule's programs that must be fixed: below it the generator tests the rule's silence, not its fix.
 */
export const fixedFloor = 0.25;

/** `go/concat-in-loop            60 programs   41 fixed (68 %)   0 counterexamples` */
export function statistics({ ruleId, programs, fixed, failing }: RuleReport): string {
  const share = `${Math.round((100 * fixed) / Math.max(1, programs))} %`;
  const columns = [
    ruleId.padEnd(30),
    `${programs} programs`.padStart(14),
    `${fixed} fixed`.padStart(12),
    `(${share})`.padEnd(7),
    `${failing} counterexample${failing === 1 ? '' : 's'}`,
  ];
  return columns.join(' ');
}

/** Sentences about what is wrong with a rule's result; none when all is well. */
export function problemsOf(report: RuleReport): string[] {
  const { ruleId, programs, fixed, failing, counterexamples } = report;
  const problems: string[] = [];
  if (fixed < programs * fixedFloor) {
    problems.push(
      `${ruleId}: only ${fixed} of ${programs} programs were fixed: its patterns test the rule's silence, not its fix.`,
    );
  }
  if (failing > 0) {
    const shown = counterexamples.map(({ difference, archive }) => `${difference}\n\n${archive}`);
    problems.push(
      [`${ruleId}: ${failing} of ${fixed} fixed programs behave differently.`, ...shown].join('\n\n'),
    );
  }
  return problems;
}
