import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import Module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type * as NodeBinary from '../../../scripts/lib/node-binary.mjs' with { 'resolution-mode': 'import' };
import { nullLogger } from '../../../server/src/host/logger';
import { TrustGate, UntrustedError } from '../../../server/src/host/trust';
import type { MeasuredBenchmark } from '../../../server/src/proof/measure';
import { benchFilesReaching } from '../../../server/src/proof/node/bench-files';
import { reasonIn } from '../../../server/src/proof/node/program';
import { proveInProject, type ProjectOptions } from '../../../server/src/proof/node/prove';
import type { Change } from '../../../server/src/proof/prove';
import { defaultSettings } from '../../../server/src/service/settings';
import { alloclens } from '../../support/real-cli';
import { inRepository } from '../../support/repository';

const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'alloclens-prove-node-')));
after(() => rmSync(root, { recursive: true, force: true }));

const usualPath = process.env['PATH'];
before(async () => {
  // A folder with a `node` that has module hooks.
  let withHooks: string;
  if ('registerHooks' in Module) withHooks = path.dirname(process.execPath);
  else {
    const { nodeBinary } = (await import(
      inRepository('scripts', 'lib', 'node-binary.mjs')
    )) as typeof NodeBinary;
    withHooks = path.dirname(await nodeBinary(24, () => {}));
  }
  process.env['PATH'] = `${withHooks}${path.delimiter}${usualPath}`;
});
after(() => void (process.env['PATH'] = usualPath));

/** A project in a folder of its own; the libraries are those of this repository. */
function projectOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = path.join(root, name);
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  symlinkSync(inRepository('node_modules', 'tinybench'), path.join(folder, 'node_modules', 'tinybench'));
  const all = { 'package.json': '{"type":"module"}', ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(path.join(folder, file), text);
  return folder;
}

/** Each call makes an array of ten numbers: 16 bytes of header and 80 of elements, and an object of 16 to 32 bytes that holds them. */
const code = `interface Made { readonly length: number }
export function make(n: number): Made { return new Array<number>(n).fill(1.5); }
export function other(): Made { return [1, 2, 3]; }
`;
const fixed = code.replace('new Array<number>(n).fill(1.5)', '{ length: n }');

const tiny = `import { Bench } from 'tinybench';
import { make, other } from './code.ts';
const bench = new Bench();
bench.add('make', () => make(10)).add('other', () => other());
await bench.run();
console.table(bench.table());
`;

const script = (body: string): string => `import { make } from './code.ts';\n${body}\n`;

function changeOf(folder: string, text: string): Change {
  const file = path.join(folder, 'code.ts');
  const start = code.indexOf('new Array');
  return {
    texts: new Map([[file, text]]),
    places: [{ file, first: 2, last: 2, span: { start, end: start + 'new Array'.length } }],
  };
}

function optionsIn(cwd: string, more: Partial<ProjectOptions> = {}): ProjectOptions {
  return {
    cwd,
    settings: defaultSettings,
    logger: nullLogger,
    trust: new TrustGate(true),
    signal: new AbortController().signal,
    bench: undefined,
    benchFile: undefined,
    count: 4,
    benchtime: '200x',
    patience: 60_000,
    progress: () => {},
    ...more,
  };
}

async function prove(folder: string, text: string, more: Partial<ProjectOptions> = {}) {
  const { outcomes, notes } = await proveInProject(folder, [changeOf(folder, text)], optionsIn(folder, more));
  return { outcome: outcomes[0]!, said: notes.join('\n') };
}

const center = ({ rows }: MeasuredBenchmark, unit: string): number[] => {
  const { before: old, after: now } = rows.find((row) => row.unit === unit)!;
  return [old.center, now.center];
};

