/**
 * A fix must not stop a program from compiling. Every golden of the TypeScript rules, and every example of their pages, is
 * type-checked against the text it was made of: strict, with and without `noUncheckedIndexedAccess`.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { typescriptRules } from '../../rules/typescript';
import { parsePage } from '../support/page';
import { inRepository } from '../support/repository';
import { newDiagnostics, TypeChecker } from '../support/type-check';
import { parseTxtar } from '../support/txtar';

interface Pair {
  /** Absolute, and of no file on disk. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

const root = inRepository('test/markers/typescript');

const goldens: Pair[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.txtar'))
  .flatMap((name) => {
    const { files } = parseTxtar(readFileSync(path.join(root, name), 'utf8'));
    return [...files].flatMap(([section, after]) => {
      const [, rule, file] = /^@fix\/ts\/([\w-]+)\/(.+\.[cm]?tsx?)$/.exec(section) ?? [];
      const before = file === undefined ? undefined : files.get(file);
      if (before === undefined) return [];
      return [{ file: path.join(root, name, rule!, file!), before, after }];
    });
  });

const examples: Pair[] = typescriptRules.flatMap(({ name }) => {
  const page = `rules/typescript/${name}.md`;
  const { blocks } = parsePage(readFileSync(inRepository(page), 'utf8'));
  const code = (kind: string): string[] => blocks.filter(({ info }) => info === `ts ${kind}`).map((b) => b.code);
  const after = code('after');
  return code('before').map((before, index) => ({
    file: inRepository(`${page}-${index}.ts`),
    before,
    after: after[index]!,
  }));
});

/** What TypeScript says about the texts after the fixes and not about those before, each with its file. */
function broken(pairs: readonly Pair[], noUncheckedIndexedAccess: boolean): string[] {
  const files = pairs.map(({ file }) => file);
  const checker = new TypeChecker(inRepository('.'), files, {
    noUncheckedIndexedAccess,
    // What a rule reports need not be used.
    noUnusedLocals: false,
    types: ['node'],
    paths: {},
    // Texts without imports are no scripts of one program.
    moduleDetection: ts.ModuleDetectionKind.Force,
  });
  const texts = (of: 'before' | 'after') => new Map(pairs.map((pair) => [pair.file, pair[of]]));
  const before = checker.check(texts('before'));
  const after = checker.check(texts('after'));
  return files.flatMap((file) => {
    const only = (all: typeof before) => new Map([[file, all.get(file) ?? []]]);
    return newDiagnostics(only(before), only(after)).map((line) => `${file}: ${line}`);
  });
}

describe('what fixes write type-checks', () => {
  for (const [what, pairs] of Object.entries({ goldens, examples })) {
    for (const indexed of [true, false]) {
      it(`${what}, ${indexed ? 'with' : 'without'} noUncheckedIndexedAccess`, () => {
        assert.ok(pairs.length > 15, `only ${pairs.length} ${what}`);
        assert.deepEqual(broken(pairs, indexed), []);
      });
    }
  }

  it('finds a fix that does not', () => {
    const head = 'export const known = (xs: (number | null)[]): number =>\n  xs';
    const before = `${head}.filter((x) => x !== null).length;\n`;
    const after = `${head}.reduce((n, x) => (x !== null ? n + 1 : n), 0);\n`;
    const found = broken([{ file: path.join(root, 'broken.ts'), before, after }], true);
    assert.ok(found.some((line) => line.includes('TS18047')), found.join('\n'));
  });
});
