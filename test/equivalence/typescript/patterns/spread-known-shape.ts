import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Spreads of objects whose type the file writes out. */
export const spreadKnownShape: readonly Pattern[] = [{ suggestions: true, typedOnly: true, write: known }];

/** "if it has no others", in the order of the type */
function known(pen: Pen): Core {
  const rest = pen.one(
    'total: 1',
    "name: 'new'",
    'id: x.id + 1',
    'total: x.id, name: x.name',
    'id: total, total',
    'name: `${x.name}!`',
    'total: log(x.id)',
    '',
  );
  const spread = `{ ...x${rest && `, ${rest}`} }`;
  const use = pen.one(
    `all.push(${spread});`,
    `all.push((() => (${spread}))());`,
    `const copy = ${spread};\nall.push(copy, copy.id);`,
  );
  return {
    types: 'interface Item { id: number; name: string }',
    inputs: [
      pen.input(
        'xs',
        'Item[]',
        () =>
          `[${Array.from({ length: pen.one(0, 2, 3) }, () => `{ id: ${pen.number()}, name: ${pen.text()} }`).join(', ')}]`,
      ),
    ],
    body: `const all: unknown[] = [];
      const total = 7;
      for (const x of xs) {
      ${pen.between(['x.id === 2'], { inLoop: true })}
      ${use}
      }`,
    result: '[all, total]',
  };
}
