import { errorPerCall } from '../../../rules/typescript/error-per-call';
import { testRule } from '../../support/rule-tester';

const title = (name: string): string =>
  `Share one \`${name}\` of the module (if nobody changes it or reads its stack)`;

testRule(errorPerCall, {
  valid: [
    'export const f = () => new Error("a");',
    '/** @hot */ export const f = () => { throw new Error("a"); };',
    '/** @hot */ export const f = () => g(new Error("a"));',
    '/** @hot */ export const f = () => new Mirror("a");',
    '/** @hot */ export const f = () => { const e = new Error("a"); e.code = 1; return e; };',
    '/** @hot */ export const f = () => new Error("a").stack;',
    'export const f = () => { try { throw new Error("a"); } catch { } };',
  ],
  invalid: [
    {
      code: '/** @hot */ export const f = () => new Error("a");',
      errors: [
        {
          messageId: 'returned',
          data: { name: 'Error' },
          suggestions: [
            {
              messageId: 'fix',
              data: { title: title('Error') },
              output: 'const error = new Error("a");\n\n/** @hot */ export const f = () => error;',
            },
          ],
        },
      ],
    },
    {
      code: 'const bad = new TypeError("a");\n/** @hot */ export const f = () => [bad, new TypeError("a")];',
      errors: [
        {
          messageId: 'returned',
          suggestions: [
            {
              messageId: 'fix',
              data: { title: title('TypeError') },
              output:
                'const bad = new TypeError("a");\nconst typeError = new TypeError("a");\n/** @hot */ export const f = () => [bad, typeError];',
            },
          ],
        },
      ],
    },
    {
      code: '/** @hot */ const f = (x) => { try { if (x) { throw new Error(x); } } catch { return 1; } };',
      errors: [{ messageId: 'caught', suggestions: [] }],
    },
    {
      code: 'import { HttpError } from "x"; /** @hot */ export const f = () => ({ e: new HttpError(404) });',
      errors: [{ messageId: 'returned', suggestions: [] }],
    },
  ],
});
