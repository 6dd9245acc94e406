import { createHash } from 'node:crypto';
import type { Probe } from '../../../../rules/go/rule';
import type { FileEdit, Span } from '../../../../rules/model';
import { packageIn, type Build } from '../compile/builds';
import { wordsOf } from '../compile/declared';
import { homeOf, insideBodies, type FixJob } from './questions';
import { exportedSignature } from './signatures';
import type { Verdict } from './verdict';

/**
 * A verdict lasts over edits elsewhere: where a fix keeps to bodies or adds declarations, and neither the code of these functions is another nor anything
 * that they or the fix name, the compiler would say the same again.
 * @returns the same text for the same question; undefined where the verdict is good for these texts alone
 */
export function lastingKey(job: FixJob, build: Build): string | undefined {
  const { fix, pkg, directory, at } = job;
  const { same, direct } = build;
  if (!same || direct?.testsAdd || !packageIn(build, directory)) return undefined;
  const { claim, obligations = [], probes = [] } = fix;
  const changes = [...fix.edits, ...probes.flatMap(({ edits }) => edits)];
  if (changes.length === 0 || exportedSignature(pkg, changes)) return undefined;
  // A declaration that is added may be one of the tests, too, which are not compared.
  const compared = packageIn(build, directory)!.testFiles.length === 0;
  const adds = ({ file, span: { start, end } }: FileEdit): boolean => {
    const around = same.at(file, start);
    return compared && start === end && (!around || start === around.start || start === around.end);
  };
  if (!changes.every((one) => insideBodies(pkg, [one]) || adds(one))) return undefined;
  if (claim?.within.length === 0 || obligations.some(({ field }) => field)) return undefined;
  const home = homeOf(job);
  let known = true;
  const offset = (file: string, of: number): string => {
    const code = same.at(file, of);
    if (!code) {
      known = false;
      return '';
    }
    return `${code.stamp} ${of - code.start}`;
  };
  const span = (file: string, { start, end }: Span): string => `${offset(file, start)}-${offset(file, end)}`;
  const edit = (one: FileEdit): unknown => [adds(one) ? one.file : span(one.file, one.span), one.newText];
  const probed = ({ states, edits, file, stays }: Probe): unknown => [
    states,
    edits.map(edit),
    span(file ?? edits[0]?.file ?? home, stays),
  ];
  const question = [
    fix.kind,
    fix.edits.map(edit),
    fix.imports,
    claim && {
      ...claim,
      within: claim.within.map((one) => span(home, one)),
      copies: claim.copies && span(home, claim.copies),
    },
    obligations.map(({ at: where, file = home, ...rest }) => [
      rest,
      where === 'file' ? file : offset(file, where),
    ]),
    probes.map(probed),
    span(at.file, at.span),
  ];
  const texts = [...changes.map(({ newText }) => newText), ...obligations.map(({ code }) => code)];
  const words = same.stampOf(wordsOf(texts.join(' ')));
  if (!known) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([directory, question, words]))
    .digest('base64');
}

/** What failed, by its place among the fix's own: the same fix elsewhere has others. */
export interface Lasting {
  readonly verdict: Verdict;
  readonly failed: { readonly of: 'obligations' | 'probes'; readonly index: number } | undefined;
}

export function lasting(verdict: Verdict, { fix }: FixJob): Lasting | undefined {
  if (verdict.verdict !== 'refuted' || !verdict.assumption) return { verdict, failed: undefined };
  const words = JSON.stringify(verdict.assumption);
  for (const of of ['obligations', 'probes'] as const) {
    const index = (fix[of] ?? []).findIndex((one) => JSON.stringify(one) === words);
    if (index >= 0) return { verdict, failed: { of, index } };
  }
  return undefined;
}

/** The verdict for the fix as it is now. Lines that it was seen at are those of another version. */
export function verdictNow({ verdict, failed }: Lasting, { fix }: FixJob): Verdict | undefined {
  if (verdict.verdict !== 'refuted') return verdict;
  const reason = verdict.reason.replace(/(?<=\.go):\d+(?=: )/g, '');
  if (!failed) return { ...verdict, reason };
  const assumption = fix[failed.of]?.[failed.index];
  return assumption && { ...verdict, reason, assumption };
}
