import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** One part of a text that is split at each separator. */
export const splitIndex: readonly Pattern[] = [
  { weight: 5, write: part },
  { suggestions: true, write: unknownText },
];

const separators = ["','", "'-'", "'a,'", "'€'", "'\\n'", "'aa'"] as const;
const texts = [
  "''",
  "','",
  "'a'",
  "'a,b'",
  "'a,b,c,d,e'",
  "'aaa'",
  "',,'",
  "'x-y-z'",
  "'ä€b€'",
  "'a\\nb'",
] as const;

function part(pen: Pen): Core {
  const split = `${pen.one('line', 'line', 'line.trim()', 'String(line)', '(line + line)')}.split(${pen.mostly(separators, ["''"], 0.05)})`;
  const taken = pen.one(`${split}[0]`, `${split}[1]`, `${split}[3]`, `${split}.pop()`, `${split}.at(-1)`); // prettier-ignore
  const read = pen.one(taken, `${taken} ?? 'none'`, `${taken}?.length`, `typeof ${taken}`, `[${taken}]`, `\`<\${${taken}}>\``); // prettier-ignore
  const [body, result] = pen.one(
    ['', read],
    [`const first = ${taken};`, '[first, line]'],
    [
      `let first = ${taken};\n${pen.one('log(first);', "if (first === 'a') first = undefined!;", "first = first + '!';")}`,
      'first',
    ],
    [`let first: string | undefined = ${taken};\nif (!first) first = undefined;`, 'first'],
    [`const all: unknown[] = [];\nfor (const each of [line, 'b']) {\n${pen.between(['each === line'], { inLoop: true })}\nall.push(${taken.replaceAll('line', 'each')});\n}`, 'all'], // prettier-ignore
  );
  return { inputs: [pen.input('line', 'string', () => pen.one(...texts))], body, result };
}

/** "if line is a string" */
function unknownText(pen: Pen): Core {
  return {
    inputs: [pen.input('line', 'any', () => pen.one(...texts))],
    body: '',
    result: `line.split(${pen.one(...separators)})${pen.one('[0]', '[1]', '.pop()')}`,
  };
}
