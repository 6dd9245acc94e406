import {
  DiagnosticSeverity,
  type Diagnostic,
  type DiagnosticRelatedInformation,
} from 'vscode-languageserver';
import type { Finding, Severity } from '../../../rules/model';
import type { ShownAnalysis } from '../service/last-good';
import { pageOf } from '../service/pages';
import { visible } from '../text/foreign';
import { LineIndex, type Encoding } from '../text/positions';
import { rangeOf } from './convert';

export const diagnosticSource = 'alloclens';

/** Behind the message of a finding that is older than the text. */
const staleMark = ' (found before the error)';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export interface DiagnosticOptions {
  /** Base URI of the rules' pages. */
  readonly pages: string | undefined;
  /** What the client can show. */
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly encoding: Encoding;
  readonly uriOf: (path: string) => string;
  /** Text of another file that related information points into, or `undefined` when it is not known. */
  readonly textOf: (path: string) => string | undefined;
}

/** The diagnostics of one file, in the order of its findings. */
export function diagnosticsOf(analysis: ShownAnalysis, options: DiagnosticOptions): Diagnostic[] {
  const indexes = new Map([[analysis.path, new LineIndex(analysis.text, options.encoding)]]);
  const lines = indexes.get(analysis.path)!;
  const indexOf = (path: string): LineIndex | undefined => {
    if (!indexes.has(path)) {
      const text = options.textOf(path);
      if (text !== undefined) indexes.set(path, new LineIndex(text, options.encoding));
    }
    return indexes.get(path);
  };
  return analysis.findings.map((finding) => {
    const stale = analysis.stale?.findings.has(finding) === true;
    const related = options.relatedInformation ? relatedTo(finding, indexOf, options.uriOf) : [];
    return {
      range: rangeOf(lines, finding.span),
      severity: severities[finding.severity],
      source: diagnosticSource,
      code: finding.ruleId,
      ...(options.codeDescription && { codeDescription: { href: pageOf(finding.ruleId, options.pages) } }),
      message: visible(finding.message) + (stale ? staleMark : ''),
      ...(stale && { data: { stale } }),
      ...(related.length > 0 && { relatedInformation: related }),
    };
  });
}

/** The way to the cause; what makes the line hot is in the hover. */
function relatedTo(
  finding: Finding,
  indexOf: (path: string) => LineIndex | undefined,
  uriOf: (path: string) => string,
): DiagnosticRelatedInformation[] {
  return finding.related.flatMap(({ location, message }) => {
    const lines = indexOf(location.file);
    return lines
      ? [
          {
            location: { uri: uriOf(location.file), range: rangeOf(lines, location.span) },
            message: visible(message),
          },
        ]
      : [];
  });
}
