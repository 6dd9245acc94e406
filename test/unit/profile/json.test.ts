import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JsonReader, Kept } from '../../../server/src/profile/json';
import { ProfileError } from '../../../server/src/profile/profile-error';

/** Reads a text in pieces of so many characters. */
function read(text: string, piece: number): unknown {
  const whole: unknown[] = [];
  const reader = new JsonReader({
    open: (_, isList) => {
      const value = isList ? [] : {};
      whole.push(value);
      return new Kept(value);
    },
    scalar: (_, value) => void whole.push(value),
  });
  for (let at = 0; at < text.length; at += piece) reader.write(text.slice(at, at + piece));
  reader.end();
  assert.equal(whole.length, 1);
  return whole[0];
}

describe('JSON in pieces', () => {
  for (const text of [
    '{"a":[1,-2.5e-3,[],{}],"b":{"c":"x","d":null},"e":true,"f":false}',
    ' [ "\\u00e9\\n\\"", "é", "", 0 ]\n',
    '{"numbers":[100000,1e21,-0]}',
    '12345',
    '"text"',
  ])
    it(`is what JSON.parse makes of it, however it is cut: ${text}`, () => {
      for (let piece = 1; piece <= text.length; piece++)
        assert.deepEqual(read(text, piece), JSON.parse(text), `in pieces of ${piece}`);
    });

  for (const text of [
    '{"a":1',
    '{"a":',
    '[1,]',
    '[1 2]',
    '{"a" 1}',
    '{"a":1,}',
    '{1:2}',
    '[}',
    '{]',
    '1 2',
    '[tru]',
    '["a',
    '["\n"]',
    '[1.]',
    ']',
    ':',
    '',
  ])
    it(`is refused where JSON.parse refuses it: ${JSON.stringify(text)}`, () => {
      assert.throws(() => JSON.parse(text));
      for (const piece of [1, 2, 3, 100]) assert.throws(() => read(text, piece), ProfileError);
    });

  it('may have a text longer than its pieces, and none without an end', () => {
    const long = JSON.stringify(['x'.repeat(100_000)]);
    assert.deepEqual(read(long, 100), JSON.parse(long));
    assert.throws(() => read(`["${'x'.repeat(17 << 20)}`, 1 << 20), /a text of more than 16 million/);
  });

  it('keeps nothing of what nobody hears', () => {
    const heard: unknown[] = [];
    const reader = new JsonReader({
      open: () => ({ scalar: (name) => void heard.push(name), open: () => undefined }),
    });
    reader.write('{"a":1,"b":{"c":[2]},"d":"x"}');
    reader.end();
    assert.deepEqual(heard, ['a', 'd']);
  });

  it('says where it is none', () => {
    assert.throws(() => read('{"a":1 "b":2}', 4), /"\\"b\\".*not expected at character 7/);
  });
});
