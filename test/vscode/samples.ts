import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { goRules } from '../../rules/go/index';
import type { RuleMeta } from '../../rules/model';
import { typescriptRules } from '../../rules/typescript/index';
import { repository } from './repository';

const execute = promisify(execFile);

const metas: readonly RuleMeta[] = [
  ...goRules.map(({ meta }) => meta),
  ...typescriptRules.flatMap(({ meta }) => meta.docs ?? []),
];

/** A copy of samples/ that a test may change. */
export interface Samples {
  /** Absolute path. */
  readonly folder: string;
  /** The file that shows what a rule reports, relative to the folder. */
  fileOf(ruleId: string): Promise<string>;
  /** Fails unless the file's package, or the TypeScript file, compiles and its own checks pass. */
  works(file: string): Promise<void>;
  dispose(): Promise<void>;
}

export async function copySamples(): Promise<Samples> {
  // macOS's temporary folder is a link, and the compiler names files by their real paths.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'alloclens-samples-')));
  await cp(join(repository, 'samples'), folder, { recursive: true });
  return {
    folder,
    async fileOf(ruleId) {
      const meta = metas.find(({ id }) => id === ruleId);
      assert.ok(meta, `no rule ${ruleId} is registered`);
      const names = (await readdir(join(folder, meta.sample))).sort();
      const name = names.find((file) => /\.(go|ts)$/.test(file) && !/_test\.go$/.test(file));
      assert.ok(name, `samples/${meta.sample} holds no source file`);
      return `${meta.sample}/${name}`;
    },
    async works(file) {
      if (file.endsWith('.go')) await goTest(join(folder, file, '..'));
      else await typescriptCheck(join(folder, file));
    },
    dispose: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** `go vet` and `go test` of one package: it compiles, and its test says that it still does the same. */
async function goTest(folder: string): Promise<void> {
  const env = { ...process.env, GOFLAGS: '', GOPROXY: 'off', GOWORK: 'off' };
  await execute('go', ['test', '-count=1', '.'], { cwd: folder, env });
}

/** Type checks the sample, then runs its `check()`, which throws when the result is wrong. */
async function typescriptCheck(file: string): Promise<void> {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.CommonJS,
    moduleDetection: ts.ModuleDetectionKind.Force,
    ignoreDeprecations: '6.0',
    types: ['node'],
    typeRoots: [join(repository, 'node_modules', '@types')],
    skipLibCheck: true,
  };
  const program = ts.createProgram([file], options);
  const problems = ts.getPreEmitDiagnostics(program);
  assert.equal(
    problems.length,
    0,
    ts.formatDiagnostics(problems, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => repository,
      getNewLine: () => '\n',
    }),
  );
  const compiled = file.replace(/\.ts$/, `.${Date.now()}.cjs`);
  const source = await readFile(file, 'utf8');
  await writeFile(
    compiled,
    ts.transpileModule(source, { compilerOptions: { ...options, noEmit: false } }).outputText,
  );
  await execute(process.execPath, ['-e', `require(${JSON.stringify(compiled)}).check()`]);
  await rm(compiled);
}
