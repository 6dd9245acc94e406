/** What a coverage profile says was reached (cmd/cover, `-test.coverprofile`). */

/** Lines that ran, first and last, 1-based. */
export interface ReachedLines {
  readonly first: number;
  readonly last: number;
}

/**
 * The blocks that ran, by file as the profile names it: import path and file name.
 * @param profile `import/path/file.go:first.column,last.column statements count`, a line each
 */
export function reachedBlocks(profile: string): Map<string, ReachedLines[]> {
  const reached = new Map<string, ReachedLines[]>();
  for (const line of profile.split('\n')) {
    const block = /^(.+):(\d+)\.\d+,(\d+)\.\d+ \d+ (\d+)\s*$/.exec(line);
    if (!block || block[4] === '0') continue;
    const [, file, first, last] = block;
    const blocks = reached.get(file!) ?? [];
    blocks.push({ first: Number(first), last: Number(last) });
    reached.set(file!, blocks);
  }
  return reached;
}

/** True when a block has one of the lines. */
export function reaches(blocks: readonly ReachedLines[] | undefined, { first, last }: ReachedLines): boolean {
  return blocks?.some((block) => block.first <= last && first <= block.last) ?? false;
}
