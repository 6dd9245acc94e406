import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fix } from '../../../rules/model';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';

/** Kind and title of every fix, without what was verified, in the order of the findings. */
async function fixes(t: { after(action: () => void): void }, text: string): Promise<string[]> {
  const folder = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.24\n', 'a.go': text });
  const engine = await testEngine();
  const files: FileAnalysis[] = [];
  try {
    const request = {
      directories: [folder],
      buffers: new Map(),
      settings: testSettings('local', { show: 'all' }),
    };
    await engine.scan(request, (some) => files.push(...some), new AbortController().signal);
  } finally {
    await engine.dispose();
  }
  const all: Fix[] = files.flatMap(({ findings }) => findings.flatMap((finding) => [...finding.fixes]));
  return all.map(({ kind, title }) => `${kind}: ${title.replace(/ \((?:verified|compiles)[^)]*\)$/, '')}`);
}

test('an upper bound is a suggestion, and its title says so', async (t) => {
  const found = await fixes(
    t,
    `package a

func known(xs, ys []int) []int {
	out := []int{}
	for range xs {
		for _, y := range ys {
			out = append(out, y)
		}
	}
	return out
}

func half(xs []int) []int {
	out := []int{}
	for _, x := range xs {
		out = append(out, x)
		if x > 10 {
			out = append(out, -x)
		}
	}
	return out
}

//alloclens:hot
func some(xs []int) (sum int) {
	out := []int{}
	for _, x := range xs {
		if x > 10 {
			out = append(out, x)
		}
	}
	for _, x := range out {
		sum += x
	}
	return sum
}
`,
  );
  assert.deepEqual(found, [
    'safe: Declare `out` with capacity `len(xs)*len(ys)`',
    'suggestion: Declare `out` with room for at most `2*len(xs)` elements',
    'suggestion: Declare `out` with room for at most `len(xs)` elements (if most iterations append)',
  ]);
});

const replacer = `
func clean(s string) string {
	return strings.NewReplacer("a", "b", "c", "d").Replace(s)
}
`;

test('a package-level variable is safe where initialisation runs no method behind an interface', async (t) => {
  const head = 'package a\n\nimport (\n\t"errors"\n\t"strings"\n)\n\n';
  const method = '\ntype text string\n\nfunc (t text) Clean() string { return clean(string(t)) }\n';
  const safe = 'safe: Build it once, in the package-level `cleanReplacer`';
  assert.deepEqual(await fixes(t, `${head}var errBad = errors.New("bad")\n${method}${replacer}`), [safe]);
  const hidden = `${head}var errBad = errors.New(run(text("x")))

func run(c interface{ Clean() string }) string { return c.Clean() }
`;
  assert.deepEqual(await fixes(t, hidden + method + replacer), [
    `${safe.replace('safe', 'suggestion')} (if nothing calls this while the package is initialised)`,
  ]);
});
