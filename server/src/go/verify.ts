import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { Node } from 'web-tree-sitter';
import type { FileEdit, Span, TextEdit } from '../../../rules/model';
import { allocates } from '../../../rules/go/sites/emitted-calls';
import type { Claim, GoFile, GoFix, GoPackage, Probe } from '../../../rules/go/rule';
import { enclosingDeclaration, isFunction } from '../../../rules/go/syntax/nodes';
import type { Logger } from '../host/logger';
import { applyEdits, mapSpan, normaliseEdits } from '../text/edits';
import { joinBuilds, type Build, type Builds, type BuildUnit, type Overlays } from './compile/builds';
import { callsIn, type Counts } from './compile/call-counts';
import type { CompileError, CompiledPackage } from './compile/compile';
import { FileFacts } from './facts/file-facts';
import { combineFixes } from './fixes';
import { exportedSignature } from './signatures';
import { symbolBase } from './compile/symbols';
import type { GoSyntax, ParsedFile } from './facts/syntax-trees';

/** A candidate fix and where it stands. The package's trees must stay alive until its verdict is there. */
export interface FixJob {
  readonly pkg: GoPackage;
  /** Absolute folder of the package, and the unit that compiles it. */
  readonly directory: string;
  readonly unit: BuildUnit;
  readonly fix: GoFix;
}

export type Verdict =
  | {
      readonly verdict: 'verified';
      /** Calls of the claimed callees in the claimed functions; absent for `runs less`. */
      readonly before?: number;
      readonly after?: number;
      /** True when the claimed functions keep allocation calls that run each time: then the figure is not theirs. */
      readonly othersStay?: boolean;
    }
  /** `reason` completes "… was withheld: ". */
  | { readonly verdict: 'refuted'; readonly reason: string };

/** Something that one compile of a changed package answers. Several share a compile when their functions differ. */
interface Question {
  readonly job: FixJob;
  /** The changed text: a fix, or the edits of a probe. */
  readonly change: Pick<GoFix, 'title' | 'edits' | 'imports'>;
  readonly probe: Probe | undefined;
  /** Declarations that are touched or looked at. */
  readonly functions: ReadonlySet<string>;
}

/** Fixes and probes of one function are compiled apart; someone waits for the last of them. */
const concurrentCompiles = Math.min(4, availableParallelism());

/** Verdicts kept; each is a few numbers. */
const cached = 4000;

/**
 * The compiler judges fixes before they are offered: the changed package and its tests compile, the obligations hold,
 * the probes stay on the stack, and the claimed effect is seen in the emitted calls.
 */
export class Verifier {
  readonly #verdicts = new LRUCache<string, Verdict>({ max: cached });

  constructor(
    private readonly builds: Builds,
    private readonly syntax: GoSyntax,
    private readonly logger: Logger,
  ) {}

  /**
   * @param build the compile of the original texts; `base` are the overlays that it was made with
   * @param onVerdicts hears of verdicts as soon as they are certain, each once
   * @throws AbortError when `signal` fires
   */
  async verify(
    build: Build,
    base: Overlays,
    jobs: readonly FixJob[],
    signal: AbortSignal,
    onVerdicts: (verdicts: ReadonlyMap<FixJob, Verdict>) => void = () => {},
  ): Promise<Map<FixJob, Verdict>> {
    const verdicts = new Map<FixJob, Verdict>();
    const keys = new Map(jobs.map((job) => [job, keyOf(job, build)]));
    const settle = (certain: ReadonlyMap<FixJob, Verdict>): void => {
      if (certain.size === 0) return;
      for (const [job, verdict] of certain) {
        verdicts.set(job, verdict);
        this.#verdicts.set(keys.get(job)!, verdict);
        if (verdict.verdict === 'refuted')
          this.logger.debug(`${job.fix.title} was withheld: ${verdict.reason}`);
      }
      onVerdicts(certain);
    };

    const known = new Map<FixJob, Verdict>();
    const questions: Question[] = [];
    for (const job of jobs) {
      const verdict = this.#verdicts.get(keys.get(job)!);
      if (verdict) known.set(job, verdict);
      else questions.push(...questionsOf(job));
    }
    settle(known);
    const open = new Map<FixJob, number>();
    for (const { job } of questions) open.set(job, (open.get(job) ?? 0) + 1);
    const verified = new Map<FixJob, Verdict>();
    /** What other packages see: they are asked at the end, together. */
    const seen: FixJob[] = [];
    const run = new Run(this.builds, this.syntax, build, base, signal);
    await run.answer(questions, (answers) => {
      const certain = new Map<FixJob, Verdict>();
      for (const [{ job, probe }, answer] of answers) {
        if (answer.verdict === 'verified' && !probe) verified.set(job, answer);
        const left = open.get(job)! - 1;
        open.set(job, left);
        if (verdicts.has(job) || certain.has(job)) continue;
        if (answer.verdict === 'refuted') certain.set(job, answer);
        else if (left > 0) continue;
        else if (exportedSignature(job.pkg, job.fix.edits)) seen.push(job);
        else certain.set(job, verified.get(job)!);
      }
      settle(certain);
    });
    for (const group of byPackage(seen)) {
      const broken = await run.breaksDependents(group);
      settle(
        new Map(
          group.map((job) => {
            const reason = broken.get(job);
            return [job, reason === undefined ? verified.get(job)! : { verdict: 'refuted', reason }];
          }),
        ),
      );
    }
    return verdicts;
  }
}

