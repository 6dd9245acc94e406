import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setUp } from '../../support/fake-cli';
import { writeModule } from '../../support/go-module';
import { alloclens as real } from '../../support/real-cli';

/** Folders of three sizes, in two languages, with what one does not like to analyse. */
const files = {
  'go.mod': 'module example.com/p\n',
  'a/a.go': 'package a\nalloc()\nhotalloc()\n',
  'b/b.go': 'package b // syntaxerror\n',
  'c/c.ts': 'alloc() + alloc()\n',
  'c/d.ts': `badalloc() // ${'x'.repeat(100)}\n`,
  'e/e.ts': 'crash()\n',
  'f/f.ts': 'coldalloc()\n',
  'g/g.go': 'package g\nalloc()\n',
};
const formats = ['pretty', 'json', 'sarif', 'rdjsonl', 'gitlab'];

/** Writes the shards into the folder. @returns their names */
async function shards(
  alloclens: (args: string[]) => Promise<{ code: number; out: string; err: string }>,
  folder: string,
  of: number,
  ...args: string[]
): Promise<string[]> {
  const names: string[] = [];
  for (let index = 1; index <= of; index++) {
    const { code, out, err } = await alloclens(['scan', ...args, '--shard', `${index}/${of}`]);
    assert.deepEqual([code, err], [0, '']);
    names.push(`part-${index}.json`);
    writeFileSync(path.join(folder, names.at(-1)!), out);
  }
  return names;
}

