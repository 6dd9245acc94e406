/**
 * How findings speak: one title of one line, source text in backticks and in its own case. Lengths are UTF-16 units.
 */

/** What a list of problems shows of a finding without cutting it. */
export const longestTitle = 80;

/** A name or expression that is longer is shortened in the middle: both ends tell it from others. */
export const longestCode = 30;

/** No shorter, however long the rest of a title is. */
const shortestCode = 12;

/** Source text as a sentence quotes it: on one line, in backticks, at most `longest` long. */
export function code(source: string, longest = longestCode): string {
  return `\`${shortened(source.replace(/\s+/g, ' ').trim().replaceAll('`', "'"), longest)}\``;
}

/** The text with `…` in place of its middle, so that it has at most `longest` units; never half a character. */
export function shortened(text: string, longest = longestCode): string {
  if (text.length <= longest) return text;
  const tail = Math.floor((longest - 1) / 2);
  const head = longest - 1 - tail;
  const start = text.slice(0, head).replace(/[\ud800-\udbff]$/, '');
  const end = text.slice(text.length - tail).replace(/^[\udc00-\udfff]/, '');
  return `${start}…${end}`;
}

/** `code` of each, as a list in a sentence: "`a`, `b` and `c`". */
export function codes(sources: readonly string[]): string {
  const quoted = sources.map((source) => code(source));
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)!}`;
}

/** How long source text may be so that what `render` makes of it fits into a title: never under 12 units, nor over 30. */
export function roomForCode(render: (longest: number) => string): number {
  let longest = longestCode;
  while (longest > shortestCode && render(longest).length > longestTitle) longest--;
  return longest;
}

/**
 * The sentence with its quoted parts shortened until it is no longer than a title may be. What the rule itself says is
 * never cut: a test measures that it leaves room.
 */
export function titled(sentence: string): string {
  const render = (longest: number): string =>
    sentence.replace(/`([^`]*)`/g, (_, quoted: string) => `\`${shortened(quoted, longest)}\``);
  return render(roomForCode(render));
}

/** The sentence as a part of another: without its full stop, the first letter in lower case. */
export function asClause(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
}

/** The clause as a sentence of its own: the first letter in upper case, one full stop. */
export function asSentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1).replace(/\.$/, '')}.`;
}

/** "1 element", "3 elements". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
