import { proveOne } from '../../proof/fixes';
import { textOnDisk } from '../../service/source';
import { usualRun } from '../../proof/measure';
import { cellsOf, unmeasured } from '../../report/proof';
import { visible } from '../../text/foreign';
import { AgentError, neededText, page, type Tool } from '../tool';

export const proveFix: Tool = {
  name: 'prove_fix',
  title: 'Prove a fix by its benchmarks',
  description:
    'Runs the benchmarks that reach a fix, before and after it, without changing the working tree, and says how significant the difference is. It runs code of the folder and takes minutes.',
  condition: 'Only after the user has agreed, with confirmed set to true.',
  input: {
    type: 'object',
    properties: {
      fix: { type: 'string', description: 'As verified_fixes gives it.' },
      confirmed: { type: 'boolean', description: 'The user has agreed that the benchmarks run.' },
      count: { type: 'integer', minimum: 4, maximum: 20, description: 'Runs of each side; 6 if not given.' },
      bench: { type: 'string', description: 'A regular expression for the names of the benchmarks.' },
    },
    required: ['fix', 'confirmed'],
    additionalProperties: false,
  },
  kind: 'asks',
  async run(agent, args, signal) {
    agent.requireTrust('prove_fix');
    const { fix, finding, analysis } = await agent.fix(neededText(args, 'fix'), signal);
    if (args['confirmed'] !== true)
      throw new AgentError(
        'Nothing was run. Ask the user whether the benchmarks may run, and call again with confirmed: true when they agree.',
      );
    if (textOnDisk(analysis.path) !== analysis.text)
      throw new AgentError(
        `Nothing was run: ${agent.shown(analysis.path)} has changes that are not saved. The file has to be saved first.`,
      );
    const count = args['count'] ?? usualRun.count;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 4 || count > 20)
      throw new AgentError('count must be a whole number from 4 to 20.');
    const { analyser, settings, host } = agent.options;
    const { outcome, report } = await proveOne(
      analyser,
      analysis,
      { finding, fix },
      {
        ...usualRun,
        ...host,
        settings,
        cwd: agent.folder,
        signal,
        count,
        benchFile: undefined,
        bench: typeof args['bench'] === 'string' ? expression(args['bench']) : undefined,
        progress: () => {},
      },
    );
    const notes = report.notes.map((note) => visible(note, 300)).slice(0, 5);
    const said = notes.length > 0 && { notes };
    if (outcome.kind !== 'measured') return { outcome: visible(unmeasured(outcome), 600), ...said };
    const benchmarks = outcome.benchmarks.map(({ name, importPath, verdict, rows, cautions }) => ({
      benchmark: visible(`${name} (${importPath})`, 200),
      verdict,
      figures: rows.map((row) => {
        const { before, after, delta } = cellsOf(row);
        return visible(`${row.unit}: ${before} → ${after}, ${delta}`, 200);
      }),
      ...(cautions.length > 0 && { cautions }),
    }));
    return { verdict: outcome.verdict, ...page(benchmarks, args), ...said };
  },
};

function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new AgentError('bench is not a regular expression.');
  }
}
