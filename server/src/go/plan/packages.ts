import { ToolError, type ProcessRunner } from '../../host/process';
import { failureIn, reasonsOf } from './failure';
import { packagePattern } from './module';
import type { GoToolchain } from './toolchain';

/** A package of the main modules as `go list` knows it. */
export interface ListedPackage {
  /** Absolute, as the go command spells it from where it ran. */
  readonly folder: string;
  readonly importPath: string;
  readonly imports: readonly string[];
  /** Of its tests, the external ones among them. */
  readonly testImports: readonly string[];
  /** Names of its test files, the external ones among them. */
  readonly testFiles: readonly string[];
}

const fields = [
  '{{.Dir}}',
  '{{.ImportPath}}',
  '{{join .Imports " "}}',
  '{{join .TestImports " "}} {{join .XTestImports " "}}',
  '{{join .TestGoFiles "/"}}/{{join .XTestGoFiles "/"}}',
];

/**
 * The packages that patterns name, without compiling them.
 * @param flags build flags and `-overlay=…`
 * @param folder where the go command runs; patterns are relative to it
 * @throws ToolError when the go command cannot tell; the abort reason when `signal` fires
 */
export async function listPackages(
  runner: ProcessRunner,
  { go, env }: Pick<GoToolchain, 'go' | 'env'>,
  folder: string,
  flags: readonly string[],
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<ListedPackage[]> {
  const { stdout, stderr, ...exit } = await runner.text(
    {
      command: go,
      args: ['list', '-e', ...flags, '-f', fields.join('\t'), '--', ...patterns],
      cwd: folder,
      env,
      signal,
    },
    64 * 1024 * 1024,
  );
  if (exit.code !== 0) throw new ToolError(failureIn(folder, reasonsOf(stderr), exit));
  const words = (text: string | undefined, separator: string): string[] =>
    (text ?? '').split(separator).filter((word) => word !== '');
  return stdout.split(/\r?\n/).flatMap((line) => {
    const [dir, importPath, imports, testImports, testFiles] = line.split('\t');
    if (!dir || !importPath) return [];
    return [
      {
        folder: dir,
        importPath,
        imports: words(imports, ' '),
        testImports: words(testImports, ' '),
        // No file's name has a slash.
        testFiles: words(testFiles, '/'),
      },
    ];
  });
}

/** The packages at the folders, and those that import one of them, through others or in their tests. */
export function importersOf(
  packages: readonly ListedPackage[],
  folders: ReadonlySet<string>,
): ListedPackage[] {
  const reached = new Set(
    packages.filter(({ folder }) => folders.has(folder)).map(({ importPath }) => importPath),
  );
  for (let size = -1; size !== reached.size;) {
    size = reached.size;
    for (const { importPath, imports } of packages) {
      if (imports.some((imported) => reached.has(imported))) reached.add(importPath);
    }
  }
  return packages.filter(
    ({ importPath, testImports }) =>
      reached.has(importPath) || testImports.some((imported) => reached.has(imported)),
  );
}

/** All packages of the main modules, as patterns from a folder. */
export function everyPackage({ modules }: Pick<GoToolchain, 'modules'>, from: string): string[] {
  return modules.map(({ folder }) => `${packagePattern(from, folder)}/...`);
}
