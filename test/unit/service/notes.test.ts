import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byMessage, namesOf } from '../../../server/src/service/notes';

test('a message is said once, with its files in their order', () => {
  const notes = [
    { file: 'b.go', message: 'x' },
    { message: 'y' },
    { file: 'a.go', message: 'x' },
    { file: 'c.go', message: 'y' },
  ];
  assert.deepEqual(
    [...byMessage(notes)],
    [
      ['x', ['b.go', 'a.go']],
      ['y', ['c.go']],
    ],
  );
});

test('the first files are named, the others counted', () => {
  const upper = (name: string): string => name.toUpperCase();
  assert.equal(namesOf([], upper), '');
  assert.equal(namesOf(['a', 'b', 'c'], upper), 'A, B, C');
  assert.equal(namesOf(['a', 'b', 'c', 'd', 'e'], upper), 'A, B, C, 2 more');
});

test('two hundred thousand notes are no work', () => {
  const notes = Array.from({ length: 200_000 }, (_, i) => ({ file: `${i}.go`, message: 'x' }));
  const started = process.cpuUsage().user;
  assert.equal(byMessage(notes).get('x')!.length, 200_000);
  assert.ok(process.cpuUsage().user - started < 1_000_000);
});
