import { resolve } from 'node:path';
import { typescriptRules } from '../../rules/typescript/index';
import type { TypeScriptRule } from '../../rules/typescript/rule';
import type { FileAnalysis } from '../../server/src/service/engine';
import { defaultSettings, type Settings } from '../../server/src/service/settings';
import { TypeScriptEngine } from '../../server/src/typescript/engine';

export const ruleNames = (rules: readonly TypeScriptRule[]): string[] => rules.map((rule) => rule.name);

/** The engine with all rules (or the given ones), and what it logged. */
export function newTypeScriptEngine(
  rules: readonly TypeScriptRule[] = typescriptRules,
): TypeScriptEngine & { logged: string[] } {
  const logged: string[] = [];
  return Object.assign(new TypeScriptEngine({ log: (message) => logged.push(message) }, rules), { logged });
}

/** What the engine publishes last for a text: findings with checked fixes. */
export async function analyseTypeScript(
  engine: TypeScriptEngine,
  path: string,
  text: string,
  settings: Settings = { ...defaultSettings, show: 'all' },
  signal: AbortSignal = new AbortController().signal,
): Promise<FileAnalysis> {
  let last: FileAnalysis | undefined;
  const document = { path: resolve('/', path), languageId: '', version: 1, text };
  await engine.analyse({ document, buffers: new Map(), settings }, ([file]) => (last = file), signal);
  if (!last) throw new Error(`nothing was published for ${path}`);
  return last;
}
