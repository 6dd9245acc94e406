import path from 'node:path';
import type { FileEdit, Fix } from '../../../rules/model';
import type { GoPackage } from '../../../rules/go/rule';
import type { AnalysisRequest, CombinedFix, FileAnalysis } from '../service/engine';
import { NotCompiled, type Builds } from './compile/builds';
import { overlaysOf } from './compile/overlay';
import { buildPackage } from './facts/package';
import type { GoSyntax } from './facts/syntax-trees';
import { originOf } from './publish';
import { combineFixes, fixedTexts } from './verify/combine';
import { concerns, newErrors } from './verify/errors';

interface Compiler {
  readonly syntax: GoSyntax;
  readonly builds: Builds;
}

/**
 * The edits of several fixes of a file's analysis, compiled together; those that do not join are left out.
 * @param unchecked they are known to compile together
 * @throws AbortError
 */
export async function combineCompiled(
  { syntax, builds }: Compiler,
  analysis: FileAnalysis,
  fixes: readonly Fix[],
  request: AnalysisRequest,
  signal: AbortSignal,
  unchecked: boolean,
): Promise<CombinedFix> {
  signal.throwIfAborted();
  const known = fixes.flatMap((offered) => {
    const origin = originOf(offered);
    return origin ? [{ ...origin.fix, offered, pkg: origin.pkg }] : [];
  });
  const first = known[0];
  if (!first) return { edits: [], applied: [] };
  // The trees of an analysis are freed when it ends: its files are parsed again.
  const files = first.pkg.files.flatMap(({ path, text }) => syntax.parse(path, text) ?? []);
  try {
    if (files.find((file) => file.path === analysis.path)?.text !== analysis.text) {
      return { edits: [], applied: [] };
    }
    const pkg = buildPackage({ ...first.pkg, files, records: undefined });
    const all = combineFixes(pkg, known);
    if (unchecked || (await compiles(builds, pkg, all.edits, request, signal))) {
      return { edits: all.edits, applied: all.applied.map(({ offered }) => offered), checked: true };
    }
    // Each is right alone, but not all together: one after the other, leaving out what does not join.
    let joined = combineFixes(pkg, all.applied.slice(0, 1));
    for (const fix of all.applied.slice(1)) {
      const attempt = combineFixes(pkg, [...joined.applied, fix]);
      if (await compiles(builds, pkg, attempt.edits, request, signal)) joined = attempt;
    }
    return { edits: joined.edits, applied: joined.applied.map(({ offered }) => offered), checked: true };
  } finally {
    for (const file of files) file.release();
  }
}

/** True when the package compiles with the edits, and when no compiler can tell. */
async function compiles(
  builds: Builds,
  pkg: GoPackage,
  edits: readonly FileEdit[],
  { document, buffers, settings }: AnalysisRequest,
  signal: AbortSignal,
): Promise<boolean> {
  const overlays = overlaysOf(new Map(buffers).set(document.path, document));
  const texts = new Map([...overlays, ...fixedTexts(pkg.files, edits)]);
  const buffered = new Map([...texts].map(([file, text]) => [file, { text, version: 0 }]));
  const unit = await builds.locate(document.path, buffered, settings, signal);
  if (unit instanceof NotCompiled) return true;
  const { errors } = await builds.run(unit, texts, signal);
  const directory = path.dirname(document.path);
  const own = errors.filter((error) => error.at && concerns(error, directory));
  if (own.length === 0) return true;
  const before = await builds.run(unit, overlays, signal);
  return newErrors(own, before.errors).length === 0;
}