function byPackage(jobs: readonly FixJob[]): FixJob[][] {
  const groups = new Map<GoPackage, FixJob[]>();
  for (const job of jobs) groups.set(job.pkg, [...(groups.get(job.pkg) ?? []), job]);
  return [...groups.values()];
}

function keyOf({ fix, directory }: FixJob, build: Build): string {
  const fingerprint = packageIn(build, directory)?.fingerprint;
  const { title: _title, ...content } = fix;
  return createHash('sha256')
    .update(JSON.stringify([directory, fingerprint, content]))
    .digest('base64');
}

function packageIn(build: Build, directory: string): CompiledPackage | undefined {
  return build.packages.find(({ folder }) => folder === directory);
}

function questionsOf(job: FixJob): Question[] {
  const { fix, pkg } = job;
  const claimed = fix.claim.within.flatMap((span) => {
    const file = fix.edits[0]?.file;
    return file === undefined ? [] : declarationsAt(pkg, file, span);
  });
  const questions: Question[] = [
    { job, change: fix, probe: undefined, functions: new Set([...touched(pkg, fix.edits), ...claimed]) },
  ];
  for (const probe of fix.probes ?? []) {
    const file = probe.edits[0]?.file ?? fix.edits[0]?.file;
    const change = { title: probe.states, edits: probe.edits };
    const functions = new Set([
      ...touched(pkg, probe.edits),
      ...(file === undefined ? [] : declarationsAt(pkg, file, probe.stays)),
    ]);
    questions.push({ job, change, probe, functions });
  }
  return questions;
}

function touched(pkg: GoPackage, edits: readonly FileEdit[]): string[] {
  return edits.flatMap(({ file, span }) => declarationsAt(pkg, file, span));
}

/** Keys of the functions that overlap the span; edits between declarations touch none. */
function declarationsAt(pkg: GoPackage, path: string, { start, end }: Span): string[] {
  const file = pkg.files.find((candidate) => candidate.path === path);
  return (file?.root.namedChildren ?? [])
    .filter((node) => node.startIndex < Math.max(end, start + 1) && start < node.endIndex)
    .map((node) => `${path}:${node.startIndex}`);
}

type Answers = ReadonlyMap<Question, Verdict>;

/** The questions about one state of the original texts. */
class Run {
  readonly #answers = new Map<Question, Verdict>();
  readonly #oldErrors: ReadonlySet<string>;

  constructor(
    private readonly builds: Builds,
    private readonly syntax: GoSyntax,
    private readonly build: Build,
    private readonly base: Overlays,
    private readonly signal: AbortSignal,
  ) {
    this.#oldErrors = new Set(build.errors.map(errorKey));
  }

  /** `onAnswers` gets what each compile answered, each question once. */
  async answer(questions: readonly Question[], onAnswers: (answers: Answers) => void): Promise<void> {
    const limit = pLimit(concurrentCompiles);
    const ask = async (group: readonly Question[]): Promise<void> => {
      const again = await limit(() => {
        this.signal.throwIfAborted();
        return this.#ask(group);
      });
      const answers = new Map<Question, Verdict>();
      for (const question of group) {
        const answer = this.#answers.get(question);
        if (answer) answers.set(question, answer);
      }
      onAnswers(answers);
      await Promise.all(again.map(ask));
    };
    await Promise.all(groups(questions).map(ask));
  }

