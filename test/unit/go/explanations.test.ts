import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';

async function analyse(t: { after(action: () => void): void }, show: string): Promise<FileAnalysis> {
  const folder = writeModule(t, {
    'go.mod': 'module example.com/m\n\ngo 1.24\n',
    'a.go': 'package p\n\nfunc f(n int) *int { return &n }\n',
  });
  const engine = await testEngine();
  const files: FileAnalysis[] = [];
  try {
    const request = { directories: [folder], settings: testSettings('local', { show }) };
    await engine.scan(request, (some) => files.push(...some), new AbortController().signal);
  } finally {
    await engine.dispose();
  }
  assert.equal(files.length, 1);
  return files[0]!;
}

const ids = (findings: FileAnalysis['explanations']): string[] =>
  (findings ?? []).map(({ ruleId }) => ruleId);

test('an explanation waits for the hover, and is a finding only with show: all', async (t) => {
  const likely = await analyse(t, 'likely');
  assert.deepEqual([ids(likely.findings), ids(likely.explanations)], [[], ['go/escape']]);
  const all = await analyse(t, 'all');
  assert.deepEqual([ids(all.findings), ids(all.explanations)], [['go/escape'], []]);
});
