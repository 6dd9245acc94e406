import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setUp } from '../../support/fake-cli';
import { writeModule } from '../../support/go-module';
import { alloclens as real } from '../../support/real-cli';

const gate = ['scan', '--baseline', 'allocs.jsonl'];

test('what is in the baseline passes, what is not fails, and only that is reported', async (t) => {
  const { alloclens, folder } = setUp(t, { 'a.ts': 'alloc()\nbadalloc()\n' });
  const written = await alloclens([...gate, '--update-baseline']);
  assert.deepEqual([written.code, written.out], [0, 'allocs.jsonl has 2 findings now (0 before).\n']);
  const same = await alloclens(gate);
  assert.deepEqual(
    [same.code, same.out, same.err],
    [0, 'Nothing to report in 1 file.\n', '2 of the findings are in allocs.jsonl and are not shown.\n'],
  );
  writeFileSync(path.join(folder, 'a.ts'), '\n\nbadalloc()\n// moved\n\nalloc()\nhotalloc()\nalloc()\n');
  const more = await alloclens([...gate, '--format', 'json']);
  assert.equal(more.code, 1);
  const { findings } = JSON.parse(more.out) as { findings: { range: { start: { line: number } } }[] };
  assert.deepEqual(
    findings.map(({ range }) => range.start.line),
    [6, 7],
  );
  assert.equal((await alloclens([...gate, '--fail-on', 'warning'])).code, 0);
});

test('what gets warmer is no news, and what is gone is told', async (t) => {
  const { alloclens, folder } = setUp(t, { 'a.ts': 'coldalloc()\nalloc()\n' });
  await alloclens([...gate, '--update-baseline']);
  assert.equal((await alloclens([...gate, '--show', 'all'])).code, 0);
  writeFileSync(path.join(folder, 'a.ts'), 'alloc()\n');
  const { code, err } = await alloclens(gate);
  assert.equal(code, 0);
  assert.match(err, /1 of its entries are gone; --update-baseline forgets them\./);
});

test('a part of the project is held against its part, and updates no more than that', async (t) => {
  const { alloclens, folder, read } = setUp(t, {
    'a.ts': 'alloc()',
    'b/b.ts': 'alloc()',
    'c.go': 'package c\nvar x = alloc()\n',
  });
  await alloclens([...gate, '--update-baseline']);
  const all = read('allocs.jsonl');
  for (const args of [['b'], ['./...'], ['--rule', 'go/leaked-buffer'], ['a.ts']]) {
    const { code, err } = await alloclens([...gate, ...args]);
    assert.equal(code, 0, `${args.join(' ')}: ${err}`);
    assert.doesNotMatch(err, /gone/, args.join(' '));
    await alloclens([...gate, ...args, '--update-baseline']);
    assert.equal(read('allocs.jsonl'), all);
  }
  writeFileSync(path.join(folder, 'b/b.ts'), '');
  await alloclens([...gate, 'b', '--update-baseline']);
  assert.equal(read('allocs.jsonl').split('\n').length, all.split('\n').length - 1);
});

test('a baseline that is missing, foreign or cannot be written is no pass', async (t) => {
  const { alloclens, folder } = setUp(t, { 'a.ts': '', 'eslint.json': '{"a.ts": {}}', 'folder/x': '' });
  const refused: [args: string[], sentence: RegExp][] = [
    [gate, /^There is no baseline allocs\.jsonl: write it with --update-baseline, and commit it\.\n$/],
    [
      ['scan', '--baseline', 'eslint.json'],
      /^eslint\.json cannot be used as a baseline\. It is no baseline of AllocLens/,
    ],
    [['scan', '--baseline', 'folder'], /^folder cannot be used as a baseline\. .* a folder/],
    [['scan', '--update-baseline'], /^--update-baseline needs to know the file/],
    [['scan', '--baseline', 'eslint.json', '--update-baseline'], /^eslint\.json cannot be used/],
    [
      ['scan', '--baseline', 'nowhere/x', '--update-baseline'],
      /^nowhere\/x was not written\. It cannot be written: ENOENT\./,
    ],
  ];
  for (const [args, sentence] of refused) {
    const { code, out, err } = await alloclens(args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, sentence);
  }
  assert.equal(readFileSync(path.join(folder, 'eslint.json'), 'utf8'), '{"a.ts": {}}');
});

test('what could not be analysed is no pass and no update', async (t) => {
  const { alloclens, folder } = setUp(t, { 'a.ts': 'alloc()', 'b.ts': '' });
  await alloclens([...gate, '--update-baseline']);
  writeFileSync(path.join(folder, 'b.ts'), 'crash()');
  assert.equal((await alloclens(gate)).code, 2);
  const { code, err } = await alloclens([...gate, '--update-baseline']);
  assert.equal(code, 2);
  assert.match(err, /^The baseline was not written because not everything could be analysed/);
});

test('a baseline of nothing to look at measures nothing', async (t) => {
  const { alloclens, folder } = setUp(t, { 'a.txt': '' });
  assert.equal((await alloclens(gate)).code, 3);
  assert.equal((await alloclens([...gate, '--update-baseline'])).code, 3);
  assert.ok(!existsSync(path.join(folder, 'allocs.jsonl')));
});

const joined = `package p

import "fmt"

func Join(ids []int) []byte {
	var out []byte
	for _, id := range ids {
		out = append(out, fmt.Sprintf("%d", id)...)
	}
	return out
}
`;

test('Go: lines, other files of the package and other functions are no news; a second one is', async (t) => {
  const folder = writeModule(t, { 'go.mod': 'module example.com/p\n\ngo 1.21\n', 'p.go': joined });
  const scan = (...args: string[]) => real(folder, ...gate, '--rule', 'go/append-format', ...args);
  assert.equal((await scan('--update-baseline')).code, 0);
  const text = readFileSync(path.join(folder, 'allocs.jsonl'), 'utf8');
  assert.match(text, /^\["example\.com\/p","Join","go\/append-format","[^"]*fmt\.Sprintf\(\\"%d\\",id\)/m);
  const change = (after: string): void => writeFileSync(path.join(folder, 'p.go'), after);

  change(
    joined
      .replace('func', '// A comment.\n\nfunc')
      .replace('("%d", id)', '(\n\t\t\t"%d", // why\n\t\t\tid,\n\t\t)'),
  );
  assert.equal((await scan()).code, 0);
  change(joined.replace('Join', 'JoinAll'));
  renameSync(path.join(folder, 'p.go'), path.join(folder, 'q.go'));
  assert.equal((await scan()).code, 0);
  writeFileSync(path.join(folder, 'r.go'), joined.replace('Join', 'Again'));
  const { code, out } = await scan();
  assert.equal(code, 1);
  assert.match(out, /1 finding in 2 files/);
});
