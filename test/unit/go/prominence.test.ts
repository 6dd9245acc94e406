import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';

/** `once`: called once for each call from outside; `often`: for each element of each row, `many` of them. */
const library = (many: number): string => `package p

import "strings"

func once(text string) (n int) {
	for _, word := range strings.Split(text, " ") {
		n += len(word)
	}
	return n
}

func Once(text string) int { return once(text) }

func Often(rows [][]string) {
	for _, row := range rows {
		for _, cell := range row {
			kept = append(kept, ${Array.from({ length: many }, (_, i) => `pair{&cell, new([${i + 1}]int)}`).join(', ')})
		}
	}
}

type pair struct{ a, b any }

var kept []pair
`;

async function analyse(t: { after(action: () => void): void }, text: string): Promise<FileAnalysis> {
  const folder = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.24\n', 'a.go': text });
  const engine = await testEngine();
  const files: FileAnalysis[] = [];
  try {
    const settings = testSettings('local', { show: 'likely' });
    const request = { directories: [folder], settings };
    await engine.scan(request, (some) => files.push(...some), new AbortController().signal);
  } finally {
    await engine.dispose();
  }
  assert.deepEqual(
    files.map(({ path: file }) => path.basename(file)),
    ['a.go'],
  );
  return files[0]!;
}

const split = ({ ruleId }: { readonly ruleId: string }): boolean => ruleId === 'go/needless-split';

test('in a small package what runs once a call is shown', async (t) => {
  const { findings } = await analyse(t, library(2));
  assert.equal(findings.filter(split).length, 1);
});

test('where many places run more often it is hidden, and says so', async (t) => {
  const { findings, hidden = [] } = await analyse(t, library(14));
  assert.deepEqual(findings.filter(split), []);
  const [found] = hidden.filter(split);
  assert.equal(found?.heat.isMinor, true);
  assert.match(found.heat.because.at(-1)!.text, /^\d+ of the \d+ places of the package that may allocate/);
  assert.equal(found.severity, 'hint');
});

test('what runs once a call and is known to be large stands before small things that run often', async (t) => {
  const text = library(14)
    .replace('import "strings"', 'import (\n\t"compress/gzip"\n\t"io"\n\t"strings"\n)')
    .concat(
      'func Pack(w io.Writer, p []byte) error {\n\tzw := gzip.NewWriter(w)\n\tif _, err := zw.Write(p); err != nil {\n\t\treturn err\n\t}\n\treturn zw.Close()\n}\n',
    );
  const { findings } = await analyse(t, text);
  assert.deepEqual(
    findings.map(({ ruleId }) => ruleId).filter((id) => id === 'go/per-call-constructor'),
    ['go/per-call-constructor'],
  );
});
