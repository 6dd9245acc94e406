import { createHash } from 'node:crypto';
import path from 'node:path';
import { everyPackage, listPackages, type ListedPackage } from '../go/plan/packages';
import type { GoToolchain } from '../go/plan/toolchain';
import { readChunks } from '../host/files';
import { ToolError, type Environment, type ProcessRunner } from '../host/process';
import { failureOf } from './benchmark-output';
import { ProofError } from './proof-error';

/** Builds and runs the tests of packages without touching the working tree. */
export interface GoTests {
  /** Starts the go command. */
  readonly runner: ProcessRunner;
  /** Starts the test binaries, which may be patient or not. */
  readonly binaries: ProcessRunner;
  readonly toolchain: GoToolchain;
  /** Build tags and the like. */
  readonly flags: readonly string[];
  /** Absolute; where the go command runs. */
  readonly folder: string;
  /** Absolute path of a private folder for the binaries. */
  readonly output: string;
  /** What the benchmarks run with. */
  readonly env: Environment;
  readonly signal: AbortSignal;
}

export interface TestBinary {
  /** Absolute. */
  readonly path: string;
  /** Absolute; where it runs: its package's folder, as for `go test`. */
  readonly folder: string;
  /** SHA-256 of the file: two binaries with the same one are the same program. */
  readonly digest: string;
}

/**
 * Compiles a package's tests. `-cover` and `-overlay` never together: the overlay would be ignored in silence (golang/go#73802).
 * @param name of the binary, unique in the output folder
 * @throws ProofError with the go command's reasons, AbortError
 */
export async function buildTests(
  { runner, toolchain, flags, folder, output, signal }: GoTests,
  tested: Pick<ListedPackage, 'importPath' | 'folder'>,
  name: string,
  more: readonly string[],
): Promise<TestBinary> {
  const file = path.join(output, `${name}${process.platform === 'win32' ? '.exe' : ''}`);
  const { code, stdout, stderr } = await runner.text({
    command: toolchain.go,
    args: ['test', '-c', '-vet=off', '-o', file, ...flags, ...more, tested.importPath],
    cwd: folder,
    env: toolchain.env,
    signal,
  });
  if (code !== 0)
    throw new ProofError(`The tests of ${tested.importPath} do not compile: ${reasonsIn(stderr || stdout)}.`);
  const hash = createHash('sha256');
  for await (const chunk of readChunks(file)) hash.update(chunk);
  return { path: file, folder: tested.folder, digest: hash.digest('hex') };
}

/**
 * Runs a test binary.
 * @returns its output; what it wrote to the error output stands behind it
 * @throws ProofError when it fails, hangs or floods its output, AbortError
 */
export async function runTests(
  { binaries, env, signal }: GoTests,
  binary: TestBinary,
  args: readonly string[],
): Promise<string> {
  const {
    code,
    signal: killed,
    stdout,
    stderr,
  } = await binaries
    .text({ command: binary.path, args: ['-test.run=^$', ...args], cwd: binary.folder, env, signal })
    .catch((error: unknown) => {
      if (error instanceof ToolError) throw new ProofError(error.message);
      throw error;
    });
  if (code !== 0) {
    const reason =
      failureOf(`${stdout}\n${stderr}`) ?? (killed === null ? `exit code ${code}` : `ended by ${killed}`);
    throw new ProofError(`It failed: ${reason.replace(/\.$/, '')}.`);
  }
  return `${stdout}\n${stderr}`;
}

/** The packages of the module, and of the workspace around it. @throws ToolError when the go command cannot list them, AbortError */
export function packagesOf({ runner, toolchain, folder, flags, signal }: GoTests): Promise<ListedPackage[]> {
  return listPackages(runner, toolchain, folder, flags, everyPackage(toolchain, folder), signal);
}

/** Top-level benchmarks that the binary has. @throws ProofError, AbortError */
export async function benchmarksIn(tests: GoTests, binary: TestBinary): Promise<string[]> {
  const listed = await runTests(tests, binary, ['-test.list=^Benchmark']);
  return listed.split(/\r?\n/).filter((line) => /^Benchmark\S*$/.test(line));
}

/** The go command's reasons in one line, without the headings of packages. */
function reasonsIn(output: string): string {
  const lines = output
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !/^(?:#|FAIL\b|go: downloading )/.test(line));
  const shown = lines
    .slice(0, 3)
    .map((line) => line.trim())
    .join('; ');
  return (shown || 'the go command gave no reason').slice(0, 600).replace(/\.$/, '');
}
