import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { GoPackage } from '../../../../rules/go/rule';
import type { Logger } from '../../host/logger';
import { packageIn, type Build, type Builds, type Overlays } from '../compile/builds';
import type { GoSyntax } from '../facts/syntax-trees';
import { Allowance, unchecked } from './allowance';
import type { FixJob } from './questions';
import { lasting, lastingKey, verdictNow, type Lasting } from './lasting';
import { Run } from './run';
import { exportedSignature } from './signatures';
import { refutedBecause, type Verdict } from './verdict';

/** Verdicts kept; each is a few numbers. */
const cached = 4000;

/**
 * The compiler judges fixes before they are offered: the changed package and its tests compile, the obligations hold,
 * the probes stay on the stack, and the claimed effect is seen in the emitted calls.
 */
export class Verifier {
  readonly #verdicts = new LRUCache<string, Verdict>({ max: cached });
  readonly #lasting = new LRUCache<string, Lasting>({ max: cached });

  constructor(
    private readonly builds: Builds,
    private readonly syntax: GoSyntax,
    private readonly logger: Logger,
  ) {}

  /** What is certain without a compile. */
  known(build: Build, jobs: readonly FixJob[]): ReadonlyMap<FixJob, Verdict> {
    return new Map(
      jobs.flatMap((job) => {
        const verdict = this.#known(job, keysOf(job, build));
        return verdict ? [[job, verdict] as const] : [];
      }),
    );
  }

  #known(job: FixJob, { own, lasts }: Keys): Verdict | undefined {
    const known = this.#verdicts.get(own);
    if (known) return known;
    const before = lasts === undefined ? undefined : this.#lasting.get(lasts);
    return before && verdictNow(before, job);
  }

  #keep(job: FixJob, { own, lasts }: Keys, verdict: Verdict): void {
    this.#verdicts.set(own, verdict);
    const kept = lasts === undefined ? undefined : lasting(verdict, job);
    if (kept) this.#lasting.set(lasts!, kept);
  }

  /**
   * @param build the compile of the original texts; `base` are the overlays that it was made with
   * @param onVerdicts hears of verdicts as soon as they are certain, each once
   * @param allowance of the analysis, which may verify several times
   * @throws AbortError when `signal` fires
   */
  async verify(
    build: Build,
    base: Overlays,
    jobs: readonly FixJob[],
    signal: AbortSignal,
    onVerdicts: (verdicts: ReadonlyMap<FixJob, Verdict>) => void = () => {},
    allowance = new Allowance(),
  ): Promise<Map<FixJob, Verdict>> {
    const verdicts = new Map<FixJob, Verdict>();
    const keys = new Map(jobs.map((job) => [job, keysOf(job, build)]));
    const settle = (certain: ReadonlyMap<FixJob, Verdict>): void => {
      if (certain.size === 0) return;
      for (const [job, verdict] of certain) {
        verdicts.set(job, verdict);
        if (verdict === unchecked) continue;
        this.#keep(job, keys.get(job)!, verdict);
        if (verdict.verdict === 'refuted')
          this.logger.debug(`${job.fix.title} was withheld: ${verdict.reason}`);
      }
      onVerdicts(certain);
    };

    const known = new Map<FixJob, Verdict>();
    const asked: FixJob[] = [];
    for (const job of jobs) {
      const verdict = this.#known(job, keys.get(job)!);
      if (verdict) known.set(job, verdict);
      else asked.push(job);
    }
    settle(known);
    const { questions, left } = allowance.grant(asked);
    settle(new Map(left.map((job) => [job, unchecked])));
    const open = new Map<FixJob, number>();
    for (const { job } of questions) open.set(job, (open.get(job) ?? 0) + 1);
    /** What was said of the fix itself, while its probes are out. */
    const agreed = new Map<FixJob, Verdict>();
    const agreedTo = (job: FixJob): Verdict => agreed.get(job) ?? { verdict: 'checked' };
    /** What other packages see: they are asked at the end, together. */
    const seen: FixJob[] = [];
    const run = new Run(this.builds, this.syntax, build, base, signal);
    await run.answer(questions, (answers) => {
      const certain = new Map<FixJob, Verdict>();
      for (const [{ job, probe }, answer] of answers) {
        if (answer.verdict !== 'refuted' && !probe) agreed.set(job, answer);
        const left = open.get(job)! - 1;
        open.set(job, left);
        if (verdicts.has(job) || certain.has(job)) continue;
        if (answer.verdict === 'refuted') certain.set(job, answer);
        else if (left > 0) continue;
        else if (exportedSignature(job.pkg, job.fix.edits)) seen.push(job);
        else certain.set(job, agreedTo(job));
      }
      settle(certain);
    });
    for (const group of byPackage(seen)) {
      const broken = await run.breaksDependents(group);
      settle(
        new Map(
          group.map((job) => {
            const reason = broken.get(job);
            return [
              job,
              reason === undefined
                ? agreedTo(job)
                : refutedBecause('another package would not compile', reason),
            ];
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

/** What a verdict is kept under: for these texts, and for as long as nothing changes that it rests on. */
interface Keys {
  readonly own: string;
  readonly lasts: string | undefined;
}

function keysOf(job: FixJob, build: Build): Keys {
  return { own: keyOf(job, build), lasts: lastingKey(job, build) };
}

function keyOf({ fix, directory }: FixJob, build: Build): string {
  const fingerprint = packageIn(build, directory)?.fingerprint;
  const { title: _title, ...content } = fix;
  return createHash('sha256')
    .update(JSON.stringify([directory, fingerprint, content]))
    .digest('base64');
}
