import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Functions whose callers take their result apart at once. */
export const wrapperReturn: readonly Pattern[] = [
  { weight: 2, typedOnly: true, write: pair },
  // "if the loop mostly comes to it"
  { weight: 2, suggestions: true, typedOnly: true, write: pair },
  { weight: 2, write: single },
  { typedOnly: true, write: shared },
];

const xs = (pen: Pen) => pen.input('xs', 'number[]', () => pen.list(() => pen.number(), { dense: true }));

function pair(pen: Pen): Core {
  const value = pen.one('x', 'x + 1', '-x', 'x * x');
  const second = pen.one('true', 'x > 2', '!x', 'again() === undefined');
  const tuple = pen.chance(0.25);
  const made = (a: string, b: string): string =>
    tuple ? `[${a}, ${b}]` : pen.one(`{ value: ${a}, ok: ${b} }`, `{ ok: ${b}, value: ${a} }`);
  const ending = pen.one(
    `return ${made('0', 'false')};`,
    'return null;',
    `return ${made(`${value} / 2`, second)};`,
    `if (x > 4) return split(x - 4)${pen.maybe('!', 0)};\nreturn ${made('-1', 'false')};`,
  );
  const nothing = ending.includes('null');
  const type = tuple ? '[number, boolean]' : '{ value: number; ok: boolean }';
  const annotation = pen.one(`: ${type}${nothing ? ' | null' : ''}`, nothing ? `: ${type} | null` : '');
  const bang = nothing ? '!' : '';
  const test = pen.one('x > 1', 'x', 'x === x && x < 5');
  const fn = `${pen.maybe('/** @hot */\n')}function split(x: number)${annotation} {
    if (${test}) return ${made(value, second)};
    ${ending}
    }`;
  const a = tuple ? '[0]' : '.value';
  const b = tuple ? '[1]' : '.ok';
  const pattern = tuple ? '[value, ok]' : pen.one('{ value, ok }', '{ ok, value }');
  const use = nothing
    ? pen.one(
        `const found = split(x);\nif (found) all.push(found${a}, found${b});`,
        `all.push(split(x)!${a});`,
        `const found = split(x);\nall.push(found === null ? 'none' : found${a});`,
      )
    : pen.one(
        `const ${pattern} = split(x);\nall.push(value, ok);`,
        `all.push(split(x)${a});`,
        `const found = split(x);\nall.push(found${a});\n${pen.between(['x === 2'], { inLoop: true })}\nall.push(found${b});`,
        `const ${pattern} = split(x);\nlater.push(() => [value, ok]);`,
        `all.push(split(split(x)${a})${a} + split(x)${bang}${a});`,
      );
  return {
    module: fn,
    inputs: [xs(pen)],
    body: `const all: unknown[] = [];
      const later: (() => unknown)[] = [];
      ${pen.one('for (const x of xs)', 'for (let x = 0; x < 6; x++)', 'for (let x = 6; x < 6; x++)')} {
      ${pen.between(['x === 2'], { inLoop: true })}
      ${use}
      ${pen.between(['x === 1'], { inLoop: true })}
      }`,
    result: '[all, later.map((each) => each())]',
  };
}

function single(pen: Pen): Core {
  const field = pen.one('x', 'x + 1', '[x]', '{ x }', 'String(x)', 'undefined');
  const ends = pen.one(true, true, false);
  const fn = `function wrap(x: number) {
    if (x > 1) return { value: ${field} };
    ${ends ? `return { value: ${pen.one(field, field, 'x')} };` : `if (x < 1) return { value: ${field} };`}
    }`;
  const bang = ends ? '' : '!';
  const use = pen.one(`all.push(wrap(x)${bang}.value);`, `const { value } = wrap(x)${bang};\nall.push(value);`, `const found = wrap(x);\nall.push(found${bang}.value);`, `const { value: other } = wrap(x)${bang};\nall.push(other, other);`, `all.push(typeof wrap(x)${bang}.value);`); // prettier-ignore
  return {
    module: fn,
    inputs: [xs(pen)],
    body: `const all: unknown[] = [];\nfor (const x of xs) {\n${pen.between(['x === 2'], { inLoop: true })}\n${use}\n}`,
    result: 'all',
  };
}

/** Calls outside of loops, which share one object of the module. */
function shared(pen: Pen): Core {
  const first = pen.mostly(['n', 'n + 1', '1'], ['o.v', 'o.v + 1', '+o.any'], 0.3);
  const second = pen.mostly(['n > 1', 'true'], ['o.w', 'o.w > 1', 'o.any > 1', "`${o.any}` === '1'"], 0.3);
  const type = `{ value: number; ok: ${/^o\.w$/.test(second) ? 'number' : 'boolean'} }`;
  const made = (value: string): string => `return { value: ${value}, ok: ${second} };`;
  return {
    types: 'interface Input { readonly v: number; readonly w: number; any: any }',
    module: `function split(o: Input, n: number): ${type} {\nif (n > 1) ${made(first)}\n${made('-1')}\n}`,
    inputs: [
      pen.input('o', 'Input', () =>
        pen.object({
          v: 'number',
          w: 'number',
          any: () => pen.one('1', '2', '{ valueOf() { again(); return 1; } }'),
        }),
      ),
      pen.input('n', 'number', () => pen.number()),
    ],
    body: `const { value, ok } = split(o, n);\n${pen.between(['ok', 'value > 1'])}`,
    result: pen.one('[value, ok]', '[value, ok, split(o, n).value]'),
  };
}
