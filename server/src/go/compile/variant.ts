import type { CompiledPackage } from './listed';

/** What the go command compiles of one folder: the package, the package with its tests, its external tests. */
export type Variant = 'package' | 'with tests' | 'external tests';

/** Each after those that it may need. */
export const variants: readonly Variant[] = ['package', 'with tests', 'external tests'];

/** As the go command names it: `p`, `p [p.test]`, `p_test [p.test]`. */
export function variantName(importPath: string, variant: Variant): string {
  if (variant === 'package') return importPath;
  return `${importPath}${variant === 'external tests' ? '_test' : ''} [${importPath}.test]`;
}

/** The variant's files, absolute; none where there is no such variant. */
export function variantFiles(pkg: CompiledPackage, variant: Variant): readonly string[] {
  if (variant === 'package') return pkg.goFiles;
  if (variant === 'external tests') return pkg.externalTestFiles;
  return pkg.testFiles.length > 0 ? [...pkg.goFiles, ...pkg.testFiles] : [];
}

/** The first variant that has the file; undefined for one that the build leaves out. */
export function variantOf(pkg: CompiledPackage, file: string): Variant | undefined {
  return variants.find((variant) => variantFiles(pkg, variant).includes(file));
}
