import type { GoPackage } from '../../rules/go/rule';
import { buildPackage } from '../../server/src/go/facts/package';
import type { GoSyntax } from '../../server/src/go/facts/syntax-trees';

/** The package of the files (name → text) as rules see it where no compile ran, until the test is over. */
export function withPackage<T>(
  syntax: GoSyntax,
  files: Iterable<readonly [string, string]>,
  use: (pkg: GoPackage) => T,
): T {
  const parsed = [...files].map(([name, text]) => syntax.parse(`/${name}`, text)!);
  try {
    const version = { major: 1, minor: 26 };
    const [toolchain, language] = [version, version];
    return use(
      buildPackage({ importPath: 'example.com/p', files: parsed, records: undefined, toolchain, language }),
    );
  } finally {
    for (const file of parsed) file.release();
  }
}
