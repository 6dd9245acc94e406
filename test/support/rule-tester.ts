import { after, describe, it } from 'node:test';
import { RuleTester as TypeScriptRuleTester, type RunTests } from '@typescript-eslint/rule-tester';
import type { TypeScriptRule } from '../../rules/typescript/rule';

TypeScriptRuleTester.afterAll = after;
TypeScriptRuleTester.describe = describe;
TypeScriptRuleTester.it = it;
TypeScriptRuleTester.itOnly = (name, run) => void it(name, { only: true }, run);

const tester = new TypeScriptRuleTester();

/**
 * Runs a rule through typescript-eslint's RuleTester under node:test: as plain ESLint runs it, so `hot only` rules need
 * hot code in their cases. A suggestion is `{ messageId: 'fix', data: { title }, output }`.
 */
export function testRule(rule: TypeScriptRule, tests: RunTests<string, []>): void {
  tester.run(rule.name, rule as never, tests as never);
}
