/**
 * `npm run test:corpus`: the built command line on projects that nobody here wrote. Prints the table of figures (files,
 * lines, findings by rule, seconds, peak memory) and fails on a crash, on a compiler line that the parser could not
 * account for, on memory over the bound, and on noise over the bound at the default level.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import Table from 'cli-table3';
import { alloclens, type Scan } from './cli';
import { checkOut, countLines, isTypeScript, projects, type Project } from './projects';

/**
 * Peak resident set of the whole server process, in bytes: for Go the bound of issue 2. A TypeScript scan holds the parser
 * (TypeScript itself), the trees of the files under way, and what V8 has not collected yet.
 */
const memoryLimit = { go: 300e6, typescript: 600e6 };
/** Findings per 1,000 lines at the default level (issues 4 and 5). */
const noiseLimit = { go: 3, typescript: 0.5 };

const rows: string[][] = [];
const noise = {
  go: { findings: 0, lines: 0, byRule: new Map<string, number>() },
  typescript: { findings: 0, lines: 0, byRule: new Map<string, number>() },
};

function scan(project: Project): void {
  const checkout = checkOut(project);
  const { files, lines } = countLines(project, checkout);
  const { stdout, seconds, peak } = alloclens(['scan', checkout.target, '--format', 'json'], checkout.cwd);
  const report = JSON.parse(stdout) as Scan;

  const byRule = new Map<string, number>();
  const language = isTypeScript(project) ? 'typescript' : 'go';
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
