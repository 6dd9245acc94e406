import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as whole from '@typescript-eslint/parser';
import { build, type Plugin } from 'esbuild';

const root = dirname(dirname(dirname(__dirname)));

/** Sources of every kind: ours, with samples and rules, and libraries' JavaScript and declarations. */
const folders = ['rules', 'server', 'samples', 'node_modules/playwright-core/types'];
const libraries = ['node_modules/eslint/lib/linter', 'node_modules/@typescript-eslint/utils/dist'];

const broken = [
  'const x = ;',
  'function f( {',
  'class A { constructor(private readonly) {} }',
  'let x: = 1;',
  'enum E { a = }',
  'const a = `${',
  'for (const x of) {}',
  'abstract abstract class B {}',
  'import { a from "b";',
  'type T<in out in X> = X;',
  'interface I { get x(): number; set x(v) }',
  '<div>{</div>',
  'const r = /(?<a>.)(?<a>.)/v;',
  'var \\u{110000};',
  '@d @ class {}',
  'x = 08n;',
  'await using x = y',
  'if (x) { return 1',
  'let [a, b];',
  'new.target',
];

describe('the parser in the package', () => {
  let folder: string;
  let bundled: typeof whole;
  before(async () => {
    // The parser alone, through the plugin that the package's bundle is made with.
    folder = mkdtempSync(join(tmpdir(), 'alloclens-parser-'));
    const url = pathToFileURL(join(root, 'scripts', 'lib', 'typescript-parser-only.mjs')).href;
    const { typescriptParserOnly } = (await import(url)) as { typescriptParserOnly: () => Plugin };
    const outfile = join(folder, 'parser.cjs');
    await build({
      absWorkingDir: root,
      entryPoints: [createRequire(__filename).resolve('@typescript-eslint/parser')],
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outfile,
      logLevel: 'warning',
      plugins: [typescriptParserOnly()],
    });
    bundled = createRequire(__filename)(outfile) as typeof whole;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const outcome = (parser: typeof whole, text: string, jsx: boolean): string => {
    const options = { range: true, loc: true, comment: true, tokens: true, ecmaFeatures: { jsx } };
    try {
      const { ast } = parser.parseForESLint(text, options);
      return JSON.stringify(ast, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
    } catch (error) {
      const { message, lineNumber, column } = error as Error & { lineNumber: number; column: number };
      return `${message} ${lineNumber}:${column}`;
    }
  };

  it('reads sources as the whole compiler does', () => {
    const files = [...folders, ...libraries].flatMap((name) => sources(join(root, name)));
    assert.ok(files.length > 200, `only ${files.length} files`);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const jsx = /x$/.test(file);
      assert.ok(outcome(bundled, text, jsx) === outcome(whole, text, jsx), relative(root, file));
    }
  });

  it('says the same of what cannot be parsed', () => {
    for (const text of broken) {
      for (const jsx of [false, true])
        assert.equal(outcome(bundled, text, jsx), outcome(whole, text, jsx), text);
    }
  });

  it('says the same of files that end too early', () => {
    const text = readFileSync(join(root, 'server', 'src', 'typescript', 'engine.ts'), 'utf8');
    for (let end = 0; end < text.length; end += 197) {
      const part = text.slice(0, end);
      assert.equal(outcome(bundled, part, false), outcome(whole, part, false), `the first ${end} characters`);
    }
  });
});

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]sx?$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}
