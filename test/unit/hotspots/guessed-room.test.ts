import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding, Fix, GuessedRoom } from '../../../rules/model';
import { withRoomSeen, type SeenArrays } from '../../../server/src/hotspots/guessed-room';
import type { LineWeight } from '../../../server/src/profile/weights';

const recipe = 'Make room';
/** `x.f = append(x.f, e)` with a fix that makes room for 8 elements of 16 bytes. */
const eight: GuessedRoom = { elements: 8, elementSize: 16, recipe, others: [] };
/** The same, and what the rule would write for other rooms. */
const scaled: GuessedRoom = {
  ...eight,
  others: [2, 4, 8, 16, 32, 64].map((elements) => fixOf({ ...eight, elements })),
};

describe('room that a fix guesses, held against the arrays of a profile', () => {
  it('keeps the fix where slices get longer', () => {
    assert.equal(because(eight, { 16: 1000, 32: 990, 64: 980, 128: 970, 256: 500 }), undefined);
  });

  it('withholds it where slices have one element', () => {
    assert.equal(
      because(eight, { 16: 4875 }),
      'in the profile 0 % of these slices get as many as 8 elements',
    );
  });

  it('withholds it where half of them stay short: those are somebody’s program, too', () => {
    const arrays = { 16: 1000, 32: 900, 64: 700, 128: 500, 256: 500, 512: 500 };
    assert.match(because(eight, arrays)!, /^in the profile 50 %/);
  });

  it('withholds it where one function of many gets short slices', () => {
    const long = { 16: 1000, 32: 1000, 64: 1000, 128: 1000 };
    const from = (name: string, arrays: Record<number, number>) => [name, line(arrays).sizes!] as const;
    const of = (short: number): Partial<SeenArrays> => ({
      own: [
        {
          ...line({ ...long, 16: 1000 + short }),
          sizesFrom: new Map([from('a/b.Long', long), from('a/b.One', { 16: short })]),
        },
      ],
    });
    assert.match(because(eight, {}, of(50))!, /^in the profile the slices of `b\.One` are shorter than 8/);
    assert.equal(because(eight, {}, of(2)), undefined);
  });

  it('takes no other allocation of the line for an array', () => {
    const arrays = { 16: 1000, 128: 1000 };
    assert.equal(because(eight, arrays), undefined);
    assert.match(because(eight, arrays, { others: new Set([128]) })!, /0 % of these/);
  });

  it('concludes nothing from few samples, and nothing where elements have several sizes', () => {
    assert.match(because(eight, { 16: 9, 32: 9, 64: 9, 128: 9 }, { samples: 9 })!, /too few of its arrays/);
    assert.match(because({ elements: 8, recipe, others: [] }, { 16: 1000, 128: 1000 })!, /of several sizes/);
  });

  it('counts the owners where the fix makes more room for each of them', () => {
    const made = { file: 'a.go', span: { start: 7, end: 8 }, elements: 2 };
    const arrays = { 64: 900, 128: 900 };
    const ownersOf = (count: number): Partial<SeenArrays> => ({ at: () => [line({ 32: count })] });
    assert.equal(because({ ...eight, made }, arrays, ownersOf(1000)), undefined);
    assert.match(because({ ...eight, made }, arrays, ownersOf(100_000))!, /^in the profile 1 %/);
    assert.match(because({ ...eight, made }, arrays)!, /how many of its owners/);
  });

  it('asks of a list that is cut in two whether the halves grow again', () => {
    const halves = { 256: 1000 };
    assert.equal(because({ recipe, others: [] }, halves, { later: [line({ 512: 990 })] }), undefined);
    assert.match(
      because({ recipe, others: [] }, halves, { later: [line({ 512: 100 })] })!,
      /10 % of the slices grow again/,
    );
    assert.match(because({ recipe, others: [] }, halves)!, /0 % of the slices grow again/);
  });

  it('leaves other fixes of the finding', () => {
    const guess = fixOf(eight);
    const other = { title: 'Other', kind: guess.kind, edits: [], verification: guess.verification };
    const found = withRoomSeen(finding([guess, other]), seen({ 16: 4875 }));
    assert.deepEqual(
      found.fixes.map(({ title }) => title),
      ['Other'],
    );
    assert.equal(found.noFix, undefined);
  });
});

