import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Chains that only count, sum up or index. */
export const chainedArrays: readonly Pattern[] = [
  { weight: 4, globals: ['Array'], write: count },
  { weight: 5, globals: ['Array'], write: reduced },
  { suggestions: true, globals: ['Array'], write: first },
  { suggestions: true, globals: ['Array'], write: some },
  { suggestions: true, weight: 2, globals: ['Array', 'Math'], write: asked },
];

const simpleTypes = ['number', 'string', 'number | null', 'string | number', 'unknown', 'boolean', 'string | undefined', 'bigint'] as const; // prettier-ignore

function count(pen: Pen): Core {
  const objects = pen.chance(0.4);
  const type = objects ? '{ id: number; name: string | null }' : pen.one(...simpleTypes);
  const xs = pen.input(
    'xs',
    `${pen.maybe('readonly ', 0.2)}${type.includes('|') && !objects ? `(${type})` : type}[]`,
    () => pen.list(() => (objects ? pen.object({ id: 'number', name: 'string | null' }) : pen.value(type))),
  );
  const tests: [string, ...string[]] = objects
    ? [
        'x.id > 1',
        'x.name',
        'x.name !== null',
        'x.id > 0 && x.name',
        'x.id ? x.name : false',
        'x.name?.length',
      ]
    : [
        'x === x',
        'x !== null',
        "typeof x === 'string'",
        'x',
        '!x',
        'x ? 1 : 0',
        'log(x)',
        'i > 0',
        '(x, true)',
      ];
  const test = pen.one(...tests);
  const params = test.includes('i >') ? '(x, i)' : pen.one('(x)', 'x', `(x: ${type})`);
  const counted = `xs.filter(${params} => ${test}).length`;
  return {
    inputs: [xs],
    body: pen.one('', '', `const n = ${counted};`, 'let total = 0;'),
    result: pen.one(counted, `${counted} + 1`, `-${counted}`, `[${counted}, ${counted}]`, `\`\${${counted}}\``, `${counted} * 2 - ${counted}`, `${counted} ** 2`, `typeof ${counted}`), // prettier-ignore
  };
}

function reduced(pen: Pen): Core {
  const type = pen.one('number', 'number', '{ id: number; n: number }', 'number | null', 'string');
  const xs = pen.input('xs', `${type.includes('|') ? `(${type})` : type}[]`, () =>
    pen.list(() => (type.startsWith('{') ? pen.object({ id: 'number', n: 'number' }) : pen.value(type))),
  );
  const mapper = {
    number: pen.one('x + 1', 'x * 2', '-x', 'x', 'x > 1 ? x : 0', '{ const y = x; return y; }'),
    '{ id: number; n: number }': pen.one('x.n', 'x.id + x.n', 'x.id ? x.n : -1'),
    'number | null': pen.one('x ?? 0', 'x === null ? -1 : x'),
    string: pen.one('x.length', 'x ? 1 : 2'),
  }[type];
  const m = pen.one('x', 'x', 'y', 'a');
  const map = `.map(${pen.one(`(${m})`, m)} => ${mapper.replace(/\bx\b/g, m)})`;
  const f = pen.one('y', 'x', 'b');
  const filter = `.filter((${f}) => ${pen.one(`${f} > 0`, `${f} !== 2`, `${f}`, `!${f}`)})`;
  const steps = type === 'number' ? pen.one(map, filter, map + filter) : pen.one(map, map + filter);
  const [a, b] = pen.one(['a', 'b'], ['sum', 'x'], ['total', 'y'], ['acc', 'v']);
  const reducer = pen.one(`${a} + ${b}`, `${a} - ${b}`, `${b} > ${a} ? ${b} : ${a}`, `${a} * 2 + ${b}`, `Math.max(${a}, ${b})`); // prettier-ignore
  const types = pen.maybe(': number');
  return {
    inputs: [xs],
    body: pen.one('', 'const x = 7;\nlog(x);', 'const offset = 1;\nlog(offset);'),
    result: `xs${steps}.reduce(${pen.one(`(${a}, ${b})`, `(${a}${types}, ${b}${types})`)} => ${reducer}, ${pen.one('0', '0', '1', '-Infinity')})`,
  };
}

/** "if the callback has no effects, and the array no holes" */
function first(pen: Pen): Core {
  const xs = pen.input('xs', 'number[]', () => `[${Array.from({ length: pen.one(0, 1, 3, 5) }, () => pen.number()).join(', ')}]`); // prettier-ignore
  const found = `xs.filter((x) => ${pen.one('x > 1', 'x', 'x !== x')})[0]`;
  return { inputs: [xs], body: '', result: pen.one(found, `${found} ?? 'none'`, `(${found})?.toFixed(1)`) };
}

/** "if the callback has no effects" */
function some(pen: Pen): Core {
  const xs = pen.input('xs', 'number[]', () => `[${Array.from({ length: pen.one(0, 1, 3, 5) }, () => pen.number()).join(', ')}]`); // prettier-ignore
  const counted = `xs.filter((x) => ${pen.one('x > 1', 'x', 'x !== x')}).length`;
  const asked = `${counted} ${pen.one('> 0', '=== 0', '!== 0', '== 0', '!= 0')}`;
  return {
    inputs: [xs],
    body: '',
    result: pen.one(
      asked,
      `!(${asked})`,
      `${asked} ? 'some' : 'none'`,
      `(${asked}) === true`,
      `[${asked} && 1]`,
    ),
  };
}

/** "if the callback has no effects, and the value is not NaN", "if xs is an array" */
function asked(pen: Pen): Core {
  const type = pen.one('number[]', 'any', 'readonly number[]');
  const xs = pen.input('xs', type, () => `[${Array.from({ length: pen.one(0, 1, 3, 5) }, () => pen.one('0', '1', '2', '-0', '7')).join(', ')}]`); // prettier-ignore
  const wanted = pen.one('1', '2', 'wanted', 'wanted', '-0');
  const mapper = pen.one(
    'x + 1',
    'x',
    'x * 2',
    'x > 1 ? x : 0',
    'x || 2',
    '-x',
    '{ const y = x; return y; }',
  );
  const parameter = pen.one('(x)', 'x', '(x, i)');
  const chain = `xs.map(${parameter} => ${mapper})`;
  const filtered = `xs.filter((x${type === 'any' ? ': number' : ''}) => x > ${pen.one('0', '1')})`;
  const question = pen.one(
    `${chain}.includes(${wanted})`,
    `${chain}.includes(${wanted})`,
    `${filtered}.shift()`,
    `${filtered}.at(0)`,
    `${filtered}.length > 0`,
    `Math.max(...${filtered})`,
    `${chain}.indexOf(${wanted})`,
  );
  return {
    inputs: [xs],
    body: `const wanted = ${pen.one('1', '2', '0')};\n${pen.maybe('log(wanted);', 0.2)}`,
    result: pen.one(question, `[${question}]`, `${question} ? 'yes' : 'no'`, `String(${question})`),
  };
}
