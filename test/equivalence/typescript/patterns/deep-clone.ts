import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Deep copies of values whose type the file writes out. */
export const deepClone: readonly Pattern[] = [
  { suggestions: true, typedOnly: true, globals: ['JSON', 'structuredClone'], write: clone },
];

const types = `interface Item { id: number; name: string; tags: string[]; size: Size; sizes: Size[]; kind: Kind | null }
  type Size = { w: number; h: number };
  type Kind = 'a' | 'b';`;
const number = (pen: Pen): string => pen.one('0', '1', '2.5', '-1', '1e21');
const size = (pen: Pen): string => `{ w: ${number(pen)}, h: 1 }`;
const item = (pen: Pen): string =>
  `{ id: ${number(pen)}, name: ${pen.text()}, tags: [${pen.one('', "'t'", "'t', ''")}], size: ${size(pen)}, sizes: [${pen.one('', size(pen))}], kind: ${pen.one("'a'", 'null')} }`; // prettier-ignore

/** "if it holds just what its type names, and its numbers are finite" */
function clone(pen: Pen): Core {
  const value = pen.one('item', 'item.size', 'item.tags', 'items', 'list', 'list.sizes');
  const of = value.startsWith('list') ? value.replace('list', 'items[0]!') : value;
  const copy = pen.one(`JSON.parse(JSON.stringify(${of}))`, `structuredClone(${of})`, `JSON.parse(JSON.stringify(${of})) as ${value === 'item' ? 'Item' : 'never'}`); // prettier-ignore
  return {
    types,
    inputs: [pen.input('items', 'Item[]', () => `[${item(pen)}, ${item(pen)}]`)],
    body: `const all: unknown[] = [];
      for (const item of items) {
      ${pen.between(['item.id > 1'], { inLoop: true })}
      ${pen.one(`all.push(${copy});`, `const copy = ${copy};\nall.push(copy, item);`, `const give = () => ${copy};\nall.push(give());`)}
      }`,
    result: 'all',
  };
}