describe('a fix of TypeScript held against benchmarks', () => {
  it('of tinybench: to the byte, each that runs the place, and the folder stays as it was', async () => {
    const folder = projectOf('tiny', { 'code.ts': code, 'code.bench.ts': tiny });
    const { outcome, said } = await prove(folder, fixed);
    assert.equal(outcome.kind, 'measured', said);
    assert.ok(outcome.kind === 'measured');
    assert.deepEqual(
      outcome.benchmarks.map(({ name, importPath, verdict }) => [name, importPath, verdict]),
      [['make', 'code.bench.ts', 'better']],
    );
    const [old, now] = center(outcome.benchmarks[0]!, 'B/op');
    assert.ok(old! >= 112 && old! <= 160, `${old} bytes for an array of ten doubles`);
    assert.ok(now! >= 16 && now! <= 64, `${now} bytes for an object`);
    assert.deepEqual(readdirSync(folder).sort(), [
      'code.bench.ts',
      'code.ts',
      'node_modules',
      'package.json',
    ]);
    assert.equal(readFileSync(path.join(folder, 'code.ts'), 'utf8'), code);
  });

  it('that changes nothing that runs moves nothing', async () => {
    const folder = projectOf('same', { 'code.ts': code, 'code.bench.ts': tiny });
    const { outcome } = await prove(folder, `${code}// One comment more.\n`);
    assert.equal(outcome.kind === 'measured' && outcome.verdict, 'same', JSON.stringify(outcome));
  });

  it('of a script without a library: the run as a whole, also when it loads the module with require', async () => {
    const folder = projectOf('script', {
      'code.ts': code,
      'run.cjs': `const { make } = require('./code.ts');\nlet n = 0;\nfor (let i = 0; i < 50_000; i++) n += make(10).length;\nconsole.log(n);\n`,
    });
    const { outcome } = await prove(folder, fixed, { benchFile: 'run.cjs' });
    assert.ok(outcome.kind === 'measured', JSON.stringify(outcome));
    const [benchmark] = outcome.benchmarks;
    assert.equal(benchmark!.verdict, 'better');
    assert.equal(benchmark!.name, 'run.cjs');
    assert.match(benchmark!.cautions.join(), /a whole run of the program/);
  });

  it('gives the fix to a loader that reads the file itself, and says what is not known then', async () => {
    const folder = projectOf('loader', {
      'code.ts': code,
      'own.bench.mjs': `import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
const text = stripTypeScriptTypes(await readFile(new URL('./code.ts', import.meta.url), 'utf8'));
const { make } = await import('data:text/javascript,' + encodeURIComponent(text));
for (let i = 0; i < 20_000; i++) make(10);
`,
    });
    const { outcome } = await prove(folder, fixed);
    assert.ok(outcome.kind === 'measured', JSON.stringify(outcome));
    const [benchmark] = outcome.benchmarks;
    assert.equal(benchmark!.verdict, 'better');
    assert.match(benchmark!.cautions.join(), /a loader made other code of the module/);
  });

  it('asks only for benchmarks of the wanted names', async () => {
    const folder = projectOf('names', { 'code.ts': code, 'code.bench.ts': tiny });
    const { outcome } = await prove(folder, fixed, { bench: /other/ });
    assert.deepEqual(outcome, { kind: 'unreached' });
  });

  it('says that the hook did not fire where a benchmark runs something else', async () => {
    const folder = projectOf('elsewhere', {
      'code.ts': code,
      'copy.ts': code,
      'run.bench.ts': `// './code.ts'\nimport { make } from './copy.ts';\nmake(1);\n`,
    });
    const { outcome, said } = await prove(folder, fixed);
    assert.deepEqual(outcome, { kind: 'unreached' });
    assert.match(
      said,
      /run\.bench\.ts says nothing: it ran without loading code\.ts, so the hook .* did not fire/,
    );
  });

  it('names the way out where no benchmark file imports the code', async () => {
    const folder = projectOf('none', { 'code.ts': code });
    const { outcome } = await prove(folder, fixed);
    assert.ok(outcome.kind === 'unreached');
    assert.match(
      outcome.hint!,
      /No benchmark file below \. imports code\.ts: .* --bench-file FILE” names another one/,
    );
    const named = await prove(folder, fixed, { benchFile: 'no.ts' });
    assert.deepEqual(named.outcome, { kind: 'failed', reason: 'There is no file no.ts to be run.' });
  });

  it('names what is wrong with benchmarks that fail, write files, or hang', async () => {
    const folder = projectOf('faults', {
      'code.ts': code,
      'fails.bench.ts': script('make(1);\nthrow new TypeError("no luck today");'),
      'hangs.bench.ts': script('make(1);\nsetInterval(() => {}, 1000);'),
      'writes.bench.ts': script(
        'import { writeFileSync } from "node:fs";\nmake(1);\nwriteFileSync("left.txt", String(process.hrtime.bigint()));',
      ),
    });
    const { outcome, said } = await prove(folder, fixed, { patience: 1500 });
    assert.match(said, /fails\.bench\.ts says nothing\. It failed: TypeError: no luck today\./);
    assert.match(said, /hangs\.bench\.ts says nothing\. .* was ended: /);
    assert.match(
      said,
      /benchmarks of writes\.bench\.ts themselves changed a file in their folder .* left\.txt/,
    );
    assert.equal(outcome.kind, 'measured');
  });

  it('fails where the fix makes the benchmark fail', async () => {
    const folder = projectOf('breaks', { 'code.ts': code, 'code.bench.ts': tiny });
    const { outcome } = await prove(folder, code.replace('new Array', 'new Nothing'));
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.reason, /code\.bench\.ts proves nothing\. .* That was after the change\./);
  });

  it('runs nothing in a folder that is not trusted, and nothing goes on when it is cancelled', async () => {
    const folder = projectOf('ended', {
      'code.ts': code,
      'hangs.bench.ts': script('make(1);\nsetInterval(() => {}, 1000);'),
    });
    await assert.rejects(prove(folder, fixed, { trust: new TrustGate(false) }), UntrustedError);
    const cancel = new AbortController();
    const timer = setTimeout(() => cancel.abort(), 700);
    await assert.rejects(prove(folder, fixed, { signal: cancel.signal }), { name: 'AbortError' });
    clearTimeout(timer);
  });

  it(
    'says which Node it needs',
    { skip: process.platform === 'win32' && 'the stand-in is a shell script' },
    async () => {
      const folder = projectOf('old', { 'code.ts': code, 'code.bench.ts': tiny });
      const bin = path.join(root, 'bin');
      mkdirSync(bin);
      writeFileSync(path.join(bin, 'node'), `#!/bin/sh\necho '["v20.20.2","undefined"]'\n`);
      chmodSync(path.join(bin, 'node'), 0o755);
      const kept = process.env['PATH'];
      process.env['PATH'] = bin;
      try {
        const { outcome } = await prove(folder, fixed);
        assert.ok(outcome.kind === 'failed');
        assert.match(
          outcome.reason,
          /v20\.20\.2\) has no module\.registerHooks, .* put Node 22\.15 or newer first on the PATH\./,
        );
        process.env['PATH'] = '';
        const without = await prove(folder, fixed);
        assert.match(JSON.stringify(without.outcome), /no program called node on the PATH/);
      } finally {
        process.env['PATH'] = kept;
      }
    },
  );
});

