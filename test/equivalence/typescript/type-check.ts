import ts from 'typescript';
import { inRepository } from '../../support/repository';
import { newDiagnostics, TypeChecker, type Diagnostics } from '../../support/type-check';
import { stageTypes, type Staged } from './stage';

/** What TypeScript says about programs before and after a fix: strictly, with unchecked indexing and without. */

export interface TypeVerdict {
  /** Under both settings, module and driver. */
  readonly checkedBefore: boolean;
  /** What TypeScript says that it did not say before; under which setting. */
  readonly added: readonly string[];
}

interface Pair {
  readonly before: Staged;
  readonly after: string;
}

const folder = inRepository('test', 'equivalence', 'programs');
const environment = `${folder}/stage.d.ts`;

export class ProgramTypes {
  readonly #checkers = [true, false].map((noUncheckedIndexedAccess) => ({
    setting: noUncheckedIndexedAccess ? 'with noUncheckedIndexedAccess' : 'without noUncheckedIndexedAccess',
    checker: new TypeChecker(folder, [], {
      noUncheckedIndexedAccess,
      noUnusedLocals: false,
      moduleDetection: ts.ModuleDetectionKind.Force,
      lib: ['lib.esnext.d.ts'],
      types: ['node'],
      paths: {},
    }),
  }));

  /** In one go: what costs is the start. JavaScript has nothing to say. */
  check(pairs: readonly Pair[]): TypeVerdict[] {
    const verdicts = pairs.map(() => ({ checkedBefore: true, added: [] as string[] }));
    const path = (n: number, name: string): string => `${folder}/${n}/${name}`;
    const typed = (n: number): boolean => /\.[cm]?tsx?$/.test(pairs[n]!.before.path);
    const textsOf = (text: (pair: Pair) => string): Map<string, string> => {
      const texts = new Map([[environment, stageTypes]]);
      pairs.forEach((pair, n) => {
        if (!typed(n)) return;
        texts.set(path(n, pair.before.path), text(pair));
        texts.set(path(n, 'run.ts'), pair.before.driver);
        if (pair.before.neighbour !== undefined) texts.set(path(n, 'b.ts'), pair.before.neighbour);
      });
      return texts;
    };
    for (const { checker, setting } of this.#checkers) {
      const before = checker.check(textsOf(({ before: { text } }) => text));
      const after = checker.check(textsOf(({ after: text }) => text));
      const of = (diagnostics: Diagnostics, n: number): Diagnostics =>
        new Map(
          [pairs[n]!.before.path, 'run.ts'].flatMap((name) => {
            const said = diagnostics.get(path(n, name));
            return said ? [[name, said] as const] : [];
          }),
        );
      verdicts.forEach((verdict, n) => {
        const said = of(before, n);
        if (said.size > 0) verdict.checkedBefore = false;
        verdict.added.push(...newDiagnostics(said, of(after, n)).map((message) => `${message} (${setting})`));
      });
    }
    return verdicts;
  }
}
