import type { Finding, Related } from '../../../rules/model';
import { TextChange } from '../text/text-change';
import type { FileAnalysis } from './engine';
import { compareFindings } from './ranking';

/** An analysis as it is shown. */
export interface ShownAnalysis extends FileAnalysis {
  /** Present when some findings are older than the text. */
  readonly stale?: Stale;
}

export interface Stale {
  /** What keeps the analysis from the text: a sentence, with file and line, of the engine. */
  readonly because: string;
  /** Those that are older. */
  readonly findings: ReadonlySet<Finding>;
}

/**
 * What is shown of a file that can be analysed only in part: what was found when it last could, moved to where its text now
 * is and without fixes, which nobody can check; and what the part says of text that is new.
 * @param lastGood the last complete analysis
 * @param now an incomplete one of the present text
 * @param changeOf from the text of the last complete analysis of another file to its present one, if it is known
 */
export function keepingLastGood(
  lastGood: FileAnalysis,
  now: FileAnalysis,
  changeOf: (path: string) => TextChange | undefined,
): ShownAnalysis {
  const change = new TextChange(lastGood.text, now.text);
  const moved = (finding: Finding): Finding[] => movedTo(finding, change, changeOf, waits);
  const findings = lastGood.findings.flatMap(moved);
  const hidden = (lastGood.hidden ?? []).flatMap(moved);
  const old = [...findings, ...hidden];
  const fresh = (some: readonly Finding[] = []): Finding[] =>
    some
      .filter((finding) => change.isNew(finding.span) && !old.some((other) => sayTheSame(other, finding)))
      .map((finding) => ({ ...finding, ...withoutFix(finding, waits) }));
  return {
    ...now,
    findings: [...findings, ...fresh(now.findings)].sort(compareFindings),
    hidden: [...hidden, ...fresh(now.hidden)].sort(compareFindings),
    stale: { because: now.incomplete!, findings: new Set(old) },
  };
}

const waits = 'it waits until the error is put right';

/** What is known of a file while a newer text is being analysed: the findings whose text is still there, without fixes. */
export function inNewText(known: ShownAnalysis, text: string, version: number): ShownAnalysis {
  const change = new TextChange(known.text, text);
  const old = new Set<Finding>();
  const findings = known.findings.flatMap((finding) => {
    const moved = movedTo(finding, change, () => undefined, 'the compiler is still checking it');
    if (known.stale?.findings.has(finding)) for (const one of moved) old.add(one);
    return moved;
  });
  return {
    ...known,
    text,
    version,
    findings,
    ...(known.stale && { stale: { ...known.stale, findings: old } }),
  };
}

/** The finding where its text now is; nothing when somebody has changed it. */
function movedTo(
  finding: Finding,
  change: TextChange,
  changeOf: (path: string) => TextChange | undefined,
  noFix: string,
): Finding[] {
  const span = change.moved(finding.span);
  if (!span) return [];
  const related = finding.related.flatMap(({ location, message }): Related[] => {
    const at = (location.file === finding.file ? change : changeOf(location.file))?.moved(location.span);
    return at ? [{ location: { ...location, span: at }, message }] : [];
  });
  const because = finding.heat.because.map(({ text, span: at }) => {
    const now = at && change.moved(at);
    return now ? { text, span: now } : { text };
  });
  const alsoAt = finding.allocation.alsoAt?.flatMap((place) => {
    const at = change.moved(place.span);
    return at ? [{ ...place, span: at }] : [];
  });
  const allocation = { ...finding.allocation, ...(alsoAt && { alsoAt }) };
  const heat = { ...finding.heat, because };
  return [{ ...finding, span, allocation, related, heat, ...withoutFix(finding, noFix) }];
}

function withoutFix({ noFix }: Finding, because: string): Pick<Finding, 'fixes' | 'noFix'> {
  return {
    fixes: [],
    noFix: { ...noFix, because },
  };
}

function sayTheSame(a: Finding, b: Finding): boolean {
  return a.ruleId === b.ruleId && a.span.start < b.span.end && b.span.start < a.span.end;
}
