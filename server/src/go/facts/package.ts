import type { CheckedTypes } from '../../../../rules/go/types/go-type';
import type { GoFile, GoPackage, GoVersion } from '../../../../rules/go/rule';
import { FileFacts, locator, type Awaited } from './file-facts';
import { type PackageRecords } from '../compile/records';
import type { ParsedFile } from './syntax-trees';

export interface PackageInput {
  /** As the compiler has it: that of an external test package ends with `_test`. */
  readonly importPath: string;
  /** Files of one package clause. */
  readonly files: readonly ParsedFile[];
  /** Undefined when no compile ran or the package did not compile: rules then see syntax only. */
  readonly records: PackageRecords | undefined;
  /** False for files that the build leaves out or that did not compile: they have no facts. */
  readonly compiled?: (path: string) => boolean;
  /** By absolute path, of files that the type checker knows. */
  readonly types?: ReadonlyMap<string, CheckedTypes>;
  readonly externalTests?: GoPackage | undefined;
  /** Present while the listing is assumed. */
  readonly awaited?: Awaited | undefined;
  readonly toolchain: GoVersion;
  readonly language: GoVersion;
}

/** The package as rules see it: syntax of its files, and the compiler's facts joined to it. */
export function buildPackage(input: PackageInput): GoPackage {
  const files: GoFile[] = [];
  const pkg: GoPackage = {
    importPath: input.importPath,
    name: input.files[0]?.packageName ?? '',
    files,
    externalTests: input.externalTests,
    toolchain: input.toolchain,
    language: input.language,
  };
  const { records } = input;
  const locate = records && locator(records.resolve, new Map(input.files.map((file) => [file.path, file])));
  for (const file of [...input.files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    files.push({
      path: file.path,
      text: file.text,
      root: file.root,
      pkg,
      generated: file.generated,
      imports: file.imports,
      types: input.types?.get(file.path),
      facts:
        records && locate && input.compiled?.(file.path) !== false
          ? new FileFacts(file, records, pkg, locate, input.awaited)
          : undefined,
    });
  }
  return pkg;
}
