import type { Finding, Severity } from '../../../rules/model';
import type { Fingerprint } from '../history/identity';
import { displayPath } from '../service/walk';
import { plainText } from '../text/foreign';
import { LineIndex } from '../text/positions';
import { sentencesOf } from './sentences';

const severities: Readonly<Record<Severity, string>> = {
  error: 'critical',
  warning: 'major',
  information: 'minor',
  hint: 'info',
};

/**
 * GitLab's Code Quality report (docs.gitlab.com/ci/testing/code_quality, "Import code quality results"): lines are 1-based, and a fingerprint is
 * there once.
 * @param fingerprints as the findings
 */
export function gitlabReport(
  findings: readonly Finding[],
  fingerprints: readonly Fingerprint[],
  { cwd, textOf }: { readonly cwd: string; readonly textOf: (path: string) => string },
): readonly object[] {
  const indexes = new Map<string, LineIndex>();
  return findings.map((finding, i) => {
    const { file, span, ruleId, severity } = finding;
    let lines = indexes.get(file);
    if (!lines) indexes.set(file, (lines = new LineIndex(textOf(file))));
    const { hash, order } = fingerprints[i]!;
    return {
      description: plainText(sentencesOf(finding)),
      check_name: ruleId,
      fingerprint: `${hash}${order}`,
      severity: severities[severity],
      location: {
        path: displayPath(cwd, file),
        lines: {
          begin: lines.lineAt(span.start) + 1,
          end: lines.lineAt(Math.max(span.start, span.end - 1)) + 1,
        },
      },
    };
  });
}
