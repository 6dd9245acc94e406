import assert from 'node:assert/strict';
import { it } from 'node:test';
import { splitIndex } from '../../../rules/typescript/split-index';
import { fixAll } from '../../../server/src/typescript/fix-all';
import { testRule } from '../../support/rule-tester';
import { newTypeScriptEngine } from '../../support/typescript';

testRule(splitIndex, {
  valid: [
    '/** @hot */ export const f = (s: string) => { const [a, b] = s.split(","); const [...c] = s.split(";"); return [a, b, c]; };',
    '/** @hot */ export const f = (s: string, g: (x: string) => number) => s.split(",").map(g);',
    'export const f = (s: string) => s.split(",")[0];',
    '/** @hot */ export const f = (s: string) => s.split(",")[-1];',
    '/** @hot */ export const f = (s: string) => s.split(",")[0.5];',
    '/** @hot */ export const f = (s: string) => s.split(",")[4];',
    '/** @hot */ export const f = (s: string) => s.split(",", 2)[1];',
    '/** @hot */ export const f = (s: string) => s.split()[0];',
    '/** @hot */ export const f = (s: string) => s.split(",").at(0);',
    '/** @hot */ export const f = (s: string) => s.split(",").pop(1);',
  ],
  invalid: [
    {
      code: '/** @hot */ export const f = (s: string) => s?.split(",")[0];',
      errors: [{ messageId: 'part', data: { which: 'number 0' } }],
      output: null,
    },
    {
      code: '/** @hot */ export const f = (s: string) => { const [head] = s.split(","); return head; };',
      errors: [{ messageId: 'part', data: { which: 'number 0' } }],
      output: null,
    },
    {
      code: '/** @hot */ export const f = (s: string) => [s.split(",").map(Number), s.split(",").map((x) => parseInt(x, 10))];',
      errors: [{ messageId: 'numbers' }, { messageId: 'numbers' }],
      output: null,
    },
    {
      code: '/** @hot */ export const f = (s: string) => s.split("/").pop()!;',
      output: '/** @hot */ export const f = (s: string) => s.slice(s.lastIndexOf("/") + 1)!;',
      errors: [{ messageId: 'part', data: { which: 'the last' } }],
    },
    {
      code: '/** @hot */ export const f = (s) => s.split("/").at(-1);',
      errors: [
        {
          messageId: 'part',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: 'Take what is behind the last `"/"` (if `s` is a string)' },
              output: '/** @hot */ export const f = (s) => s.slice(s.lastIndexOf("/") + 1);',
            },
          ],
        },
      ],
    },
    {
      code: '/** @hot */ export const f = (s: string) => s.split("=")[0];\n/** @hot */ export const g = (s: string) => s.split("-")[0];',
      output: [
        '/** `text.split(separator)[0]`, without making the other parts. */\nfunction partBefore(text: string, separator: string): string {\n  const end = text.indexOf(separator);\n  return end < 0 ? text : text.slice(0, end);\n}\n\n/** @hot */ export const f = (s: string) => partBefore(s, "=");\n/** @hot */ export const g = (s: string) => s.split("-")[0];',
        '/** `text.split(separator)[0]`, without making the other parts. */\nfunction partBefore(text: string, separator: string): string {\n  const end = text.indexOf(separator);\n  return end < 0 ? text : text.slice(0, end);\n}\n\n/** @hot */ export const f = (s: string) => partBefore(s, "=");\n/** @hot */ export const g = (s: string) => partBefore(s, "-");',
      ],
      errors: [{ messageId: 'part' }, { messageId: 'part' }],
    },
  ],
});

/** What the fixed code says, run. */
async function fixed(expression: string): Promise<(s: string) => unknown> {
  const code = `/** @hot */\nexport function f(/** @type {string} */ s) {\n  return ${expression};\n}\n`;
  const text = await fixAll(newTypeScriptEngine(), '/a.js', code, {
    rule: 'ts/split-index',
    suggestions: true,
  });
  assert.ok(!text.includes(".split('"), text);
  return new Function(`${text.replace('export ', '')}; return f;`)() as (s: string) => unknown;
}

it('the fixed code gives the same part, or undefined, for every text', async () => {
  const texts = ['', ',', 'a', 'a,b', ',a', 'a,', 'a,,b', 'a,b,c,d', 'a::b', ':::', '::a:::b'];
  for (const separator of [',', '::'])
    for (const access of [
      '[0]',
      '[1]',
      '[2]',
      '[3]',
      ...(separator.length === 1 ? ['.pop()', '.at(-1)'] : []),
    ]) {
      const f = await fixed(`s.split('${separator}')${access}`);
      const expected = new Function('s', `return s.split('${separator}')${access}`) as (s: string) => unknown;
      for (const text of texts)
        assert.equal(f(text), expected(text), `${access} of "${text}" at ${separator}`);
    }
});
