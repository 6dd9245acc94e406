import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallTreeBuilder } from '../../../server/src/profile/call-tree';
import { pack, unpack } from '../../../server/src/profile/packed-tree';

test('a tree that goes to another thread is the same there', () => {
  const builder = new CallTreeBuilder({ index: 1, objects: 0, unit: 'bytes' }, ({ file }) =>
    file === 'a.go' ? '/app/a.go' : undefined,
  );
  const frame = (name: string, file: string, line: number) => ({ name, file, line, startLine: 1 });
  const [main, serve, split] = [
    frame('main', 'a.go', 3),
    frame('serve', 'a.go', 9),
    frame('split', 's.go', 4),
  ];
  builder.add({ stack: [split, serve, main], values: [2, 64.5] });
  builder.add({ stack: [{ ...serve, line: 11 }, main], values: [1, 48] });
  builder.add({ stack: Array.from({ length: 300 }, () => main), values: [1, 1000] });
  builder.add({ stack: [main], values: [-1, -8] });
  const tree = builder.result();
  assert.deepEqual(unpack(structuredClone(pack(tree))), tree);
});
