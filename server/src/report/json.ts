import type {
  AllocationCost,
  AllocationKind,
  FileEdit,
  Finding,
  FixKind,
  Language,
  Note,
  RuleId,
  Severity,
  Span,
  Verification,
} from '../../../rules/model';
import { displayPath } from '../service/walk';
import { LineIndex, type Position } from '../text/positions';

/** `alloclens scan --format json`: one object. Positions are 0-based, in UTF-16 units; paths are relative to `cwd`. */
export interface JsonReport {
  /** Raised when a reader of the older form would misread the newer one. */
  readonly schema: 1;
  readonly tool: { readonly name: 'alloclens'; readonly version: string };
  readonly findings: readonly JsonFinding[];
  readonly notes: readonly { readonly file?: string; readonly message: string }[];
}

export interface JsonRange {
  readonly start: Position;
  readonly end: Position;
}

export interface JsonFinding {
  readonly ruleId: RuleId;
  readonly language: Language;
  readonly file: string;
  readonly range: JsonRange;
  readonly severity: Severity;
  readonly message: string;
  readonly details?: string;
  readonly allocation: {
    readonly kind: AllocationKind;
    readonly cost: AllocationCost;
    readonly reason: string;
  };
  readonly heat: { readonly score: number; readonly because: readonly string[] };
  readonly fixes: readonly JsonFix[];
  /** Only where there are no fixes. */
  readonly noFix?: { readonly because?: string; readonly recipe?: string };
}

export interface JsonFix {
  readonly title: string;
  readonly kind: FixKind;
  readonly verification: Verification;
  readonly allocationsBefore?: number;
  readonly allocationsAfter?: number;
  readonly edits: readonly { readonly file: string; readonly range: JsonRange; readonly newText: string }[];
}

/** JSON for a program, which a terminal may show: what JSON leaves as it is and a terminal obeys is escaped, too. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    [...Array(found.length).keys()]
      .map((i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `${text}\n`;
}

/**
 * @param textOf the text that a file's spans count in
 */
export function jsonReport(
  { findings, notes }: { readonly findings: readonly Finding[]; readonly notes: readonly Note[] },
  { cwd, version, textOf }: { cwd: string; version: string; textOf: (path: string) => string },
): JsonReport {
  const indexes = new Map<string, LineIndex>();
  const range = (file: string, span: Span): JsonRange => {
    let lines = indexes.get(file);
    if (!lines) indexes.set(file, (lines = new LineIndex(textOf(file))));
    return { start: lines.positionAt(span.start), end: lines.positionAt(span.end) };
  };
  const edit = ({ file, span, newText }: FileEdit) => ({
    file: displayPath(cwd, file),
    range: range(file, span),
    newText,
  });
  return {
    schema: 1,
    tool: { name: 'alloclens', version },
    findings: findings.map(
      ({ ruleId, language, file, span, severity, message, details, allocation, heat, fixes, noFix }) => ({
        ruleId,
        language,
        file: displayPath(cwd, file),
        range: range(file, span),
        severity,
        message,
        ...(details !== undefined && { details }),
        allocation: { kind: allocation.kind, cost: allocation.cost, reason: allocation.reason },
        heat: { score: heat.score, because: heat.because.map(({ text }) => text) },
        fixes: fixes.map(({ title, kind, verification, allocationsBefore, allocationsAfter, edits }) => ({
          title,
          kind,
          verification,
          ...(allocationsBefore !== undefined && { allocationsBefore }),
          ...(allocationsAfter !== undefined && { allocationsAfter }),
          edits: edits.map(edit),
        })),
        ...(noFix && { noFix }),
      }),
    ),
    notes: notes.map(({ file, message }) => ({
      ...(file !== undefined && { file: displayPath(cwd, file) }),
      message,
    })),
  };
}
