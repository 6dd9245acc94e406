import pico from 'picocolors';
import type { Finding } from '../../../rules/model';
import type { RevisionsDiff } from '../history/revisions';
import type { ComparedSite, SitePair } from '../history/site-diff';
import { fixText } from '../service/explain';
import { byMessage, namesOf } from '../service/notes';
import { displayPath, shownPath } from '../service/walk';
import { markdownCode, markdownText, visible } from '../text/foreign';
import { LineIndex } from '../text/positions';
import { jsonReport, type JsonFinding } from './json';
import { count } from './pretty';

export interface DiffReportOptions {
  readonly cwd: string;
  readonly textOf: (file: string) => string;
}

/** `alloclens diff --format json`. Lines are 0-based; paths are relative to `cwd`, as in a scan's report. */
export interface JsonDiff {
  readonly schema: 1;
  readonly tool: { readonly name: 'alloclens'; readonly version: string };
  readonly from: string;
  /** Null: the files on the disk. */
  readonly to: string | null;
  readonly toolchain: string | null;
  readonly added: readonly JsonSite[];
  readonly removed: readonly JsonSite[];
  readonly moved: readonly { readonly from: JsonSite; readonly to: JsonSite }[];
  /** Of the same kind in the same function, from another expression. */
  readonly changed: readonly { readonly from: JsonSite; readonly to: JsonSite }[];
  /** Sites that stayed. */
  readonly same: number;
  /** What rules say of the newer side only, with fixes. */
  readonly findings: readonly JsonFinding[];
  readonly notes: readonly { readonly file?: string; readonly message: string }[];
}

export interface JsonSite {
  readonly language: string;
  readonly unit: string;
  readonly function: string;
  readonly kind: string;
  readonly expression: string;
  readonly cost: string;
  readonly reason?: string;
  readonly file: string;
  readonly line: number;
}

export function jsonDiff(
  diff: RevisionsDiff,
  { cwd, textOf, version }: DiffReportOptions & { readonly version: string },
): JsonDiff {
  const { findings, notes, tool } = jsonReport(diff, { cwd, version, textOf });
  const site = ({
    language,
    unit,
    function: name,
    kind,
    expression,
    cost,
    reason,
    file,
    line,
  }: ComparedSite): JsonSite => ({
    language,
    unit,
    function: name,
    kind,
    expression,
    cost,
    ...(reason !== undefined && { reason }),
    file: displayPath(cwd, file),
    line,
  });
  const pair = ({ before, after }: SitePair) => ({ from: site(before), to: site(after) });
  return {
    schema: 1,
    tool,
    from: diff.from,
    to: diff.to ?? null,
    toolchain: diff.toolchain ?? null,
    added: diff.sites.added.map(site),
    removed: diff.sites.removed.map(site),
    moved: diff.sites.moved.map(pair),
    changed: diff.sites.changed.map(pair),
    same: diff.sites.same,
    findings,
    notes,
  };
}

export function prettyDiff(diff: RevisionsDiff, color: boolean, { cwd, textOf }: DiffReportOptions): string {
  const colors = pico.createColors(color);
  const { added, removed, moved, changed } = diff.sites;
  const out: string[] = [];
  const list = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) out.push(title, ...lines.map((line) => `  ${line}`), '');
  };
  const line = (site: ComparedSite): string =>
    `${placeOf(site, cwd)}  ${visible(site.expression, 100)}  ${colors.dim(visible(whatOf(site)))}`;
  list(colors.red(`added: ${count(added.length, 'allocation site')}`), added.map(line));
  list(colors.green(`removed: ${count(removed.length, 'allocation site')}`), removed.map(line));
  list(
    `moved: ${count(moved.length, 'allocation site')}`,
    moved.map(
      ({ before, after }) => `${line(after)}  ${colors.dim(`before in ${visible(whereOf(before))}`)}`,
    ),
  );
  list(
    `changed: ${count(changed.length, 'allocation site')}`,
    changed.map(
      ({ before, after }) => `${line(after)}  ${colors.dim(`before ${visible(before.expression, 100)}`)}`,
    ),
  );
  list(
    'what was added and could be better:',
    diff.findings.flatMap((finding) => {
      const at = `${shownPath(cwd, finding.file)}:${lineOf(finding, textOf)}`;
      return [
        `${at}  ${visible(finding.message)}  ${colors.dim(finding.ruleId)}`,
        ...finding.fixes.map((fix) => `    fix: ${visible(fix.title)} · ${fixText(fix)}`),
      ];
    }),
  );
  for (const [message, about] of byMessage(diff.notes))
    out.push(`${colors.yellow('note')} ${noteText(message, about, cwd)}`);
  if (diff.notes.length > 0) out.push('');
  out.push(`${summaryOf(diff)}`);
  return `${out.join('\n')}\n`;
}

