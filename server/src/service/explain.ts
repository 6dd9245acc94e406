import type { AllocationCost, Evidence, Finding, Fix } from '../../../rules/model';
import { markdownCode, markdownText } from '../text/foreign';
import { isSafe } from './fixes';
import { hotScore } from './ranking';

const costs: Readonly<Record<AllocationCost, string>> = {
  always: 'allocates each time it runs',
  conditional: 'allocates, depending on a size known only at run time',
  none: 'does not allocate',
  unknown: 'may allocate',
};

/**
 * A finding in plain words, as Markdown without HTML: what allocates, why, how hot the place is, what supports the
 * claim, and what can be done.
 * @param page URI of the rule's page
 */
export function explain(finding: Finding, page: string): string {
  const { allocation, heat } = finding;
  const lines = [
    `**${markdownText(finding.message)}**`,
    '',
    `- What: ${allocation.kind}; ${costs[allocation.cost]}.`,
    `- Why: ${sentence(markdownText(allocation.reason))}`,
    `- Heat: ${heatText(finding)}.`,
    ...allocation.evidence.map((evidence) => `- Evidence: ${evidenceText(evidence)}.`),
    ...finding.fixes.map((fix) => `- Fix: ${markdownText(fix.title)} · ${fixText(fix)}.`),
  ];
  if (finding.fixes.length === 0) lines.push('- Fix: none is offered here; the page says when one is.');
  lines.push('', `[${finding.ruleId}](${page})${heat.score >= hotScore ? ' · hot code' : ''}`);
  return lines.join('\n');
}

/** "0.85: in a nested loop, called in a loop". */
export function heatText({ heat }: Finding): string {
  const score = heat.score.toFixed(2).replace(/0$/, '');
  const because = heat.because.map(({ text }) => markdownText(text)).join(', ');
  return because ? `${score} of 1: ${because}` : `${score} of 1`;
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
