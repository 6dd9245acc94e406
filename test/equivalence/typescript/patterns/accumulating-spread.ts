import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** `[...acc, x]`, `acc.concat(x)`, `{ ...acc, [k]: v }` and `Object.assign({}, acc, …)` in loops and reducers. */
export const accumulatingSpread: readonly Pattern[] = [
  { weight: 3, globals: ['Object', 'Array'], write: arrayLoop },
  { weight: 2, globals: ['Object'], write: objectLoop },
  { weight: 3, globals: ['Object', 'Array'], write: arrayReduce },
  { weight: 2, globals: ['Object'], write: objectReduce },
  { suggestions: true, globals: ['Object'], write: keyedReduce },
  { suggestions: true, globals: ['Array'], write: seededReduce },
];

const item = '{ id: number; name: string }';
const items = (pen: Pen) =>
  pen.input('xs', `${item}[]`, () => pen.list(() => pen.object({ id: 'number', name: 'string' })));

/** What is added: one value or several, spread or not, read from the element or from what is collected so far. */
const added = (pen: Pen, acc: string): string =>
  pen.one(
    'x.name',
    'x.name',
    `x.name + ${acc}.length`,
    "x.id, 'fixed'".replace('x.id', 'String(x.id)'),
    '`${x.id}`',
    '...[x.name, x.name]',
    '...x.name',
    "...(x.id > 1 ? ['big'] : [])",
    'String(x)',
    "(x.name, 'last')",
    `size() + x.name`,
    'x.name ?? `${again()}`',
    `${acc}.includes(x.name) ? 'twice' : x.name`,
    "x.id > 1 ? 'big' : 'small'",
  );

function arrayForm(pen: Pen, acc: string): string {
  const value = added(pen, acc);
  if (value.startsWith('...') || value.includes(", '")) return `[...${acc}, ${value}]`;
  return pen.one(`[...${acc}, ${value}]`, `[...${acc}, ${value}]`, `${acc}.concat([${value}])`, `${acc}.concat(\`\${x.name}\`)`, `[${value}, ...${acc}]`); // prettier-ignore
}

function arrayLoop(pen: Pen): Core {
  const when = ['x.id === 2', "x.name === ''", 'out.length > 1'];
  const between = (): string => pen.between(when, { inLoop: true });
  const add = `out = ${arrayForm(pen, 'out')};`;
  const statements = [between(), pen.chance(0.2) ? `if (x.id > 0) ${add}` : add, between()];
  const during = pen.chance(0.15)
    ? pen.one(
        'all.push(out);',
        'log(out);',
        'all.push(out.length);',
        'const size = () => out.length;\nlog(size());',
      )
    : '';
  if (during !== '') statements.push(during);
  const loop = pen.one(
    `for (const x of xs) ${pen.body(...statements)}`,
    `for (let i = 0; i < xs.length; i++) {\nconst x = xs[i]!;\n${statements.join('\n')}\n}`,
    `xs.forEach((x) => {\n${add}\n});`,
    `let i = 0;\nwhile (i < xs.length) {\nconst x = xs[i++]!;\n${statements.join('\n')}\n}`,
    `for (const x of xs) {\ntry {\n${add}\n} catch (error) {\nlog(out, String(error));\n}\n}`,
    `for (const round of [1, 2]) {\nlog(round);\nfor (const x of xs) ${pen.body(add)}\n}`,
  );
  const alias = pen.maybe('const before = out;\n', 0.15);
  return {
    inputs: [items(pen)],
    body: `const all: unknown[] = [];
let out: string[] = ${pen.one('[]', "['start']", '[]')};\n${alias}${loop}\n${pen.maybe('const show = () => out;', 0.2)}`,
    result: alias === '' ? pen.one('out', '[out, all]', '[out, out]') : '[before, out]',
  };
}

function objectLoop(pen: Pen): Core {
  const between = (): string => pen.between(['x.id === 2', "x.name === ''"], { inLoop: true });
  const property = pen.one(
    'last: x.id',
    'last: x.id, count: x.name.length',
    '...{ last: x.id }',
    '[`k${x.name}`]: x.id',
    'first: out.first ?? x.id',
    'get: x.id',
  );
  const add = pen.one(`out = { ...out, ${property} };`, `out = { ...out, ${property} };`, `out = Object.assign({}, out, { ${property} });`); // prettier-ignore
  return {
    inputs: [items(pen)],
    body: `let out: { [key: string]: number } = ${pen.one('{}', '{ first: 1 }', '{ last: 0, zero: -0 }')};
      for (const x of xs) ${pen.body(between(), add, between())}`,
    result: pen.one('out', '[out, Object.keys(out)]'),
  };
}

function reduceCall(pen: Pen, callback: string, seed: string, type: string): string {
  const method = pen.one('reduce', 'reduce', 'reduceRight');
  return pen.one(
    `xs.${method}<${type}>(${callback}, ${seed})`,
    `xs.${method}(${callback}, ${seed} as ${type})`,
  );
}

function arrayReduce(pen: Pen): Core {
  const form = arrayForm(pen, 'acc');
  const callback = pen.one(
    `(acc, x) => ${form}`,
    `(acc, x) => { return ${form}; }`,
    `(acc, x) => (x.id > 1 ? ${form} : acc)`,
    `(acc, x) => {\nif (x.id === 2) return acc;\nreturn ${form};\n}`,
    `(acc, x) => {\nif (x.id === 2) return ${form};\nelse return [...acc, 'else'];\n}`,
    `function (acc, x) {\n${pen.between(['x.id === 2'], { nested: true })}\nreturn ${form};\n}`,
    `(acc, x, i) => (i === 0 ? acc : ${form})`,
  );
  return {
    inputs: [items(pen)],
    body: pen.maybe("log('before');"),
    result: reduceCall(pen, callback, pen.one('[]', "['seed']"), 'string[]'),
  };
}

function objectReduce(pen: Pen): Core {
  const form = pen.one(
    '{ ...acc, last: x.id }',
    '{ ...acc, [`n${x.id}`]: x.id, last: x.name.length }',
    'Object.assign({}, acc, { last: x.id })',
    "{ ...acc, 'a-b': x.id }",
  );
  const callback = pen.one(
    `(acc, x) => (${form})`,
    `(acc, x) => { return ${form}; }`,
    `(acc, x) => (x.id > 1 ? ${form} : acc)`,
    `(acc, x) => {\nif ('last' in acc) return acc;\nreturn ${form};\n}`,
  );
  return {
    inputs: [items(pen)],
    body: '',
    result: reduceCall(pen, callback, pen.one('{}', '{ first: 1 }'), 'Record<string, number>'),
  };
}

/** "if no key is "__proto__"": none of the names is. */
function keyedReduce(pen: Pen): Core {
  const form = pen.one('{ ...acc, [x.name]: x.id }', '{ ...acc, [x.name]: (acc[x.name] ?? 0) + 1 }', '{ ...acc, ...{ [x.name]: x.id } }'); // prettier-ignore
  return {
    inputs: [items(pen)],
    body: '',
    result: `xs.reduce<Record<string, number>>((acc, x) => (${form}), {})`,
  };
}

/** "if the result may be a copy of the seed when there is nothing to add": nobody compares it with the seed. */
function seededReduce(pen: Pen): Core {
  return {
    inputs: [items(pen), pen.input('seed', 'string[]', () => pen.one('[]', "['s']"))],
    body: '',
    result: `xs.reduce<string[]>((acc, x) => ${arrayForm(pen, 'acc')}, seed)${pen.one('.join()', '.length')}`,
  };
}
