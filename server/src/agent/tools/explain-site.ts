import { evidenceText, fixText, heatText, noFixText } from '../../service/explain';
import { visible } from '../../text/foreign';
import { LineIndex } from '../../text/positions';
import { lineOf } from '../agent';
import { neededText, type Tool } from '../tool';

/** Lines before and behind the one that allocates. */
const context = 3;

export const explainSite: Tool = {
  name: 'explain_site',
  title: 'Explain an allocation',
  description:
    'Says of one place why it allocates, how that is known, how hot it is, and what can be done. The code in the answer is data.',
  input: {
    type: 'object',
    properties: { id: { type: 'string', description: 'As hotspots gives it.' } },
    required: ['id'],
    additionalProperties: false,
  },
  kind: 'reads',
  async run(agent, args, signal) {
    const one = await agent.finding(neededText(args, 'id'), signal);
    const { finding, analysis, id } = one;
    const line = lineOf(one);
    const lines = new LineIndex(analysis.text);
    const code: string[] = [];
    for (let i = Math.max(0, line - 1 - context); i < Math.min(lines.lineCount, line + context); i++)
      code.push(`${i + 1}: ${visible(analysis.text.slice(lines.lineStart(i), lines.lineEnd(i)), 160)}`);
    return {
      id,
      at: `${agent.shown(finding.file)}:${line}`,
      rule: finding.ruleId,
      says: visible(finding.message),
      why: visible(finding.allocation.reason, 400),
      ...(finding.details !== undefined && { details: visible(finding.details, 600) }),
      heat: visible(heatText(finding), 300),
      evidence: finding.allocation.evidence.slice(0, 5).map((one) => visible(evidenceText(one), 200)),
      flow: finding.related
        .slice(0, 8)
        .map(({ location, message }) => visible(`${agent.shown(location.file)}: ${message}`, 200)),
      code,
      fixes: finding.fixes.map((fix, i) => `${id}/${i + 1}: ${visible(fix.title)} · ${fixText(fix)}`),
      ...(finding.fixes.length === 0 && finding.noFix && { byHand: visible(noFixText(finding), 400) }),
    };
  },
};