  /** One compile. Gives back what has to be asked again in smaller groups. */
  async #ask(group: readonly Question[]): Promise<Question[][]> {
    const again: Question[][] = [];
    const files = new Map(this.base);
    const edited = new Map<Question, ReadonlyMap<string, readonly TextEdit[]>>();
    const byPackage = new Map<GoPackage, Question[]>();
    for (const question of group) {
      const { pkg } = question.job;
      byPackage.set(pkg, [...(byPackage.get(pkg) ?? []), question]);
    }
    for (const [pkg, questions] of byPackage) {
      const { edits, applied, withheld } = combineFixes(
        pkg,
        questions.map((question) => ({ ...question.change, question })),
      );
      const apart = [...withheld.keys()].map(({ question }) => question);
      if (questions.length === 1) {
        for (const [{ question }, reason] of withheld) this.#refute(question, reason);
      } else if (applied.length > 0 && apart.length > 0) again.push(apart);
      else again.push(...apart.map((question) => [question]));
      const asked = applied.map(({ question }) => question);
      const all = withObligations(pkg, edits, asked);
      for (const question of asked) edited.set(question, all);
      for (const [file, own] of all) {
        files.set(file, applyEdits(pkg.files.find(({ path }) => path === file)!.text, own));
      }
    }
    if (edited.size === 0) return again;
    const unit = joinBuilds([...edited.keys()].map(({ job }) => job.unit));
    const after = await this.builds.run(unit, files, this.signal);
    for (const [pkg, all] of byPackage) {
      const asked = all.filter((question) => edited.has(question));
      const first = asked[0];
      if (!first) continue;
      const { directory } = first.job;
      const errors = after.errors.filter((error) => this.#isNew(error) && concerns(error, directory));
      const compiled = packageIn(after, directory)?.compiled === true;
      if (errors.length === 0 && compiled) {
        for (const question of asked) this.#judge(question, pkg, edited.get(question)!, files, after);
      } else if (asked.length === 1) {
        this.#refuteFor(first, errors[0] ?? after.errors[0], files, true);
      } else {
        const suspects = suspectsOf(asked, errors, edited.get(first)!);
        const rest = asked.filter((question) => !suspects.has(question));
        if (suspects.size === 0) {
          const middle = rest.length >> 1;
          again.push(rest.slice(0, middle), rest.slice(middle));
          continue;
        }
        // An error in a function that only one of them changes is its own, as long as all keep to function bodies.
        const certain = asked.every(({ change }) => insideBodies(pkg, change.edits));
        for (const [question, error] of suspects) {
          if (certain) this.#refuteFor(question, error, files, false);
          else again.push([question]);
        }
        if (rest.length > 0) again.push(rest);
      }
    }
    return again;
  }

