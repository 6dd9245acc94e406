import pico from 'picocolors';
import type { Finding, Note, Severity } from '../../../rules/model';
import { fixText, noFixText } from '../service/explain';
import { isSafe } from '../service/fixes';
import { byMessage, namesOf } from '../service/notes';
import { shownPath } from '../service/walk';
import { escaped, visible } from '../text/foreign';
import { LineIndex } from '../text/positions';

export interface PrettyOptions {
  readonly cwd: string;
  readonly color: boolean;
  readonly textOf: (path: string) => string;
}

type Colors = ReturnType<typeof pico.createColors>;

/** What a scan has come to. */
export interface Reported {
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
  readonly files: number;
  /** Absolute paths of those that do not compile or parse. */
  readonly incomplete: readonly string[];
}

/** The report for people: by file, each finding with its line, its reason, its heat and its fixes. */
export function prettyReport(
  { findings, notes, files, incomplete }: Reported,
  { cwd, color, textOf }: PrettyOptions,
): string {
  const colors = pico.createColors(color);
  const out: string[] = [];
  let file: string | undefined;
  let lines = new LineIndex('');
  for (const finding of findings) {
    if (finding.file !== file) {
      file = finding.file;
      lines = new LineIndex(textOf(file));
      out.push(colors.underline(shownPath(cwd, file)), '');
    }
    out.push(...one(finding, lines, colors), '');
  }
  for (const [message, about] of byMessage(notes)) {
    const where = about.length === 0 ? '' : `${namesOf(about, (path) => shownPath(cwd, path))}: `;
    out.push(`${colors.yellow('note')} ${where}${visible(message)}`);
  }
  if (notes.length > 0) out.push('');
  out.push(summary(findings, notes, files, incomplete.length));
  return `${out.join('\n')}\n`;
}

function one(finding: Finding, lines: LineIndex, colors: Colors): string[] {
  const { line, character } = lines.positionAt(finding.span.start);
  const severity = { error: colors.red, warning: colors.yellow, information: colors.cyan, hint: colors.dim }[
    finding.severity
  ](finding.severity);
  const label = (name: string): string => colors.dim(`${name}:`.padEnd(6));
  const { heat, allocation, fixes } = finding;
  const because = heat.because.map(({ text }) => text).join(', ');
  return [
    `  ${line + 1}:${character + 1}  ${severity}  ${visible(finding.message)}  ${colors.dim(finding.ruleId)}`,
    ...frame(finding, lines, colors),
    `      ${label('why')}${visible(allocation.reason)}`,
    `      ${label('heat')}${heat.score}${because ? `, ${visible(because)}` : ''}`,
    ...fixes.map(
      (fix) =>
        `      ${label('fix')}${isSafe(fix) ? colors.green(visible(fix.title)) : visible(fix.title)} · ${fixText(fix)}`,
    ),
    ...(fixes.length === 0 && finding.noFix ? [`      ${label('fix')}${visible(noFixText(finding))}`] : []),
  ];
}

/** The finding's first line with its part underlined. */
function frame({ span }: Finding, lines: LineIndex, colors: Colors): string[] {
  const start = lines.positionAt(span.start);
  const from = lines.lineStart(start.line);
  const content = lines.text.slice(from, lines.lineEnd(start.line));
  const before = expand(content.slice(0, start.character), 0);
  const marked = expand(
    content.slice(start.character, Math.max(span.end - from, start.character + 1)),
    before.length,
  );
  const after = expand(
    content.slice(Math.max(span.end - from, start.character + 1)),
    before.length + marked.length,
  );
  const margin = `${start.line + 1}`;
  return [
    `      ${colors.dim(`${margin} |`)} ${before}${marked}${after}`.trimEnd(),
    `      ${colors.dim(`${' '.repeat(margin.length)} |`)} ${' '.repeat(before.length)}${colors.red('^'.repeat(Math.max(1, marked.trimEnd().length)))}`,
  ];
}

/** Tabs to the next multiple of four, so that the underline stands where the text does. */
function expand(text: string, column: number): string {
  let out = '';
  for (const part of text.split(/(\t)/)) {
    out += part === '\t' ? ' '.repeat(4 - ((column + out.length) % 4)) : escaped(part);
  }
  return out;
}

function summary(
  findings: readonly Finding[],
  notes: readonly Note[],
  files: number,
  incomplete: number,
): string {
  const unseen =
    incomplete === 0
      ? ''
      : ` ${count(incomplete, 'file')} could not be analysed completely; see the notes above.`;
  const where = `in ${count(files, 'file')}`;
  if (findings.length === 0) {
    // Silence about what nobody could look at is not "nothing to report".
    const partly = notes.some(({ kind }) => kind !== 'withheld fix');
    if (unseen !== '') return `No findings ${where}.${unseen}`;
    return partly ? `No findings ${where}; see the notes above.` : `Nothing to report ${where}.`;
  }
  const parts = (['error', 'warning', 'information', 'hint'] as const satisfies readonly Severity[]).flatMap(
    (severity) => {
      const number = findings.filter((finding) => finding.severity === severity).length;
      if (number === 0) return [];
      return [severity === 'information' ? `${number} information` : count(number, severity)];
    },
  );
  const safe = findings.filter(({ fixes }) => fixes.some(isSafe)).length;
  const fixable = safe > 0 ? ` ${safe} can be fixed with "alloclens fix".` : '';
  return `${count(findings.length, 'finding')} ${where}: ${parts.join(', ')}.${fixable}${unseen}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
