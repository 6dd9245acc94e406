import { typescriptRules } from '../../../rules/typescript/index';
import { TypeScriptEngine, type TypeScriptEngineOptions } from './engine';

/**
 * Entry of the TypeScript bundle (parser, ESLint's Linter, rules). The server requires it lazily, on the first
 * TypeScript document, so that a Go-only user never pays for it.
 */
export function createTypeScriptEngine(options: TypeScriptEngineOptions): TypeScriptEngine {
  return new TypeScriptEngine(options, typescriptRules);
}
