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
 * Applies the first fix of each finding of a rule, those that do not overlap together, again and again until none is
 * left (at most ten rounds, as ESLint does).
 */
export async function applyAllFixes(
  engine: TypeScriptEngine,
  path: string,
  text: string,
  ruleId?: string,
  wanted: (fix: Fix, finding: Finding) => boolean = () => true,
): Promise<string> {
  let current = text;
  for (let round = 0; round < 10; round++) {
    const { findings } = await analyseTypeScript(engine, path, current);
    const edits: Fix['edits'][number][] = [];
    for (const finding of findings) {
      if (ruleId !== undefined && finding.ruleId !== ruleId) continue;
      const fix = finding.fixes.find((candidate) => wanted(candidate, finding));
      if (!fix) continue;
      const free = fix.edits.every(({ span }) =>
        edits.every((taken) => span.end < taken.span.start || taken.span.end < span.start),
      );
      if (free) edits.push(...fix.edits);
    }
    if (edits.length === 0) return current;
    current = applyEdits(current, edits);
  }
  return current;
}
