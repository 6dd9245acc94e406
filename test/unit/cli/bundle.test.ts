import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { JsonReport } from '../../../server/src/report/json';
import { temporaryFolder } from '../../support/fake-editor';

/** The command as it ships, with the real engines. */
const root = packageRoot(__dirname);
const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '' };

function alloclens(cwd: string, ...args: string[]) {
  const command = join(root, 'dist', 'cli.js');
  assert.ok(existsSync(command), `${command} is missing: run "npm run bundle" first.`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const files = {
  'go.mod': 'module example.com/log\n\ngo 1.21\n',
  'log.go': `package log

import "time"

// Stamp appends the times.
func Stamp(b []byte, times []time.Time) []byte {
	for _, t := range times {
		b = append(b, t.Format(time.RFC3339)...)
	}
	return b
}
`,
  'sum.ts': 'export const double = (xs: number[]) => xs.reduce((all: number[], x) => [...all, x * 2], []);\n',
};

test('scan reports both languages, fix repairs them, and then there is nothing to report', (t) => {
  const { folder, remove } = temporaryFolder(files);
  t.after(remove);
  const scanned = alloclens(folder, 'scan', '--format', 'json');
  assert.equal(scanned.stderr, '');
  assert.equal(scanned.status, 1);
  const report = JSON.parse(scanned.stdout) as JsonReport;
  assert.deepEqual(
    report.findings.map(({ file, ruleId, fixes }) => [file, ruleId, fixes[0]?.kind]),
    [
      ['log.go', 'go/append-format', 'safe'],
      ['sum.ts', 'ts/accumulating-spread', 'safe'],
    ],
  );
  assert.deepEqual(report.notes, []);
  assert.equal(report.tool.version, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);

  const fixed = alloclens(folder, 'fix');
  assert.match(fixed.stdout, /2 fixes applied in 2 files; 0 findings left/);
  assert.equal(fixed.status, 0);
  assert.match(readFileSync(join(folder, 'log.go'), 'utf8'), /b = t\.AppendFormat\(b, time\.RFC3339\)/);
  assert.match(readFileSync(join(folder, 'sum.ts'), 'utf8'), /all\.push\(x \* 2\)/);
  execFileSync('go', ['vet', './...'], { cwd: folder, env });

  const again = alloclens(folder, 'scan', '.');
  assert.deepEqual([again.status, again.stdout], [0, 'Nothing to report in 2 files.\n']);
});

test('the executable answers for itself', (t) => {
  const { folder, remove } = temporaryFolder({});
  t.after(remove);
  assert.match(alloclens(folder, '--version').stdout, /^\d+\.\d+\.\d+\n$/);
  const { status, stderr } = alloclens(folder, 'scan', 'nowhere');
  assert.deepEqual([status, stderr], [2, 'nowhere does not exist.\n']);
});

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}
