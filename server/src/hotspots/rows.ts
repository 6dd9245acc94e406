import type { Finding } from '../../../rules/model';
import { normalised } from '../../../rules/sites';
import { callerOf } from '../profile/weights';
import type { SourceFunction } from '../service/engine';
import { noFixText } from '../service/explain';
import { compareUrgency } from '../service/ranking';
import { LineIndex, type Encoding } from '../text/positions';
import { entriesByAmount, placeKey, type Hotspot } from './lines';
import { remediesFor } from './remedies';

/** A place that allocates: a line (of a V8 profile: a function) with all that is known of it. */
export interface Row {
  /** The same while code around it changes. */
  readonly id: string;
  /** Absolute path. */
  readonly file: string;
  /** Of the text that the offsets are of, which may have changed since. */
  readonly lines: LineIndex;
  /** Where the allocation, or its line, begins: UTF-16 offset. */
  readonly offset: number;
  /** Empty outside of functions, and where nobody knows. */
  readonly function: string;
  /** UTF-16 offset of its declaration, if it is known. */
  readonly functionOffset?: number;
  /** The source line, trimmed. */
  readonly text: string;
  readonly measured?: Measured;
  /** Most urgent first. */
  readonly findings: readonly Finding[];
  readonly why: string;
  readonly what: readonly string[];
}

export interface Measured extends Pick<Hotspot, 'share' | 'cautions'> {
  readonly amount: number;
  /** Of an older profile that is compared with. */
  readonly before?: number;
  /** 0 when the profile does not count objects. */
  readonly objects: number;
  /** 1-based line in the profile, see PlacedWeight. */
  readonly measuredLine: number;
  readonly isStale: boolean;
  /** Largest first. */
  readonly callers: readonly Caller[];
}

export interface Caller {
  readonly function: string;
  /** Absolute path. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Of the row's amount, 0 to 1. */
  readonly share: number;
}

export interface MeasuredHotspot extends Hotspot {
  /** 1-based line in the profile, see PlacedWeight. */
  readonly measuredLine: number;
  readonly isStale: boolean;
}

/** A file as it is shown. */
export interface RowFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** What the columns of `Row.lines` are counted in. */
  readonly encoding: Encoding;
  /** Those that are shown. */
  readonly findings: readonly Finding[];
  /** The named function around an offset. */
  readonly functionAt: (offset: number) => SourceFunction | undefined;
}

/** The file's rows: what was measured, and the lines with findings that no profile speaks of. In source order. */
export function rowsOf(file: RowFile, hotspots: readonly MeasuredHotspot[]): Row[] {
  const lines = new LineIndex(file.text, file.encoding);
  const lineOf = (offset: number): number => lines.positionAt(offset).line;
  const rows: Unnamed[] = hotspots.map((hotspot) => measuredRow(file, hotspot, lines));
  const told = new Set(hotspots.flatMap(({ findings }) => findings.map(placeKey)));
  const rest = new Map<number, Finding[]>();
  for (const finding of file.findings) {
    if (told.has(placeKey(finding))) continue;
    const line = lineOf(finding.span.start);
    rest.set(line, [...(rest.get(line) ?? []), finding]);
  }
  for (const findings of rest.values()) rows.push(estimatedRow(file, findings.sort(compareUrgency), lines));
  return named(rows.sort((a, b) => a.offset - b.offset));
}

/** Measured ones first, heaviest first; then the most urgent, then the hottest. */
export function compareRows(a: Row, b: Row): number {
  const weight = weightOf(b) - weightOf(a);
  if (weight !== 0) return weight;
  const [one, other] = [a.findings[0], b.findings[0]];
  if (one && other) return compareUrgency(one, other);
  return a.file === b.file ? a.offset - b.offset : a.file < b.file ? -1 : 1;
}

/** What a profile makes of the row: its amount, or by how much it changed since an older one. */
function weightOf({ measured }: Row): number {
  return measured ? Math.abs(measured.amount - (measured.before ?? 0)) : -1;
}

type Unnamed = Omit<Row, 'id'>;

function measuredRow(file: RowFile, hotspot: MeasuredHotspot, lines: LineIndex): Unnamed {
  const { weight, share, cautions, measuredLine, isStale, findings, why, what } = hotspot;
  const line = weight.line - 1;
  const callers = entriesByAmount(weight.callers).map(([key, amount]): Caller => ({
    ...callerOf(key),
    share: amount / weight.amount,
  }));
  const { amount, before, objects } = weight;
  const offset = startOf(lines, line);
  const around = file.functionAt(offset);
  const own = findings.find(({ span }) => lines.positionAt(span.start).line === line);
  return {
    file: file.path,
    lines,
    offset: own?.span.start ?? offset,
    function: weight.function,
    ...(around && { functionOffset: around.span.start }),
    text: lineText(lines, line),
    measured: {
      amount,
      ...(before !== undefined && { before }),
      share,
      objects,
      cautions,
      measuredLine,
      isStale,
      callers,
    },
    findings,
    why,
    what,
  };
}

function estimatedRow(file: RowFile, findings: readonly Finding[], lines: LineIndex): Unnamed {
  const [first] = findings as [Finding];
  const { span, message } = first;
  const around = file.functionAt(span.start);
  return {
    file: file.path,
    lines,
    offset: span.start,
    function: around?.name ?? '',
    ...(around && { functionOffset: around.span.start }),
    text: lineText(lines, lines.positionAt(span.start).line),
    findings,
    why: message,
    what: remediesFor(
      findings,
      undefined,
      () => undefined,
      () => noFixText(first),
    ),
  };
}

/** By file, function and text, and among equal ones by their order: what an edit elsewhere leaves as it is. */
function named(rows: readonly Unnamed[]): Row[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const key = `${row.file} ${row.function || '-'}: ${normalised(row.text)}`;
    const order = seen.get(key) ?? 0;
    seen.set(key, order + 1);
    return { ...row, id: `${key} #${order}` };
  });
}

function lineText(lines: LineIndex, line: number): string {
  return lines.text.slice(lines.lineStart(line), lines.lineEnd(line)).trim();
}

function startOf(lines: LineIndex, line: number): number {
  const start = lines.lineStart(line);
  return start + /^\s*/.exec(lines.text.slice(start, lines.lineEnd(line)))![0].length;
}
