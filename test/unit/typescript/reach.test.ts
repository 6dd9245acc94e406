import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { perBranch, perLoop, perProgram } from '../../../rules/factors';
import { rankAmong } from '../../../rules/prominence';
import { reachOf, reachWithin } from '../../../rules/typescript/sites/reach';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { defaultSettings } from '../../../server/src/service/settings';
import { createTypeScriptEngine } from '../../../server/src/typescript/main';
import { lintPath } from '../../../server/src/typescript/linter';
import { Packages } from '../../../server/src/typescript/packages';
import { syntaxTree } from '../../../server/src/typescript/parse';
import { summaryOf } from '../../../server/src/typescript/summary';

const summary = (text: string, name = 'a.ts') => summaryOf(syntaxTree(text, name), name).summary;

/** Runs of each function with a name. */
function runsOf(text: string, name = 'a.ts'): Record<string, number> {
  const { functions } = summary(text, name);
  const runs = reachWithin(functions, new Map());
  return Object.fromEntries(
    functions.flatMap(({ key }, at) =>
      key.startsWith('#') || key === '' ? [] : [[key.split('#')[0]!, runs[at]!]],
    ),
  );
}

describe('how often the functions of a file run', () => {
  it('follows calls of a name that thousands of functions have, without a call for each pair', () => {
    const classes = (count: number): string =>
      Array.from(
        { length: count },
        (_, i) => `class C${i} { go(xs: C${i}[]) { for (const x of xs) this.run(); } private run() {} }`,
      ).join('\n');
    const runs = runsOf(`export const all = []; ${classes(100)}`);
    assert.equal(runs['run'], 100 * perLoop);
    const { functions } = summary(classes(2000));
    assert.ok(functions.reduce((sum, { calls }) => sum + calls.length, 0) < 10_000);
  });

  it('counts calls, loops around them, and callbacks of lists', () => {
    const runs = runsOf(`
      export function all(xs: string[]) {
        for (const x of xs) one(x);
        xs.forEach((x) => other(x));
        if (xs.length > 9) many();
      }
      function one(x: string) {}
      function other(x: string) {}
      function many() {}
    `);
    assert.deepEqual(runs, { all: 1, one: perLoop, other: perLoop, many: perBranch });
  });

  it('takes what anybody may call to run once a call of the package', () => {
    const runs = runsOf(`
      export class Reader { read() { this.fill(); } private fill() {} }
      function given() {}
      export const table = { given };
    `);
    assert.deepEqual(runs, { read: 1, fill: 1, given: 1 });
  });

  it('knows what runs seldom: module level, errors, what is kept, what a name says', () => {
    const runs = runsOf(`
      const known = new Map<string, string>();
      once();
      export function find(key: string) {
        const found = known.get(key);
        if (found) return found;
        return make(key);
      }
      export function check(x: unknown) { if (!x) throw new Error(text()); }
      export function resolveConfig() {}
      function once() {}
      function make(key: string) { return key; }
      function text() { return ''; }
    `);
    assert.equal(runs['once'], perProgram);
    assert.equal(runs['make'], 1 / perLoop);
    assert.ok(runs['text']! < 1 / perLoop);
    assert.ok(runs['resolveConfig']! < 1 / perLoop);
  });

  it('knows that classes are made and furnished once, and that what is derived is derived anew when it is outdated', () => {
    const runs = runsOf(`
      export function attach(commands: string[]) {
        const Class: any = class extends Base {};
        for (const name of commands) Class.prototype[name] = one(name);
        return Class;
      }
      export function furnish(Class: any) { Class.prototype.run = other(); }
      export class List {
        changed = true;
        read() { if (this.changed) this.parse(); if (this.large) this.split(); }
        private parse() {}
        private split() {}
      }
      function one(name: string) {}
      function other() {}
    `);
    assert.deepEqual([runs['one'], runs['other']], [1 / perLoop, 1 / perLoop ** 2]);
    assert.deepEqual([runs['parse'], runs['split']], [1 / perLoop, perBranch]);
  });

  it('knows handlers, and small rounds', () => {
    const runs = runsOf(`
      server.on('request', (req) => answer(req));
      export function draw() { for (let i = 0; i < 3; i++) corner(i); for (const side of ['left', 'right']) line(side); }
      function answer(req: unknown) {}
      function corner(i: number) {}
      function line(side: string) {}
    `);
    assert.ok(runs['answer']! > perLoop);
    assert.equal(runs['corner']! / runs['draw']!, 3);
    assert.equal(runs['line']! / runs['draw']!, 2);
  });

  it('ends where functions call one another in circles', () => {
    const runs = runsOf(`
      export function even(n: number) { return n === 0 || odd(n - 1); }
      function odd(n: number) { return even(n); }
    `);
    assert.ok(Object.values(runs).every(Number.isFinite));
  });
});

