import { replaceAll, ReplaceError } from '../../host/replace';
import { isGenerated } from '../../service/fixes';
import { Permission } from '../../service/permission';
import { visible } from '../../text/foreign';
import { patchesOf } from '../patches';
import { AgentError, neededText, type Tool } from '../tool';

export const applyFix: Tool = {
  name: 'apply_fix',
  title: 'Apply a fix',
  description: 'Writes one fix into the files, all of it or nothing.',
  condition:
    'Only after the user has seen the patch of verified_fixes and agreed: then with confirmed set to true.',
  input: {
    type: 'object',
    properties: {
      fix: { type: 'string', description: 'As verified_fixes gives it.' },
      confirmed: { type: 'boolean', description: 'The user has seen the patch and agreed.' },
    },
    required: ['fix', 'confirmed'],
    additionalProperties: false,
  },
  kind: 'asks',
  async run(agent, args, signal) {
    const found = await agent.fix(neededText(args, 'fix'), signal);
    if (args['confirmed'] !== true)
      throw new AgentError(
        'Nothing was written. Show the patch of verified_fixes to the user, and call again with confirmed: true when they agree.',
      );
    const patches = await patchesOf(agent, found, signal);
    const permission = new Permission([agent.folder], agent.folder);
    for (const { file, before } of patches) {
      const reason = isGenerated(before) ? 'it is generated' : permission.refusal(file);
      if (reason !== undefined)
        throw new AgentError(`Nothing was written: ${agent.shown(file)} is not changed because ${reason}.`);
    }
    try {
      replaceAll(patches, (file) => agent.shown(file));
    } catch (error) {
      if (error instanceof ReplaceError) throw new AgentError(error.message);
      throw error;
    }
    agent.forget();
    return { applied: visible(found.fix.title), files: patches.map(({ file }) => agent.shown(file)) };
  },
};
