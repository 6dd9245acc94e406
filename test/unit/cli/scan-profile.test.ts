import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { alloclens } from '../../support/real-cli';

const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-scan-profile-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const source = `package p

import "strconv"

// measured: cold to the eye, without a loop around its call.
func measured(xs []int) []string {
	var out []string
	for _, x := range xs {
		out = append(out, strconv.Itoa(x))
	}
	return out
}

// passed runs in the benchmark, but never fills its second slice.
func passed(xs []int, more bool) (a, b []int) {
	a = make([]int, 0, len(xs))
	for _, x := range xs {
		a = append(a, x)
	}
	if more {
		for _, x := range xs {
			b = append(b, x)
		}
	}
	return a, b
}

// Unknown does not run at all.
func Unknown(xs []int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, x)
	}
	return out
}
`;
const test = `package p

import "testing"

var sink any

func BenchmarkAll(b *testing.B) {
	xs := make([]int, 100)
	for i := 0; i < b.N; i++ {
		sink = measured(xs)
		sink, _ = passed(xs, false)
	}
}
`;

interface Report {
  readonly findings: readonly {
    readonly range: { readonly start: { readonly line: number } };
    readonly severity: string;
    readonly heat: { readonly score: number; readonly because: readonly string[] };
  }[];
}

describe('alloclens scan --profile', () => {
  it('calls a measured line hot and a line cold that its function ran past; what did not run keeps its static heat', async () => {
    for (const [name, text] of [
      ['go.mod', 'module example.com/p\n\ngo 1.21\n'],
      ['p.go', source],
      ['p_test.go', test],
    ] as const)
      writeFileSync(path.join(folder, name), text);
    await alloclens(
      folder,
      'record',
      '--go',
      '.',
      '--bench',
      'All',
      '--benchtime',
      '2000x',
      '--interval',
      '512',
    );
    const args = ['scan', 'p.go', '--rule', 'go/preallocate-slice', '--show', 'all', '--format', 'json'];
    const { out } = await alloclens(folder, ...args, '--profile', 'alloclens.pprof');
    const plain = await alloclens(folder, ...args);
    const byLine = (text: string) =>
      new Map((JSON.parse(text) as Report).findings.map((one) => [one.range.start.line + 1, one]));
    const [ranked, before] = [byLine(out), byLine(plain.out)];
    const lineOf = (text: string): number => source.slice(0, source.indexOf(text)).split('\n').length;

    const hot = ranked.get(lineOf('out = append(out, strconv'))!;
    assert.match(hot.heat.because[0]!, /^\d+\.\d % of alloclens\.pprof$/);
    assert.ok(hot.heat.score > 0.8, `${hot.heat.score}`);
    assert.equal(hot.severity, 'information');

    const cold = ranked.get(lineOf('b = append(b, x)'))!;
    assert.equal(cold.heat.score, 0);
    assert.match(cold.heat.because[0]!, /ran and allocated nothing here/);

    const unknown = lineOf('out = append(out, x)');
    assert.deepEqual(ranked.get(unknown)!.heat, before.get(unknown)!.heat);
  });

  it('shows by default what is measured and not what was passed by', async () => {
    const { out } = await alloclens(folder, 'scan', 'p.go', '--show', 'hot', '--profile', 'alloclens.pprof');
    assert.match(out, /^ +9:9 +information/m);
    assert.doesNotMatch(out, /^ +22:8/m);
  });

  it('says what is wrong with a profile that is none', async () => {
    const { code, err } = await alloclens(folder, 'scan', 'p.go', '--profile', 'p.go');
    assert.equal(code, 2);
    assert.match(err, /^p\.go cannot be used as a profile\. /);
  });
});
