/**
 * `npm run test:corpus`: the built command line on projects that nobody here wrote. Prints the table of figures (files,
 * lines, findings by rule, seconds, peak memory) and fails on a crash, on a compiler line that the parser could not
 * account for, on memory over the bound, and on noise over the bound at the default level.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import Table from 'cli-table3';
import { inRepository } from '../support/repository';
import { checkOut, countLines, projects, type Project } from './projects';

/**
 * Peak resident set of the whole server process, in bytes: for Go the bound of issue 2. A TypeScript scan holds the parser
 * (TypeScript itself), the trees of the files under way, and what V8 has not collected yet.
 */
const memoryLimit = { go: 300e6, typescript: 600e6 };
/** Findings per 1,000 lines at the default level (issues 4 and 5). */
const noiseLimit = { go: 3, typescript: 0.5 };

interface Scan {
  findings: { ruleId: string; file: string }[];
  notes: { file?: string; message: string }[];
}

const rows: string[][] = [];
const noise = {
  go: { findings: 0, lines: 0, byRule: new Map<string, number>() },
  typescript: { findings: 0, lines: 0, byRule: new Map<string, number>() },
};

function scan(project: Project): void {
  const checkout = checkOut(project);
  const { files, lines } = countLines(project, checkout);
  const peakFile = path.join(mkdtempSync(path.join(tmpdir(), 'alloclens-corpus-')), 'peak');
  const started = performance.now();
  const run = spawnSync(
    process.execPath,
    [
      ...['--require', inRepository('test', 'corpus', 'peak-memory.cjs')],
      inRepository('dist', 'cli.js'),
      ...['scan', checkout.target, '--format', 'json'],
    ],
    {
      cwd: checkout.cwd,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, ALLOCLENS_PEAK_FILE: peakFile },
    },
  );
  const seconds = (performance.now() - started) / 1000;
  assert.ok(run.status === 0 || run.status === 1, `exit ${run.status}: ${run.stderr}`);
  const report = JSON.parse(run.stdout) as Scan;
  const peak = Number(readFileSync(peakFile, 'utf8'));

  const byRule = new Map<string, number>();
  const language = project.kind === 'npm' ? 'typescript' : 'go';
  for (const { ruleId } of report.findings) {
    for (const counts of [byRule, noise[language].byRule]) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
  }
  noise[language].findings += report.findings.length;
  noise[language].lines += lines;
  rows.push([
    'version' in project ? `${project.name} ${project.version}` : project.name,
    String(files),
    String(lines),
    [...byRule]
      .sort()
      .map(([rule, count]) => `${rule} ${count}`)
      .join('\n') || '–',
    ((report.findings.length / lines) * 1000).toFixed(2),
    seconds.toFixed(1),
    (peak / 1e6).toFixed(0),
    String(report.notes.length),
  ]);

  const unaccounted = report.notes.filter((note) => /could not be accounted for/.test(note.message));
  assert.deepEqual(unaccounted, [], 'compiler lines that no rule of the grammar accounts for');
  assert.ok(peak < memoryLimit[language], `peak memory ${(peak / 1e6).toFixed(0)} MB`);
}

describe('code that nobody here wrote', () => {
  for (const project of projects) it(project.name, () => scan(project));

  for (const language of ['go', 'typescript'] as const) {
    it(`${language}: noise at the default level stays under ${noiseLimit[language]} findings per 1,000 lines`, () => {
      const { findings, lines } = noise[language];
      assert.ok((findings / lines) * 1000 < noiseLimit[language], `${findings} findings in ${lines} lines`);
    });
  }

  after(() => {
    const table = new Table({
      head: ['project', 'files', 'lines', 'findings', 'per 1,000', 's', 'peak MB', 'notes'],
      style: { head: [], border: [] },
    });
    table.push(...rows);
    console.log(table.toString());
    const rules = new Table({
      head: ['rule', 'findings', 'per 1,000 lines'],
      style: { head: [], border: [] },
    });
    for (const { byRule, lines } of Object.values(noise)) {
      for (const [rule, count] of [...byRule].sort()) {
        rules.push([rule, String(count), ((count / lines) * 1000).toFixed(3)]);
      }
    }
    console.log(rules.toString());
  });
});
