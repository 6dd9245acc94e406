import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { FileAnalysis } from '../../server/src/service/engine';
import { defaultSettings } from '../../server/src/service/settings';
import { parse } from '../../server/src/typescript/parse';
import { checkOut, projects } from '../corpus/projects';
import { newTypeScriptEngine } from '../support/typescript';
import { ms, print, ratio, time } from './table';

const rounds = 20;

/** Real code of about the wanted length: whole files of the corpus, one after another, each in its own block scope. */
function textOf(lines: number): string {
  const project = projects.find(({ name }) => name === 'zod')!;
  const { cwd, target } = checkOut(project);
  const files = readdirSync(path.join(cwd, target), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\btests?\b|locales/.test(name))
    .sort();
  let text = '';
  for (const [index, name] of files.entries()) {
    const source = readFileSync(path.join(cwd, target, name), 'utf8').replace(
      /^(?:import|export \*|export \{)[^;]*;/gm,
      '',
    );
    text += `namespace n${index} {\n${source}\n}\n`;
    if (text.split('\n').length >= lines) break;
  }
  return text.split('\n').slice(0, lines).join('\n');
}

/** The longest prefix that parses: cutting at a line count may cut a statement. */
function parsable(text: string): string {
  const lines = text.split('\n');
  for (let end = lines.length; end > 0; end--) {
    const candidate = lines.slice(0, end).join('\n') + '\n}\n';
    if (!/^}/.test(lines[end - 1]!)) continue;
    try {
      parse(candidate, 'bench.ts');
      return candidate;
    } catch {
      // Cut earlier.
    }
  }
  throw new Error('no prefix parses');
}

/** From keystroke to published findings, against the bare parser call on the same text, in one process (issue 5). */
export async function typescriptLatency(): Promise<void> {
  const engine = newTypeScriptEngine();
  const rows: string[][] = [];
  for (const lines of [1000, 3000, 10_000]) {
    const text = parsable(textOf(lines));
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
      parse(edited(-warmUp - 1), 'bench.ts');
      await analyse(edited(-warmUp - 100));
    }
    // Interleaved, so that both see the same state of the machine and of the collector.
    const parses: number[] = [];
    const analyses: number[] = [];
    for (let round = 0; round < rounds; round++) {
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
    const [bare, full] = [middle(parses), middle(analyses)];
    rows.push([String(text.split('\n').length), ms(bare), ms(full), ratio(full, bare)]);
  }
  print(
    `TypeScript: keystroke → findings, median of ${rounds}`,
    ['lines', 'bare parse', 'findings', 'ratio'],
    rows,
  );
}
