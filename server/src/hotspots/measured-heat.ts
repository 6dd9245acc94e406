import type { Finding, Heat, RuleMeta } from '../../../rules/model';
import { fewSamples, type Weights } from '../profile/weights';
import type { SourceFunction } from '../service/engine';
import { percentText } from '../text/amounts';
import { placeKey, type Hotspot } from './lines';
import { hotScore, severityOf, type Visibility } from '../service/ranking';

/** The least part of a profile that makes a place hot, whatever its syntax says. */
const hotShare = 0.001;

/**
 * Findings by what a profile measured: a measured place is hot however cold it looks, and one that the profile passed by is cold. What the
 * profile says nothing about keeps its static heat.
 * @param findings all that there are, hidden ones, too
 * @param hotspots of the whole profile
 * @param profile what the profile is called in a reason
 */
export function measuredFindings(
  findings: readonly Finding[],
  hotspots: readonly Hotspot[],
  {
    rules,
    visibility,
    profile,
    unit,
  }: {
    readonly rules: readonly RuleMeta[];
    readonly visibility: Visibility;
    readonly profile: string;
    readonly unit: Weights['unit'];
  },
): Finding[] {
  const shares = new Map<string, number>();
  /** As the profiles judge their fixes; of several the one with fewer. */
  const judged = new Map<string, Finding>();
  for (const { share, findings: here } of hotspots)
    for (const finding of here) {
      const key = placeKey(finding);
      shares.set(key, (shares.get(key) ?? 0) + share);
      const known = judged.get(key);
      if (!known || finding.fixes.length < known.fixes.length) judged.set(key, finding);
    }
  // Time is sampled far too seldom to say of a line that it did not run.
  const passed = unit === 'bytes' ? passedBy(hotspots) : () => false;
  const metas = new Map(rules.map((meta) => [meta.id, meta]));
  return findings.flatMap((finding): Finding[] => {
    const key = placeKey(finding);
    const share = shares.get(key) ?? 0;
    const heat =
      share > 0 ? measured(share, finding.heat, profile) : passed(finding) ? nothing(profile) : finding.heat;
    const severity = severityOf(
      metaOf(metas.get(finding.ruleId)!, share),
      finding.allocation.cost,
      heat,
      visibility,
    );
    return severity === undefined ? [] : [{ ...(judged.get(key) ?? finding), heat, severity }];
  });
}

/** What speaks only where a profile weighs it speaks of an allocation there. */
function metaOf(meta: RuleMeta, share: number): RuleMeta {
  return share > 0 && meta.reports === 'measured only' ? { ...meta, reports: 'allocation' } : meta;
}

/** From a thousandth of the profile on hot; the score grows with the logarithm of the share, to 1 for all of it. */
function measured(share: number, { because }: Heat, profile: string): Heat {
  const decades = Math.log10(share / hotShare) / 3;
  const score = Math.max(0, Math.min(1, hotScore + (1 - hotScore) * decades));
  return {
    score: Math.round(score * 100) / 100,
    because: [{ text: `${percentText(share)} of ${profile}` }, ...because],
  };
}

const nothing = (profile: string): Heat => ({
  score: 0,
  because: [{ text: `its function ran and allocated nothing here in ${profile}` }],
});

/**
 * Whether a Go function is in the profile, with enough samples to be sure, and nothing on the finding's lines is. A profile of V8 knows
 * functions only, and one that is missing may not have run.
 */
function passedBy(hotspots: readonly Hotspot[]): (finding: Finding) => boolean {
  const byFile = new Map<string, Map<SourceFunction, number>>();
  for (const { weight, within } of hotspots) {
    if (weight.column !== undefined || !within) continue;
    const functions = byFile.get(weight.file) ?? new Map<SourceFunction, number>();
    byFile.set(weight.file, functions.set(within, (functions.get(within) ?? 0) + weight.samples));
  }
  return ({ file, span }) =>
    [...(byFile.get(file) ?? [])].some(
      ([fn, samples]) => samples >= fewSamples && fn.span.start <= span.start && span.end <= fn.span.end,
    );
}
