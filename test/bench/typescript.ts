import { parseForESLint } from '@typescript-eslint/parser';
import type { FileAnalysis } from '../../server/src/service/engine';
import { defaultSettings } from '../../server/src/service/settings';
import { parse } from '../../server/src/typescript/parse';
import { newTypeScriptEngine } from '../support/typescript';
import { corpusText } from './corpus-text';
import { ms, print, ratio, time } from './table';

const rounds = 20;

/**
 * From keystroke to published findings, against the bare parser call on the same text, in one process (issue 5): as ESLint
 * makes it, and as the engine does, which leaves out what nobody asks for.
 */
export async function typescriptLatency(): Promise<void> {
  const engine = newTypeScriptEngine();
  const rows: string[][] = [];
  for (const lines of [1000, 3000, 10_000]) {
    const text = corpusText(lines);
    const edited = (round: number): string => `${text}// keystroke ${round}\n`;
    let version = 0;
    const analyse = (input: string): Promise<void> => {
      let published: readonly FileAnalysis[] = [];
      const document = { path: '/bench/bench.ts', languageId: 'typescript', version: ++version, text: input };
      const started = engine.analyse(
        { document, buffers: new Map(), settings: defaultSettings },
        (files) => (published = files),
        new AbortController().signal,
      );
      // The first publication is synchronous: what a person waits for.
      if (published.length === 0) throw new Error('nothing was published');
      return started;
    };
    const firstPublication = (input: string): void => void analyse(input);
    for (let warmUp = 0; warmUp < 3; warmUp++) {
      bareCall(edited(-warmUp - 1));
      parse(edited(-warmUp - 1), 'bench.ts');
      await analyse(edited(-warmUp - 100));
    }
    // Interleaved, so that both see the same state of the machine and of the collector.
    const calls: number[] = [];
    const parses: number[] = [];
    const analyses: number[] = [];
    for (let round = 0; round < rounds; round++) {
      calls.push(await time(1, () => edited(round), bareCall));
      parses.push(
        await time(
          1,
          () => edited(round),
          (input) => parse(input, 'bench.ts'),
        ),
      );
      analyses.push(await time(1, () => edited(round), firstPublication));
    }
    const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
    const [call, bare, full] = [middle(calls), middle(parses), middle(analyses)];
    rows.push([
      String(text.split('\n').length),
      ms(full),
      ms(call),
      ratio(full, call),
      ms(bare),
      ratio(full, bare),
    ]);
  }
  print(
    `TypeScript: keystroke → findings, median of ${rounds}`,
    ['lines', 'findings', 'parser call', 'ratio', "engine's parse", 'ratio'],
    rows,
  );
}

function bareCall(text: string): unknown {
  return parseForESLint(text, { filePath: 'bench.ts', sourceType: 'module', ecmaVersion: 'latest' });
}
