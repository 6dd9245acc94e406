import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { median } from 'simple-statistics';
import { defaultSettings } from '../../server/src/service/settings';
import { sourceFiles } from '../../server/src/service/walk';
import { createTypeScriptEngine } from '../../server/src/typescript/main';
import { checkOut, projects } from '../corpus/projects';
import { inRepository } from '../support/repository';
import { ms, print, ratio } from './table';

/** Each is a new process, or a new engine. */
const rounds = 5;

/**
 * A scan of the npm packages of the corpus: the command line against ESLint's with the built plugin and `recommended`, on the same files; and
 * in the server's engine, the scan after one changed file against the first (issue 5).
 */
export async function typescriptScan(): Promise<void> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'alloclens-bench-')));
  try {
    for (const project of projects.filter(({ kind }) => kind === 'npm')) {
      const { cwd, target } = checkOut(project);
      cpSync(path.join(cwd, target), path.join(folder, 'src', project.name), { recursive: true });
    }
    build('esbuild.mjs');
    const plugin = path.join(folder, 'plugin');
    build(path.join('scripts', 'package-eslint-plugin.mjs'), plugin);
    const parser = pathToFileURL(require.resolve('@typescript-eslint/parser')).href;
    writeFileSync(
      path.join(folder, 'eslint.config.mjs'),
      `import parser from '${parser}';
import alloclens from './plugin/index.js';
const files = ['src/**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'];
export default [{ ...alloclens.configs.recommended, files, languageOptions: { parser } }];
`,
    );
    await commandLines(folder);
    await changedFile(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The two in turns, so that what else the machine does meets both. */
async function commandLines(folder: string): Promise<void> {
  const eslint = path.join(path.dirname(require.resolve('eslint/package.json')), 'bin', 'eslint.js');
  const own: Run[] = [];
  const theirs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(run(folder, eslint, 'src', '--format', 'json'));
    own.push(run(folder, inRepository('dist', 'cli.js'), 'scan', 'src', '--format', 'json'));
    const [a, b] = [ofScan(own.at(-1)!.output), ofESLint(folder, theirs.at(-1)!.output)];
    // The scan reads what relative imports declare, and says more by it.
    const missing = b.filter((one) => !a.includes(one));
    if (missing.length > 0) throw new Error(`the scan does not say what ESLint says:\n${missing.join('\n')}`);
  }
  const { files } = await sourceFiles(path.join(folder, 'src'), ['typescript'], {});
  const row = (name: string, of: (run: Run) => number): string[] => {
    const [first, other] = [median(own.map(of)), median(theirs.map(of))];
    return [name, ms(first), ms(other), ratio(other, first)];
  };
  print(
    `TypeScript: first scan of ${files.length} files, whole process, the same ${ofScan(own[0]!.output).length} findings, median of ${rounds}`,
    ['', 'alloclens scan', 'eslint', 'eslint : alloclens'],
    [row('wall clock', ({ wall }) => wall), row('user processor time', ({ user }) => user)],
  );
}

interface ScanOutput {
  readonly findings: readonly {
    ruleId: string;
    file: string;
    range: { start: { line: number; character: number } };
  }[];
}
interface ESLintOutput {
  readonly filePath: string;
  readonly messages: readonly { ruleId: string | null; line: number; column: number }[];
}

/** Findings as `file:line:column rule`, all counted from 1. */
function ofScan(output: string): string[] {
  const { findings } = JSON.parse(output) as ScanOutput;
  return findings
    .map(({ ruleId, file, range: { start } }) => `${file}:${start.line + 1}:${start.character + 1} ${ruleId}`)
    .sort();
}

/** The same of what ESLint's JSON says; what the sources' own directives make it say of other rules is left out. */
function ofESLint(folder: string, output: string): string[] {
  return (JSON.parse(output) as readonly ESLintOutput[])
    .flatMap(({ filePath, messages }) =>
      messages
        .filter(({ ruleId }) => ruleId?.startsWith('alloclens/'))
        .map(({ ruleId, line, column }) => {
          const file = path.relative(folder, filePath).split(path.sep).join('/');
          return `${file}:${line}:${column} ${ruleId!.replace('alloclens/', 'ts/')}`;
        }),
    )
    .sort();
}

async function changedFile(folder: string): Promise<void> {
  const { files } = await sourceFiles(path.join(folder, 'src'), ['typescript'], {});
  const changed = files[Math.floor(files.length / 2)]!;
  const first: number[] = [];
  const second: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const engine = createTypeScriptEngine({ log: (message) => console.error(message) });
    const scan = async (): Promise<number> => {
      const started = performance.now();
      let published = 0;
      await engine.scanFiles(
        { files, buffers: new Map(), settings: defaultSettings },
        (some) => (published += some.length),
        new AbortController().signal,
      );
      if (published !== files.length) throw new Error(`${published} of ${files.length} files were published`);
      return performance.now() - started;
    };
    first.push(await scan());
    writeFileSync(changed, `// round ${round}\n${readFileSync(changed, 'utf8')}`);
    second.push(await scan());
    await engine.dispose();
  }
  const [all, one] = [median(first), median(second)];
  print(
    `TypeScript: scans in the server's engine, ${files.length} files, median of ${rounds}`,
    ['first', 'after one changed file', 'first : second'],
    [[ms(all), ms(one), ratio(all, one)]],
  );
}

function build(...args: string[]): void {
  execFileSync(process.execPath, args, { cwd: inRepository('.'), stdio: ['ignore', 'ignore', 'inherit'] });
}

interface Run {
  /** Milliseconds, start included. */
  readonly wall: number;
  /** Milliseconds of all threads. */
  readonly user: number;
  readonly output: string;
}

/** Runs a node process. Findings (exit code 1) are no failure. */
function run(cwd: string, ...args: string[]): Run {
  const usage = path.join(cwd, 'processor-time');
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', inRepository('test', 'bench', 'processor-time.cjs'), ...args],
    { cwd, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, ALLOCLENS_USAGE_FILE: usage } },
  );
  const wall = performance.now() - started;
  if (status !== 0 && status !== 1) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return { wall, user: Number(readFileSync(usage, 'utf8')), output: stdout };
}
