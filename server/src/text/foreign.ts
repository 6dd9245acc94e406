/**
 * Text that comes from a folder, a toolchain or a setting, on its way to somebody's eyes: names of files and folders,
 * pieces of code, what a compiler says. It may be written to deceive. Everything that is shown goes through here.
 */

/** Longer texts are cut: nothing that is shown is a book. UTF-16 units. */
const longest = 2000;

/**
 * Characters that are not seen as what they are: control and format characters (line ends, escape sequences, the
 * reversal of the writing direction), halves of a character. Spaces that end a line are among them.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const keptOrUnseen = new RegExp(`(\\r?\\n|\\t)|${unseen.source}`, 'gu');

/** The text on one line, every character to be seen: `a\u{202e}b`. White space becomes one space. */
export function visible(text: string, limit = longest): string {
  return escaped(cut(text, limit).replace(/[\s\u0085]+/g, ' '));
}

/** As `visible`, but exact: for a name and for a line of code, whose line ends and tabs are seen, too. */
export function escaped(text: string): string {
  return text.replace(unseen, escape);
}

/** As `escaped`, for a text whose lines and tabs are to stay: a patch on a terminal. */
export function escapedLines(text: string): string {
  return text.replace(keptOrUnseen, (found, kept: string | undefined) => kept ?? escape(found));
}

function escape(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/**
 * For notifications, progress, the language status, quick picks and tooltips: VS Code makes `[text](command:…)` a link
 * there, which runs the command, and `$(name)` an icon. There is no escape for either, so a space takes them apart.
 */
export function plainText(text: string, limit = longest): string {
  return visible(text, limit).replace(/\]\(/g, '] (').replace(/\$\(/g, '$ (');
}

/** For a log: lines stay lines, but what follows the first is indented, so that none can pretend to be an entry. */
export function logText(text: string): string {
  return cut(text, 100 * longest)
    .split(/\r\n|\r|\n/)
    .map((line, i) => `${i === 0 ? '' : '    '}${plainText(line, Infinity).trim()}`.trimEnd())
    .join('\n');
}

/**
 * For Markdown: no structure, no link, no HTML, no entity, also no address that GitHub's Markdown makes a link by itself.
 * Code spans, which our own sentences have, stay.
 */
export function markdownText(text: string, limit = longest): string {
  return visible(text, limit)
    .split(/(`[^`]+`)/)
    .map((part, i) => (i % 2 ? part : part.replace(/[\\*_[\]<>#|~`&@$]|:(?=\/\/)|(?<=\bwww)\./gi, '\\$&')))
    .join('');
}

/** A code span, whatever backquotes the text has. */
export function markdownCode(text: string, limit = longest): string {
  const line = visible(text, limit);
  const longestRun = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longestRun + 1);
  return longestRun > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** A value as the user will recognise it within a sentence: as JSON, cut, and without markup. */
export function quoted(value: unknown, limit = 60): string {
  const text = JSON.stringify(typeof value === 'string' ? cut(value, limit) : value) ?? String(value);
  return plainText(text, typeof value === 'string' ? longest : limit);
}

/** At most `limit` UTF-16 units and an ellipsis; never half a character. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}
