import type { Node } from 'web-tree-sitter';
import type { GoFile, GoPackage, GoFix, Probe } from '../../../../rules/go/rule';
import type { FileEdit, Location, Span, TextEdit } from '../../../../rules/model';
import { isFunction, spanOf, topLevelAt } from '../../../../rules/go/syntax/nodes';
import type { BuildUnit } from '../compile/builds';
import { applyEdits, mapSpan } from '../../text/edits';
import { LineIndex } from '../../text/positions';
import { intersects } from '../compile/declared';
import type { CompileError } from '../compile/listed';

/** A candidate fix and where it stands. The package's trees must stay alive until its verdict is there. */
export interface FixJob {
  readonly pkg: GoPackage;
  /** Absolute folder of the package, and the unit that compiles it. */
  readonly directory: string;
  readonly unit: BuildUnit;
  /** Its edits may be none: then its obligations and probes are asked about the text as it is. */
  readonly fix: GoFix;
  /** The finding's. */
  readonly at: Location;
  /** The finding's, from 0 to 1. */
  readonly heat: number;
}

/** The file that a fix is about where it does not say another. */
export function homeOf({ fix, at }: FixJob): string {
  return fix.edits[0]?.file ?? at.file;
}

/** The file of the value that a probe is about. */
export function fileOf(probe: Probe, job: FixJob): string {
  return probe.file ?? probe.edits[0]?.file ?? homeOf(job);
}

/** Something that one compile of a changed package answers. Several share a compile when their functions differ. */
export interface Question {
  readonly job: FixJob;
  /** The changed text: a fix, or the edits of a probe. */
  readonly change: Pick<GoFix, 'title' | 'edits' | 'imports'>;
  readonly probe: Probe | undefined;
  /** Declarations that are touched or looked at. */
  readonly functions: ReadonlySet<string>;
}

/** True when no other function can notice the edits: not even by a name or a type. */
export function insideBodies(pkg: GoPackage, edits: readonly FileEdit[]): boolean {
  return edits.every(({ file: path, span }) =>
    topLevelOf(pkg, path, span).some((node) => {
      const body = isFunction(node) ? node.childForFieldName('body') : null;
      return body !== null && body.startIndex < span.start && span.end < body.endIndex;
    }),
  );
}

/** Those in whose functions errors stand, each with its own. */
export function suspectsOf(
  asked: readonly Question[],
  errors: readonly CompileError[],
  edits: ReadonlyMap<string, readonly TextEdit[]>,
): Map<Question, CompileError[]> {
  const suspects = new Map<Question, CompileError[]>();
  const lines = new Map<string, LineIndex>();
  for (const question of asked) {
    for (const name of question.functions) {
      const { file, node } = declarationOf(question.job.pkg, name) ?? {};
      if (!file || !node || !errors.some(({ at }) => at?.file === file.path)) continue;
      const changes = edits.get(file.path) ?? [];
      const index = lines.get(file.path) ?? new LineIndex(applyEdits(file.text, changes));
      lines.set(file.path, index);
      const span = mapSpan(spanOf(node), changes);
      const [first, last] = [index.lineAt(span.start) + 1, index.lineAt(span.end) + 1];
      const own = errors.filter(({ at }) => at?.file === file.path && first <= at.line && at.line <= last);
      if (own.length > 0) suspects.set(question, [...(suspects.get(question) ?? []), ...own]);
    }
  }
  return suspects;
}

/**
 * Fixes of different functions share a compile; the first group is the largest.
 * @param noticedIn the functions whose code the change of a question may change, its own among them
 */
export function groups(
  questions: readonly Question[],
  noticedIn: (question: Question) => ReadonlySet<string>,
): Question[][] {
  const result: { questions: Question[]; functions: Set<string>; noticed: Set<string> }[] = [];
  for (const question of questions) {
    const noticed = noticedIn(question);
    let group = result.find(
      (one) => !intersects(noticed, one.functions) && !intersects(question.functions, one.noticed),
    );
    if (!group) result.push((group = { questions: [], functions: new Set(), noticed: new Set() }));
    group.questions.push(question);
    for (const name of question.functions) group.functions.add(name);
    for (const name of noticed) group.noticed.add(name);
  }
  return result.map((group) => group.questions);
}

/** Keys of the functions that overlap the span; edits between declarations touch none. */
function declarationsAt(pkg: GoPackage, path: string, span: Span): string[] {
  return topLevelOf(pkg, path, span).map((node) => `${path}:${node.startIndex}`);
}

function topLevelOf(pkg: GoPackage, path: string, span: Span): Node[] {
  const file = pkg.files.find((candidate) => candidate.path === path);
  return file ? topLevelAt(file.root, span) : [];
}

/** The declaration that a question's key stands for; its file is of the package. */
export function declarationOf(pkg: GoPackage, key: string): { file: GoFile; node: Node } | undefined {
  const colon = key.lastIndexOf(':');
  const file = pkg.files.find(({ path }) => path === key.slice(0, colon));
  const start = Number(key.slice(colon + 1));
  const node = file && topLevelAt(file.root, { start, end: start })[0];
  return file && node && { file, node };
}

function touched(pkg: GoPackage, edits: readonly FileEdit[]): string[] {
  return edits.flatMap(({ file, span }) => declarationsAt(pkg, file, span));
}

export function questionsOf(job: FixJob): Question[] {
  const { fix, pkg } = job;
  const home = homeOf(job);
  const questions: Question[] = [];
  const obligations = fix.obligations ?? [];
  if (fix.edits.length + obligations.length > 0) {
    const looked = [
      ...(fix.claim?.within ?? []).flatMap((span) => declarationsAt(pkg, home, span)),
      ...obligations.flatMap(({ file = home, at }) =>
        at === 'file' ? [] : declarationsAt(pkg, file, { start: at, end: at }),
      ),
    ];
    const functions = new Set([...touched(pkg, fix.edits), ...looked]);
    questions.push({ job, change: fix, probe: undefined, functions });
  }
  for (const probe of fix.probes ?? []) {
    const change = { title: probe.states, edits: probe.edits };
    const functions = new Set([
      ...touched(pkg, probe.edits),
      ...declarationsAt(pkg, fileOf(probe, job), probe.stays),
    ]);
    questions.push({ job, change, probe, functions });
  }
  return questions;
}
