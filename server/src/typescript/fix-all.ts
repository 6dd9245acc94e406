import type { FileAnalysis } from '../service/engine';
import { chosenFixes } from '../service/fixes';
import { defaultSettings } from '../service/settings';
import { applyEdits } from '../text/edits';
import type { TypeScriptEngine } from './engine';

/** A fix may uncover the next one; as in ESLint, ten rounds are enough for any file that is not being toggled. */
const maximumRounds = 10;

export interface FixAllOptions {
  /** Only this rule's fixes. */
  readonly rule?: string;
  /** Also fixes whose condition nobody has checked. */
  readonly suggestions: boolean;
}

/** The text after all fixes, cold code included: for samples, goldens and the corpus. */
export async function fixAll(
  engine: TypeScriptEngine,
  path: string,
  text: string,
  { rule, suggestions }: FixAllOptions,
): Promise<string> {
  const signal = new AbortController().signal;
  const settings = { ...defaultSettings, show: 'all' as const };
  let current = text;
  for (let round = 0; round < maximumRounds; round++) {
    const document = { path, languageId: '', version: round, text: current };
    const request = { document, buffers: new Map(), settings };
    let analysis: FileAnalysis | undefined;
    await engine.analyse(request, ([file]) => (analysis = file), signal);
    const findings = analysis!.findings.filter(({ ruleId }) => rule === undefined || ruleId === rule);
    const fixes = chosenFixes(findings, { suggestions });
    if (fixes.length === 0) return current;
    const { edits } = await engine.combine(analysis!, fixes, request, signal);
    if (edits.length === 0) return current;
    current = applyEdits(current, edits);
  }
  return current;
}
