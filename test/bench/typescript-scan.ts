import { spawnSync } from 'node:child_process';
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
const rounds = 3;

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
    run(inRepository('.'), 'esbuild.mjs');
    const plugin = path.join(folder, 'plugin');
    run(inRepository('.'), path.join('scripts', 'package-eslint-plugin.mjs'), plugin);
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

async function commandLines(folder: string): Promise<void> {
  const eslint = path.join(path.dirname(require.resolve('eslint/package.json')), 'bin', 'eslint.js');
  const own: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(run(folder, eslint, 'src'));
    own.push(run(folder, inRepository('dist', 'cli.js'), 'scan', 'src', '--format', 'json'));
  }
  const [first, other] = [median(own), median(theirs)];
  const files = await sourceFiles(path.join(folder, 'src'), ['typescript'], {});
  print(
    `TypeScript: first scan of ${files.length} files, whole process, median of ${rounds}`,
    ['alloclens scan', 'eslint', 'eslint : alloclens'],
    [[ms(first), ms(other), ratio(other, first)]],
  );
}

async function changedFile(folder: string): Promise<void> {
  const files = await sourceFiles(path.join(folder, 'src'), ['typescript'], {});
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

/** Milliseconds that a node process takes, start included. Findings (exit code 1) are no failure. */
function run(cwd: string, ...args: string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0 && status !== 1) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - started;
}