  #isNew(error: CompileError): boolean {
    return !this.#oldErrors.has(errorKey(error));
  }

  #refuteFor(question: Question, error: CompileError | undefined, files: Overlays, alone: boolean): void {
    const assumption = error && failedObligation(question, error, files);
    const what =
      assumption === undefined ? 'the package would not compile' : `it is not certain that ${assumption}`;
    // Among others the line is that of a text that nobody has.
    const said = alone || !error ? brief(error) : error.message.split('\n')[0]!;
    this.#refute(question, `${what}: ${said}`);
  }

  #refute(question: Question, reason: string): void {
    this.#answers.set(question, { verdict: 'refuted', reason });
  }

  #judge(
    question: Question,
    pkg: GoPackage,
    edits: ReadonlyMap<string, readonly TextEdit[]>,
    files: Overlays,
    after: Build,
  ): void {
    const { probe, job } = question;
    const parsed: ParsedFile[] = [];
    const parse = (file: string): ParsedFile | undefined => {
      const text = files.get(file) ?? pkg.files.find(({ path }) => path === file)?.text;
      // A key of its own: the editor's tree of the file stays in the cache.
      const tree =
        text === undefined || text === null ? undefined : this.syntax.parse(`${file}#changed`, text);
      if (tree) parsed.push(tree);
      return tree;
    };
    try {
      const answer = probe
        ? this.#probe(probe, job, pkg, edits, after, parse)
        : this.#effect(job, pkg, edits, after, parse);
      this.#answers.set(question, answer);
    } finally {
      for (const file of parsed) file.release();
    }
  }

  #probe(
    probe: Probe,
    job: FixJob,
    pkg: GoPackage,
    edits: ReadonlyMap<string, readonly TextEdit[]>,
    after: Build,
    parse: (file: string) => ParsedFile | undefined,
  ): Verdict {
    const file = probe.edits[0]?.file ?? job.fix.edits[0]!.file;
    const tree = parse(file);
    if (!tree) return { verdict: 'refuted', reason: `${probe.states}: the changed text could not be parsed` };
    const facts = new FileFacts({ ...tree, path: file }, after.records, pkg.importPath, () => undefined);
    const span = mapSpan(probe.stays, edits.get(file) ?? []);
    const node = nodeOf(tree.root, span);
    const decision = node && (facts.decision(node) ?? facts.moved(node));
    const stays = node && (decision ? decision.outcome === 'stack' : isDeclaredVariable(node));
    if (stays) return { verdict: 'verified' };
    const cause = decision?.flow[0]
      ? ` (${decision.flow.at(-1)!.why} ${decision.flow.at(-1)!.expression})`
      : '';
    return { verdict: 'refuted', reason: `the compiler does not confirm that ${probe.states}${cause}` };
  }

  #effect(
    { fix }: FixJob,
    pkg: GoPackage,
    edits: ReadonlyMap<string, readonly TextEdit[]>,
    after: Build,
    parse: (file: string) => ParsedFile | undefined,
  ): Verdict {
    const { claim } = fix;
    if (claim.effect === 'runs less') return { verdict: 'verified' };
    const file = pkg.files.find(({ path }) => path === fix.edits[0]?.file);
    const tree = file && parse(file.path);
    if (!file || !tree) return { verdict: 'refuted', reason: 'the changed text could not be parsed' };
    let before = 0;
    let left = 0;
    let othersStay = false;
    // Without a function, the effect is seen in package initialisation.
    for (const span of claim.within.length > 0 ? claim.within : [undefined]) {
      const was = countsWithin(this.build, pkg, file, file.root, span);
      const moved = span && mapSpan(span, edits.get(file.path) ?? []);
      const is = countsWithin(after, pkg, tree, tree.root, moved);
      if (!was || !is) return { verdict: 'refuted', reason: 'the function of the claim was not found' };
      before += claimed(was, claim);
      left += claimed(is, claim) + brought(was, is, claim);
      othersStay ||= keepsOthers(is, claim);
      const added = newAllocation(was, is, [
        ...(claim.instead ?? []),
        ...(claim.inlines ?? []),
        ...(claim.grows ?? []),
      ]);
      if (added !== undefined)
        return { verdict: 'refuted', reason: `the changed function would call ${added}` };
    }
    if (left >= before) {
      const names = claim.callees.join(', ');
      return {
        verdict: 'refuted',
        reason:
          before === 0
            ? `the compiler emits no call of ${names} here`
            : `the compiler still emits ${left} of ${before} calls of ${names}`,
      };
    }
    if (claim.grows || claim.uncounted) return { verdict: 'verified' };
    return { verdict: 'verified', before, after: left, othersStay };
  }

  /**
   * With exported signatures changed, the packages that import this one must still compile, tests included.
   * @param jobs of one package
   * @returns the fixes that break another package, and how
   */
  async breaksDependents(jobs: readonly FixJob[]): Promise<Map<FixJob, string>> {
    const first = jobs[0]!;
    const dependents = await this.builds.dependents(first.unit, first.directory, this.signal);
    const broken = new Map<FixJob, string>();
    if (!dependents) return broken;
    let old: ReadonlySet<string> | undefined;
    const ask = async (asked: readonly FixJob[]): Promise<void> => {
      if (asked.length === 0) return;
      const { edits, applied, withheld } = combineFixes(
        first.pkg,
        asked.map((job) => ({ ...job.fix, job })),
      );
      const files = new Map(this.base);
      const joined = withObligations(
        first.pkg,
        edits,
        applied.map(({ job }) => ({ job, probe: undefined })),
      );
      for (const [file, own] of joined) {
        files.set(file, applyEdits(first.pkg.files.find(({ path }) => path === file)!.text, own));
      }
      const errors = await this.builds.errors(dependents, files, this.signal);
      if (errors.length > 0)
        old ??= new Set((await this.builds.errors(dependents, this.base, this.signal)).map(errorKey));
      const error = errors.find((candidate) => !old?.has(errorKey(candidate)));
      if (error && applied.length === 1)
        broken.set(applied[0]!.job, `another package would not compile: ${brief(error)}`);
      else if (error) for (const { job } of applied) await ask([job]);
      for (const { job } of withheld.keys()) if (asked.length > 1) await ask([job]);
    };
    await ask(jobs);
    return broken;
  }
}

