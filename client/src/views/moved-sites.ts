import type { Site } from '../../../server/src/lsp/protocol';

/** A place in a text: 0-based line, UTF-16 character. */
interface Place {
  readonly line: number;
  readonly character: number;
}

/** What an edit has replaced, as VS Code tells it. */
export interface Replacement {
  readonly range: { readonly start: Place; readonly end: Place };
  readonly text: string;
}

/**
 * The sites where edits have moved them: until the file has been analysed again, a click, a lens and a fix find them there.
 * @param edits of one change: none overlaps another, and the last in the text comes first
 */
export function movedSites(sites: readonly Site[], edits: readonly Replacement[]): Site[] {
  const moved = (place: Place): Place => edits.reduce(movedBy, place);
  return sites.map((site) => ({
    ...site,
    ...moved(site),
    ...(site.functionLine !== undefined && {
      functionLine: moved({ line: site.functionLine, character: 0 }).line,
    }),
    findings: site.findings.map((finding) => ({ ...finding, ...moved(finding) })),
  }));
}

/** A place in what was replaced becomes the beginning of the edit. */
function movedBy({ line, character }: Place, { range: { start, end }, text }: Replacement): Place {
  if (isBefore({ line, character }, start)) return { line, character };
  if (isBefore({ line, character }, end)) return { line: start.line, character: start.character };
  const added = text.split(/\r\n|[\r\n]/);
  const last = added.at(-1)!.length + (added.length === 1 ? start.character : 0);
  return {
    line: line + start.line - end.line + added.length - 1,
    character: line === end.line ? character - end.character + last : character,
  };
}

const isBefore = (x: Place, y: Place): boolean =>
  x.line < y.line || (x.line === y.line && x.character < y.character);
