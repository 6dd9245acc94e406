import pico from 'picocolors';
import type { MeasuredBenchmark, Row, Verdict } from '../proof/measure';
import type { Outcome } from '../proof/prove';
import { deltaText, significanceText, spreadText } from '../proof/statistics';
import type { ProofReport, ProvenChange } from '../proof/report';
import { commonScale } from '../proof/units';
import { displayPath, shownPath } from '../service/walk';
import { escapedLines, markdownText, visible } from '../text/foreign';
import { count } from './pretty';
import { titlesText } from './titles';

/** For people: a benchstat table for each benchmark, and one line with the verdict. */
export function prettyProof({ cwd, changes, notes }: ProofReport, color: boolean): string {
  const colors = pico.createColors(color);
  const paint = paintOf(color);
  const out: string[] = [];
  for (const { titles, file, line, outcome } of changes) {
    out.push(`${colors.underline(`${shownPath(cwd, file)}:${line}`)}  ${visible(fixesText(titles))}`);
    if (outcome.kind === 'measured') {
      out.push(`  ${paint[outcome.verdict](colors.bold(outcome.verdict))}: ${verdictText(outcome)}`);
      for (const benchmark of outcome.benchmarks) out.push(...tableOf(benchmark, paint));
      if (outcome.made)
        out.push(
          ...outcome.made.text
            .trimEnd()
            .split('\n')
            .map((one) => `    | ${escapedLines(one)}`),
        );
    } else out.push(`  ${colors.yellow('not measured')}: ${visible(unmeasured(outcome))}`);
    out.push('');
  }
  for (const note of notes) out.push(`${colors.yellow('note')} ${visible(note)}`);
  out.push(summary(changes));
  return `${out.join('\n')}\n`;
}

type Paint = Readonly<Record<Verdict, (text: string) => string>>;

function paintOf(color: boolean): Paint {
  const { green: better, dim: same, red: worse } = pico.createColors(color);
  return { better, same, worse };
}

/** A benchstat table for each benchmark, indented by two columns. */
export function prettyBenchmarks(benchmarks: readonly MeasuredBenchmark[], color: boolean): string[] {
  const paint = paintOf(color);
  return benchmarks.flatMap((benchmark) => tableOf(benchmark, paint));
}

function tableOf({ name, importPath, rows, verdict, cautions }: MeasuredBenchmark, paint: Paint): string[] {
  const cells = rows.map((row) => {
    const { before, after, delta } = cellsOf(row);
    return [row.unit, before, after, delta];
  });
  const width = (column: number): number => Math.max(...cells.map((row) => row[column]!.length));
  const widths = [width(0), width(1), width(2)];
  return [
    `  ${paint[verdict](visible(name))} (${visible(importPath)})`,
    ...cells.map(
      ([unit, before, after, delta]) =>
        `    ${unit!.padEnd(widths[0]!)}  ${before!.padStart(widths[1]!)}  ${after!.padStart(widths[2]!)}  ${delta}`,
    ),
    ...cautions.map((caution) => `    ${caution}`),
  ];
}

/** For a pull request. */
export function markdownProof({ cwd, changes, notes }: ProofReport): string {
  const out: string[] = [];
  for (const { titles, file, line, outcome } of changes) {
    out.push(`**\`${displayPath(cwd, file)}:${line}\`** ${markdownText(fixesText(titles))}`, '');
    if (outcome.kind !== 'measured') {
      out.push(`Not measured: ${markdownText(unmeasured(outcome), 600)}`, '');
      continue;
    }
    out.push(`Verdict: **${outcome.verdict}**, ${verdictText(outcome)}`, '');
    out.push(...markdownBenchmarks(outcome.benchmarks), '');
  }
  for (const note of notes) out.push(`> ${markdownText(note, 600)}`, '');
  out.push(summary(changes), '');
  return out.join('\n');
}

