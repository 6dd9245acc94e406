import type { RawDecision, RawFree } from '../compile/records';

/**
 * `escapedebug` says where a value that escapes needs no memory of its own, because it lies in read-only data: once for
 * each such value, under a name that the compiler made up. At the point of an inlined call stand the decisions about all
 * that was inlined there, so that as many of them are free as were said to be, and not more.
 */

/** Basic constants lie in read-only data on every supported Go; before 1.25 no flag says so. */
const constant = /^(?:-?\d[\w.]*(?:e[+-]?\d+)?|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|true|false)$/;

/** What allocates by itself, whether it becomes an interface or not. */
const ownMemory = /^(?:append$|make\(|new\(|&|\.\.\. |func literal$|\[\])/;

/** Constants come first, then what may be made of constants, then variables; what a call returned comes last. */
function likelihood({ text }: RawDecision): number {
  if (constant.test(text)) return 0;
  if (/^[\w.*[\]]+\(.*\)$/.test(text) && constant.test(text.slice(text.indexOf('(') + 1, -1))) return 1;
  if (text.endsWith('}')) return 2;
  return /^\w+$/.test(text) ? 3 : 4;
}

/** Those of the decisions that allocate nothing. */
export function freeDecisions(
  decisions: Iterable<RawDecision>,
  said: readonly RawFree[],
): ReadonlySet<RawDecision> {
  const free = new Set<RawDecision>();
  const globals = new Map<string, RawFree[]>();
  const closures = new Set<string>();
  for (const one of said) {
    const at = `${one.line}:${one.column}`;
    if (one.closure) closures.add(at);
    else globals.set(at, [...(globals.get(at) ?? []), one]);
  }
  const boxed = new Map<string, RawDecision[]>();
  for (const decision of decisions) {
    const { line, column, subject, text, heapLines } = decision;
    const at = `${line}:${column}`;
    if (subject === 'moved') continue;
    if (text === 'func literal' && closures.has(at)) free.add(decision);
    if (constant.test(text)) free.add(decision);
    if (heapLines > 0 && globals.has(at) && !ownMemory.test(text))
      boxed.set(at, [...(boxed.get(at) ?? []), decision]);
  }
  for (const [at, candidates] of boxed) {
    let left = globals.get(at)!;
    for (const decision of candidates) {
      const named = left.filter(({ name }) => name === decision.text);
      if (named.length === 0) continue;
      if (named.length >= decision.heapLines) free.add(decision);
      left = left.filter((one) => !named.includes(one));
    }
    let open = left.length;
    for (const decision of candidates.sort((a, b) => likelihood(a) - likelihood(b))) {
      if (free.has(decision) && !constant.test(decision.text)) continue;
      if (open >= decision.heapLines) free.add(decision);
      open -= decision.heapLines;
    }
  }
  return free;
}
