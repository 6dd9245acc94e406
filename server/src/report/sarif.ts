import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';
import type { Log, Region, Result, Run } from 'sarif';
import type { Finding, Note, RuleMeta, Severity } from '../../../rules/model';
import type { Fingerprint } from '../history/identity';
import { isSafe } from '../service/fixes';
import { pageOf } from '../service/pages';
import { hottest } from '../service/ranking';
import { plainText } from '../text/foreign';
import type { JsonFinding, JsonRange, JsonReport } from './json';
import { sentencesOf } from './sentences';

const levels: Readonly<Record<Severity, Result.level>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/**
 * SARIF 2.1.0. Columns are 1-based UTF-16 units; URIs are relative to the working directory (`SRCROOT`). Only safe
 * fixes are given: a SARIF viewer applies a fix without showing the condition in its title.
 * @param report the same findings as `findings`, in the same order; so are the fingerprints
 */
export function sarifReport(
  report: JsonReport,
  findings: readonly Finding[],
  rules: readonly RuleMeta[],
  options: { readonly cwd: string; readonly fingerprints: readonly Fingerprint[] },
): Log {
  // GitHub rejects a run of more than 25,000 results or 10 MB, and shows 5,000, not the ones that matter (github/docs#38085).
  for (let most = mostResults; ; most = Math.floor(most / 2)) {
    const kept = new Set(hottest(findings, most));
    const log = logOf(report, findings, rules, options, (finding) => kept.has(finding));
    if (most < 100 || JSON.stringify(log).length < surelySmall || packed(log) <= mostBytes) return log;
  }
}

const mostResults = 5000;
/** Compressed. */
const mostBytes = 9_500_000;
/** UTF-16 units that compress to less than the limit whatever they are. */
const surelySmall = 3_000_000;

const packed = (log: Log): number => gzipSync(JSON.stringify(log)).length;

function logOf(
  report: JsonReport,
  findings: readonly Finding[],
  rules: readonly RuleMeta[],
  options: { readonly cwd: string; readonly fingerprints: readonly Fingerprint[] },
  isKept: (finding: Finding) => boolean,
): Log {
  const kept = findings.filter(isKept);
  const notes: Note[] = [...report.notes];
  if (kept.length < findings.length)
    notes.push({
      message: `${findings.length - kept.length} of ${findings.length} findings are left out of this report because GitHub takes no more; the hottest ${kept.length} are in it. The JSON report has all.`,
    });
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: 'AllocLens',
    toolDriverVersion: report.tool.version,
    url: 'https://github.com/alloclens/alloclens',
  });
  Object.assign(run.run, {
    columnKind: 'utf16CodeUnits',
    newlineSequences: ['\r\n', '\n', '\r'],
    // With a separator at its end, which stays.
    originalUriBaseIds: { SRCROOT: { uri: pathToFileURL(`${options.cwd}${sep}`).href } },
    invocations: [{ executionSuccessful: true, toolExecutionNotifications: notes.map(notification) }],
  } satisfies Partial<Run>);
  const used = new Set<string>(kept.map(({ ruleId }) => ruleId));
  for (const { id, summary } of rules.filter((rule) => used.has(rule.id)))
    run.addRule(
      new SarifRuleBuilder().initSimple({
        ruleId: id,
        shortDescriptionText: summary,
        helpUri: pageOf(id),
      }),
    );
  report.findings.forEach((finding, i) => {
    if (isKept(findings[i]!)) run.addResult(resultOf(finding, findings[i]!, options.fingerprints[i]!));
  });
  const builder = new SarifBuilder();
  builder.addRun(run);
  return builder.buildSarifOutput();
}

function resultOf(json: JsonFinding, finding: Finding, { hash, order }: Fingerprint): SarifResultBuilder {
  const builder = new SarifResultBuilder();
  builder.setLevel(levels[json.severity]);
  builder.setRuleId(json.ruleId);
  builder.setMessageText(plainText(sentencesOf(json)));
  builder.setLocationArtifactUri(artifact(json.file));
  builder.setLocationRegion(regionOf(json.range));
  const fixes = json.fixes.filter((_, i) => isSafe(finding.fixes[i]!));
  const fingerprint = `${hash}:${order}`;
  Object.assign(builder.result, {
    // GitHub follows an alert through changes of the file by the first; without it, it would hash the line.
    partialFingerprints: { primaryLocationLineHash: fingerprint, 'alloclens/v1': fingerprint },
    properties: { heat: json.heat.score, heatBecause: json.heat.because, allocation: json.allocation },
    ...(fixes.length > 0 && {
      fixes: fixes.map(({ title, edits }) => ({
        description: { text: plainText(title) },
        artifactChanges: [...new Set(edits.map(({ file }) => file))].map((file) => ({
          artifactLocation: artifact(file),
          replacements: edits
            .filter((edit) => edit.file === file)
            .map(({ range, newText }) => ({
              deletedRegion: regionOf(range),
              insertedContent: { text: newText },
            })),
        })),
      })),
    }),
  } satisfies Partial<Result>);
  return builder;
}

/** @param file as in the JSON report: relative, with slashes; absolute where there is no way from the working directory */
function artifact(file: string): { uri: string; uriBaseId?: string } {
  if (isAbsolute(file)) return { uri: pathToFileURL(file).href };
  // Names may hold what is syntax in a URI (`#`, `?`, `:`), and on Windows halves of characters, which have no encoding.
  const parts = Buffer.from(file).toString().split('/');
  return { uri: parts.map(encodeURIComponent).join('/'), uriBaseId: 'SRCROOT' };
}

function regionOf({ start, end }: JsonRange): Region {
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}

function notification({ file, message }: Note) {
  return {
    level: 'note' as const,
    message: { text: plainText(message) },
    ...(file !== undefined && {
      locations: [{ physicalLocation: { artifactLocation: artifact(file) } }],
    }),
  };
}
