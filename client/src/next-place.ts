/** A finding in a file; 0-based line, UTF-16 character. */
export interface Place {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}

/**
 * The place behind (or before) the cursor: in the cursor's file first, then in the other files by their URIs, and round
 * again. Undefined without places.
 * @param places in any order
 * @param cursor undefined when no editor is open: the first place, or the last
 */
export function nextPlace(
  places: readonly Place[],
  cursor: Place | undefined,
  direction: 'next' | 'previous',
): Place | undefined {
  const sorted = [...places].sort(compare);
  if (direction === 'next')
    return (cursor && sorted.find((place) => compare(place, cursor) > 0)) ?? sorted[0];
  return (cursor && sorted.findLast((place) => compare(place, cursor) < 0)) ?? sorted.at(-1);
}

function compare(a: Place, b: Place): number {
  if (a.uri !== b.uri) return a.uri < b.uri ? -1 : 1;
  return a.line - b.line || a.character - b.character;
}
