import type { RuleId } from '../../../rules/model';
import type { Options } from '../options';
import { Random } from '../random';
import type { Counterexample, Half, RuleReport } from '../report';
import { patterns } from './patterns';
import { writeProgram, type Program } from './program';
import { engineWith } from './tool';
import { Trial, type EngineOf } from './trial';

/** TypeScript: programs run before and after a fix in realms of this process, and are type-checked all at once. */
export const typescriptHalf: Half = { rules: [...patterns.keys()], run: runTypeScript };

export function programsOf(ruleId: RuleId, count: number, seed: number): Program[] {
  return Array.from({ length: count }, (_, number) =>
    writeProgram(ruleId, patterns.get(ruleId)!, new Random(seed).fork(ruleId).fork(number)),
  );
}

/** What to look with, where that is not the project's engine. */
export interface Looking {
  readonly engineOf?: EngineOf;
  /** How many counterexamples of a rule are shrunk, at most one of each kind; each takes some seconds. */
  readonly shrinks?: number;
}

/** Programs that are held in memory, and type-checked, at once. */
const together = 2000;

export async function runTypeScript(
  options: Options,
  report: (rule: RuleReport) => void,
  { engineOf = engineWith, shrinks = 3 }: Looking = {},
): Promise<void> {
  const trial = new Trial(engineOf);
  const wanted = options.rules.length > 0 ? options.rules : typescriptHalf.rules;
  const rulesAtOnce = Math.max(1, Math.floor(together / options.programs));
  for (let i = 0; i < wanted.length; i += rulesAtOnce) {
    const rules = wanted.slice(i, i + rulesAtOnce);
    const programs = rules.flatMap((ruleId) => programsOf(ruleId, options.programs, options.seed));
    const results = await trial.all(programs);
    for (const ruleId of rules) {
      const own = results.filter(({ program }) => program.rule === ruleId);
      const failing = own.flatMap(({ program, difference }) => (difference ? [{ program, difference }] : []));
      const counterexamples: Counterexample[] = [];
      const kinds = new Set<string>();
      for (const { program, difference } of failing) {
        if (kinds.has(difference.kind) || counterexamples.length >= shrinks) continue;
        kinds.add(difference.kind);
        counterexamples.push(await trial.smallest(program, difference));
      }
      report({
        ruleId,
        programs: own.length,
        fixed: own.filter(({ changed }) => changed).length,
        failing: failing.length,
        differences: failing.map(({ program, difference }) => `${program.about}: ${difference.text}`),
        counterexamples,
      });
    }
  }
}
