import { visible } from '../../text/foreign';
import { patchesOf } from '../patches';
import { fromProperty, neededText, page, type Tool } from '../tool';

/** UTF-16 units of one patch; the whole of it is what apply_fix would write. */
const longestPatch = 2400;

export const verifiedFixes: Tool = {
  name: 'verified_fixes',
  title: 'Checked fixes of an allocation',
  description:
    'Shows what can be written instead, as a patch, and how far that was checked: “verified” means that the compiler no longer emits the allocation. Changes nothing.',
  input: {
    type: 'object',
    properties: { id: { type: 'string', description: 'As hotspots gives it.' }, ...fromProperty },
    required: ['id'],
    additionalProperties: false,
  },
  kind: 'reads',
  async run(agent, args, signal) {
    const { id, finding } = await agent.finding(neededText(args, 'id'), signal);
    const fixes: object[] = [];
    for (const [i, fix] of finding.fixes.entries()) {
      const patches = await patchesOf(agent, await agent.fix(`${id}/${i + 1}`, signal), signal);
      const patch = patches.map(({ patch: text }) => text).join('');
      fixes.push({
        fix: `${id}/${i + 1}`,
        title: visible(fix.title),
        kind:
          fix.kind === 'safe'
            ? 'safe: behaviour stays the same'
            : 'suggestion: the condition in the title must hold',
        verification: fix.verification,
        ...(fix.allocationsBefore !== undefined && {
          allocations: `${fix.allocationsBefore} before, ${fix.allocationsAfter} after`,
        }),
        patch: patch.length > longestPatch ? `${patch.slice(0, longestPatch)}\n… (cut)` : patch,
      });
    }
    return page(fixes, args);
  },
};
