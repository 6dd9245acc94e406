import { ProfileError } from './profile-error';
import type { RecordedWith, SamplingNode, SamplingProfile } from './v8-sampling';

/**
 * One `.heapprofile` of those of several processes and threads, with what made it beside V8's keys (VS Code's reader passes over it).
 * @param texts at least one
 * @throws ProfileError when one of them is damaged
 */
export function mergeV8(texts: readonly string[], recorded: RecordedWith): string {
  const profiles = texts.map((text) => {
    try {
      return JSON.parse(text) as SamplingProfile;
    } catch {
      throw new ProfileError('The recording of one process is cut off: it was killed while it wrote.');
    }
  });
  const [first] = profiles;
  if (profiles.length === 1) return JSON.stringify({ ...first, alloclens: recorded });
  let ids = 1;
  const samples: { size: number; nodeId: number; ordinal: number }[] = [];
  const children = profiles.flatMap(({ head, samples: taken = [] }) => {
    const renamed = new Map<number, number>();
    const renumber = (node: SamplingNode): SamplingNode => {
      const id = ++ids;
      renamed.set(node.id, id);
      return { ...node, id, children: node.children.map(renumber) };
    };
    const nodes = head.children.map(renumber);
    for (const sample of taken)
      samples.push({ ...sample, nodeId: renamed.get(sample.nodeId) ?? 1, ordinal: samples.length + 1 });
    return nodes;
  });
  return JSON.stringify({
    head: { ...first!.head, id: 1, selfSize: 0, children },
    samples,
    alloclens: recorded,
  });
}
