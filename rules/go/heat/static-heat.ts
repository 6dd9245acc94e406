import type { Node } from 'web-tree-sitter';
import type { Heat, HeatReason } from '../../model';
import type { GoFile } from '../rule';
import { enclosingDeclaration, spanOf } from '../syntax/nodes';
import { hotDirective } from '../syntax/directives';
import { errorPathOf } from '../flow/error-paths';
import { headOf, loopsAround } from '../flow/loops';
import { isBenchmark, timedBody } from './benchmarks';
import { errorCallAround, rarely } from './block-frequency';
import { entryPointAround } from './entry-points';
import { perLoop } from '../../factors';
import { frequencyOf, perMark, runsAt } from './frequency';
import { purposeOf } from './purpose';
import { isTool } from './tools';

/** From this score on code is hot. */
export const hotScore = 0.6;

/** Runs that are hot: a branch that leaves, in a loop. */
const hotRuns = 2.4;

/** Runs in powers of `perLoop` → score. A plain function is 0, a loop 1, two nested ones 2; an error path −3, what runs once −4. */
const scores: readonly (readonly [power: number, score: number])[] = [
  [-4, 0.05],
  [-3, 0.1],
  [-2, 0.3],
  [0, 0.4],
  [powerOf(hotRuns), hotScore],
  [1, 0.7],
  [2, 0.85],
  [3, 0.9],
  [4, 0.95],
];
const cold = 0.1;
/** Up to here what a function is for is the first reason. */
const warm = 0.3;

interface Weighed extends HeatReason {
  readonly runs: number;
}

interface Cold extends HeatReason {
  readonly score: number;
  /** A hot directive on the function overrules it. */
  readonly once: boolean;
}

/**
 * How much the node matters, by how often it runs (frequency.ts): 0.4 for a plain function; more in loops, in entry points such as request handlers, in
 * what the package calls there, over any number of calls, in benchmarks and functions marked `//alloclens:hot`; at most 0.1 where code runs
 * once (package level, init and what only they call, main), in tests, in the set-up of benchmarks, and on paths that end in
 * an error or a panic.
 */
export function staticHeat(file: GoFile, node: Node): Heat {
  const coldReason = coldness(file, node);
  const directive = hotDirective(node);
  if (coldReason && !(directive && coldReason.once)) {
    const { score, text, span } = coldReason;
    return { score, because: [span ? { text, span } : { text }] };
  }
  const reasons: Weighed[] = [];
  if (directive) reasons.push({ runs: perMark, text: 'marked //alloclens:hot', span: spanOf(directive) });
  const timed = isTest(file) ? timedBody(node) : undefined;
  const loops = loopsAround(file, node).length - (timed ? loopsAround(file, timed).length : 0);
  if (loops > 0) {
    const text = loops === 1 ? 'in a loop' : `in ${loops} nested loops`;
    const first = headOf(loopsAround(file, node)[0]!);
    reasons.push({ runs: perLoop ** loops, text, ...(first && { span: head(first) }) });
  }
  const context = directive ? undefined : contextOf(file, node, timed);
  if (context) reasons.push(context);
  const score = scoreOf(Math.max(runsAt(file, node), directive ? perMark : 0));
  const purpose = purposeOf(enclosingDeclaration(node)?.childForFieldName('name')?.text ?? '');
  if (purpose && score <= warm) reasons.push({ runs: Infinity, text: purpose.text });
  if (reasons.length === 0)
    return { score, because: [{ text: isTool(file.pkg) ? 'in a tool' : 'in an ordinary function' }] };
  reasons.sort((a, b) => b.runs - a.runs);
  const isKnown = directive !== undefined || entryPointAround(file, node) !== undefined;
  return {
    score,
    because: reasons.map(({ text, span }) => (span ? { text, span } : { text })),
    ...(isKnown && { isKnown }),
  };
}

/** True when a rule that only matters in hot code may speak. */
export function isHot(file: GoFile, node: Node): boolean {
  return staticHeat(file, node).score >= hotScore;
}

/** The line that a loop or function starts with: its whole span would cover the screen. */
function head(node: Node): { start: number; end: number } {
  const body = node.childForFieldName('body');
  return { start: node.startIndex, end: body ? Math.max(node.startIndex, body.startIndex) : node.endIndex };
}

/** Why the node is cold. */
function coldness(file: GoFile, node: Node): Cold | undefined {
  const errorPath = errorPathOf(file, node);
  if (errorPath) return { score: cold, text: errorPath.text, span: spanOf(errorPath.node), once: false };
  const reported = errorCallAround(node);
  if (reported !== undefined) return { score: cold, text: `only on the way to ${reported}`, once: false };
  let function_: Node | undefined;
  for (let at: Node | null = node; at; at = at.parent) {
    if (at.type !== 'func_literal') continue;
    function_ ??= at;
    const seldom = rarely(file, at);
    if (seldom) return { score: cold, text: seldom.text, span: head(at), once: true };
  }
  const declaration = enclosingDeclaration(node);
  if (!declaration && !function_)
    return { score: 0.05, text: 'runs once, at package initialisation', once: true };
  const name = declaration?.childForFieldName('name')?.text ?? '';
  const span = declaration && head(declaration);
  const at = span ? { span } : {};
  if (declaration?.type === 'function_declaration') {
    if (name === 'init') return { score: cold, text: 'runs once, in init', ...at, once: true };
    if (name === 'main' && file.pkg.name === 'main')
      return { score: cold, text: 'runs once, in main', ...at, once: true };
  }
  if (isTest(file) && !isBenchmark(declaration)) {
    return { score: cold, text: 'only in tests', ...at, once: true };
  }
  if (isBenchmark(declaration) && !timedBody(node))
    return { score: cold, text: 'only in the set-up of a benchmark', ...at, once: true };
  return undefined;
}

/** What calls the functions around the node: frameworks, benchmarks, and the package itself, over any number of calls. */
function contextOf(file: GoFile, node: Node, timed: Node | undefined): Weighed | undefined {
  const declaration = enclosingDeclaration(node);
  if (timed) return { runs: perLoop, text: 'in a benchmark', span: head(declaration ?? timed) };
  const entry = entryPointAround(file, node);
  if (entry) return { runs: perLoop + 1, text: entry.text, span: head(entry.node) };
  const { runs, from } = (declaration && frequencyOf(file, declaration)) ?? {};
  if (runs === undefined || !from) return undefined;
  return { runs, text: from.text, ...(from.file === file && { span: spanOf(from.call) }) };
}

function scoreOf(runs: number): number {
  const power = powerOf(runs);
  const above = scores.findIndex(([from]) => from > power);
  if (above <= 0) return above === 0 ? scores[0]![1] : scores.at(-1)![1];
  const [[low, from], [high, to]] = [scores[above - 1]!, scores[above]!];
  return Math.round(1000 * (from + ((power - low) / (high - low)) * (to - from))) / 1000;
}

function powerOf(runs: number): number {
  return Math.log(runs) / Math.log(perLoop);
}

const isTest = ({ path }: GoFile): boolean => path.endsWith('_test.go');