/** Fixes of different functions share a compile; the first group is the largest. */
function groups(questions: readonly Question[]): Question[][] {
  const result: { questions: Question[]; functions: Set<string> }[] = [];
  for (const question of questions) {
    let group = result.find(({ functions }) => [...question.functions].every((name) => !functions.has(name)));
    if (!group) result.push((group = { questions: [], functions: new Set() }));
    group.questions.push(question);
    for (const name of question.functions) group.functions.add(name);
  }
  return result.map((group) => group.questions);
}

/** Those in whose functions errors stand, each with the first. */
function suspectsOf(
  asked: readonly Question[],
  errors: readonly CompileError[],
  edits: ReadonlyMap<string, readonly TextEdit[]>,
): Map<Question, CompileError> {
  const suspects = new Map<Question, CompileError>();
  for (const question of asked) {
    for (const name of question.functions) {
      const colon = name.lastIndexOf(':');
      const file = question.job.pkg.files.find(({ path }) => path === name.slice(0, colon));
      const node = file?.root.namedChildren.find(
        ({ startIndex }) => startIndex === Number(name.slice(colon + 1)),
      );
      if (!file || !node) continue;
      const own = edits.get(file.path) ?? [];
      const text = applyEdits(file.text, own);
      const span = mapSpan({ start: node.startIndex, end: node.endIndex }, own);
      const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
      const [first, last] = [lineOf(span.start), lineOf(span.end)];
      const error = errors.find(({ at }) => at?.file === file.path && first <= at.line && at.line <= last);
      if (error && !suspects.has(question)) suspects.set(question, error);
    }
  }
  return suspects;
}

/** True when no other function can notice the edits: not even by a name or a type. */
function insideBodies(pkg: GoPackage, edits: readonly FileEdit[]): boolean {
  return edits.every(({ file: path, span }) =>
    pkg.files
      .find((file) => file.path === path)
      ?.root.namedChildren.some((node) => {
        const body = isFunction(node) ? node.childForFieldName('body') : null;
        return body !== null && body.startIndex < span.start && span.end < body.endIndex;
      }),
  );
}

/** What the obligation states on whose line the error stands. */
function failedObligation(
  { job, probe }: Question,
  { at }: CompileError,
  files: Overlays,
): string | undefined {
  if (probe || !at) return undefined;
  const line = files.get(at.file)?.split('\n')[at.line - 1]?.trim();
  if (!line) return undefined;
  return job.fix.obligations?.find(({ code }) => code.split('\n').some((part) => part.trim() === line))
    ?.states;
}

/** Lines move with the edits: an error is the same when file and words are. */
function errorKey({ at, message }: CompileError): string {
  return `${at?.file ?? ''}\0${message}`;
}

function concerns({ at }: CompileError, directory: string): boolean {
  return at === undefined || path.dirname(at.file) === directory;
}

function brief(error: CompileError | undefined): string {
  if (!error) return 'the compiler gave no reason';
  const where = error.at ? `${path.basename(error.at.file)}:${error.at.line}: ` : '';
  // Another place in the message is one of the overlay.
  return (
    where +
    error.message.split('\n')[0]!.replaceAll(/(?<=^|\s)(?:\/|[A-Za-z]:)\S*[\\/](?=[^\\/\s]+\.go:\d)/g, '')
  );
}

/**
 * Obligations join the fixed text for the compile only. Statements go into `if false { … }`: checked by the compiler
 * like any others, and dropped before escape analysis, so that they do not change what is measured.
 */
