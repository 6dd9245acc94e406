import type { Finding, Note, Severity } from '../../../rules/model';
import { languageIdOf, languageOf } from '../service/languages';
import { hotScore } from '../service/ranking';
import type { Settings } from '../service/settings';
import type { ScanResult } from '../service/scan';
import type { ExitCode, Surroundings } from './surroundings';

/** From which finding on a scan fails, least demanding last. */
export const failLevels = ['information', 'hot', 'warning', 'error', 'none'] as const;
export type FailLevel = (typeof failLevels)[number];

const failsFrom: Readonly<Record<FailLevel, readonly Severity[]>> = {
  information: ['information', 'warning', 'error'],
  hot: ['warning', 'error'],
  warning: ['warning', 'error'],
  error: ['error'],
  none: [],
};

/** Whether a finding fails a scan. A hint never does, as it says what was asked for and not what is wrong. */
export function fails({ severity, heat }: Pick<Finding, 'severity' | 'heat'>, level: FailLevel): boolean {
  return (
    failsFrom[level].includes(severity) ||
    (level === 'hot' && severity === 'information' && heat.score >= hotScore)
  );
}

/** What a scan has looked at. */
export type Looked = Pick<ScanResult, 'notes' | 'incomplete'> & {
  /** Absolute paths of the files that were to be looked at. */
  readonly files: readonly string[];
};

/**
 * The exit code of a scan that is a gate: somebody said what must fail it. What was not looked at did not pass then, be it one file.
 * @param failing the findings that fail it
 */
export function gateCode(failing: readonly Finding[], looked: Looked): ExitCode {
  if (failing.length > 0) return 1;
  return isHindered(looked) ? 2 : exitCodeWithoutFindings(looked.files, looked.notes);
}

/** Whether something stood in the way of the analysis of a file: it does not compile or parse, a tool is missing or has failed. */
export function isHindered({ notes, incomplete }: Pick<Looked, 'notes' | 'incomplete'>): boolean {
  return incomplete.length > 0 || notes.some(({ wayOut }) => wayOut !== undefined);
}

/** Silence about files that nobody could look at is not "nothing to report". */
export function exitCodeWithoutFindings(files: readonly string[], notes: readonly Note[]): ExitCode {
  // A gate that could not look must not let pass.
  if (notes.some(({ kind }) => kind === 'unchecked contract')) return 2;
  const missing = notes.filter(({ kind }) => kind !== 'withheld fix');
  const unseen = new Set(missing.map(({ file }) => file));
  return files.every((file) => unseen.has(file)) ? 2 : 0;
}

/** Whether any rule that is switched on is about a file: a scan of others would find nothing whatever is in them. */
export function isJudged(
  files: readonly string[],
  { rules: levels }: Pick<Settings, 'rules'>,
  { rules }: Pick<Surroundings, 'rules'>,
): boolean {
  const on = rules.filter(({ id }) => levels[id] !== 'off');
  return files.some((file) => {
    const language = languageOf(languageIdOf(file));
    return on.some(({ id }) => id.startsWith(language === 'go' ? 'go/' : 'ts/'));
  });
}
