import { dirname } from 'node:path';
import type { Finding, Fix } from '../../../rules/model';
import type { Analyser } from '../service/analyser';
import type { FileAnalysis } from '../service/engine';
import { chosenFixes, mergeFixes, withEdits } from '../service/fixes';
import { languageIdOf } from '../service/languages';
import { compareText } from '../service/ranking';
import type { Settings } from '../service/settings';
import { shownPath } from '../service/walk';
import { LineIndex } from '../text/positions';
import { textOnDisk } from '../service/source';
import { homeOf, type Home } from './home';
import type { ProjectOptions } from './node/prove';
import { ProofError } from './proof-error';
import type { Change, ChangedPlace, Outcome } from './prove';
import type { ProofReport, ProvenChange } from './report';

/** Which fixes are proven, and how. */
export interface ProveRun extends ProjectOptions {
  /** Each fix alone; else those of a module together. */
  readonly each: boolean;
  readonly suggestions: boolean;
  /** Where no benchmark reaches a fix, one is made for the run. */
  readonly skeleton?: boolean;
  /** Only fixes of findings on this line, 1-based. */
  readonly line: number | undefined;
  readonly settings: Settings;
}

/** A change, with the fixes that it is made of. */
export interface Candidate extends Change {
  readonly fixes: readonly Fix[];
  readonly home: Home;
}

/**
 * Holds one fix against the benchmarks of its module or project.
 * @param analysis of the finding's file
 * @returns what came out of it, and the same as a report
 */
export async function proveOne(
  analyser: Analyser,
  analysis: FileAnalysis,
  { finding, fix }: { readonly finding: Finding; readonly fix: Fix },
  run: Omit<ProveRun, 'each' | 'suggestions' | 'line'>,
): Promise<{ readonly outcome: Outcome; readonly report: ProofReport }> {
  const only = { ...analysis, findings: [{ ...finding, fixes: [fix] }] };
  const alone = { ...run, each: true, suggestions: true, line: undefined };
  const { report } = await proveFixes(analyser, new Map([[analysis.path, only]]), alone);
  // Without a change a note says why: the module cannot be used.
  const outcome = report.changes[0]?.outcome ?? { kind: 'failed', reason: report.notes.join(' ') };
  return { outcome, report };
}

/**
 * Holds the fixes of an analysis against the benchmarks of their modules and projects.
 * @param analyses of the files with findings, by absolute path
 */
export async function proveFixes(
  analyser: Analyser,
  analyses: ReadonlyMap<string, FileAnalysis>,
  run: ProveRun,
): Promise<{ readonly report: ProofReport; readonly proven: readonly (readonly [Candidate, Outcome])[] }> {
  const notes: string[] = [];
  const candidates = await candidatesOf(analyser, analyses, run, notes);
  const proven: (readonly [Candidate, Outcome])[] = [];
  const byHome = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const key = keyOf(one.home);
    byHome.set(key, [...(byHome.get(key) ?? []), one]);
  }
  for (const group of byHome.values()) {
    const { outcomes, notes: more } = await group[0]!.home.prove(group, {
      ...run,
      skeletons: run.skeleton ? ({ file, span }) => analyser.skeletons(file, span) : undefined,
    });
    group.forEach((one, i) => proven.push([one, outcomes[i]!]));
    notes.push(...more);
  }
  const changes = proven
    .map(([{ fixes, places }, outcome]): ProvenChange => {
      const { file, first: line } = places[0]!;
      return { titles: fixes.map(({ title }) => title), file, line, outcome };
    })
    .sort(compareProven);
  return { report: { cwd: run.cwd, changes, notes }, proven };
}

/** A folder may be the home of both languages. */
function keyOf({ language, folder }: Home): string {
  return `${language} ${folder}`;
}