function withObligations(
  pkg: GoPackage,
  edits: readonly FileEdit[],
  asked: readonly Pick<Question, 'job' | 'probe'>[],
): Map<string, TextEdit[]> {
  const result = new Map<string, TextEdit[]>();
  for (const edit of edits) {
    const own = result.get(edit.file);
    if (own) own.push(edit);
    else result.set(edit.file, [edit]);
  }
  const seen = new Set<string>();
  for (const { job, probe } of asked) {
    if (probe) continue;
    for (const { file: path, at, code, imports, field } of job.fix.obligations ?? []) {
      const file = pkg.files.find((one) => one.path === (path ?? job.fix.edits[0]?.file));
      if (!file) continue;
      const own = result.get(file.path) ?? [];
      const insert = (offset: number, newText: string): void => {
        const around = own.find(({ span }) => span.start < offset && offset < span.end);
        const at = around ? around.span.start : offset;
        own.push({ span: { start: at, end: at }, newText });
      };
      // Two fixes may bring the same helper.
      if (at === 'file' && seen.has(`${file.path}\0${code}`)) continue;
      seen.add(`${file.path}\0${code}`);
      if (at === 'file') insert(file.text.length, `\n${code}\n`);
      else if (field) insert(at, `\n${code}\n`);
      else insert(at, `\nif false {\n${code}\n}\n`);
      for (const [name, imported] of Object.entries(imports ?? {})) {
        const declaration = `; import ${name} "${imported}"`;
        if (seen.has(`${file.path}\0${declaration}`)) continue;
        seen.add(`${file.path}\0${declaration}`);
        const clause = file.root.namedChildren.find(({ type }) => type === 'package_clause');
        insert(clause?.endIndex ?? 0, declaration);
      }
      result.set(file.path, own);
    }
  }
  return new Map([...result].map(([file, own]) => [file, normaliseEdits(own)]));
}

/** The largest node with exactly this span, or the smallest around it. */
function nodeOf(root: Node, { start, end }: Span): Node | undefined {
  let node = root.namedDescendantForIndex(start, Math.max(start, end - 1)) ?? undefined;
  while (node?.parent && node.parent.startIndex === start && node.parent.endIndex === end) {
    if (!node.parent.isNamed) break;
    if (/_list$|^block$|_statement$|^source_file$|^literal_element$/.test(node.parent.type)) break;
    node = node.parent;
  }
  return node;
}

/** A variable's own declaration without a decision: the compiler says only when it is moved. */
function isDeclaredVariable(node: Node): boolean {
  if (node.type !== 'identifier') return false;
  const parent = node.parent;
  if (parent?.type === 'var_spec' || parent?.type === 'parameter_declaration') return true;
  return (
    parent?.type === 'expression_list' &&
    (parent.parent?.type === 'short_var_declaration' || parent.parent?.type === 'range_clause')
  );
}

/** Emitted calls of the function at the span, closures included; of its lines only when it is not a function. */
function countsWithin(
  build: Build,
  pkg: GoPackage,
  file: GoFile | ParsedFile,
  root: Node,
  span: Span | undefined,
): Counts | undefined {
  const node = span && nodeOf(root, span);
  if (span && !node) return undefined;
  const declaration = node && enclosingDeclaration(node);
  const packageName = root.namedChildren.find(({ type }) => type === 'package_clause')?.namedChild(0)?.text;
  const base = symbolBase(pkg.importPath, packageName, declaration);
  if (!node || isFunction(node)) return callsIn(build.records, base);
  const logical = file.path.replace(/#changed$/, '');
  return callsIn(build.records, base, {
    path: logical,
    first: node.startPosition.row,
    last: node.endPosition.row,
  });
}

/** How many more calls there are that the claim says stand in place of others. */
function brought(before: Counts, after: Counts, { instead }: Claim): number {
  let more = 0;
  for (const callee of instead ?? [])
    more += Math.max(0, (after.get(callee) ?? 0) - (before.get(callee) ?? 0));
  return more;
}

function claimed(counts: Counts, { callees }: Claim): number {
  return callees.reduce((sum, callee) => sum + (counts.get(callee) ?? 0), 0);
}

/** Append growth is left out: it runs only when the destination is full, before the fix and after. */
function keepsOthers(counts: Counts, { callees }: Claim): boolean {
  return [...counts.keys()].some(
    (callee) => allocates(callee) && !callees.includes(callee) && !callee.startsWith('runtime.growslice'),
  );
}

/** An allocation call that the change brings along. More growth of what grew before is not one. */
function newAllocation(before: Counts, after: Counts, expected: readonly string[]): string | undefined {
  for (const [callee, count] of after) {
    const had = before.get(callee) ?? 0;
    if (count <= had || !allocates(callee) || expected.includes(callee)) continue;
    if (callee === 'runtime.growslice' && had > 0) continue;
    return callee;
  }
  return undefined;
}
