import type { AllocationCost, Evidence, Finding, Fix } from '../../../rules/model';
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
    `**${plain(finding.message)}**`,
    '',
    `- What: ${allocation.kind}; ${costs[allocation.cost]}.`,
    `- Why: ${sentence(plain(allocation.reason))}`,
    `- Heat: ${heatText(finding)}.`,
    ...allocation.evidence.map((evidence) => `- Evidence: ${evidenceText(evidence)}.`),
    ...finding.fixes.map((fix) => `- Fix: ${plain(fix.title)} · ${fixText(fix)}.`),
  ];
  if (finding.fixes.length === 0) lines.push('- Fix: none is offered here; the page says when one is.');
  lines.push('', `[${finding.ruleId}](${page})${heat.score >= hotScore ? ' · hot code' : ''}`);
  return lines.join('\n');
}

/** "0.85: in a nested loop, called in a loop". */
export function heatText({ heat }: Finding): string {
  const score = heat.score.toFixed(2).replace(/0$/, '');
  const because = heat.because.map(({ text }) => plain(text)).join(', ');
  return because ? `${score} of 1: ${because}` : `${score} of 1`;
}

/** One piece of evidence, in Markdown, without a full stop. */
export function evidenceText(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'compiler decision':
      return `the compiler says ${code(evidence.text)}`;
    case 'emitted call':
      return `the compiler emits ${code(evidence.callee)}${evidence.count === 1 ? '' : ` ${evidence.count} times`}`;
    case 'profile':
      return `the profile has ${evidence.objects} objects, ${evidence.bytes} bytes here`;
    case 'measured sample':
      return `measured in ${code(`samples/${evidence.sample}`)}`;
  }
}

/** How far a fix is to be trusted; that and what was verified is also in its title. */
export function fixText(fix: Fix): string {
  return isSafe(fix) ? 'safe' : 'suggestion: check its condition';
}

/** Text from code and compilers must not turn into Markdown structure, but its own `code` spans may stay. */
function plain(text: string): string {
  return text
    .split(/(`[^`\n]+`)/)
    .map((part, i) => (i % 2 ? part : part.replace(/[\\*_[\]<>#|~`]/g, '\\$&')))
    .join('')
    .replace(/\s+/g, ' ');
}

function code(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...(oneLine.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${oneLine} ${fence}` : `${fence}${oneLine}${fence}`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