/** A table with all benchmarks. */
export function markdownBenchmarks(benchmarks: readonly MeasuredBenchmark[]): string[] {
  const out = ['| benchmark | unit | before | after | change |', '| --- | --- | --: | --: | --- |'];
  for (const { name, rows } of benchmarks)
    for (const row of rows) {
      const { before, after, delta } = cellsOf(row);
      out.push(`| ${markdownText(name)} | ${markdownText(row.unit)} | ${before} | ${after} | ${delta} |`);
    }
  return out;
}

/** Values in the units that they name. */
export function jsonBenchmarks(benchmarks: readonly MeasuredBenchmark[]): readonly object[] {
  return benchmarks.map(({ name, importPath, rows, verdict, cautions }) => ({
    name,
    package: importPath,
    verdict,
    rows: rows.map(({ unit, before, after, comparison }) => ({
      unit,
      before: before.center,
      after: after.center,
      p: comparison.p,
      samples: comparison.sizes,
    })),
    cautions,
  }));
}

/** One object; paths relative to the working directory, lines 1-based, values in the units that they name. */
export function jsonProof({ cwd, changes, notes }: ProofReport): object {
  return {
    schema: 1,
    changes: changes.map(({ titles, file, line, outcome }) => ({
      file: displayPath(cwd, file),
      line,
      titles,
      outcome: outcome.kind,
      ...(outcome.kind === 'failed' && { reason: outcome.reason }),
      ...(outcome.kind === 'unreached' && outcome.hint !== undefined && { hint: outcome.hint }),
      ...(outcome.kind === 'measured' && {
        verdict: outcome.verdict,
        benchmarks: jsonBenchmarks(outcome.benchmarks),
        ...(outcome.made && {
          made: { file: displayPath(cwd, outcome.made.file), text: outcome.made.text },
        }),
      }),
    })),
    notes,
  };
}

/** What benchstat prints in a row, without its padding. */
export function cellsOf({ unit, before, after, comparison }: Row): {
  before: string;
  after: string;
  delta: string;
} {
  const scale = commonScale([before.center, after.center], unit);
  return {
    before: `${scale(before.center)} ± ${spreadText(before)}`,
    after: `${scale(after.center)} ± ${spreadText(after)}`,
    delta: `${deltaText(comparison, before.center, after.center)} (${significanceText(comparison)})`,
  };
}

function fixesText(titles: readonly string[]): string {
  return titles.length === 1 ? titles[0]! : `${titles.length} fixes together: ${titlesText(titles)}`;
}

function verdictText({ verdict, benchmarks }: Extract<Outcome, { kind: 'measured' }>): string {
  const of = (wanted: Verdict): number => benchmarks.filter((one) => one.verdict === wanted).length;
  const all = count(benchmarks.length, 'benchmark');
  if (verdict === 'same') return `less in none of ${all}; a fix that moves nothing is not worth its review`;
  return `less in ${of('better')} of ${all}, more in ${of('worse') || 'none'}`;
}

/** Why there are no figures. */
export function unmeasured(outcome: Exclude<Outcome, { kind: 'measured' }>): string {
  if (outcome.kind === 'failed') return outcome.reason;
  const unreached = 'no benchmark that could be run reaches these lines.';
  return outcome.hint === undefined ? unreached : `${unreached} ${outcome.hint}`;
}

export const verdictsAreBy =
  'Verdicts are by B/op and allocs/op at p ≤ 0.05, without correction for many benchmarks; time is only reported.';

function summary(changes: readonly ProvenChange[]): string {
  const of = (verdict: Verdict): number =>
    changes.filter(({ outcome }) => outcome.kind === 'measured' && outcome.verdict === verdict).length;
  const unmeasuredCount = changes.filter(({ outcome }) => outcome.kind !== 'measured').length;
  const parts = [`${of('better')} better`, `${of('same')} same`, `${of('worse')} worse`];
  return `${[...parts, `${unmeasuredCount} not measured`].join(', ')}. ${verdictsAreBy}`;
}
