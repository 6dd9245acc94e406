import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalised, ordered, siteClass, siteKey, type Site } from '../../rules/sites';

describe('the expression in the identity of an allocation site', () => {
  it('is the same however it is laid out and commented', () => {
    const written = 'append(out,\n\tstrconv.Itoa(n), // decimal\n)';
    assert.equal(normalised(written), 'append(out,strconv.Itoa(n))');
    assert.equal(normalised('append(out, strconv.Itoa( n ) /* decimal */)'), normalised(written));
  });

  it('keeps words apart that would grow together, and texts as they are', () => {
    assert.equal(normalised('new  Error ( `a  ${b}` )'), 'new Error(`a  ${b}`)');
    assert.equal(normalised("f('// no comment')"), "f('// no comment')");
    assert.notEqual(normalised('make([]int, n)'), normalised('make([]int, m)'));
  });

  it('leaves out the bodies of functions, which have sites of their own', () => {
    const text = 'sort(xs, func(a, b int) bool { return a < b })';
    const start = text.indexOf('{');
    assert.equal(normalised(text, [{ start, end: text.indexOf('}') + 1 }]), 'sort(xs,func(a,b int)bool{…})');
  });

  it('is short for long texts, and still differs where they do', () => {
    const table = (last: number): string => `[]int{${'1, '.repeat(500)}${last}}`;
    assert.ok(normalised(table(1)).length < 200);
    assert.notEqual(normalised(table(1)), normalised(table(2)));
    assert.equal(normalised(table(1)), normalised(table(1).replaceAll(', ', ',\n\t')));
  });

  it('takes linear time for what never ends', () => {
    for (const open of ['/*', '"', '`', "'"]) assert.ok(normalised(open.repeat(100_000)).length < 200);
  });
});

describe('the identity of an allocation site', () => {
  const site = (over: Partial<Site>): Omit<Site, 'order'> => ({
    unit: 'example.com/p',
    function: '(*Tree).Walk',
    kind: 'make',
    expression: 'make([]int,n)',
    language: 'go',
    file: '/p/a.go',
    span: { start: 0, end: 1 },
    line: 0,
    cost: 'always',
    callees: [],
    flow: [],
    ...over,
  });

  it('counts those that are the same otherwise in source order', () => {
    const [first, second, other] = ordered([
      site({}),
      site({ line: 9 }),
      site({ expression: 'make([]int,m)' }),
    ]);
    assert.deepEqual([first!.order, second!.order, other!.order], [0, 1, 0]);
    assert.equal(siteKey(second!), 'example.com/p (*Tree).Walk make: make([]int,n) #1');
    assert.equal(siteClass(first!), siteClass(second!));
  });

  it('knows nothing of files, lines and offsets', () => {
    const [here] = ordered([site({})]);
    const [moved] = ordered([site({ file: '/p/b.go', line: 70, span: { start: 900, end: 920 } })]);
    assert.equal(siteKey(here!), siteKey(moved!));
  });
});
