import type { Performance } from './stage';

/** How a program differs after a fix, the worst first. */
export interface Difference {
  readonly kind: 'syntax' | 'loading' | 'result' | 'effects' | 'types' | 'allocations';
  /** One line. */
  readonly text: string;
}

/** What the two performances show differently; `undefined` when the fix kept everything. */
export function compare(before: Performance, after: Performance): Difference | undefined {
  for (const [i, each] of before.outcomes.entries()) {
    const [outcome, now] = [meaning(each), meaning(after.outcomes[i] ?? 'nothing')];
    if (now === outcome) continue;
    if (i === 0) return { kind: 'loading', text: `loading the module: ${outcome} before, ${now} after` };
    return { kind: 'result', text: `run ${i}: ${firstDifference(outcome, now)}` };
  }
  const length = Math.max(before.effects.length, after.effects.length);
  for (let i = 0; i < length; i++) {
    const [was, is] = [meaning(before.effects[i] ?? 'nothing'), meaning(after.effects[i] ?? 'nothing')];
    if (was !== is) return { kind: 'effects', text: `effect ${i}: ${was} before, ${is} after` };
  }
  for (const [i, count] of after.allocations.entries()) {
    const was = before.allocations[i] ?? 0;
    if (count > was)
      return { kind: 'allocations', text: `counted allocations of call ${i}: ${was} before, ${count} after` };
  }
  return undefined;
}

/** The two texts from a little before the place where they part. */
function firstDifference(before: string, after: string): string {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  const from = Math.max(0, at - 30);
  const cut = (text: string): string =>
    `${from > 0 ? '…' : ''}${text.slice(from, at + 60)}${text.length > at + 60 ? '…' : ''}`;
  return `${cut(before)} before, ${cut(after)} after`;
}

/** Errors of the engine itself by their name: its sentence quotes the program's text. */
const meaning = (text: string): string =>
  text.replace(/\b(TypeError|ReferenceError)( \{ "|: )(?:Cannot |[^"]*? is not |Assignment )[^"]*/g, '$1$2…');
