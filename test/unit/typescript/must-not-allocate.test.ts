import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseTypeScript, newTypeScriptEngine } from '../../support/typescript';

describe('ts/must-not-allocate', () => {
  it('names what allocates and the nearest calls on the way to it, however long that is', async () => {
    const chain = (length: number): string =>
      Array.from({ length }, (_, i) => `function g${i}() { return g${i + 1}(); }\n`).join('') +
      `function g${length}() { return [1]; }\n`;
    const related = async (length: number): Promise<(readonly [string, number])[]> => {
      const text = `/** @noalloc */\nexport function f() { return g0(); }\n${chain(length)}`;
      const { findings } = await analyseTypeScript(newTypeScriptEngine(), '/a.ts', text);
      const [found] = findings.filter(({ ruleId }) => ruleId === 'ts/must-not-allocate');
      return found!.related.map(
        ({ message, location }) => [message, text.slice(0, location.span.start).split('\n').length] as const,
      );
    };
    assert.deepEqual(await related(0), [['An array literal allocates here', 3]]);
    assert.deepEqual(await related(2), [
      ['which calls this', 3],
      ['which calls this', 4],
      ['An array literal allocates here', 5],
    ]);
    assert.deepEqual(
      (await related(50)).map(([, line]) => line),
      [3, 4, 5, 6, 53],
    );
  });
});
