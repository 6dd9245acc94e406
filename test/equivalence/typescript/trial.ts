import type { RuleId } from '../../../rules/model';
import type { TypeScriptEngine } from '../../../server/src/typescript/engine';
import type { Counterexample } from '../report';
import { shrink } from '../shrink';
import { compare, type Difference } from './compare';
import { fixed } from './fix';
import { markerCase } from './marker';
import type { Program } from './program';
import { smaller } from './smaller';
import { perform, type Performance } from './stage';
import { ProgramTypes } from './type-check';

/** The engine whose only rule is this one. */
export type EngineOf = (ruleId: RuleId) => TypeScriptEngine;

export interface Tried {
  readonly program: Program;
  /** A fix changed the text. */
  readonly changed: boolean;
  readonly difference: Difference | undefined;
}

export interface Run extends Tried {
  readonly after: string;
  /** Errors that the program runs into without any fix, by name. */
  readonly mistakes: readonly string[];
}

/** Fixes programs, and says what a fix changed. */
export class Trial {
  readonly #types = new ProgramTypes();
  readonly #engines = new Map<RuleId, TypeScriptEngine>();

  constructor(readonly engineOf: EngineOf) {}

  async all(programs: readonly Program[]): Promise<Tried[]> {
    const runs: Run[] = [];
    for (const program of programs) runs.push(await this.one(program));
    const alike = runs.filter(({ changed, difference }) => changed && !difference);
    const verdicts = this.#types.check(alike.map(({ program, after }) => ({ before: program, after })));
    return runs.map((run) => {
      const verdict = verdicts[alike.indexOf(run)];
      if (!verdict?.checkedBefore || verdict.added.length === 0) return run;
      return { ...run, difference: { kind: 'types', text: `TypeScript then says ${verdict.added[0]!}` } };
    });
  }

  /** Without its types. */
  async one(program: Program): Promise<Run> {
    let engine = this.#engines.get(program.rule);
    if (!engine) this.#engines.set(program.rule, (engine = this.engineOf(program.rule)));
    const { text: after, outside } = await fixed(engine, program);
    const run = { program, after, changed: after !== program.text, difference: undefined, mistakes: [] };
    if (outside !== undefined) return { ...run, difference: { kind: 'syntax', text: outside } };
    if (!run.changed) return run;
    const before = await perform(program);
    const difference = compare(before, await perform({ ...program, text: after }));
    // What the title of a suggestion asks for may be memory.
    const accepted = program.suggestions && difference?.kind === 'allocations';
    return { ...run, difference: accepted ? undefined : difference, mistakes: mistakesOf(before) };
  }

  /** The program with as little as still shows a difference of the kind, and runs into no other errors before the fix. */
  async smallest(program: Program, difference: Difference): Promise<Counterexample> {
    const { mistakes } = await this.one(program);
    const fails = async (candidates: readonly Program[]): Promise<boolean[]> => {
      if (difference.kind === 'types')
        return (await this.all(candidates)).map((tried) => tried.difference?.kind === 'types');
      const verdicts = candidates.map(() => false);
      for (const [i, candidate] of candidates.entries()) {
        const run = await this.one(candidate);
        verdicts[i] =
          run.difference?.kind === difference.kind &&
          run.mistakes.every((mistake) => mistakes.includes(mistake));
        if (verdicts[i]) break;
      }
      return verdicts;
    };
    const small = await shrink(program, onward(smaller), fails, 400);
    const [tried] = await this.all([small]);
    const shown = tried?.difference ?? difference;
    return { ruleId: program.rule, difference: shown.text, archive: await markerCase(small, shown) };
  }
}

const mistakesOf = ({ outcomes, effects }: Performance): string[] => [
  ...new Set([...outcomes, ...effects].join().match(/(?:Type|Reference|Syntax|Range)Error/g)),
];

/** Candidates from where the last one was taken: what was too much before mostly still is. */
function onward<P>(smaller: (program: P) => readonly P[]): (program: P) => readonly P[] {
  let offset = 0;
  let last: readonly P[] = [];
  return (program) => {
    const all = smaller(program);
    offset = (offset + Math.max(0, last.indexOf(program))) % Math.max(1, all.length);
    last = [...all.slice(offset), ...all.slice(0, offset)];
    return last;
  };
}
