import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Lists of all that a collection holds, for one answer. */
export const wholeCollection: readonly Pattern[] = [
  { weight: 3, globals: ['Array', 'Map', 'Set'], write: first },
  { weight: 2, globals: ['Array', 'Map', 'Set'], write: asked },
  { suggestions: true, globals: ['Array'], typedOnly: true, write: least },
  { suggestions: true, globals: ['Object'], write: pairs },
  { suggestions: true, globals: ['Array', 'Map', 'Set'], write: walked },
];

/** The first of a map, a set, an array or something else, and how many there are. */
function first(pen: Pen): Core {
  const [type, value] = collection(pen);
  const list = pen.one('[...xs]', 'Array.from(xs)', ...(type.startsWith('Map') ? (['[...xs.keys()]', '[...xs.values()]', 'Array.from(xs.entries())'] as const) : [])); // prettier-ignore
  const taken = pen.one(`${list}[0]`, `${list}.at(0)`, `${list}.shift()`, `${list}.length`, `${list}[0]!`, `${list}.pop()`, `${list}[1]`); // prettier-ignore
  const body = pen.one(
    `const one = ${taken};`,
    `const [one] = ${list};`,
    `const one = ${taken};\nif (one === undefined) log('none');`,
    `let one;\none = ${taken};`,
  );
  return { inputs: [pen.input('xs', type, value)], body, result: pen.one('one', '[one, one]', 'typeof one') };
}

/** One question to a list. */
function asked(pen: Pen): Core {
  const [type, value] = collection(pen);
  const key = pen.one("'a'", '1', 'xs', 'log(1)', 'NaN', 'undefined');
  const list = pen.one('[...xs]', 'Array.from(xs)', ...(type.startsWith('Map') ? (['[...xs.keys()]', '[...xs.values()]'] as const) : [])); // prettier-ignore
  const question = pen.one(`${list}.includes(${key} as any)`, `${list}.indexOf(${key} as any)`, `new Set(xs as any).has(${key})`); // prettier-ignore
  return {
    inputs: [pen.input('xs', type, value)],
    body: pen.maybe(pen.between(['1 > 0']), 0.3),
    result: pen.one(question, `[${question}]`, `!${question}`),
  };
}

/** "if the comparison never contradicts itself", and none is undefined; where the title says so, never empty. */
function least(pen: Pen): Core {
  const objects = pen.chance(0.4);
  const type = objects ? '{ id: number; n: number }' : 'number';
  // Equal ones are told apart.
  const element = (): string =>
    objects
      ? `{ id: ${pen.one('1', '2', '3')}, n: ${pen.size()} }`
      : pen.one('1', '2', '3', '-1', '2.5', '0');
  const xs = pen.input(
    'xs',
    `${pen.maybe('readonly ')}${type}[]`,
    () => `[${Array.from({ length: pen.one(1, 2, 3, 5, 12) }, element).join(', ')}]`,
  );
  const of = objects ? '.id' : '';
  const compare = pen.one(`(a, b) => a${of} - b${of}`, `(a, b) => b${of} - a${of}`, `(p, q) => p${of} - q${of} || 0`, `(a, b) => (a${of} < b${of} ? -1 : a${of} > b${of} ? 1 : 0)`); // prettier-ignore
  const copy = pen.one('[...xs]', 'xs.slice()', 'Array.from(xs)', 'xs.filter((x) => x !== null)');
  const end = pen.one('[0]', '.at(0)', '.at(-1)', '.pop()', '.shift()', '[1]');
  return {
    inputs: [xs],
    body: `const least = ${copy}.sort(${compare})${end};`,
    result: pen.one('least', '[least, xs.length]'),
  };
}

/** "if no key is `__proto__`, `o` has no getters, and the callbacks have no effects" */
function pairs(pen: Pen): Core {
  const type = pen.one('number', 'string');
  const o = pen.input(
    'o',
    `Record<string, ${type}>`,
    () =>
    pen.one('{}', `{ a: ${pen.value(type)} }`, `{ b: ${pen.value(type)}, a: ${pen.value(type)}, '1': ${pen.value(type)} }`, `Object.create({ far: 1 })`), // prettier-ignore
  );
  const filter = pen.maybe(pen.one('.filter(([k]) => k !== "b")', '.filter(([, v]) => v)', '.filter(([k, v]) => k && v)'), 0.5); // prettier-ignore
  const map = pen.one(
    '.map(([k, v]) => [k, v])',
    '.map(([k, v]) => [k + 1, v])',
    '.map(([k]) => [k.length, k])',
    '.map(([k, v]) => [`${v}`, k])',
    '',
  );
  const made = `Object.fromEntries(Object.entries(o)${filter}${map})`;
  const result = map.includes(', k]') ? 'string' : type;
  return {
    inputs: [o],
    body: pen.one(
      `const made: Record<string, ${result}> = ${made};`,
      `const made: { [key: string]: ${result} } = ${made};`,
      `const made = ${made};`,
    ),
    result: pen.one('made', '[made, Object.keys(made)]'),
  };
}

/** "if the loop does not change it" */
function walked(pen: Pen): Core {
  const [type, value] = collection(pen);
  const list = pen.one('[...xs]', 'Array.from(xs)', ...(type.startsWith('Map') ? (['[...xs.values()]', '[...xs.keys()]'] as const) : [])); // prettier-ignore
  return {
    inputs: [pen.input('xs', type, value)],
    body: `const all: unknown[] = [];\nfor (const x of ${list}) {\n${pen.between(['all.length > 1'], { inLoop: true })}\n${pen.one('all.push(x);', 'log(x);', 'all[0] = x;', 'if (x) all.push(typeof x);')}\n}`,
    result: 'all',
  };
}

function collection(pen: Pen): [type: string, value: () => string] {
  const element = pen.one('number', 'string', 'string | undefined');
  const list = (): string => pen.list(() => pen.value(element), { dense: true });
  return pen.one<[string, () => string]>(
    [`(${element})[]`, list],
    [`Set<${element}>`, () => `new Set<${element}>(${list()})`],
    [
      `Map<string, ${element}>`,
      () => `new Map<string, ${element}>(${pen.one('[]', `[['a', ${pen.value(element)}]]`, `[['b', ${pen.value(element)}], ['a', ${pen.value(element)}]]`)})`, // prettier-ignore
    ],
    ['Iterable<number>', () => pen.one('[1, 2]', 'new Set([3])')],
  );
}
