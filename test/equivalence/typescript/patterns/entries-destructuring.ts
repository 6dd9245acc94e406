import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Pairs of `entries()` that a loop takes apart. */
export const entriesDestructuring: readonly Pattern[] = [
  { weight: 5, write: overArray },
  { suggestions: true, typedOnly: true, weight: 2, globals: ['Object'], write: overObject },
];

function overArray(pen: Pen): Core {
  const type = pen.one('number', 'string', '{ id: number }', '{ id: number }', 'number[]', 'boolean');
  const element = (): string =>
    type === '{ id: number }'
      ? pen.object({ id: 'number' })
      : type === 'number[]'
        ? `[${pen.number()}, 1]`
        : pen.value(type);
  const xs = pen.input('xs', `${pen.maybe('readonly ', 0.2)}${type}[]`, () => pen.list(element));
  const mutable = !xs.type.startsWith('readonly');
  const value = type === '{ id: number }' ? pen.one('x', '{ id: x }', '{ id: x }') : 'x';
  const index = pen.one('i', 'i', 'i', 'index');
  const pattern = pen.one(`[${index}, ${value}]`, `[${index}, ${value}]`, `[, ${value}]`, `[${index}]`);
  const hasIndex = !pattern.startsWith('[,');
  const hasValue = pattern.includes('x');
  const when = [
    ...(hasIndex ? [`${index} > 0`, `${index} === 1`] : []),
    ...(hasValue ? ['String(x).length > 2'] : []),
    'all.length > 2',
  ];
  const use = pen.one(
    `all.push(${[hasIndex ? index : '', hasValue ? 'x' : ''].filter(Boolean).join(', ')});`,
    ...(hasIndex ? [`later.push(() => ${index});`, `log(${index});`, `switch (${index}) {\ncase 1:\nbreak;\ndefault:\nall.push(${index});\n}`] : []),
    ...(hasValue ? ['later.push(() => x);', 'if (x) all.push(x);'] : []),
    ...(mutable ? [`all.push(xs.length);\nif (xs.length < 6 && xs.length > 1) xs.pop();`, `if (xs.length < 6) xs.length++;\nall.push(0);`] : []),
    'xs = xs.slice(1);\nall.push(xs.length);',
    'swap();\nall.push(xs.length);',
    `{\nconst item = xs.length;\nall.push(item);\n}`,
  ) as string; // prettier-ignore
  const label = pen.chance(0.2) ? 'each' : '';
  const between = (): string => pen.between(when, { inLoop: true, label });
  const inner = pen.chance(0.2)
    ? `for (const other of [1, 2]) {\n${pen.between(['other === 1'], { inLoop: true, label, probability: 0.8 })}\n}`
    : '';
  const keyword = pen.one('const', 'const', 'let');
  return {
    inputs: [xs],
    body: `const all: unknown[] = [];
      const later: (() => unknown)[] = [];
      ${use.startsWith('swap') ? 'const swap = () => {\nxs = [];\n};\n' : ''}${label && `${label}: `}for (${keyword} ${pattern} of xs.entries()) ${pen.body(between(), use, inner, between())}`,
    result: '[all, later.map((each) => each())]',
  };
}

/** "if the loop does not change it, and it has no getters, and its values are never undefined or null" */
function overObject(pen: Pen): Core {
  const record = pen.input(
    'record',
    'Record<string, number>',
    () => `{ ${pen.one('', 'a: 1, 2: 3, b: -0', "'__proto__x': 1, c: NaN", '1: 1')} }`,
  );
  const use = pen.one('all.push(key, value);', 'if (value > 1) all.push(key);', 'all.push(() => value);');
  return {
    inputs: [record],
    body: `const all: unknown[] = [];
      for (const [key, value] of Object.entries(record)) ${pen.body(pen.between(["key === 'b'"], { inLoop: true }), use)}`,
    result: "all.map((each) => (typeof each === 'function' ? each() : each))",
  };
}