describe('room as the profile asks for it', () => {
  it('is as much as three of four slices use', () => {
    assert.equal(roomOf({ 16: 1000, 32: 1000, 64: 990, 128: 800, 256: 300, 512: 300 }), 8);
    assert.equal(roomOf({ 16: 1000, 32: 900, 64: 300 }), 2);
    assert.equal(roomOf({ 16: 1000, 32: 1000, 64: 1000, 128: 1000, 256: 1000, 512: 1000, 1024: 1000 }), 64);
  });

  it('is none where all are short, or only a few long', () => {
    assert.equal(
      because(scaled, { 16: 1000 }),
      'in the profile 0 % of these slices get as many as 2 elements',
    );
    const few = { 16: 1000, 32: 300, 64: 300, 128: 300, 256: 300, 512: 300, 1024: 300 };
    assert.equal(because(scaled, few), 'in the profile 30 % of these slices get as many as 2 elements');
  });

  it('is what the short half uses where there are two kinds', () => {
    const twoKinds = { 16: 1000, 32: 1000, 64: 500, 128: 500, 256: 500, 512: 500, 1024: 500 };
    assert.equal(roomOf(twoKinds), 2);
  });

  it('is less where one function of the program would pay for more', () => {
    const long = { 16: 1000, 32: 1000, 64: 1000, 128: 1000 };
    const pairs = { 16: 100, 32: 100 };
    const own = {
      ...line({ 16: 1100, 32: 1100, 64: 1000, 128: 1000 }),
      sizesFrom: new Map([
        ['a/b.Long', line(long).sizes!],
        ['a/b.Pairs', line(pairs).sizes!],
      ]),
    };
    assert.equal(roomOf({}, { own: [own] }), 2);
  });

  it('is more than the first array where that has room at once', () => {
    assert.equal(roomOf({ 128: 1000, 256: 900 }), 16);
    assert.equal(
      because(scaled, { 128: 1000, 256: 600 }),
      'in the profile 60 % of these slices get as many as 16 elements',
    );
    assert.match(because(scaled, { 1024: 1000 })!, /the first array of these slices has room enough/);
  });

  it('counts the slices that end on the stack, which have no array here', () => {
    const onStack = [{ file: 'a.go', span: { start: 9, end: 10 } }];
    const arrays = { 64: 1000, 128: 1000 };
    const endingThere = (sizes: Record<number, number>): Partial<SeenArrays> => ({ at: () => [line(sizes)] });
    assert.equal(roomOf(arrays, {}, { ...scaled, onStack }), 8);
    assert.equal(roomOf(arrays, endingThere({ 16: 100 }), { ...scaled, onStack }), 8);
    assert.match(
      because({ ...scaled, onStack }, arrays, endingThere({ 16: 5000 }))!,
      /in the profile 17 % of these slices get as many as 2 elements/,
    );
  });

  it('is more than the owner makes', () => {
    const made = { file: 'a.go', span: { start: 7, end: 8 }, elements: 2 };
    const owners: Partial<SeenArrays> = { at: () => [line({ 32: 1000 })] };
    const room = { ...scaled, made, others: scaled.others.slice(1) };
    assert.equal(roomOf({ 64: 900, 128: 300 }, owners, room), 4);
  });
});

/** Elements that the offered fix makes room for. */
function roomOf(
  arrays: Record<number, number>,
  more: Partial<SeenArrays> = {},
  room = scaled,
): number | undefined {
  const { fixes } = withRoomSeen(finding([fixOf(room)]), { ...seen(arrays), ...more });
  return fixes[0]?.room?.elements;
}

/** Why the fix is withheld; undefined when it is offered. @param arrays how many of each size in bytes */
function because(
  room: GuessedRoom,
  arrays: Record<number, number>,
  more: Partial<SeenArrays> & { readonly samples?: number } = {},
): string | undefined {
  const { fixes, noFix } = withRoomSeen(finding([fixOf(room)]), { ...seen(arrays, more.samples), ...more });
  assert.equal(fixes.length === 0, noFix !== undefined);
  return noFix?.because;
}

const seen = (arrays: Record<number, number>, samples?: number): SeenArrays => ({
  own: [line(arrays, samples)],
  others: new Set(),
  later: [],
  at: () => [],
});

function line(arrays: Record<number, number>, samples = 100): LineWeight {
  const sizes = new Map(Object.entries(arrays).map(([size, count]) => [Number(size), Number(size) * count]));
  const own = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  return {
    file: 'a.go',
    line: 1,
    function: 'a.f',
    startLine: 1,
    amount: own,
    objects: 0,
    samples,
    own,
    sizes,
    through: new Map(),
    callers: new Map(),
  };
}

function fixOf(room: GuessedRoom): Fix {
  return {
    title: `Start with ${room.elements}`,
    kind: 'suggestion',
    edits: [],
    verification: 'checked',
    room,
  };
}

const finding = (fixes: Finding['fixes']): Finding => ({
  ruleId: 'go/first-room',
  language: 'go',
  file: 'a.go',
  span: { start: 0, end: 1 },
  message: '`x` grows each time it is full',
  severity: 'information',
  allocation: { kind: 'append growth', cost: 'conditional', reason: '', evidence: [] },
  heat: { score: 0, because: [] },
  related: [],
  fixes,
});
