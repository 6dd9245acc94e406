import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Scratch memory that each call, or each round of a loop, makes anew. */
export const perCallBuffer: readonly Pattern[] = [
  { weight: 4, globals: ['Buffer', 'Uint8Array', 'DataView', 'ArrayBuffer'], write: scratch },
  { weight: 2, globals: ['DataView', 'ArrayBuffer'], write: view },
  { suggestions: true, weight: 2, globals: ['Buffer'], write: freeList },
];

/** A number for arithmetic, which may be an object that computes it. */
const number = (pen: Pen): string =>
  pen.chance(0.8)
    ? pen.number()
    : `{ valueOf() { ${pen.one('again();', "log('valueOf');")} return ${pen.number()}; } }`;

const values = (pen: Pen) =>
  pen.input('o', '{ readonly v: number; readonly w: number; text: string; any: any; list: number[] }', () => pen.object({ v: 'number', w: 'number', text: 'string', any: () => number(pen), list: () => pen.list(() => pen.number()) })); // prettier-ignore

interface Memory {
  readonly creation: string;
  readonly write: (at: number, value: string) => string;
  readonly read: (at: number) => string;
}

function memory(pen: Pen, name: string): Memory {
  const size = pen.one('128', '128', 'SIZE', '8 * 16');
  const indexed = (creation: string): Memory => ({
    creation,
    write: (at, value) => `${name}[${at}] = ${value};`,
    read: (at) => `${name}[${at}]`,
  });
  return pen.one<Memory>(
    {
      creation: `new DataView(new ArrayBuffer(${size}))`,
      write: (at, value) => `${name}.setFloat64(${8 * at}, ${value});`,
      read: (at) => `${name}.getFloat64(${8 * at})`,
    },
    indexed(`new Float64Array(${size})`),
    indexed(`new Uint8Array(${size})`),
    indexed(`Buffer.alloc(${size})`),
    indexed(`Buffer.alloc(${size}, 3)`),
    {
      creation: `Buffer.alloc(${size})`,
      write: (at, value) => `${name}.write(String(${value}), ${8 * at}, 'latin1');`,
      read: (at) => `${name}.toString('latin1', ${8 * at}, ${8 * at + 8})`,
    },
    {
      creation: `Buffer.allocUnsafe(${size}).fill(0)`,
      write: (at, value) => `${name}.writeDoubleLE(${value}, ${8 * at});`,
      read: (at) => `${name}.readDoubleLE(${8 * at})`,
    },
  );
}

/** Of a loop that may have no round, or none at all. */
const head = (pen: Pen): string =>
  pen.one(
    'for (let i = 0; i < rounds; i++)',
    'for (let i = 0; i < 3; i++)',
    'for (let i = 0; i < 3; i++)',
    'for (const i of [0, 1, 2])',
    'for (let i = SIZE; i < 3; i++)',
  );

function scratch(pen: Pen): Core {
  const name = pen.one('buf', 'dv', 'scratch');
  const made = memory(pen, name);
  const between = (): string => pen.between(['n > 1', 'n === 0'], { probability: 0.1 });
  const plain = ['n', 'n + 1', 'n * 2', '1', 'Math.abs(n)'];
  const first = pen.mostly(plain, ['o.v', 'o.v + 1', 'o.text.length', 'o.list[0]!'], 0.2);
  const second = pen.mostly(plain, ['o.w', 'o.v * o.w', 'Number(o.w)', 'o.any', '+o.any', '`${o.any}`.length', 'Math.max(...o.list)'], 0.2); // prettier-ignore
  const uses = [
    `const ${name} = ${made.creation};`,
    pen.maybe(`const before = ${made.read(2)};\nif (before !== 0) throw new Error(String(before));`, 0.2),
    made.write(0, first),
    between(),
    made.write(1, second),
    between(),
    pen.maybe(`if (n < 0) ${made.write(2, '9')}`, 0.2),
  ].filter((part) => part !== '');
  const shown = `[${made.read(0)}, ${made.read(1)}, ${made.read(2)}]`;
  const module = 'const SIZE = 128;';
  const inputs = [values(pen), pen.input('n', 'number', () => pen.number())];
  if (pen.chance(0.5)) return { module, inputs, body: uses.join('\n'), result: shown };
  return {
    module,
    inputs: [...inputs, pen.input('rounds', 'number', () => pen.one('0', '1', '2', '3'))],
    body: `const seen: unknown[] = [];
      ${head(pen)} {
      ${pen.between(['i === 1', 'n > 1'], { inLoop: true, probability: 0.15 })}
      ${uses.join('\n')}
      seen.push(${shown});
      }`,
    result: 'seen',
  };
}

function view(pen: Pen): Core {
  return {
    module: 'const SIZE = 128;\nconst memory = new ArrayBuffer(256);',
    inputs: [values(pen), pen.input('rounds', 'number', () => pen.one('0', '1', '3'))],
    body: `let sum = 0;
      ${head(pen)} {
      ${pen.between(['i === 1'], { inLoop: true })}
      const dv = new DataView(memory${pen.one('', ', 8', ', 8, 64')});
      dv.setFloat64(0, ${pen.one('o.v', 'i')});
      ${pen.between(['i === 2'], { inLoop: true })}
      sum += dv.getFloat64(0) + dv.getFloat64(8);
      }`,
    result: 'sum',
  };
}

/** "freed memory stays allocated" */
function freeList(pen: Pen): Core {
  const wait = pen.place.mayAwait ? 'await null;' : pen.place.mayYield ? "yield 'between';" : '';
  return {
    inputs: [pen.input('n', 'number', () => pen.number())],
    body: `const buf = Buffer.alloc(4096);
      buf.writeDoubleLE(n, 0);
      ${wait}
      ${pen.maybe("if (n > 2) throw new Error('stopped');")}
      const sum = buf.readDoubleLE(0) + buf.readDoubleLE(8);
      log(sum);`,
    result: 'n + 1',
  };
}