/** What a comment begins with, so that the next run finds it and changes it. */
export const diffMarker = '<!-- alloclens diff -->';
/** GitHub takes comments of 65,536 characters. */
const longestList = 50;

export function markdownDiff(diff: RevisionsDiff, { cwd, textOf }: DiffReportOptions): string {
  const { added, removed, moved, changed } = diff.sites;
  const out: string[] = [diffMarker, `### Allocations: ${markdownText(headlineOf(diff))}`, ''];
  const table = (title: string, sites: readonly ComparedSite[]): void => {
    if (sites.length === 0) return;
    out.push(`**${title}**`, '', '| where | function | expression | why |', '| --- | --- | --- | --- |');
    for (const site of sites.slice(0, longestList))
      out.push(
        `| ${[
          markdownText(placeOf(site, cwd)),
          site.function === '' ? '' : markdownCode(site.function),
          markdownCode(site.expression, 100),
          markdownText(whatOf(site)),
        ]
          .map(cell)
          .join(' | ')} |`,
      );
    if (sites.length > longestList) out.push('', `…and ${sites.length - longestList} more.`);
    out.push('');
  };
  table('Added', added);
  if (diff.findings.length > 0) {
    out.push('**What was added and could be better**', '');
    for (const finding of diff.findings.slice(0, longestList)) {
      const at = `${shownPath(cwd, finding.file)}:${lineOf(finding, textOf)}`;
      out.push(`- ${markdownText(at)} ${markdownText(finding.message)} (${finding.ruleId})`);
      for (const fix of finding.fixes)
        out.push(`  - ${markdownText(fix.title)}: ${markdownText(fixText(fix))}`);
    }
    out.push('');
  }
  table('Removed', removed);
  table(
    'Moved',
    moved.map(({ after }) => after),
  );
  table(
    'Changed',
    changed.map(({ after }) => after),
  );
  for (const [message, about] of byMessage(diff.notes))
    out.push(`> ${markdownText(noteText(message, about, cwd))}`, '');
  out.push(markdownText(summaryOf(diff)));
  return `${out.join('\n')}\n`;
}

/** A pipe ends a cell, also in code. */
const cell = (text: string): string => text.replace(/(?<!\\)\|/g, '\\|');

function noteText(message: string, about: readonly string[], cwd: string): string {
  const where = about.length === 0 ? '' : `${namesOf(about, (path) => shownPath(cwd, path))}: `;
  return `${where}${visible(message)}`;
}

function placeOf({ file, line }: ComparedSite, cwd: string): string {
  return `${shownPath(cwd, file)}:${line + 1}`;
}

function whereOf({ unit, function: name }: ComparedSite): string {
  return name === '' ? unit : `${unit} ${name}`;
}

function whatOf({ kind, reason }: ComparedSite): string {
  return reason === undefined ? kind : `${kind}: ${reason}`;
}

/** 1-based. */
function lineOf({ file, span }: Finding, textOf: (file: string) => string): number {
  return new LineIndex(textOf(file)).lineAt(span.start) + 1;
}

function headlineOf({ sites: { added, removed, moved, changed } }: RevisionsDiff): string {
  const parts = Object.entries({ added, removed, moved, changed }).flatMap(([word, list]) =>
    list.length === 0 ? [] : [`${list.length} ${word}`],
  );
  return parts.length === 0 ? 'no change' : parts.join(', ');
}

/** What was compared, in one line. */
export function summaryOf(diff: RevisionsDiff): string {
  const sides = `${diff.from} and ${diff.to ?? 'the files on the disk'}`;
  if (diff.files === 0) return `No Go or TypeScript file differs between ${sides}: nothing was analysed.`;
  const by = diff.toolchain === undefined ? '' : `, both compiled by ${diff.toolchain}`;
  const part = diff.isPartial ? ' Part of it could not be compared; see the notes.' : '';
  return `Allocation sites between ${sides}: ${headlineOf(diff)}, ${diff.sites.same} the same, in ${count(diff.files, 'file')}${by}.${part}`;
}
