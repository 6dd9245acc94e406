import { isAbsolute } from 'node:path';
import { nullLogger, type Logger } from '../host/logger';
import { TrustGate } from '../host/trust';
import { Analyser } from '../service/analyser';
import type { ReadingProgress } from '../hotspots/origin';
import type { EngineHost } from '../service/engine';
import type { RuleLevel } from '../service/ranking';
import { defaultSettings, type Settings } from '../service/settings';
import { shownPath } from '../service/walk';
import { logText, visible } from '../text/foreign';
import type { CommonOptions } from './options';
import { Progress } from './progress';
import type { ExitCode, Surroundings } from './surroundings';

/** What a command works with. */
export interface Session {
  readonly analyser: Analyser;
  readonly settings: Settings;
  /** @param total 0 when nobody knows it */
  readonly progress: (done: number, total: number, what: string) => void;
  readonly host: EngineHost;
}

/** What is said while a profile is read: how much of it, in percent. */
export function readingProgress(progress: Session['progress']): ReadingProgress {
  return (what, percentage) => progress(0, 0, percentage === undefined ? what : `${what}, ${percentage} %`);
}

/**
 * Runs a command's job; whatever happens, its processes end with it.
 * @param options `trusted: false` starts none: who types a command in a folder trusts it, who starts a server for others need not
 */
export async function withAnalyser(
  options: CommonOptions & { readonly trusted?: boolean },
  around: Surroundings,
  job: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  const progress = new Progress(around.stderr);
  const logger = options.verbose ? stderrLogger(around.stderr) : nullLogger;
  const host = { logger, trust: new TrustGate(options.trusted ?? true) };
  const analyser = new Analyser(around.engines, host);
  const report = (done: number, total: number, what: string): void =>
    progress.report(done, total, isAbsolute(what) ? shownPath(around.cwd, what) : visible(what));
  try {
    return await job({ analyser, settings: settingsFor(options, around), progress: report, host });
  } finally {
    progress.clear();
    await analyser.dispose();
  }
}

function settingsFor({ show, rule }: CommonOptions, { rules }: Surroundings): Settings {
  const off: Record<string, RuleLevel> = {};
  if (rule.length > 0) for (const { id } of rules) if (!rule.includes(id)) off[id] = 'off';
  return { ...defaultSettings, show, rules: off };
}

function stderrLogger(stderr: NodeJS.WritableStream): Logger {
  const line = (level: string) => (message: string) => void stderr.write(`${level}: ${logText(message)}\n`);
  return {
    trace: line('trace'),
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
  };
}