describe('alloclens scan --shard and merge', () => {
  for (const of of [1, 2, 3, 9])
    it(`${of} shards say what one scan says: every format, the exit status, and what is left out`, async (t) => {
      const { alloclens, folder } = setUp(t, files);
      const parts = await shards(alloclens, folder, of, '--show', 'all');
      for (const format of formats)
        for (const more of [[], ['--verbose'], ['--fail-on', 'warning'], ['--fail-on', 'none']]) {
          const options = ['--format', format, ...more];
          const whole = await alloclens(['scan', '--show', 'all', ...options]);
          const merged = await alloclens(['merge', ...parts, ...options]);
          assert.deepEqual(merged, { ...whole, err: merged.err }, options.join(' '));
          // The log of the analysis is none of the report's.
          if (more[0] !== '--verbose') assert.equal(merged.err, whole.err);
        }
    });

  it('are the same in whatever order they are named, and somewhere else without the sources', async (t) => {
    const { alloclens, folder } = setUp(t, files);
    const parts = await shards(alloclens, folder, 3);
    const whole = await alloclens(['scan', '--format', 'json']);
    const other = setUp(
      t,
      Object.fromEntries(parts.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')])),
    );
    const merged = await other.alloclens(['merge', parts[2]!, parts[0]!, parts[1]!, '--format', 'json']);
    assert.deepEqual(merged, whole);
  });

  it('every file is in one shard, and no folder in two', async (t) => {
    const names = Object.fromEntries(
      [...Array(40).keys()].map((i) => [`p${i % 13}/f${i}.ts`, 'x'.repeat(1 + ((i * 37) % 100))]),
    );
    const { alloclens, folder } = setUp(t, names);
    const parts = (await shards(alloclens, folder, 4)).map(
      (name) => (JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { files: string[] }).files,
    );
    assert.deepEqual(parts.flat().sort(), Object.keys(names).sort());
    const folders = parts.map((part) => new Set(part.map((file) => path.dirname(file))));
    assert.equal(
      folders.reduce((sum, { size }) => sum + size, 0),
      13,
    );
    assert.ok(
      folders.every(({ size }) => size >= 2 && size <= 5),
      JSON.stringify(folders.map((x) => x.size)),
    );
  });

  it('a baseline holds and is written as by one scan', async (t) => {
    const clean = Object.fromEntries(Object.entries(files).filter(([name]) => !/^[be]/.test(name)));
    const { alloclens, folder, read } = setUp(t, clean);
    const update = ['--baseline', 'known.jsonl', '--update-baseline'];
    assert.equal((await alloclens(['scan', ...update])).code, 0);
    const whole = read('known.jsonl');
    writeFileSync(path.join(folder, 'known.jsonl'), whole.split('\n').slice(0, 1).join('\n'));
    const parts = await shards(alloclens, folder, 3);
    assert.equal((await alloclens(['merge', ...parts, ...update])).code, 0);
    assert.equal(read('known.jsonl'), whole);
    writeFileSync(path.join(folder, 'g', 'g.go'), 'package g\nalloc() + hotalloc()\n');
    const changed = await shards(alloclens, folder, 2);
    for (const format of formats) {
      const options = ['--baseline', 'known.jsonl', '--format', format];
      const one = await alloclens(['scan', ...options]);
      assert.equal(one.code, 1);
      assert.deepEqual(await alloclens(['merge', ...changed, ...options]), one, format);
    }
  });

  it('a missing part is said, and the rest does not pass', async (t) => {
    const { alloclens, folder } = setUp(t, { 'a/a.ts': 'alloc()', 'b/b.ts': 'nothing', 'c/c.ts': 'nothing' });
    const [first, second, third] = (await shards(alloclens, folder, 3)) as [string, string, string];
    const sentence =
      /^note The part 1\/3 of this scan is missing: what it would have found is not in this report\.$/m;
    for (const more of [[], ['--fail-on', 'none']]) {
      const { code, out } = await alloclens(['merge', second, third, ...more]);
      assert.equal(code, 2);
      assert.match(out, sentence);
    }
    const failing = await alloclens(['merge', first, third]);
    assert.equal(failing.code, 1);
    assert.match(failing.out, /The part 2\/3 .* is missing/);
    const baseline = await alloclens(['merge', second, '--baseline', 'b', '--update-baseline']);
    assert.deepEqual([baseline.code, baseline.out], [2, '']);
    assert.match(baseline.err, /was not written because not everything could be analysed/);
  });

  it('refuses in a sentence what does not belong together', async (t: TestContext) => {
    const { alloclens, folder } = setUp(t, { 'a/a.ts': 'alloc()', 'b/b.ts': '' });
    const [one, two] = (await shards(alloclens, folder, 2)) as [string, string];
    const text = readFileSync(path.join(folder, one), 'utf8');
    const write = (name: string, content: string): void => writeFileSync(path.join(folder, name), content);
    write('again.json', text);
    write('cut.json', text.slice(0, text.length / 2));
    write('old.json', text.replace('"tool": "1.2.3"', '"tool": "1.0.0"'));
    write('other.json', (await alloclens(['scan', '--show', 'hot', '--shard', '2/2'])).out);
    write('b/c.ts', '');
    write('later.json', (await alloclens(['scan', '--shard', '2/2'])).out);
    const cases: readonly [args: string[], sentence: RegExp][] = [
      [[one, 'again.json'], /^part-1\.json and again\.json are the same part, 1\/2\.$/m],
      [['cut.json'], /^cut\.json cannot be merged\. It is not what “alloclens scan --shard I\/N” writes, or/],
      [['old.json'], /^old\.json cannot be merged\. AllocLens 1\.0\.0 has written it, and this is 1\.2\.3/],
      [[one, 'other.json'], /^part-1\.json and other\.json are of different scans: /],
      [[one, 'later.json'], /^part-1\.json and later\.json are of different scans: .*the files/],
      [['nothing.json'], /^nothing\.json cannot be merged\. /],
      [[one, two, '--update-baseline'], /^--update-baseline needs to know the file/],
      [[], /missing required argument/],
    ];
    for (const [args, sentence] of cases) {
      const { code, out, err } = await alloclens(['merge', ...args]);
      assert.deepEqual([code, out], [2, ''], args.join(' '));
      assert.match(err, sentence);
    }
    for (const shard of ['0/2', '3/2', '1', 'x/2', '1/0'])
      assert.match((await alloclens(['scan', '--shard', shard])).err, /the second of four/);
    const both = await alloclens(['scan', '--shard', '1/2', '--fail-on', 'hot']);
    assert.equal(both.code, 2);
    assert.match(both.err, /^A shard is no report: give .* to “alloclens merge”/);
  });
});

it('with the real engines: Go packages and TypeScript, with fixes', async (t) => {
  const join = (name: string): string =>
    `package ${name}\n\nimport "fmt"\n\nfunc Join(ids []int) []byte {\n\tvar out []byte\n\tfor _, id := range ids {\n\t\tout = append(out, fmt.Sprintf("%d", id)...)\n\t}\n\treturn out\n}\n`;
  const folder = writeModule(t, {
    'go.mod': 'module example.com/p\n\ngo 1.21\n',
    'a/a.go': join('a'),
    'b/b.go': `${join('b')}\nvar x int = "text"\n`,
    'c/c.ts':
      'export const all = (xs: { k: string }[]) => xs.reduce((o, x) => ({ ...o, [x.k]: x }), {} as Record<string, object>);\n',
  });
  for (const index of [1, 2]) {
    const { out } = await real(folder, 'scan', '--shard', `${index}/2`);
    writeFileSync(path.join(folder, `${index}.json`), out);
  }
  for (const format of formats) {
    const whole = await real(folder, 'scan', '--format', format);
    assert.equal(whole.code, 1);
    assert.deepEqual(await real(folder, 'merge', '1.json', '2.json', '--format', format), whole);
  }
});
