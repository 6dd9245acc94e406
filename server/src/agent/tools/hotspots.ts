import { heatText } from '../../service/explain';
import { visible } from '../../text/foreign';
import { lineOf } from '../agent';
import { fromProperty, page, pathsProperty, textsOf, type Tool } from '../tool';

export const hotspots: Tool = {
  name: 'hotspots',
  title: 'Allocation hotspots',
  description:
    'Lists places of the Go and TypeScript code that allocate and matter, the most urgent and hottest first. Each has an id for explain_site and verified_fixes.',
  input: { type: 'object', properties: { ...pathsProperty, ...fromProperty }, additionalProperties: false },
  kind: 'reads',
  async run(agent, args, signal) {
    const found = await agent.find(textsOf(args, 'paths'), signal);
    const entries = found.map((one) => ({
      id: one.id,
      at: `${agent.shown(one.finding.file)}:${lineOf(one)}`,
      rule: one.finding.ruleId,
      severity: one.finding.severity,
      says: visible(one.finding.message, 200),
      heat: visible(heatText(one.finding), 200),
      fixes: one.finding.fixes.length,
    }));
    const notes = [
      ...agent.notes.map((note) => visible(note, 300)),
      ...(agent.trusted
        ? []
        : ['The folder is not trusted, so the Go compiler did not run: Go has only what its syntax shows.']),
    ];
    return { ...page(entries, args), ...(notes.length > 0 && { notes }) };
  },
};
