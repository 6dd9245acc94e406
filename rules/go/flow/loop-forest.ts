import { circlesOf } from './circles';
import type { Block, Edge, Exit, Loop, Region } from './graph';

/**
 * The loops of a graph: its strongly connected parts, then those of each part without its header, and so on. In a reducible
 * graph these are the natural loops; of a part with several entries, which goto can make, the first is the header.
 * (G. Ramalingam, "Identifying Loops in Almost Linear Time", 1999, section 2: the Steensgaard and Havlak forests agree here.)
 */
export function loopsIn(blocks: readonly Block[]): {
  readonly loops: readonly Loop[];
  readonly innermost: ReadonlyMap<Block, Loop>;
} {
  const loops: Loop[] = [];
  const innermost = new Map<Block, Loop>();
  const work: { readonly among: ReadonlySet<Block>; readonly outer: Loop | undefined }[] = [];
  // Without an edge backwards there is no loop, and most functions have none.
  if (blocks.some(({ out, order }) => out.some(({ to }) => to.order <= order)))
    work.push({ among: new Set(blocks), outer: undefined });
  for (let task = work.shift(); task; task = work.shift()) {
    const { among, outer } = task;
    for (const part of connectedParts(among)) {
      const header = headerOf(part);
      const loop = new FoundLoop(header, new Set(part), outer);
      loops.push(loop);
      for (const block of part) innermost.set(block, loop);
      work.push({ among: new Set(part.filter((block) => block !== header)), outer: loop });
    }
  }
  return { loops, innermost };
}

class FoundLoop implements Loop {
  readonly statement: Loop['statement'];
  readonly #region: Region | undefined;
  #exits: readonly Exit[] | undefined;

  constructor(
    readonly header: Block,
    readonly blocks: ReadonlySet<Block>,
    readonly outer: Loop | undefined,
  ) {
    const { region } = header;
    this.#region = region?.header === header ? region : undefined;
    this.statement = this.#region?.statement;
  }

  get exits(): readonly Exit[] {
    return (this.#exits ??= this.#region
      ? exitsOfRegion(this.#region, this.blocks)
      : exitsOfPart(this.blocks));
  }
}

/** Code that leads out of a for statement stands in it, but is not repeated: the way out is where it leaves the statement. */
function exitsOfRegion(region: Region, blocks: ReadonlySet<Block>): Exit[] {
  const found: Exit[] = [];
  const seen = new Set(blocks);
  for (const block of seen) {
    for (const edge of block.out) {
      if (isWithin(edge.to, region)) seen.add(edge.to);
      else found.push({ edge, why: whyOf(edge, region.done) });
    }
  }
  return sorted(found);
}

function exitsOfPart(blocks: ReadonlySet<Block>): Exit[] {
  const found: Exit[] = [];
  for (const block of blocks) {
    for (const edge of block.out) {
      if (blocks.has(edge.to)) continue;
      // `if done { return }`: the block behind the condition has one way on, and that says why.
      let last = edge;
      for (
        let steps = 0;
        last.to.out.length === 1 && /^(?:next|true|false|case)$/.test(last.kind) && steps < 100;
        steps++
      )
        last = last.to.out[0]!;
      const why = whyOf(last, undefined);
      found.push({ edge, why: why === 'break' || why === 'outer loop' ? 'goto' : why });
    }
  }
  return sorted(found);
}

function whyOf({ kind, to }: Edge, done: Block | undefined): Exit['why'] {
  switch (kind) {
    case 'return':
    case 'panic':
    case 'ends':
    case 'goto':
      return kind;
    case 'break':
      return to === done ? 'break' : 'outer loop';
    case 'continue':
      return 'outer loop';
    default:
      return 'bound reached';
  }
}

function sorted(exits: Exit[]): Exit[] {
  return exits.sort((a, b) => (a.edge.at?.startIndex ?? 0) - (b.edge.at?.startIndex ?? 0));
}

function isWithin(block: Block, region: Region): boolean {
  for (let at = block.region; at; at = at.outer) if (at === region) return true;
  return false;
}

/** The part's first block that is entered from outside, in reverse postorder. */
function headerOf(part: readonly Block[]): Block {
  const inside = new Set(part);
  const entered = part.filter(
    ({ order, in: edges }) => order === 0 || edges.some(({ from }) => from.order >= 0 && !inside.has(from)),
  );
  return (entered.length > 0 ? entered : part).reduce((a, b) => (a.order < b.order ? a : b));
}

/** The strongly connected parts among the blocks that have an edge in them. */
function connectedParts(among: ReadonlySet<Block>): Block[][] {
  const next = (block: Block): Block[] => block.out.flatMap(({ to }) => (among.has(to) ? [to] : []));
  return circlesOf(among, next).filter((part) => part.length > 1 || next(part[0]!).includes(part[0]!));
}
