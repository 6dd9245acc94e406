/** A public npm package that ships its TypeScript sources, and what is done with it. */
export interface YardstickPackage {
  readonly name: string;
  readonly version: string;
  /** Folder of its sources. */
  readonly sources: string;
  /** TypeScript that stands in the package's folder: packages do not ship their benchmarks, so it does what their readmes show, in a loop. */
  readonly program: string;
}

export const packages: readonly YardstickPackage[] = [
  {
    name: 'immer',
    version: '11.2.10',
    sources: 'src',
    program: `import { produce } from './src/immer';
let state = { items: Array.from({ length: 100 }, (_, id) => ({ id, tags: ['a', 'b'], done: false })) };
for (let i = 0; i < 20_000; i++)
  state = produce(state, (draft) => {
    draft.items[i % 100]!.done = i % 2 === 0;
    draft.items[(i * 7) % 100]!.tags = ['a', 'c'];
  });
`,
  },
  {
    name: 'zod',
    version: '4.6.7',
    sources: 'src',
    program: `import { z } from './src/index';
const order = z.object({
  id: z.number().int(),
  mail: z.string().min(3),
  lines: z.array(z.object({ sku: z.string(), count: z.number() })),
  note: z.union([z.string(), z.null()]).optional(),
});
const input = { id: 1, mail: 'a@example.com', lines: [1, 2, 3].map((count) => ({ sku: 's' + count, count })), note: null };
for (let i = 0; i < 30_000; i++) {
  order.parse({ ...input, id: i });
  if (i % 10 === 0) order.safeParse({ ...input, id: 'x' });
}
`,
  },
  {
    name: '@msgpack/msgpack',
    version: '3.1.3',
    sources: 'src',
    program: `import { decode, encode } from './src/index';
const value = { id: 1, name: 'order', tags: ['a', 'b'], at: new Date(0), lines: [1, 2, 3].map((n) => ({ n, text: 'line ' + n })) };
for (let i = 0; i < 20_000; i++) decode(encode({ ...value, id: i }));
`,
  },
  {
    name: 'bson',
    version: '7.3.4',
    sources: 'src',
    program: `import { deserialize, Long, ObjectId, serialize } from './src/index';
const value = { _id: new ObjectId(), name: 'order', count: Long.fromNumber(5), tags: ['a', 'b'], lines: [1, 2, 3].map((n) => ({ n, text: 'line ' + n })) };
for (let i = 0; i < 20_000; i++) deserialize(serialize({ ...value, i }));
`,
  },
];
