import { resolve } from 'node:path';
import type { Finding, Fix } from '../../rules/model';
import { typescriptRules } from '../../rules/typescript/index';
import type { TypeScriptRule } from '../../rules/typescript/rule';
import type { FileAnalysis } from '../../server/src/service/engine';
import { defaultSettings, type Settings } from '../../server/src/service/settings';
import { applyEdits } from '../../server/src/text/edits';
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

/**
 * Applies the first fix of each finding of a rule, those that hold together at once, again and again until none is left
 * (at most ten rounds, as ESLint does).
 */
export async function applyAllFixes(
  engine: TypeScriptEngine,
  path: string,
  text: string,
  ruleId?: string,
  wanted: (fix: Fix, finding: Finding) => boolean = () => true,
): Promise<string> {
  const signal = new AbortController().signal;
  let current = text;
  for (let round = 0; round < 10; round++) {
    const analysis = await analyseTypeScript(engine, path, current);
    const fixes = analysis.findings
      .filter((finding) => ruleId === undefined || finding.ruleId === ruleId)
      .flatMap((finding) => finding.fixes.find((fix) => wanted(fix, finding)) ?? []);
    if (fixes.length === 0) return current;
    const document = { path: analysis.path, languageId: '', version: 1, text: current };
    const request = { document, buffers: new Map(), settings: defaultSettings };
    const { edits } = await engine.combine(analysis, fixes, request, signal);
    current = applyEdits(current, edits);
  }
  return current;
}
