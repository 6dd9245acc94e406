import { restNode, type CallNode, type CallTree, type Counted } from './call-tree';

/** A node of a flame graph: one box. */
export interface FlameBox {
  readonly node: CallNode;
  /** Index of the box of its caller; −1 for the root. */
  readonly parent: number;
  /**
   * How wide it is, in the measure that was asked for: what it allocates, with its callees. Of two profiles the larger of both, so that
   * what is gone has a place, too; of a profile that is itself a difference, without what was freed.
   */
  readonly size: number;
}

/** Part of the whole below which boxes are merged: on a screen of 1,000 pixels that is one. */
export const shownShare = 0.001;

/**
 * The tree as boxes, callers before their callees and left-heavy: the largest callee of each comes first, and last of all "…", which holds
 * those below `share` of the whole.
 * @param by what widths are of
 */
export function flameBoxes({ root }: CallTree, by: keyof Counted, share = shownShare): FlameBox[] {
  const sizes = new Map<CallNode, number>();
  const least = share * sizeOf(root, by, sizes);
  const boxes: FlameBox[] = [];
  const add = (node: CallNode, parent: number): void => {
    const at = boxes.push({ node, parent, size: sizes.get(node)! }) - 1;
    const seen = node.children.filter((child) => child.merged === 0 && sizes.get(child)! >= least);
    // Equal ones by name: the same profile gives the same picture.
    for (const child of seen.sort((a, b) => sizes.get(b)! - sizes.get(a)! || (a.name < b.name ? -1 : 1)))
      if (sizes.get(child)! > 0) add(child, at);
    const rest = merged(node.children.filter((child) => !seen.includes(child)));
    const size = node.children.reduce(
      (sum, child) => sum + (seen.includes(child) ? 0 : sizes.get(child)!),
      0,
    );
    if (size > 0) boxes.push({ node: rest, parent: at, size });
  };
  add(root, -1);
  return boxes;
}

/** The depth of the tree is bounded, see CallTreeBuilder. */
function sizeOf(node: CallNode, by: keyof Counted, sizes: Map<CallNode, number>): number {
  let size = Math.max(0, node.own[by], node.before?.own[by] ?? 0);
  for (const child of node.children) size += sizeOf(child, by, sizes);
  sizes.set(node, size);
  return size;
}

/** One "…" for several nodes. */
function merged(nodes: readonly CallNode[]): CallNode {
  const sum = (of: (node: CallNode) => Counted): Counted => ({
    amount: nodes.reduce((all, node) => all + of(node).amount, 0),
    objects: nodes.reduce((all, node) => all + of(node).objects, 0),
  });
  const total = sum((node) => node.total);
  const before = nodes.some((node) => node.before) && sum((node) => node.before!.total);
  return {
    ...restNode,
    total,
    own: total,
    ...(before && { before: { total: before, own: before } }),
    merged: nodes.reduce((count, node) => count + (node.merged || functionsIn(node)), 0),
  };
}

function functionsIn({ children }: CallNode): number {
  return children.reduce((count, child) => count + (child.merged || functionsIn(child)), 1);
}