describe('how often the functions of a package run', () => {
  const find = (_: number, specifier: string): number | undefined => ({ './a': 0, './b': 1 })[specifier];
  const runsOfB = (a: string): Float64Array =>
    reachOf([summary(a), summary('export function work() {}')], find).runs[1]!;

  it('follows imports', () => {
    assert.deepEqual([...runsOfB("import { work } from './b';\nexport const all = (xs: number[]) => xs.map(() => work());")], [perProgram, perLoop]); // prettier-ignore
    assert.equal(runsOfB("import * as b from './b';\nb.work();")[1], perProgram);
    assert.equal(runsOfB("const { work } = require('./b');\nwork();")[1], perProgram);
  });

  it('takes what nobody of the package imports, and what it passes on, to be called from outside', () => {
    assert.equal(runsOfB('')[1], 1);
    assert.equal(
      runsOfB("import { work } from './b';\nwork();\nexport { work } from './b';")[1],
      1 + perProgram,
    );
    assert.equal(runsOfB("import { work } from './b';\nwork();\nexport * from './b';")[1], 1 + perProgram);
  });

  it('keeps what other files say while one of them is edited', () => {
    const b = 'export function work() { deep(); }\nfunction deep() {}';
    const { outside } = reachOf([summary("import { work } from './b';\nwork();"), summary(b)], find);
    const edited = summary(`function fresh() {}\n${b}`).functions;
    const runs = reachWithin(edited, outside[1]!);
    assert.equal(runs[edited.findIndex(({ key }) => key.startsWith('deep'))], perProgram);
  });
});

it('ranks a place among those of its package', () => {
  const sorted = Array.from({ length: 1000 }, (_, at) => at);
  assert.deepEqual(rankAmong(990, sorted, 10), { above: 9, of: 1000, isProminent: true });
  assert.equal(rankAmong(940, sorted, 10).isProminent, false);
  assert.equal(rankAmong(940, sorted, 100).isProminent, true);
});

describe('what is shown unasked', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'alloclens-reach-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  write('package.json', '{}');
  const plain = write(
    'plain.ts',
    'export function first(m: Map<string, number>) {\n  return [...m.keys()][0];\n}\n',
  );
  const hot = write('hot.ts', 'export function total(all: Map<string, number>[][]) {\n  let n = 0;\n  for (const some of all) for (const m of some) n += [...m.keys()].length;\n  return n;\n}\n'); // prettier-ignore
  const others = 'export const f = (xs: number[][]) => xs.map((x) => x.map((y) => ({ y, text: `${y}` })));\n';
  write(
    'others.ts',
    Array.from({ length: 200 }, (_, at) => others.replace('const f', `const f${at}`)).join(''),
  );

  const scan = async (
    files: readonly string[],
    show: 'likely' | 'all' = 'likely',
  ): Promise<FileAnalysis[]> => {
    const engine = createTypeScriptEngine({ log: (message) => assert.fail(message) });
    const found: FileAnalysis[] = [];
    await engine.scanFiles(
      { files, buffers: new Map(), settings: { ...defaultSettings, show } },
      (some) => found.push(...some),
      new AbortController().signal,
    );
    await engine.dispose();
    return found;
  };

  it('leaves out what comes after many places of the package, and says how many', async () => {
    const [first, second] = await scan([hot, plain]);
    assert.deepEqual([first!.findings.length, second!.findings.length], [1, 0]);
    const [, all] = await scan([hot, plain], 'all');
    assert.match(all!.findings[0]!.heat.because.at(-1)!.text, /^\d+ of the \d+ places of the package/);
    assert.equal(all!.findings[0]!.heat.isMinor, true);
  });

  it('leaves out in a small package, too, what comes to less than a small object a call', async () => {
    write('small/package.json', '{}');
    const program = write(
      'small/main.ts',
      'export const run = (argv: string[]): number[] => argv.map((arg) => arg.length);\nexport function setupAll(m: Map<string, number>) {\n  return [...m.keys()][0];\n}\n',
    );
    const [seldom] = await scan([program], 'all');
    const ofSetup = seldom!.findings.find(({ ruleId }) => ruleId === 'ts/whole-collection');
    assert.match(ofSetup!.heat.because.at(-1)!.text, /^less than a small object/);
    const [shown] = await scan([program]);
    assert.ok(!shown!.findings.some(({ ruleId }) => ruleId === 'ts/whole-collection'));
  });

  it('is the same in an editor', async () => {
    const engine = createTypeScriptEngine({ log: (message) => assert.fail(message) });
    const text = 'export function first(m: Map<string, number>) {\n  return [...m.keys()][0];\n}\n';
    const published: FileAnalysis[] = [];
    const document = { path: plain, languageId: 'typescript', version: 1, text };
    await engine.analyse(
      { document, settings: defaultSettings } as never,
      (some) => published.push(...some),
      new AbortController().signal,
    );
    assert.deepEqual(published.at(-1)!.findings, []);
    assert.equal(published.at(-1)!.hidden?.length, 1);
    await engine.dispose();
  });

  it('is everything warm enough in a file of no package', async () => {
    const alone = mkdtempSync(path.join(tmpdir(), 'alloclens-alone-'));
    after(() => rmSync(alone, { recursive: true, force: true }));
    const file = path.join(alone, 'a.ts');
    writeFileSync(file, 'export function first(m: Map<string, number>) {\n  return [...m.keys()][0];\n}\n');
    assert.equal(await new Packages().of(file), undefined);
    assert.equal((await scan([file]))[0]!.findings.length, 1);
  });

  it('takes the folders of a repository for what they are called, also above a package', () => {
    write('.git/HEAD', '');
    write('playground/ssr/package.json', '{}');
    assert.equal(lintPath(path.join(folder, 'playground', 'ssr', 'a.ts'), '.ts'), 'playground/ssr/a.ts');
  });
});
