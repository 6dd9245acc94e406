import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';
import type { Log, Region, Result, Run } from 'sarif';
import type { Finding, Note, RuleMeta, Severity } from '../../../rules/model';
import { isSafe } from '../service/fixes';
import { pageOf } from '../service/pages';
import { plainText } from '../text/foreign';
import type { JsonFinding, JsonRange, JsonReport } from './json';

const levels: Readonly<Record<Severity, Result.level>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/**
 * SARIF 2.1.0. Columns are 1-based UTF-16 units; URIs are relative to the working directory (`SRCROOT`). Only safe
 * fixes are given: a SARIF viewer applies a fix without showing the condition in its title.
 * @param report the same findings as `findings`, in the same order
 */
export function sarifReport(
  report: JsonReport,
  findings: readonly Finding[],
  rules: readonly RuleMeta[],
  options: { cwd: string },
): Log {
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
    invocations: [{ executionSuccessful: true, toolExecutionNotifications: report.notes.map(notification) }],
  } satisfies Partial<Run>);
  const used = new Set<string>(findings.map(({ ruleId }) => ruleId));
  for (const { id, summary } of rules.filter((rule) => used.has(rule.id)))
    run.addRule(
      new SarifRuleBuilder().initSimple({
        ruleId: id,
        shortDescriptionText: summary,
        helpUri: pageOf(id),
      }),
    );
  report.findings.forEach((finding, i) => run.addResult(resultOf(finding, findings[i]!)));
  const builder = new SarifBuilder();
  builder.addRun(run);
  return builder.buildSarifOutput();
}

function resultOf(json: JsonFinding, finding: Finding): SarifResultBuilder {
  const builder = new SarifResultBuilder();
  builder.setLevel(levels[json.severity]);
  builder.setRuleId(json.ruleId);
  builder.setMessageText(plainText(messageOf(json)));
  builder.setLocationArtifactUri(artifact(json.file));
  builder.setLocationRegion(regionOf(json.range));
  const fixes = json.fixes.filter((_, i) => isSafe(finding.fixes[i]!));
  Object.assign(builder.result, {
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

/** A viewer has no other place for it: the title, why, and what to do by hand. */
function messageOf({ message, details, allocation, noFix }: JsonFinding): string {
  const sentences = [
    message,
    allocation.reason,
    ...(details === undefined ? [] : [details]),
    ...(noFix?.recipe ? [noFix.recipe] : []),
  ];
  return sentences
    .map((one) => `${one.charAt(0).toUpperCase()}${one.slice(1).replace(/\.$/, '')}.`)
    .join(' ');
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
