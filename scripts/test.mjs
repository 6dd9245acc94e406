// npm test: everything, from lint to a real VS Code. `npm test -- WORD…` runs only the test files whose path contains
// one of the words (`npm test -- unit/go markers`), without lint.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  fetchGoToolchains,
  findGo,
  installDebianPackages,
  installDependencies,
  requireNode,
} from './lib/prerequisites.mjs';
import { runTests, summary } from './lib/run-tests.mjs';
import { ci, root, run, Sentence, status, step, which } from './lib/run.mjs';

const words = process.argv.slice(2);
const own = process.execPath;
const failed = [];
const bin = (...path) => join(root, 'node_modules', ...path);

try {
  requireNode();
  await installDependencies();
  const { test: files, vscode } = testFiles();
  // In Chromium where VS Code's server from npm runs; inherited by the tests.
  process.env.ALLOCLENS_VSCODE ??= process.platform === 'linux' ? 'browser' : 'desktop';
  /** Resolves to what is missing for the tests in a real VS Code, or to undefined. */
  const missing = vscode.length > 0 ? prepareVscode().catch((error) => error) : undefined;
  const go = await findGo();
  if ('problem' in go) {
    if (ci) throw new Sentence(`${go.problem} With CI=true nothing is skipped.`);
    console.log(`\n${go.problem} Tests that run the compiler will fail or skip themselves.`);
  } else await fetchGoToolchains(go.go);

  step('Compile (tsc -b)');
  await run(own, [bin('typescript', 'bin', 'tsc'), '-b']);
  if (words.length === 0) {
    // Findings of these do not keep the tests from running, but fail the run.
    const checks = [
      ['Lint (eslint)', [bin('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0']],
      ['Format (prettier)', [bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.']],
      ['Generated text', ['scripts/generate.mjs', '--check']],
    ];
    for (const [name, args] of checks) {
      step(name);
      if ((await status(own, args)) !== 0) failed.push(name);
    }
  }
  step('Bundle and package');
  const { packageExtension } = await import('./package.mjs');
  await packageExtension();

  const counts = [];
  if (files.length > 0) {
    step(`Tests (${files.length} files)`);
    counts.push(await runTests(files));
  }
  if (vscode.length > 0) {
    step(`A real VS Code (${vscode.length} files)`);
    const error = await missing;
    if (error && ci) throw error;
    if (error) console.log(`SKIPPED, which CI=true does not allow: ${error.message}`);
    else counts.push(await runTests(vscode, { concurrency: 1 }));
  }
  if (failed.length > 0) console.log(`\nFailed before the tests: ${failed.join(', ')}.`);
  const passed = summary(counts);
  process.exitCode = passed && failed.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof Sentence)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

/** The compiled test files, those that need VS Code apart. Slow ones that have their own command are left out. */
function testFiles() {
  const all = readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !/^test\/(corpus|bench|profile)\//.test(file))
    // Two minutes each: npm run test:vscode has them.
    .filter(
      (file) =>
        words.length > 0 ||
        !/^test\/vscode\/(?:first-steps|journeys|visible|hotspots|flame|tools)-/.test(file),
    )
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();
  if (all.length === 0) throw new Sentence(`No test file's path contains ${words.join(' or ')}.`);
  const compiled = (file) => join(root, 'out', file.replace(/\.ts$/, '.js'));
  const real = (file) => file.startsWith('test/vscode/');
  return { test: all.filter((file) => !real(file)).map(compiled), vscode: all.filter(real).map(compiled) };
}

/** VS Code and its window, while the rest compiles. A desktop VS Code is downloaded by the tests themselves. */
async function prepareVscode() {
  if (process.env.ALLOCLENS_VSCODE === 'desktop') return;
  await installDebianPackages({ chromium: 'chromium', rg: 'ripgrep' });
  if (!process.env.CHROMIUM_PATH && !which('chromium') && !which('google-chrome'))
    throw new Sentence(
      'Chromium is not on the PATH, and the tests in a real VS Code need it: install it, or set CHROMIUM_PATH.',
    );
  const { builds, installVscodeServer } = await import('./lib/vscode-server.mjs');
  for (const name of Object.keys(builds)) await installVscodeServer(name);
}
