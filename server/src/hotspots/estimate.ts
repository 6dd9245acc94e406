import type { Site } from '../../../rules/sites';
import type { AnyWeights, LineWeight } from '../profile/weights';
import type { CodeMap } from '../service/engine';
import { LineIndex } from '../text/positions';

/**
 * What a profile would say, by the estimate of how often each site allocates: for code that nobody has recorded.
 * @param maps by absolute path; tests weigh nothing, nor do languages without an estimate
 */
export function estimatedProfile(
  maps: ReadonlyMap<string, CodeMap>,
  textOf: (file: string) => string,
): { readonly weights: AnyWeights; readonly notes: readonly string[] } {
  const lines = [...maps].flatMap(([file, map]) =>
    file.endsWith('_test.go') ? [] : linesOf(file, map, new LineIndex(textOf(file))),
  );
  lines.sort((a, b) => b.amount - a.amount || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  return {
    weights: { unit: 'expected', total, elsewhere: 0, lines },
    notes: [
      'No profile: an estimate of how often each line allocates, from loops, branches and who calls whom. It tells the order and knows no sizes; “alloclens record” measures.',
    ],
  };
}

function linesOf(file: string, { functions, sites }: CodeMap, lines: LineIndex): LineWeight[] {
  const starts = new Map(
    functions.map(({ name, span }) => [name, lines.positionAt(span.start).line + 1] as const),
  );
  const byLine = new Map<number, Site[]>();
  for (const site of sites) {
    if (site.expected === undefined) continue;
    const others = byLine.get(site.line);
    if (others) others.push(site);
    else byLine.set(site.line, [site]);
  }
  return [...byLine].map(([line, here]): LineWeight => {
    const most = here.reduce((a, b) => (b.expected! > a.expected! ? b : a));
    const amount = most.expected!;
    const [callee] = most.kind === 'call' ? most.callees : [];
    return {
      file,
      line: line + 1,
      function: most.function === '' ? '' : `${most.unit}.${most.function}`,
      startLine: starts.get(most.function) ?? 0,
      amount,
      objects: 0,
      samples: Infinity,
      own: callee === undefined ? amount : 0,
      through: new Map(callee === undefined ? [] : [[callee, amount]]),
      callers: new Map(),
    };
  });
}
