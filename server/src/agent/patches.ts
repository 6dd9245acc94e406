import { patchText } from '../report/patch';
import { withEdits } from '../service/fixes';
import type { Agent, NamedFinding } from './agent';
import type { Fix } from '../../../rules/model';

export interface Patched {
  /** Absolute. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** Unified diff with paths relative to the agent's folder. */
  readonly patch: string;
}

/** What a fix makes of its files, laid out by the language's formatter. */
export async function patchesOf(
  agent: Agent,
  { fix, analysis }: NamedFinding & { readonly fix: Fix },
  signal: AbortSignal,
): Promise<Patched[]> {
  const { analyser, settings } = agent.options;
  const languageId = analysis.path.endsWith('.go') ? 'go' : 'typescript';
  const document = { path: analysis.path, languageId, version: 0, text: analysis.text };
  const { edits } = await analyser.withLayout(
    { edits: fix.edits, applied: [fix] },
    { document, buffers: agent.buffers, settings },
    signal,
  );
  return [...new Set(edits.map(({ file }) => file))].map((file) => {
    const before = file === analysis.path ? analysis.text : agent.textOf(file);
    const own = edits.filter((edit) => edit.file === file);
    const after = withEdits(before, own);
    return { file, before, after, patch: patchText(agent.shown(file), before, after) };
  });
}