/** The changes to be proven: each fix, or those of a module or project together. Their edits are what `fix` would write first. */
async function candidatesOf(
  analyser: Analyser,
  analyses: ReadonlyMap<string, FileAnalysis>,
  { each, suggestions, line, settings, signal, cwd }: ProveRun,
  notes: string[],
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  /** Folder → what fixes of its files declare for the package: names, each with the text that does. */
  const declared = new Map<string, Map<string, string>>();
  const together = new Map<string, { home: Home; fixes: Fix[]; edits: Fix[]; places: ChangedPlace[] }>();
  const seen = new Set<string>();
  /** A fix may be that of several findings: of each line that writes to a buffer. */
  const isNew = ({ edits }: Fix): boolean => {
    const key = JSON.stringify(edits);
    const found = seen.has(key);
    seen.add(key);
    return !found;
  };
  for (const analysis of analyses.values()) {
    const lines = new LineIndex(analysis.text);
    const lineOf = (offset: number): number => lines.positionAt(offset).line + 1;
    const findings = analysis.findings.filter(
      ({ span }) => line === undefined || (lineOf(span.start) <= line && line <= lineOf(span.end)),
    );
    const fixes = chosenFixes(findings, { suggestions }).filter(isNew);
    if (fixes.length === 0) continue;
    const { language } = findings[0]!;
    const home = await homeOf(analysis.path, language).catch((error: unknown) => {
      if (!(error instanceof ProofError)) throw error;
      notes.push(error.message);
      return undefined;
    });
    if (!home) continue;
    const placeOf = (fix: Fix): ChangedPlace => {
      const { span } = findings.find((one) => one.fixes.includes(fix))!;
      return { file: analysis.path, first: lineOf(span.start), last: lineOf(span.end), span };
    };
    if (each) {
      for (const fix of fixes)
        candidates.push({ fixes: [fix], home, places: [placeOf(fix)], texts: textsWith([fix], analyses) });
      continue;
    }
    const document = {
      path: analysis.path,
      languageId: languageIdOf(analysis.path)!,
      version: 0,
      text: analysis.text,
    };
    const request = { document, buffers: new Map(), settings };
    const names = declared.get(dirname(analysis.path)) ?? new Map<string, string>();
    declared.set(dirname(analysis.path), names);
    // In TypeScript each file has names of its own.
    const apart = language === 'go' ? fixes.filter((fix) => isDeclaredOtherwise(fix, names)) : [];
    const joining = fixes.filter((fix) => !apart.includes(fix));
    const { edits, applied } = await analyser.combine(analysis, joining, request, signal);
    for (const [name, text] of applied.flatMap(declaredBy)) names.set(name, text);
    if (applied.length < fixes.length)
      notes.push(
        `${fixes.length - applied.length} of the fixes of ${shownPath(cwd, analysis.path)} do not go together with the others; --each measures them alone.`,
      );
    if (applied.length === 0) continue;
    const known = together.get(keyOf(home)) ?? { home, fixes: [], edits: [], places: [] };
    together.set(keyOf(home), known);
    known.fixes.push(...applied);
    known.edits.push({ ...applied[0]!, edits });
    known.places.push(...applied.map(placeOf));
  }
  for (const { home, fixes, edits, places } of together.values())
    candidates.push({ fixes, home, places, texts: textsWith(mergeFixes(edits).applied, analyses) });
  return candidates;
}

/** Names that a fix declares at the top level, where the text of a line begins, each with what declares it. */
function declaredBy({ edits }: Fix): [name: string, text: string][] {
  return edits.flatMap(({ file, newText }) =>
    [...newText.matchAll(/^(?:var|const|type|func)\s+(\w+)/gm)].map(([, name]): [string, string] => [
      name!,
      `${file} ${newText}`,
    ]),
  );
}

/** A fix of another file of the package declares the same name. */
function isDeclaredOtherwise(fix: Fix, names: ReadonlyMap<string, string>): boolean {
  return declaredBy(fix).some(([name, text]) => (names.get(name) ?? text) !== text);
}

function textsWith(fixes: readonly Fix[], analyses: ReadonlyMap<string, FileAnalysis>): Map<string, string> {
  const { edits } = mergeFixes(fixes);
  const files = [...new Set(edits.map(({ file }) => file))];
  return new Map(
    files.map((file) => {
      const text = analyses.get(file)?.text ?? textOnDisk(file);
      const own = edits.filter((edit) => edit.file === file);
      return [file, withEdits(text, own)];
    }),
  );
}

/** Largest fall of B/op first, then what stays, what rises, and what nothing was measured of; each in source order. */
function compareProven(a: ProvenChange, b: ProvenChange): number {
  return (
    rank(a.outcome) - rank(b.outcome) ||
    saved(b.outcome) - saved(a.outcome) ||
    compareText(a.file, b.file) ||
    a.line - b.line
  );
}

function rank(outcome: Outcome): number {
  if (outcome.kind === 'measured') return ['better', 'same', 'worse'].indexOf(outcome.verdict);
  return outcome.kind === 'failed' ? 3 : 4;
}

/** The largest part of its bytes that a benchmark loses, 0 to 1. */
function saved(outcome: Outcome): number {
  if (outcome.kind !== 'measured') return 0;
  return Math.max(
    0,
    ...outcome.benchmarks.flatMap(({ rows }) =>
      rows
        .filter(({ unit, before }) => unit === 'B/op' && before.center > 0)
        .map(({ before, after }) => 1 - after.center / before.center),
    ),
  );
}
