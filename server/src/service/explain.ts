import type { AllocationCost, Evidence, Finding, Fix } from '../../../rules/model';
import { asClause } from '../../../rules/wording';
import { markdownCode, markdownText } from '../text/foreign';
import { isSafe } from './fixes';
import { hotScore, shownFrom } from './ranking';

const costs: Readonly<Record<AllocationCost, string>> = {
  always: 'each time it runs',
  conditional: 'depending on a size known only at run time',
  none: 'never',
  unknown: 'unless the compiler removes it',
};

/**
 * A finding in a few lines of Markdown without HTML: what and how much, why, heat and its reason, the fix and how far it was
 * checked, or what to do by hand.
 * @param more goes behind the last line, as Markdown: links
 * @param titled false where the reader sees the finding's message already
 */
export function briefly(finding: Finding, more: readonly string[], titled: boolean): string {
  const lines = [
    ...(titled ? [`**${markdownText(finding.message)}**`] : []),
    sentence(markdownText(finding.allocation.reason)),
    sentence(heatText(finding)),
    [remedyText(finding), ...more].join(' · '),
  ];
  // Two spaces end a line of the same paragraph.
  return lines.join('  \n');
}

/**
 * All that is known of a finding, as a Markdown document without HTML: what `briefly` says, the details, the way to the cause, what
 * supports the claim, and every fix.
 * @param page URI of the rule's page
 * @param placeOf the place that a related note is about, as it is shown: "a.go:12"
 */
export function explain(
  finding: Finding,
  page: string,
  placeOf: (related: Finding['related'][number]) => string,
): string {
  const { allocation, details, related, fixes } = finding;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length > 0 ? ['', `## ${title}`, '', ...lines] : [];
  return [
    `# ${markdownText(finding.message)}`,
    '',
    `It allocates ${costs[allocation.cost]} (${allocation.kind}).`,
    ...section('Why', [
      sentence(markdownText(allocation.reason)),
      ...(details === undefined ? [] : ['', markdownText(details)]),
    ]),
    ...section(
      'Flow',
      related.map((one) => `1. ${markdownText(one.message)} (${markdownCode(placeOf(one))})`),
    ),
    ...section('Heat', [sentence(heatText(finding))]),
    ...section(
      'Fix',
      fixes.length > 0
        ? fixes.map((fix) => `- ${markdownText(fix.title)} · ${fixText(fix)}`)
        : [sentence(remedyText(finding))],
    ),
    ...section(
      'Evidence',
      allocation.evidence.map((evidence) => `- ${evidenceText(evidence)}`),
    ),
    '',
    `[About ${finding.ruleId}](${page})`,
    '',
  ].join('\n');
}

/** "hot (0.85 of 1): in a nested loop, called in a loop". */
export function heatText({ heat }: Finding): string {
  const score = heat.score.toFixed(2).replace(/0$/, '');
  const word = heat.score >= hotScore ? 'hot' : heat.score >= shownFrom.likely ? 'warm' : 'cold';
  const because = heat.because.map(({ text }) => markdownText(text)).join(', ');
  return `${word} (${score} of 1)${because ? `: ${because}` : ''}`;
}

/** The first fix, or why there is none and what to do by hand, in Markdown. */
function remedyText(finding: Finding): string {
  const { fixes } = finding;
  const [fix] = fixes;
  if (!fix) return markdownText(noFixText(finding));
  const others = fixes.length > 1 ? ` (${fixes.length - 1} more)` : '';
  return `${isSafe(fix) ? 'Fix' : 'Suggestion'}: ${markdownText(fix.title)}${others}`;
}

/** "No automatic fix: the file is generated. By hand: make the map with …", in plain text. */
export function noFixText({ noFix }: Finding): string {
  const reason = noFix?.because === undefined ? '' : `: ${noFix.because}`;
  const byHand = noFix?.recipe === undefined ? '' : ` By hand: ${asClause(noFix.recipe)}.`;
  return `No automatic fix${reason}.${byHand}`;
}

/** One piece of evidence, in Markdown, without a full stop. */
export function evidenceText(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'compiler decision':
      return `the compiler says ${markdownCode(evidence.text)}`;
    case 'emitted call':
      return `the compiler emits ${markdownCode(evidence.callee)}${evidence.count === 1 ? '' : ` ${evidence.count} times`}`;
    case 'profile':
      return `the profile has ${evidence.objects} objects, ${evidence.bytes} bytes here`;
    case 'measured sample':
      return `measured in ${markdownCode(`samples/${evidence.sample}`)}`;
  }
}

/** How far a fix is to be trusted; that and what was checked is also in its title. */
export function fixText(fix: Fix): string {
  return isSafe(fix) ? 'safe' : 'suggestion: check its condition';
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
