import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Parts of typed arrays, copied only to be read. */
export const copyForView: readonly Pattern[] = [
  { weight: 4, globals: ['Uint8Array', 'Buffer', 'Array'], write: direct },
  { suggestions: true, globals: ['Uint8Array'], write: held },
  { suggestions: true, globals: ['TextDecoder', 'Uint8Array'], write: decoded },
];

const bytes = (pen: Pen) =>
  pen.input('bytes', 'Uint8Array', () => `new Uint8Array([${Array.from({ length: pen.one(0, 3, 100) }, () => pen.random.below(256)).join(', ')}])`); // prettier-ignore

const part = (pen: Pen): string =>
  `bytes.slice(${pen.one('', '1', 'n', '1, n', '-3', 'n, 90', '0, -1', 'n, n + 70')})`;

function direct(pen: Pen): Core {
  const slice = part(pen);
  const other = pen.one('fill()', '9', 'bytes.length', '(bytes[1] = 7)', 'n');
  const use = pen.one(
    `[...${slice}]`,
    `[...${slice}, ${other}]`,
    `Math.max(...${slice}, ${other})`,
    `Buffer.concat([${slice}, Buffer.from([1])])`,
    `Buffer.concat([${slice}, fill()])`,
    `Buffer.from(${slice})`,
    `${slice}.join('-')`,
    `${slice}.indexOf(${other} as number)`,
    `${slice}.at(${other} as number)`,
    `${slice}.includes(7)`,
    `target.set(${slice})`,
    `target.set(${slice}, ${other} as number)`,
    `${slice}`,
    `bytes.set(${slice}, 1)`,
  );
  return {
    inputs: [bytes(pen), pen.input('n', 'number', () => pen.size())],
    body: `const target = new Uint8Array(400);
      const fill = () => {
      bytes.fill(5);
      return ${other.startsWith('fill') && !use.includes('concat') ? '3' : 'Buffer.from([2])'};
      };
      ${pen.between(['n === 1'])}
      const seen = ${use};`,
    result: '[seen, target, typeof fill]',
  };
}

/** "if bytes is not written to while they are read" */
function held(pen: Pen): Core {
  const use = pen.one('sum += one;', 'if (one > 3) sum++;');
  return {
    inputs: [bytes(pen), pen.input('n', 'number', () => pen.size())],
    body: `const copy = ${part(pen)};
      let sum = copy.length;
      for (const one of copy) ${use}
      sum += copy[0] ?? 0;`,
    result: '[sum, bytes]',
  };
}

/** "if the memory is not a SharedArrayBuffer" */
function decoded(pen: Pen): Core {
  return {
    module: 'const decoder = new TextDecoder();',
    inputs: [bytes(pen), pen.input('n', 'number', () => pen.size())],
    body: '',
    result: `decoder.decode(${part(pen)})`,
  };
}
