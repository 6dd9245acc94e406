import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { alloclens } from '../../support/real-cli';

const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-hotspots-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const files: Readonly<Record<string, string>> = {
  'go.mod': 'module example.com/hot\n\ngo 1.21\n',
  'a.go': `package hot

import "strings"

var sink []string
var box any
var table = map[int][]byte{}

func split(s string) {
	sink = strings.Split(s, ",")
}

func grow(n int) {
	table[n] = nil
}

func boxed(n int) {
	box = [64]int{n}
}
`,
  'a_test.go': `package hot

import "testing"

func BenchmarkAll(b *testing.B) {
	for i := 0; i < b.N; i++ {
		split("a,b,c,d,e,f,g,h")
		grow(i)
		boxed(i)
	}
}
`,
};

describe('alloclens hotspots, on a profile that go test writes', () => {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const profile = (): string => {
    const file = path.join(folder, 'mem.out');
    execFileSync(
      'go',
      [
        'test',
        '-run',
        '^$',
        '-bench',
        '.',
        '-benchtime',
        '5000x',
        '-memprofile',
        'mem.out',
        '-memprofilerate',
        '1',
        '-o',
        'hot.test',
        '.',
      ],
      { cwd: folder, stdio: 'pipe' },
    );
    return file;
  };

  it('has the bytes of every line that pprof has, and says why and what to do', async () => {
    profile();
    const { code, out } = await alloclens(
      folder,
      'hotspots',
      '.',
      '--profile',
      'mem.out',
      '--format',
      'json',
    );
    assert.equal(code, 1);
    const report = JSON.parse(out) as {
      total: number;
      hotspots: {
        file: string;
        line: number;
        amount: number;
        own: number;
        why: string;
        what: string[];
        through: { name: string }[];
        sites: object[];
      }[];
    };
    const at = (line: number) => report.hotspots.find((one) => one.file === 'a.go' && one.line === line)!;
    // What pprof itself adds up for the functions: -cum of the line is what the line has with its foreign callees.
    const raw = execFileSync(
      'go',
      [
        'tool',
        'pprof',
        '-sample_index=alloc_space',
        '-unit=b',
        '-top',
        '-cum',
        '-lines',
        '-nodefraction=0',
        'mem.out',
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    for (const [line, name] of [
      [10, 'split'],
      [14, 'grow'],
      [18, 'boxed'],
    ] as const) {
      const row = new RegExp(`\\s(\\d+)B\\s+\\S+\\s+example\\.com/hot\\.${name} .*a\\.go:${line}\\b`).exec(
        raw,
      );
      assert.ok(row, `${name} in\n${raw}`);
      assert.equal(at(line).amount, Number(row[1]), name);
    }
    assert.equal(at(10).why, '`strings.Split` allocates for this line, in `strings.genSplit`');
    assert.match(at(10).what.join(), /strings\.Cut/);
    assert.equal(at(14).why, '`table` makes room for more entries each time it is full');
    assert.deepEqual(at(14).sites, [
      { id: 'example.com/hot grow map growth: table[n] #0', kind: 'map growth', expression: 'table[n]' },
    ]);
    assert.match(at(18).why, /\[64\]int/);
    assert.ok(report.hotspots[0]!.amount >= report.hotspots[1]!.amount);
  });

  it('prints the same for people and as a table, and counts what lies elsewhere', async () => {
    const pretty = await alloclens(folder, 'hotspots', '.', '--profile', 'mem.out', '--top', '1');
    assert.match(pretty.out, /^ *\d+\.\d %  .* objects  a\.go:\d+  example\.com\/hot\./);
    assert.match(pretty.out, /these 1 of \d+ have .* elsewhere/);
    const markdown = await alloclens(folder, 'hotspots', '.', '--profile', 'mem.out', '--format', 'markdown');
    assert.match(markdown.out, /^\| share \| bytes \|/);
  });

  it('two profiles: what changed, in lines that moved with their function', async () => {
    const older = path.join(folder, 'older.out');
    execFileSync('mv', [profile(), older]);
    const source = files['a.go']!;
    writeFileSync(
      path.join(folder, 'a.go'),
      source
        .replace('func split', '// A line more.\nfunc split')
        .replace('strings.Split(s, ",")', 'strings.Split(s+s+s, ",")'),
    );
    profile();
    const args = ['hotspots', '.', '--profile', 'mem.out', '--base', 'older.out'];
    const { out } = await alloclens(folder, ...args, '--format', 'json');
    const report = JSON.parse(out) as {
      hotspots: { line: number; function: string; amount: number; before: number }[];
    };
    const [first] = report.hotspots;
    assert.deepEqual([first!.line, first!.function], [11, 'example.com/hot.split']);
    assert.ok(first!.before > 0 && first!.amount > 2 * first!.before, JSON.stringify(first));
    const boxed = report.hotspots.find(({ function: name }) => name === 'example.com/hot.boxed')!;
    assert.equal(boxed.amount, boxed.before);

    const pretty = await alloclens(folder, ...args, '--top', '1');
    assert.match(pretty.out, /^ *\+\d+\.\d %  \+\S+ \S+ \(\S+ \S+ → \S+ \S+\)  a\.go:11/);
    assert.match(pretty.out, /→ .* \(\+\d+\.\d %\); 1 of \d+ lines shown, largest change first\./);
    const back = await alloclens(folder, 'hotspots', '.', '--profile', 'older.out', '--base', 'mem.out');
    assert.match(back.out, /^ *−\d+\.\d %  −/);
    writeFileSync(path.join(folder, 'a.go'), source);
  });

  it('a CPU profile: the allocator by line, the collector apart, and no comparison with bytes', async () => {
    const args = [
      '-run',
      '^$',
      '-bench',
      '.',
      '-benchtime',
      '200ms',
      '-cpuprofile',
      'cpu.out',
      '-o',
      'hot.test',
    ];
    execFileSync('go', ['test', ...args, '-o', 'hot.test', '.'], { cwd: folder, stdio: 'pipe' });
    const { out } = await alloclens(folder, 'hotspots', '.', '--profile', 'cpu.out', '--format', 'json');
    const { unit, total, time, notes } = JSON.parse(out) as {
      unit: string;
      total: number;
      time: { all: number; collector: number };
      notes: string[];
    };
    assert.equal(unit, 'nanoseconds');
    assert.ok(0 < total && total + time.collector <= time.all, out);
    assert.match(
      notes.join(),
      /how long the allocator ran, not how much it allocated: \d+\.\d % of the time/,
    );
    const compared = await alloclens(folder, 'hotspots', '.', '--profile', 'cpu.out', '--base', 'mem.out');
    assert.equal(compared.code, 2);
    assert.match(compared.err, /cannot be compared: one is of Go, in nanoseconds, the other of Go, in bytes/);
  });

  it('what is no profile is named in a sentence, and is exit status 2', async () => {
    writeFileSync(path.join(folder, 'text.out'), 'hello\n');
    const { code, err } = await alloclens(folder, 'hotspots', '.', '--profile', 'text.out');
    assert.equal(code, 2);
    assert.match(err, /^text\.out cannot be used as a profile\. It is no pprof profile/);
    const absent = await alloclens(folder, 'hotspots', '.', '--profile', 'absent.out');
    assert.deepEqual([absent.code, /absent\.out cannot be used.*does not exist/.test(absent.err)], [2, true]);
    const folderItself = await alloclens(folder, 'hotspots', '.', '--profile', '.');
    assert.match(folderItself.err, /it is a folder/);
  });

  it('a profile of other code has everything elsewhere', async () => {
    const other = mkdtempSync(path.join(folder, 'other-'));
    writeFileSync(path.join(other, 'go.mod'), 'module example.com/other\n');
    writeFileSync(path.join(other, 'b.go'), 'package other\n');
    const { code, out } = await alloclens(folder, 'hotspots', other, '--profile', 'mem.out');
    assert.equal(code, 0);
    assert.match(out, /100\.0 % elsewhere/);
    assert.equal(readFileSync(path.join(other, 'b.go'), 'utf8'), 'package other\n');
  });
});
