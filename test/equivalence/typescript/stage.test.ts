import assert from 'node:assert/strict';
import { describe as suite, it } from 'node:test';
import { Random } from '../random';
import { compare } from './compare';
import { describe } from './describe';
import { inDialect, type Dialect } from './dialect';
import { smaller } from './smaller';
import { perform, type Staged } from './stage';

const driver = "import { work } from './a.ts';\nexport const run = () => [attempt(() => work())];\n";
const ts = (text: string): Staged => ({ path: 'a.ts', text, driver });
const difference = async (before: string, after: string): Promise<string | undefined> =>
  compare(await perform(ts(before)), await perform(ts(after)))?.text;

suite('what is seen of a value', () => {
  const show = (value: unknown): string => describe(value, () => undefined);

  it('tells holes from undefined, -0 from 0, own prototypes from none', () => {
    assert.equal(show([1, , undefined, -0]), '[1, <hole>, undefined, -0]');
    assert.equal(show(Object.create(null)), 'null {}');
    assert.equal(show(new (class Box { n = 1n; })()), 'Box { n: 1n }'); // prettier-ignore
  });

  it('keeps the order of properties, and does not read accessors', () => {
    const value = { b: 1, get a(): never { throw new Error('read'); }, [Symbol('s')]: 2 }; // prettier-ignore
    assert.equal(show(value), '{ b: 1, a: get, [Symbol(s)]: 2 }');
  });

  it('shows what is frozen, and which objects are the same', () => {
    assert.equal(show(Object.freeze([1])), 'closed [fixed readonly 1]');
    const one = { n: 1 };
    assert.equal(show([one, { n: 1 }, one]), '[&1 { n: 1 }, { n: 1 }, *1]');
    const loop: unknown[] = [];
    loop.push(loop);
    assert.equal(show(loop), '&1 [*1]');
  });

  it('looks into maps, sets, typed arrays, errors and dates', () => {
    assert.equal(show(new Map([['a', new Set([1])]])), 'Map { "a" => Set { 1 } }');
    assert.equal(show(new Uint8Array([1, 2])), 'Uint8Array(1, 2)');
    assert.equal(show(new RangeError('far')), 'RangeError { "far" }');
    assert.equal(show(new Date(5)), 'Date { time 5 }');
  });
});

suite('the stage', () => {
  it('runs the module in a realm of its own, twice', async () => {
    const seen = await perform(ts('let n = 0;\nexport const work = () => { log(n); return [++n]; };\n'));
    assert.deepEqual(seen.outcomes, ['returned undefined', 'returned [{ returned: [1] }]', 'returned [{ returned: [2] }]']); // prettier-ignore
    assert.deepEqual(seen.effects, ['0', '1']);
    await perform(ts('Array.prototype.map = () => [];\nexport const work = () => 1;\n'));
    assert.deepEqual([1].map(String), ['1'], 'nothing leaks');
  });

  it('sees a constant that is used too early', async () => {
    const { outcomes } = await perform(ts('export const first = late;\nexport const late = 1;\nexport const work = () => first;\n')); // prettier-ignore
    assert.match(outcomes[0]!, /^threw ReferenceError/);
  });

  it('sees another result, another effect and another allocation', async () => {
    const work = (body: string): string => `export function work(): unknown { ${body} }\n`;
    assert.match((await difference(work('return [];'), work('return [,];')))!, /hole/);
    assert.match((await difference(work('log(1);'), work('log(2);')))!, /effect 0: 1 before, 2 after/);
    assert.match((await difference(work('return 1;'), work('new Set(); return 1;')))!, /0 before, 1 after/);
    assert.equal(await difference(work('new Set(); return 1;'), work('return 1;')), undefined);
  });

  it('ends what does not end', async () => {
    const { outcomes } = await perform(ts('export function work() { for (;;); }\n'));
    assert.match(outcomes[1]!, /does not end/);
  });

  it('lets a getter come back, once', async () => {
    const text = 'export const work = () => { log("in"); again(); return 1; };\n';
    const coming = `import { work } from './a.ts';\nexport const run = () => { whenAgain(() => work()); return work(); };\n`;
    assert.deepEqual((await perform({ path: 'a.ts', text, driver: coming })).effects, [
      '"in"',
      '"in"',
      '"in"',
      '"in"',
    ]);
  });
});

suite('dialects', () => {
  const plain: Dialect = { extension: 'ts', module: 'esm', semicolons: true, unit: '  ', newline: '\n', byteOrderMark: false, comments: 0 }; // prettier-ignore
  const text =
    'const xs: number[] = [];\nlog(xs);\n(xs as any).length = 0;\nfor (const x of xs) {\n[x].map(log);\n}\n';

  it('leaves semicolons out where they may be left out', () => {
    assert.equal(
      inDialect(text, { ...plain, semicolons: false }, new Random(1)),
      'const xs: number[] = []\nlog(xs)\n;(xs as any).length = 0\nfor (const x of xs) {\n  [x].map(log)\n}\n',
    );
  });

  it('takes types out for JavaScript', () => {
    const written = inDialect(
      text,
      { ...plain, extension: 'cjs', module: 'commonjs', unit: '\t' },
      new Random(1),
    );
    assert.equal(
      written,
      'const xs = [];\nlog(xs);\nxs.length = 0;\nfor (const x of xs) {\n\t[x].map(log);\n}\n',
    );
  });

  it('writes other line ends and a byte order mark', () => {
    const written = inDialect('log(1);\n', { ...plain, newline: '\r\n', byteOrderMark: true }, new Random(1));
    assert.equal(written, '\ufefflog(1);\r\n');
  });
});

suite('smaller programs', () => {
  it('lose statements, wrappings and elements, and keep the values of the driver', () => {
    const texts = smaller(ts('if (a) {\nlog(1);\nlog([2, 3]);\n}\n')).map(({ text }) => text);
    assert.ok(texts.includes('\n'));
    assert.ok(texts.includes('{\nlog(1);\nlog([2, 3]);\n}\n'));
    assert.ok(texts.includes('if (a) {\nlog(1);\n}\n'));
    assert.ok(texts.includes('if (a) {\nlog(1);\nlog([ 3]);\n}\n'));
    const drivers = smaller({ ...ts(''), driver: 'const x: { n: number } = { n: 1 };\n' }).map(
      (one) => one.driver,
    );
    assert.deepEqual(drivers, ['\n']);
  });
});
