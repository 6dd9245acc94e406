import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** One push for each round of a loop whose rounds are known. */
export const preallocateArray: readonly Pattern[] = [
  { weight: 5, globals: ['Array'], write: known },
  { suggestions: true, write: counted },
];

function known(pen: Pen): Core {
  const objects = pen.chance(0.4);
  const xs = pen.input('xs', objects ? '{ id: number }[]' : 'number[]', () =>
    pen.list(() => (objects ? pen.object({ id: 'number' }) : pen.number())),
  );
  const value = objects
    ? pen.one('x.id', 'x', 'x.id + 1', '[x.id]')
    : pen.one('x', 'x * 2', '-x', 'x > 1 ? x : undefined', 'x + 1', pen.one('show(x)', 'String(x)'));
  const when = [objects ? 'x.id === 2' : 'x === 2', 'xs.length > 3'];
  const label = pen.chance(0.15) ? 'each' : '';
  const between = (): string => pen.between(when, { inLoop: true, label, probability: 0.12 });
  const trouble = pen.chance(0.15)
    ? pen.one('alias.length = 2;', 'if (alias.length > 2) alias.pop();', 'alias.push(alias[0]!);\nif (alias.length > 9) break;', 'if (xs.length > 1) xs.length--;', 'alias = [];') // prettier-ignore
    : '';
  const statements = [between(), trouble, `out.push(${value});`, between()];
  const loop = pen.one(
    `for (const x of list) ${pen.body(...statements)}`,
    `for (let i = 0; i < xs.length; i++) {\nconst x = xs[i]!;\n${statements.join('\n')}\n}`,
    `for (let i = 0, n = xs.length; i < n; i++) {\nconst x = xs[i]!;\n${statements.join('\n')}\n}`,
    `for (let i = 0; i < SIZE; i += 1) {\nconst x = xs[i]!;\n${statements.join('\n')}\n}`,
    `for (let i = 0; i < text.length; i++) {\nconst x = xs[i]!;\n${statements.join('\n')}\n}`,
  );
  const local = loop.includes('of list');
  const guarded = pen.chance(0.15)
    ? `try {\n${label && `${label}: `}${loop}\n} catch (error) {\nlog(String(error));\n}`
    : `${label && `${label}: `}${loop}`;
  return {
    module: 'const SIZE = 4;\nconst show = (x: unknown) => (log(x), x);',
    inputs: [xs, pen.input('text', 'string', () => pen.text())],
    body: `let alias = xs;
      log(alias.length);
      ${local ? 'const list = [...xs];\n' : ''}const out: unknown[] = [];
      ${guarded}
      ${pen.maybe('const later = () => out;\nlog(later());', 0.2)}`,
    result: pen.one('out', '[out, out.length]', '[...out]', 'Object.keys(out)'),
  };
}

/** "if n is a whole number, 0 or more" */
function counted(pen: Pen): Core {
  return {
    inputs: [pen.input('n', 'number', () => pen.size())],
    body: `const out: number[] = [];
      for (let i = 0; i < n; i++) ${pen.body(pen.between(['i === 1']), `out.push(${pen.one('i', 'i * 2')});`)}`,
    result: 'out',
  };
}
