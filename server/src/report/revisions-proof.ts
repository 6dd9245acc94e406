import pico from 'picocolors';
import type { Verdict } from '../proof/measure';
import type { RevisionsProof } from '../proof/revisions';
import { markdownCode, markdownText, visible } from '../text/foreign';
import { count } from './pretty';
import { jsonBenchmarks, markdownBenchmarks, prettyBenchmarks, verdictsAreBy } from './proof';

/** What the benchmarks say of a change, below the sites of `prettyDiff`. */
export function prettyRevisionsProof(proof: RevisionsProof, color: boolean): string {
  const colors = pico.createColors(color);
  const { measured, failures, notes } = proof;
  const out: string[] = [''];
  if (measured.length > 0)
    out.push(
      `benchmarks that reach ${visible(changedText(proof))}:`,
      ...prettyBenchmarks(measured, color),
      '',
    );
  for (const failure of failures) out.push(`${colors.yellow('not measured')} ${visible(failure)}`);
  for (const note of [...identicalText(proof), ...notes])
    out.push(`${colors.yellow('note')} ${visible(note)}`);
  out.push(visible(proofSummary(proof), 1000));
  return `${out.join('\n')}\n`;
}

/** The same for a pull request, below `markdownDiff`. */
export function markdownRevisionsProof(proof: RevisionsProof): string {
  const { measured, failures, notes } = proof;
  const out: string[] = ['', `**Benchmarks**`, ''];
  if (measured.length > 0) out.push(...markdownBenchmarks(measured), '');
  const names = functionsOf(proof);
  if (names.length > 0)
    out.push(`Changed: ${names.map((name) => markdownCode(name, 80)).join(', ')}${moreOf(proof, names)}`, '');
  for (const failure of failures) out.push(`> Not measured: ${markdownText(failure, 600)}`, '');
  for (const note of [...identicalText(proof), ...notes]) out.push(`> ${markdownText(note, 600)}`, '');
  out.push(markdownText(proofSummary(proof), 1000), '');
  return out.join('\n');
}

/** `proof` of `alloclens diff --prove --format json`. */
export function jsonRevisionsProof(proof: RevisionsProof, shown: (file: string) => string): object {
  const { changed, measured, identical, failures, notes } = proof;
  return {
    changed: changed.map(({ file, name, first, last }) => ({ file: shown(file), name, first, last })),
    benchmarks: jsonBenchmarks(measured),
    identical,
    unmeasured: failures,
    notes,
  };
}

/** In one sentence or two; see the exit status in commands/diff.ts. */
export function proofSummary(proof: RevisionsProof): string {
  const { changed, measured, identical, failures } = proof;
  if (changed.length === 0) return 'No Go function has changed, so no benchmark was run.';
  if (measured.length === 0) {
    if (failures.length > 0) return `Nothing was measured of ${changedText(proof)}.`;
    return identical.length > 0
      ? 'The benchmarks are the same programs on both sides, so nothing was measured.'
      : `Nothing was measured: no benchmark that both sides have reaches ${changedText(proof)}.`;
  }
  const of = (wanted: Verdict): number => measured.filter(({ verdict }) => verdict === wanted).length;
  return `Of ${count(measured.length, 'benchmark')} ${of('better')} allocate less than before, ${of('worse')} more, ${of('same')} the same. ${verdictsAreBy}`;
}

const longestList = 5;

function functionsOf({ changed }: RevisionsProof): string[] {
  const functions = changed.filter(({ isFunction }) => isFunction);
  return (functions.length > 0 ? functions : changed).slice(0, longestList).map(({ name }) => name);
}

function moreOf({ changed }: RevisionsProof, shown: readonly string[]): string {
  const functions = changed.filter(({ isFunction }) => isFunction).length || changed.length;
  return functions > shown.length ? ` and ${functions - shown.length} more` : '';
}

function changedText(proof: RevisionsProof): string {
  const names = functionsOf(proof);
  return `what has changed (${names.join(', ')}${moreOf(proof, names)})`;
}

function identicalText({ identical }: RevisionsProof): string[] {
  return identical.map(
    (importPath) => `The tests of ${importPath} are the same program on both sides: they were not run.`,
  );
}
