import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { TextEdit } from '../../../../rules/model';
import type { Assumption, GoPackage, Probe } from '../../../../rules/go/rule';
import { applyEdits, mapSpan } from '../../text/edits';
import { joinBuilds, packageIn, type Build, type Builds, type Overlays } from '../compile/builds';
import type { CompileError } from '../compile/listed';
import { FileFacts } from '../facts/file-facts';
import { isDeclaredVariable, nodeOf } from '../facts/node-at';
import { changedKey, type GoSyntax, type ParsedFile } from '../facts/syntax-trees';
import { compileAgain } from './again';
import { combineFixes } from './combine';
import { judge } from './effect';
import { brief, concerns, newErrors } from './errors';
import { failedObligation, withObligations } from './obligations';
import { placesOf } from './place';
import { Inlining } from './inlining';
import { fileOf, groups, homeOf, insideBodies, suspectsOf, type FixJob, type Question } from './questions';
import { refutedBecause, type Verdict } from './verdict';

/** Fixes and probes of one function are compiled apart; someone waits for the last of them. */
const concurrentCompiles = Math.min(4, availableParallelism());

type Answers = ReadonlyMap<Question, Verdict>;

/** The questions about one state of the original texts. */
export class Run {
  readonly #answers = new Map<Question, Verdict>();
  constructor(
    private readonly builds: Builds,
    private readonly syntax: GoSyntax,
    private readonly build: Build,
    private readonly base: Overlays,
    private readonly signal: AbortSignal,
  ) {}

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
    const inlined = this.build.records.inlinedWords();
    const inlining = new Map<GoPackage, Inlining>();
    const noticedIn = ({ job: { pkg }, functions }: Question): ReadonlySet<string> => {
      const known = inlining.get(pkg) ?? new Inlining(pkg, inlined);
      inlining.set(pkg, known);
      return known.into(functions);
    };
    await Promise.all(groups(questions, noticedIn).map(ask));
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
        for (const [{ question }, reason] of withheld) this.#refute(question, reason, reason);
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
    const after =
      (await this.#again(byPackage, edited, files)) ?? (await this.builds.run(unit, files, this.signal));
    for (const [pkg, all] of byPackage) {
      const asked = all.filter((question) => edited.has(question));
      const first = asked[0];
      if (!first) continue;
      const { directory } = first.job;
      const errors = newErrors(after.errors, this.build.errors).filter((error) => concerns(error, directory));
      const compiled = packageIn(after, directory)?.compiled === true;
      if (errors.length === 0 && compiled) {
        for (const question of asked) this.#judge(question, pkg, edited.get(question)!, files, after);
      } else if (asked.length === 1) {
        this.#refuteFor(first, errors.length > 0 ? errors : after.errors, files, true);
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
        for (const [question, own] of suspects) {
          if (certain) this.#refuteFor(question, own, files, false);
          else again.push([question]);
        }
        if (rest.length > 0) again.push(rest);
      }
    }
    return again;
  }

  /** Without the go command, where the original texts were compiled so and one package is asked about. */
  async #again(
    byPackage: ReadonlyMap<GoPackage, readonly Question[]>,
    edited: ReadonlyMap<Question, ReadonlyMap<string, readonly TextEdit[]>>,
    files: Overlays,
  ): Promise<Build | undefined> {
    const asked = [...byPackage].map(([pkg, all]) => ({
      pkg,
      questions: all.filter((one) => edited.has(one)),
    }));
    const [one, ...others] = asked.filter(({ questions }) => questions.length > 0);
    if (!one || others.length > 0) return undefined;
    const [first] = one.questions;
    const { directory } = first!.job;
    const changed = { ...one, directory, edits: edited.get(first!)!, files };
    return compileAgain(this.builds, this.build, changed, this.syntax, this.signal);
  }

  #refuteFor(question: Question, errors: readonly CompileError[], files: Overlays, alone: boolean): void {
    // What was assumed tells more than what follows from it.
    const failed = errors.find((error) => failedObligation(question, error, files));
    const error = failed ?? errors[0];
    const obligation = failed && failedObligation(question, failed, files);
    const what = obligation ? `it is not certain that ${obligation.states}` : 'the package would not compile';
    // Among others the line is that of a text that nobody has.
    const said = alone || !error ? brief(error) : error.message.split('\n')[0]!;
    const because = obligation ? what : 'the fixed text would not compile';
    this.#refute(question, `${what}: ${said}`, because, question.probe ?? obligation);
  }

  #refute(question: Question, reason: string, because: string, assumption?: Assumption): void {
    this.#answers.set(question, { verdict: 'refuted', reason, because, ...(assumption && { assumption }) });
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
      const tree =
        text === undefined || text === null ? undefined : this.syntax.parse(changedKey(file), text);
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
    const file = fileOf(probe, job);
    const because = `the compiler does not confirm that ${probe.states}`;
    const refuted = (reason: string): Verdict => ({ verdict: 'refuted', reason, because, assumption: probe });
    const tree = parse(file);
    if (!tree) return refuted(`${probe.states}: the changed text could not be parsed`);
    const facts = new FileFacts({ ...tree, path: file }, after.records, pkg, () => undefined);
    const span = mapSpan(probe.stays, edits.get(file) ?? []);
    const node = nodeOf(tree.root, span);
    const decision = node && (facts.decision(node) ?? facts.moved(node));
    const stays = node && (decision ? decision.outcome === 'stack' : isDeclaredVariable(node));
    if (stays) return { verdict: 'checked' };
    const cause = decision?.flow[0]
      ? ` (${decision.flow.at(-1)!.why} ${decision.flow.at(-1)!.expression})`
      : '';
    return refuted(`${because}${cause}`);
  }

  #effect(
    job: FixJob,
    pkg: GoPackage,
    edits: ReadonlyMap<string, readonly TextEdit[]>,
    after: Build,
    parse: (file: string) => ParsedFile | undefined,
  ): Verdict {
    const { fix } = job;
    if (!fix.claim) return { verdict: 'checked' };
    const home = homeOf(job);
    const file = pkg.files.find(({ path }) => path === home);
    const tree = file && parse(home);
    if (!file || !tree) return refutedBecause('the changed text could not be parsed');
    const { before, after: now } = placesOf(job, pkg, edits);
    return judge(
      fix,
      pkg,
      { records: this.build.records, file, where: (span) => span, place: before },
      {
        records: after.records,
        file: { path: home, text: tree.text, root: tree.root },
        where: (span) => mapSpan(span, edits.get(home) ?? []),
        place: now,
      },
    );
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
    let old: readonly CompileError[] | undefined;
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
      if (errors.length > 0) old ??= await this.builds.errors(dependents, this.base, this.signal);
      const [error] = newErrors(errors, old ?? []);
      if (error && applied.length === 1)
        broken.set(applied[0]!.job, `another package would not compile: ${brief(error)}`);
      else if (error) for (const { job } of applied) await ask([job]);
      for (const { job } of withheld.keys()) if (asked.length > 1) await ask([job]);
    };
    await ask(jobs);
    return broken;
  }
}
