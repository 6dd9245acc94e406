import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { TextEdit } from '../../../../rules/model';
import type { GoPackage, Probe } from '../../../../rules/go/rule';
import type { Logger } from '../../host/logger';
import { applyEdits, mapSpan } from '../../text/edits';
import { joinBuilds, type Build, type Builds, type Overlays } from '../compile/builds';
import type { CompileError, CompiledPackage } from '../compile/compile';
import { FileFacts } from '../facts/file-facts';
import { combineFixes } from './combine';
import { exportedSignature } from './signatures';
import type { GoSyntax, ParsedFile } from '../facts/syntax-trees';
import { isDeclaredVariable, nodeOf } from '../facts/node-at';
import { brief, concerns, errorKey } from './errors';
import type { FixJob, Question } from './questions';
import { groups, insideBodies, questionsOf, suspectsOf } from './questions';
import type { Verdict } from './verdict';
import { failedObligation, withObligations } from './obligations';
import { brought, claimed, countsWithin, keepsOthers, newAllocation } from './effect';

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
    const facts = new FileFacts({ ...tree, path: file }, after.records, pkg, () => undefined);
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
