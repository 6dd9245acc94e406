import type { WayOut } from '../../../rules/model';
import type { TrustGate } from '../host/trust';
import { NotCompiled, packageIn, type Build } from './compile/builds';
import type { CompiledPackage, CompileError } from './compile/listed';
import { describeError, withWayOut } from './plan/failure';
import type { Checked } from './publish';
import type { FolderTypes } from './types/types';

/** Why nothing can be compiled at all, for the title of a fix. */
export function reasonFor(trust: TrustGate): string {
  return trust.trusted ? 'nothing was compiled' : 'the workspace is not trusted';
}

/** Whether the file is among what was compiled of the package. @param file absolute */
export function isCompiled(compiled: CompiledPackage | undefined, file: string): boolean {
  if (!compiled) return false;
  if (compiled.goFiles.includes(file) || compiled.cgoFiles.includes(file)) return compiled.compiled;
  return (
    compiled.testsCompiled && (compiled.testFiles.includes(file) || compiled.externalTestFiles.includes(file))
  );
}

/** Whether nothing is missing in what can be said of the folder, and nothing of it is due to this run alone. */
export function isWhole(
  { sources: { directory }, unparsed, incomplete }: Checked,
  build: Build | NotCompiled,
  types: FolderTypes | undefined,
): boolean {
  if (build instanceof NotCompiled || types?.fault !== undefined || unparsed.length + incomplete.size > 0)
    return false;
  const compiled = packageIn(build, directory);
  const { toolchain, unit } = build.unit;
  // More than these are about the compile that all packages of the batch share.
  const expected = build.notes.length === toolchain.notes.length + unit.notes.length;
  return expected && compiled?.compiled === true && compiled.errors.length === 0;
}

interface MissingPart {
  readonly note: string;
  /** For the title of a fix. */
  readonly short: string;
  readonly wayOut?: WayOut | undefined;
  /** What has to be put right before there is a part again; absent where there is none to come. */
  readonly error?: string;
}

/** Why the compiler's part is missing for the file, with what the go command said; undefined when it is there. */
export function missingPart(
  { unit: { unit }, errors }: Build,
  compiled: CompiledPackage | undefined,
  file: string,
): MissingPart | undefined {
  if (isCompiled(compiled, file)) return undefined;
  const missing = (short: string, more = '.') => ({
    note: `Only the syntax was analysed: ${short}${more}`,
    short,
  });
  const because = (short: string, error: CompileError) => {
    const said = withWayOut(describeError(error), unit.folder);
    return { ...missing(short, `. ${said}`), error: said.replace(/\.$/, '') };
  };
  const unexplained = ', and the go command gave no reason.';
  const [first] = compiled ? compiled.errors : errors;
  if (!compiled)
    return first
      ? because('the package does not compile', first)
      : missing('the go command lists no package in this folder');
  if (compiled.ignoredFiles.includes(file) && !compiled.errors.some(({ at }) => at?.file === file))
    return missing('build constraints or its name leave this file out of the build');
  const isTest = compiled.testFiles.includes(file) || compiled.externalTestFiles.includes(file);
  if (!compiled.compiled && first) return because('the package does not compile', first);
  if (isTest && first) return because('the tests do not compile', first);
  if (isTest)
    return unit.tests
      ? missing('the tests were not compiled', unexplained)
      : missing('the tests of this module are not compiled', ', because it is not yours.');
  if (!compiled.compiled) return missing('the package was not compiled', unexplained);
  return missing('the go command does not count this file among those of the package');
}
