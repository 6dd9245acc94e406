import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asClause, asSentence, code, codes, longestTitle, shortened, titled } from '../../rules/wording';

describe('source text in a sentence', () => {
  it('stands in backticks, on one line', () => {
    assert.equal(code('make([]byte,\n\t\tn)'), '`make([]byte, n)`');
    assert.deepEqual(codes(['a']), '`a`');
    assert.deepEqual(codes(['a', 'b', 'c']), '`a`, `b` and `c`');
  });

  it('has no backticks of its own', () => {
    assert.equal(code('`${a}`'), "`'${a}'`");
  });

  it('is shortened in the middle when it is long', () => {
    assert.equal(code('exactlyThirtyCharactersInAName'), '`exactlyThirtyCharactersInAName`');
    assert.equal(code('server.connections.byAddress.size'), '`server.connecti…byAddress.size`');
  });

  it('is not cut within a character', () => {
    assert.equal(shortened('a😀😀😀b', 5), 'a…b');
  });
});

describe('a clause and a sentence', () => {
  it('are made of each other', () => {
    assert.equal(asClause('It is returned.'), 'it is returned');
    assert.equal(asSentence('it is returned'), 'It is returned.');
  });

  it('begin with a name as it is written', () => {
    assert.equal(asClause('`Name` extends it'), '`Name` extends it');
    assert.equal(asSentence('`name` extends it'), '`name` extends it.');
  });
});

describe('a title', () => {
  it('that has room stays as it is', () => {
    const title = `${code('out')} grows step by step`;
    assert.equal(titled(title), title);
  });

  it('has its quoted parts shortened until it fits', () => {
    const name = 'aVeryLongNameOfSomething.andOne';
    const title = titled(`${code(name)} is copied to ${code(name)} and to ${code(name)}, each time`);
    assert.equal(title.length <= longestTitle, true, title);
    assert.match(title, /^`aVeryL…andOne` is copied to `aVeryL…andOne` and/);
  });

  it('keeps what the rule says, however long it is', () => {
    const said = 'is '.repeat(40).trim();
    assert.equal(titled(`${code('x')} ${said}`), `\`x\` ${said}`);
  });
});