describe('alloclens prove and fix --proved for TypeScript', () => {
  it('from a finding to a table and to the fix that saves', async () => {
    const joins = `export function names(xs: readonly { name: string }[]): string {
  let out: string[] = [];
  for (const x of xs) out = [...out, x.name];
  return out.join(',');
}

export function alone(xs: readonly { name: string }[]): string {
  let out: string[] = [];
  for (const x of xs) out = [...out, x.name];
  return out.join(',');
}
`;
    const folder = projectOf('cli', {
      'joins.ts': joins,
      'joins.bench.ts': `import { Bench } from 'tinybench';
import { names } from './joins.ts';
const xs = Array.from({ length: 50 }, (_, i) => ({ name: String(i) }));
const bench = new Bench();
bench.add('names', () => names(xs));
bench.runSync();
`,
    });
    const quick = ['--show', 'all', '--count', '4', '--benchtime', '200x'];
    const proven = await alloclens(folder, 'prove', 'joins.ts:3', '--format', 'markdown', ...quick);
    assert.equal(proven.code, 0, proven.out + proven.err);
    assert.match(proven.out, /\| names \| B\/op \| .* \| -\d\d\.\d\d% \(p=0\.029 n=4\) \|/);
    const { out } = await alloclens(folder, 'fix', '--proved', ...quick);
    assert.match(out, /1 fix applied in 1 file/);
    const [reached, left] = readFileSync(path.join(folder, 'joins.ts'), 'utf8').split(
      'export function alone',
    ) as [string, string];
    assert.match(reached, /out\.push\(x\.name\)/);
    assert.match(left, /\[\.\.\.out, x\.name\]/);
  });
});

describe('benchmark files', () => {
  it('are found by names, and by relative imports in any number of steps', async () => {
    const folder = projectOf('found', {
      'a.ts': 'export const a = 1;',
      'b.js': "export * from './a.js';",
      'direct.bench.ts': "import { a } from './a';",
      'through-bench.mjs': "import { a } from './b.js';",
      'lazy.benchmark.cjs': "import('./b.js');",
      'unrelated.bench.ts': "import 'tinybench';",
      'not-one.ts': "import { a } from './a.ts';",
    });
    mkdirSync(path.join(folder, 'bench'));
    writeFileSync(path.join(folder, 'bench', 'all.js'), "require('../b');");
    const found = await benchFilesReaching(
      folder,
      new Set([path.join(folder, 'a.ts')]),
      new AbortController().signal,
    );
    assert.deepEqual(
      found.map((file) => path.relative(folder, file)),
      [path.join('bench', 'all.js'), 'direct.bench.ts', 'lazy.benchmark.cjs', 'through-bench.mjs'],
    );
  });
});

describe('the reason in what a Node program printed', () => {
  for (const [stderr, reason] of [
    [
      '/a/b.ts:3\nthrow new TypeError("x");\n^\n\nTypeError: x\n    at f (b.ts:3)\n\nNode.js v24.22.3\n',
      'TypeError: x',
    ],
    [
      'Error [ERR_MODULE_NOT_FOUND]: Cannot find module\n  code: 1',
      'Error [ERR_MODULE_NOT_FOUND]: Cannot find module',
    ],
    ['(node:1) Warning: old\n', undefined],
    ['', undefined],
  ] as const)
    it(String(reason), () => assert.equal(reasonIn(stderr), reason));
});
