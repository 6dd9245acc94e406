import type { GoPackage } from '../../rules/go/rule';
import { buildPackage } from '../../server/src/go/facts/package';
import type { GoSyntax, ParsedFile } from '../../server/src/go/facts/syntax-trees';

/**
 * The package of the files (name → text) as rules see it where no compile ran, until the test is over. Files of another package clause are its
 * external tests.
 */
export function withPackage<T>(
  syntax: GoSyntax,
  files: Iterable<readonly [string, string]>,
  use: (pkg: GoPackage) => T,
  importPath = 'example.com/p',
): T {
  const parsed = [...files].map(([name, text]) => syntax.parse(`/${name}`, text)!);
  try {
    const version = { major: 1, minor: 26 };
    const common = { records: undefined, toolchain: version, language: version };
    const isOwn = ({ packageName }: ParsedFile): boolean => packageName === parsed[0]!.packageName;
    const others = parsed.filter((file) => !isOwn(file));
    const externalTests =
      others.length > 0
        ? buildPackage({ ...common, importPath: `${importPath}_test`, files: others })
        : undefined;
    return use(buildPackage({ ...common, importPath, files: parsed.filter(isOwn), externalTests }));
  } finally {
    for (const file of parsed) file.release();
  }
}
