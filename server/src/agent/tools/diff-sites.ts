import { withRevisions } from '../../history/revisions';
import { GitError } from '../../history/git';
import type { ComparedSite } from '../../history/site-diff';
import { summaryOf } from '../../report/diff';
import { visible } from '../../text/foreign';
import {
  AgentError,
  fromProperty,
  neededText,
  page,
  pathsProperty,
  textOf,
  textsOf,
  type Tool,
} from '../tool';

export const diffSites: Tool = {
  name: 'diff_sites',
  title: 'Allocation sites that a change adds',
  description:
    'Compares the allocation sites of two revisions of the git repository, or of one with the files on the disk: added, removed, moved, changed. The repository stays as it is.',
  input: {
    type: 'object',
    properties: {
      base: { type: 'string', description: 'The older side, as git names commits: HEAD, main, v1.2.0.' },
      to: { type: 'string', description: 'The newer side; the files on the disk if not given.' },
      ...pathsProperty,
      ...fromProperty,
    },
    required: ['base'],
    additionalProperties: false,
  },
  kind: 'reads',
  async run(agent, args, signal) {
    agent.requireTrust('diff_sites');
    const paths = textsOf(args, 'paths');
    try {
      return await withRevisions(
        {
          ...agent.options,
          cwd: agent.folder,
          from: neededText(args, 'base'),
          to: textOf(args, 'to'),
          mergeBase: false,
          // A path need not be on both sides.
          filesIn: (root) => agent.files(paths, root, signal).catch(() => []),
          signal,
          progress: () => {},
        },
        (compared) => {
          if (compared === 'nothing there')
            throw new AgentError('Neither side has source files at these paths.');
          const entry = (change: string, site: ComparedSite): object => ({
            change,
            at: `${agent.shown(site.file)}:${site.line + 1}`,
            function: visible(site.function, 100),
            expression: visible(site.expression, 160),
            why: visible(site.reason === undefined ? site.kind : `${site.kind}: ${site.reason}`, 200),
          });
          const { added, removed, moved, changed } = compared.sites;
          const entries = [
            ...added.map((site) => entry('added', site)),
            ...removed.map((site) => entry('removed', site)),
            ...moved.map(({ after }) => entry('moved', after)),
            ...changed.map(({ after }) => entry('changed', after)),
          ];
          const notes = compared.notes.slice(0, 5).map(({ message }) => visible(message, 300));
          return Promise.resolve({
            summary: summaryOf(compared),
            ...page(entries, args),
            ...(notes.length > 0 && { notes }),
          });
        },
      );
    } catch (error) {
      if (error instanceof GitError) throw new AgentError(error.message);
      throw error;
    }
  },
};
