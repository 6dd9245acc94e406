import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** `Array.from` with a callback. */
export const pessimisedIteration: readonly Pattern[] = [
  { weight: 4, globals: ['Array'], write: spread },
  { weight: 3, globals: ['Array'], write: length },
  { suggestions: true, globals: ['Array'], write: number },
];

function spread(pen: Pen): Core {
  const objects = pen.chance(0.4);
  const element = (): string => (objects ? pen.object({ id: 'number' }) : pen.number());
  const type = objects ? '{ id: number }' : 'number';
  const [source, input] = pen.one(
    ['xs', pen.input('xs', `${type}[]`, () => pen.list(element))],
    ['xs', pen.input('xs', `readonly ${type}[]`, () => pen.list(element))],
    ['xs', pen.input('xs', `Set<${type}>`, () => `new Set(${pen.list(element)})`)],
    ['xs.values()', pen.input('xs', `Map<string, ${type}>`, () => `new Map([['a', ${element()}], ['b', ${element()}]])`)],
    ['xs.entries()', pen.input('xs', `${type}[]`, () => pen.list(element))],
    ['xs', pen.input('xs', `(${type} | undefined)[]`, () => pen.list(() => pen.one(element(), 'undefined')))],
  ); // prettier-ignore
  const aliasable = input.type === `${type}[]`;
  const body = pen.one(
    objects && source === 'xs' && !input.type.includes('undefined') ? 'x.id' : 'typeof x',
    'x',
    '[x, i]',
    'String(x)',
    '({ x })',
    '{\nconst y = i;\nreturn [x, y];\n}',
    '{\nlog(i);\nreturn x;\n}',
    '(seen = i)',
    ...(aliasable ? ['(alias.length = 2)', '(alias.length > 1 ? alias.pop() : i)', '{\nalias[2] = alias[0]!;\nreturn x;\n}'] : []),
  ) as string; // prettier-ignore
  const made = `Array.from(${source}, (x, i) => ${body})`;
  return {
    inputs: [input],
    body: `let seen = 0;\n${aliasable ? 'const alias = xs;\n' : ''}${pen.maybe("log('before');", 0.3)}\nconst all = ${made};\n${pen.maybe(`${made}.forEach((one) => log(one));`, 0.3)}`,
    result: pen.one('[all, seen]', `[all.length, ...${made}]`),
  };
}

const callbacks = (pen: Pen): string =>
  pen.one('(_, i) => i', '() => 0', '(x) => x', '(_, i) => ({ i })', '(_, i) => i * 2', '(_, i) => {\nlog(i);\nreturn [i];\n}', '(_, i) => (i === 1 ? undefined : i)', '() => []', 'function () {\nreturn 1;\n}', '(_, i) => xs[i]'); // prettier-ignore

function length(pen: Pen): Core {
  const size = pen.one('8', '0', 'SIZE', 'xs.length', 'xs.length', 'text.length', '2.5');
  return {
    module: 'const SIZE = 4;',
    inputs: [
      pen.input('xs', 'number[]', () => pen.list(() => pen.number())),
      pen.input('text', 'string', () => pen.text()),
    ],
    body: `const all = Array.from({ length: ${size} }, ${callbacks(pen)});\n${pen.maybe('all.length = 2;')}`,
    result: pen.one('all', 'all.concat([])', '[...all, all.length]'),
  };
}

/** "if n is a whole number, 0 or more" */
function number(pen: Pen): Core {
  return {
    inputs: [pen.input('n', 'number', () => pen.size()), pen.input('xs', 'number[]', () => '[1, 2]')],
    body: '',
    result: `Array.from({ length: n }, ${callbacks(pen)})`,
  };
}
