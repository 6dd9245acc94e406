import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { goRules } from '../../../rules/go/index';
import type { RuleId } from '../../../rules/model';
import type { GoRule } from '../../../rules/go/rule';
import { GoSyntax } from '../../../server/src/go/facts/syntax-trees';
import { grammar } from '../../support/go';
import type { Options } from '../options';
import { Random } from '../random';
import type { Counterexample, Half, RuleReport } from '../report';
import { shrink } from '../shrink';
import { compare, type Difference } from './compare';
import { execute, thatCompile } from './execute';
import { fix, packagesOf, type Fixed, type Package } from './fix';
import { frame } from './frame';
import { markerCase } from './marker';
import { patterns } from './patterns/index';
import { renumbered, type Program } from './program';
import { smaller } from './smaller';

/** Rules whose fixes all have conditions: their programs meet them. */
const suggested: ReadonlySet<RuleId> = new Set(
  goRules.filter(({ meta }) => meta.fix === 'suggestion').map(({ meta }) => meta.id),
);

const ids = Object.keys(patterns) as RuleId[];

/** Go: the programs of all rules in one module, compiled once for analysis and once to run. */
export const goHalf: Half = { rules: ids, run: runGo };

export function programsOf(ruleId: RuleId, count: number, seed: number): Program[] {
  return Array.from({ length: count }, (_, number) => {
    const random = new Random(seed).fork(ruleId).fork(number);
    return frame(ruleId, patterns[ruleId]!(random), number, random);
  });
}

/** What to look with, where that is not the project's rules and their safe fixes. */
export interface Looking {
  readonly rules?: readonly GoRule[];
  /** How many counterexamples of a rule are shrunk; each takes some compiles. */
  readonly shrinks?: number;
}

export async function runGo(
  options: Options,
  report: (rule: RuleReport) => void,
  { rules, shrinks = 2 }: Looking = {},
): Promise<void> {
  const wanted = options.rules.length > 0 ? options.rules : ids;
  const all = wanted.flatMap((id) => programsOf(id, options.programs, options.seed));
  const results = await tried(packagesOf(all), rules);
  for (const ruleId of wanted) {
    const own = [...results].filter(([program]) => program.ruleId === ruleId);
    const failing = own.filter(([, { difference }]) => difference !== undefined);
    const counterexamples: Counterexample[] = [];
    for (const [program, tried] of failing.slice(0, shrinks)) {
      counterexamples.push(await smallest(program, tried, rules));
    }
    report({
      ruleId,
      programs: options.programs,
      fixed: own.length,
      failing: failing.length,
      differences: failing.map(([program, { difference }]) => `${program.name}: ${difference!.text}`),
      counterexamples,
    });
  }
}

interface Tried {
  readonly fixed: Fixed;
  readonly difference: Difference | undefined;
}

/** Fixes the programs, runs both versions and compares. Programs without a fix are not in the result. */
async function tried(
  packages: readonly Package[],
  rules: readonly GoRule[] | undefined,
): Promise<Map<Program, Tried>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alloclens-equivalence-'));
  try {
    const fixed = await fix(path.join(folder, 'fix'), packages, {
      suggestions: (id) => suggested.has(id),
      ...(rules && { rules }),
    });
    const texts = {
      before: new Map([...fixed.keys()].map((program) => [program, program.text])),
      after: new Map([...fixed].map(([program, { text }]) => [program, text])),
    };
    const { before, after } = await execute(path.join(folder, 'run'), packages, texts);
    return new Map(
      [...fixed].map(([program, fixed]) => {
        const difference = compare(before.get(program)!, after.get(program)!, program);
        return [program, { fixed, difference }];
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The counterexample with as little as still shows it. */
async function smallest(
  program: Program,
  { fixed, difference }: Tried,
  rules: readonly GoRule[] | undefined,
): Promise<Counterexample> {
  const { kind, input, text } = difference!;
  const one = { ...program, calls: { ...program.calls, inputs: [program.calls.inputs[input ?? 0]!] } };
  let found: [Program, Tried] = [renumbered(one, ''), { fixed, difference: difference! }];
  const syntax = await GoSyntax.load(grammar);
  try {
    const fails = async (candidates: readonly Program[]): Promise<boolean[]> => {
      const named = candidates.map((candidate, i) => renumbered(candidate, i));
      const compiling = await thatCompile(named);
      const results =
        compiling.length === 0 ? new Map<Program, Tried>() : await tried(packagesOf(compiling), rules);
      const verdicts = named.map((candidate) => results.get(candidate)?.difference?.kind === kind);
      return verdicts;
    };
    const small = await shrink(found[0], (larger) => smaller(larger, syntax), fails);
    const again = await tried(packagesOf([small]), rules);
    for (const entry of again) if (entry[1].difference) found = entry;
  } finally {
    syntax.dispose();
  }
  return {
    ruleId: program.ruleId,
    difference: `${program.name}: ${text}`,
    archive: markerCase(found[0], found[1].fixed, found[1].difference!),
  };
}
