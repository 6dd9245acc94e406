import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Finding, Note } from '../../../rules/model';
import { fingerprintsOf, type FindingIdentity } from '../history/identity';
import { gitlabReport } from '../report/gitlab';
import { jsonReport, jsonText } from '../report/json';
import { prettyReport } from '../report/pretty';
import { rdjsonlReport } from '../report/rdjsonl';
import { shownPath } from '../service/walk';
import { visible } from '../text/foreign';
import { againstBaseline, updateBaseline, type BaselineScan } from './baseline';
import { exitCodeWithoutFindings, failLevels, fails, gateCode, isHindered, type FailLevel } from './gate';
import { formatOption } from './options';
import type { ExitCode, Surroundings } from './surroundings';
import { UsageError } from './usage-error';

/** What a scan has come to, in one run or in parts that were merged. */
export interface Outcome {
  /** In published order. */
  readonly findings: readonly Finding[];
  /** Sorted by file, each once. */
  readonly notes: readonly Note[];
  /** Absolute paths of what was to be analysed. */
  readonly files: readonly string[];
  /** How many of them were. */
  readonly analysed: number;
  /** Absolute paths of those that do not compile or parse. */
  readonly incomplete: readonly string[];
  /** Whether more is missing than the notes about files say. */
  readonly isPartial: boolean;
  /** Absolute paths of what the command line named. */
  readonly targets: readonly string[];
  /** Whether a rule is switched on. */
  readonly isOn: (rule: string) => boolean;
  readonly textOf: (file: string) => string;
  /** The unit of a file; see FindingIdentity. @param root absolute; what units of TypeScript are relative to */
  readonly unitsOf: (root: string) => Promise<(file: string) => string>;
  /** As the findings. */
  readonly identities: (root: string) => Promise<readonly FindingIdentity[]>;
  /** Of what the level hides. */
  readonly hidden: (root: string) => Promise<readonly FindingIdentity[]>;
}

const formats = ['pretty', 'json', 'sarif', 'rdjsonl', 'gitlab'] as const;

/** What is made of an outcome: options of `scan` and `merge`. */
export interface ConcludeOptions {
  readonly format: (typeof formats)[number];
  readonly failOn?: FailLevel;
  readonly baseline?: string;
  readonly updateBaseline: boolean;
  readonly verbose: boolean;
}

export function concludeOptions(): Option[] {
  return [
    formatOption(...formats),
    new Option(
      '--fail-on <level>',
      'what is exit status 1: hot code (and warnings), or a severity and above; all that is reported if not given',
    ).choices(failLevels),
    new Option('--baseline <file>', 'report and fail only what this file does not have'),
    new Option('--update-baseline', 'write what is found into the file of --baseline').default(false),
  ];
}

/** @throws UsageError when the options do not go together; before anything is done */
export function mustGoTogether({ updateBaseline: updates, baseline }: ConcludeOptions): void {
  if (updates && baseline === undefined)
    throw new UsageError('--update-baseline needs to know the file: --baseline FILE.');
}

/** Holds what was found against the baseline, reports it, and says whether it fails. */
export async function conclude(
  outcome: Outcome,
  options: ConcludeOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { cwd, stdout, stderr, rules, version } = around;
  const { notes, textOf } = outcome;
  let kept = outcome.findings.map((_, i) => i);
  if (options.baseline !== undefined) {
    const held: BaselineScan = { ...outcome, file: resolve(cwd, options.baseline), cwd };
    if (options.updateBaseline) {
      if (outcome.isPartial || isHindered(outcome))
        throw new UsageError(
          `The baseline was not written because not everything could be analysed; without --update-baseline the notes say why.`,
        );
      stdout.write(`${await updateBaseline(held)}\n`);
      return 0;
    }
    const { added, said } = await againstBaseline(held);
    kept = [...added];
    stderr.write(`${said}\n`);
  }
  const findings = kept.map((i) => outcome.findings[i]!);
  const result = { ...outcome, findings, files: outcome.analysed };
  // Why a fix is not offered belongs to the log of whoever wants to know; JSON has it.
  const shown = notes.filter(({ kind }) => options.verbose || kind !== 'withheld fix');
  const report = () => jsonReport(result, { cwd, version, textOf });
  const fingerprints = async () => {
    const identities = await outcome.identities(cwd);
    return fingerprintsOf(kept.map((i) => identities[i]!));
  };
  switch (options.format) {
    case 'pretty':
      stdout.write(prettyReport({ ...result, notes: shown }, { cwd, color: around.color, textOf }));
      break;
    case 'json':
      stdout.write(jsonText(report()));
      break;
    case 'sarif': {
      const { sarifReport } = await import('../report/sarif.js');
      const more = { cwd, fingerprints: await fingerprints() };
      stdout.write(jsonText(sarifReport(report(), findings, rules, more)));
      break;
    }
    case 'rdjsonl':
      stdout.write(rdjsonlReport(findings, { cwd, textOf }));
      break;
    case 'gitlab':
      stdout.write(jsonText(gitlabReport(findings, await fingerprints(), { cwd, textOf })));
  }
  // These have no place for them.
  if (options.format === 'rdjsonl' || options.format === 'gitlab')
    for (const { file, message } of shown)
      stderr.write(`note: ${file === undefined ? '' : `${shownPath(cwd, file)}: `}${visible(message)}\n`);
  return codeOf(outcome, findings, options);
}

function codeOf(
  { files, notes, incomplete, isPartial }: Outcome,
  findings: readonly Finding[],
  options: ConcludeOptions,
): ExitCode {
  const failOn = options.failOn ?? (options.baseline === undefined ? undefined : 'information');
  const code =
    failOn !== undefined
      ? gateCode(
          findings.filter((one) => fails(one, failOn)),
          { files, notes, incomplete },
        )
      : findings.length > 0
        ? 1
        : exitCodeWithoutFindings(files, notes);
  return code === 0 && isPartial ? 2 : code;
}
