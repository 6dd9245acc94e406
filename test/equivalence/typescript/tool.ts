import type { RuleId } from '../../../rules/model';
import { typescriptRules } from '../../../rules/typescript/index';
import { TypeScriptEngine } from '../../../server/src/typescript/engine';

/** The engine whose only rule is this one. Engine and rule know each other, so a fault in either takes a bundle of both. */
export function engineWith(ruleId: RuleId): TypeScriptEngine {
  const rules = typescriptRules.filter(({ meta }) => meta.docs!.id === ruleId);
  return new TypeScriptEngine({ log: () => {} }, rules);
}
