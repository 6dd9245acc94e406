import { build, type BuildOptions } from 'esbuild';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import ts from 'typescript';
import { originalsOf } from '../../../server/src/hotspots/source-maps';
import { alloclens } from '../../support/real-cli';

const root = mkdtempSync(path.join(os.tmpdir(), 'alloclens-maps-'));
after(() => rmSync(root, { recursive: true, force: true }));

const churning = `/** A type that is gone after compiling. */
interface Point {
  readonly x: number;
}

export function churn(count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += [i, i + 1, i + 2].map((x): Point => ({ x })).length;
  return sum;
}
`;
const main = `import { churn } from './churning';
const total: number = churn(300_000);
console.log(total);
`;

function project(): string {
  const folder = mkdtempSync(path.join(root, 'x-'));
  mkdirSync(path.join(folder, 'src'));
  mkdirSync(path.join(folder, 'dist'));
  writeFileSync(path.join(folder, 'package.json'), '{"name":"x"}');
  writeFileSync(path.join(folder, 'src', 'churning.ts'), churning);
  writeFileSync(path.join(folder, 'src', 'main.ts'), main);
  return folder;
}

interface Report {
  readonly total: number;
  readonly elsewhere: number;
  readonly hotspots: readonly {
    readonly file: string;
    readonly line: number;
    readonly function: string;
    readonly joined: string;
    readonly amount: number;
  }[];
  readonly notes: readonly string[];
}

async function hotspots(folder: string): Promise<Report> {
  const { code, err } = await alloclens(folder, 'record', '--', process.execPath, 'dist/main.js');
  assert.equal(code, 0, err);
  const { out } = await alloclens(
    folder,
    'hotspots',
    'src',
    '--profile',
    'alloclens.heapprofile',
    '--format',
    'json',
  );
  return JSON.parse(out) as Report;
}

/** The function churn and the arrow function in it have nearly all; V8 may inline the one into the other. */
function assertChurn({ hotspots: found, total, elsewhere }: Report): void {
  assert.ok(elsewhere < total / 2, `${elsewhere} of ${total} elsewhere`);
  const [first] = found;
  assert.deepEqual([first!.file, first!.joined], ['src/churning.ts', 'function']);
  assert.ok([6, 8].includes(first!.line), JSON.stringify(first));
  assert.ok(found.some(({ function: name, line }) => name === 'churn' && line === 6) || first!.line === 8);
}

describe('JavaScript that was compiled is traced back to its source', () => {
  it('by tsc, with a map beside each file', async () => {
    const folder = project();
    for (const name of ['churning', 'main']) {
      const { outputText, sourceMapText } = ts.transpileModule(
        readFileSync(path.join(folder, 'src', `${name}.ts`), 'utf8'),
        {
          compilerOptions: {
            module: ts.ModuleKind.CommonJS,
            target: ts.ScriptTarget.ES2022,
            sourceMap: true,
            sourceRoot: '../src',
          },
          fileName: `${name}.ts`,
        },
      );
      writeFileSync(path.join(folder, 'dist', `${name}.js`), outputText);
      writeFileSync(path.join(folder, 'dist', `${name}.js.map`), sourceMapText!);
    }
    assertChurn(await hotspots(folder));
  });

  for (const [what, options] of [
    ['one bundle with shortened names', { minify: true, sourcemap: 'linked' }],
    ['a bundle that holds its map', { sourcemap: 'inline' }],
  ] as const satisfies readonly (readonly [string, BuildOptions])[])
    it(`by esbuild, ${what}`, async () => {
      const folder = project();
      await build({
        absWorkingDir: folder,
        entryPoints: ['src/main.ts'],
        outfile: 'dist/main.js',
        bundle: true,
        platform: 'node',
        logLevel: 'error',
        ...options,
      });
      const report = await hotspots(folder);
      assertChurn(report);
      assert.ok(!report.notes.some((note) => note.includes('another text')));

      writeFileSync(path.join(folder, 'src', 'churning.ts'), `// A line more.\n${churning}`);
      const { out } = await alloclens(folder, 'hotspots', 'src', '--profile', 'alloclens.heapprofile');
      assert.match(out, /compiled from another text of one file/);
    });

  it('the place is sure where the map holds the text of now, whatever the compiler made of the name', async () => {
    const folder = project();
    const source =
      'export class Box {\n  static readonly none = new Box(0);\n  constructor(readonly x: number) {}\n}\nconsole.log(Box.none);\n';
    const file = path.join(folder, 'src', 'main.ts');
    writeFileSync(file, source);
    const script = path.join(folder, 'dist', 'main.js');
    await build({
      entryPoints: [file],
      outfile: script,
      bundle: true,
      sourcemap: 'linked',
      target: 'es2020',
    });
    const compiled = readFileSync(script, 'utf8').split('\n');
    const row = compiled.findIndex((line) => line.includes('constructor('));
    // V8 calls a constructor by its class, which esbuild has renamed: it refers to itself.
    assert.ok(compiled.some((line) => line.includes('class _Box')));
    const frame = {
      name: '_Box',
      file: script,
      line: row + 1,
      startLine: row + 1,
      column: compiled[row]!.indexOf('(') + 1,
    };
    const traced = (await originalsOf([script], [file])).of(frame);
    assert.deepEqual([traced.file, traced.line, traced.traced], [file, 3, true]);

    writeFileSync(file, `// A line more.\n${source}`);
    const { of, outdated } = await originalsOf([script], [file]);
    assert.deepEqual([of(frame).line, of(frame).traced, outdated], [3, undefined, [file]]);
  });

  it('a map that is none, lies outside of the package, or leads elsewhere leaves the script what it is', async () => {
    for (const end of [
      '//# sourceMappingURL=main.js.map',
      '//# sourceMappingURL=../../outside.map',
      '//# sourceMappingURL=https://example.com/main.js.map',
      '//# sourceMappingURL=data:application/json;base64,e30=',
      '//# sourceMappingURL=',
    ]) {
      const folder = project();
      writeFileSync(path.join(folder, '..', 'outside.map'), '{"version":3,"sources":[],"mappings":""}');
      writeFileSync(path.join(folder, 'dist', 'main.js.map'), 'not JSON');
      const { outputText } = ts.transpileModule(churning.replace('export ', ''), {
        compilerOptions: { target: ts.ScriptTarget.ES2022 },
      });
      writeFileSync(path.join(folder, 'dist', 'main.js'), `${outputText}\nchurn(300_000);\n${end}\n`);
      const { hotspots: found, notes } = await hotspots(folder);
      assert.deepEqual(found, [], end);
      assert.match(notes.join(), /compiled without source maps/);
    }
  });
});
