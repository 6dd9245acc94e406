import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Span, TextEdit } from '../../../rules/model';
import type { ProposedFix } from '../../../rules/typescript/rule';
import { applyEdits, mapOffset } from '../text/edits';
import { LineIndex } from '../text/positions';
import { changedStructure } from './structure-check';
import type { LintReport, LintResult, RuleLinter } from './linter';

type Linted = Extract<LintResult, { kind: 'linted' }>;
interface Source {
  readonly text: string;
  readonly path: string;
  readonly extension: string;
}
export interface Candidate {
  readonly report: LintReport;
  readonly fix: ProposedFix;
}

/**
 * The fixes that may be offered: the fixed text parses, the rule reports one place less, what the edits do not touch is read
 * as before, every name still means what it meant, and no new name is unresolved. A fix that fails is withheld and logged. All first fixes of a file that do not
 * overlap are tried in one parse; only when that fails is each tried alone.
 */
export function checkFixes(
  linter: RuleLinter,
  source: Source,
  before: Linted,
  reports: readonly LintReport[],
  log: (message: string) => void,
): ReadonlySet<ProposedFix> {
  const passed = new Set<ProposedFix>();
  const candidates = reports.flatMap((report) => report.fixes.map((fix) => ({ report, fix })));
  const together = disjoint(candidates);
  if (together.length > 1 && problem(linter, source, before, together) === undefined) {
    for (const { fix } of together) passed.add(fix);
  }
  for (const candidate of candidates) {
    if (passed.has(candidate.fix)) continue;
    const reason = problem(linter, source, before, [candidate]);
    if (reason === undefined) passed.add(candidate.fix);
    else {
      const line = new LineIndex(source.text).positionAt(candidate.report.span.start).line + 1;
      log(`fix withheld: ts/${candidate.report.ruleName} line ${line} "${candidate.fix.title}": ${reason}`);
    }
  }
  return passed;
}

/**
 * The fixes that may be applied together, in their order: one that overlaps an earlier one, or that together with them
 * would declare a name twice or bring a report back, is left out.
 */
export function compatibleFixes(
  linter: RuleLinter,
  source: Source,
  before: Linted,
  candidates: readonly Candidate[],
): Candidate[] {
  const separate = disjoint(candidates);
  if (problem(linter, source, before, separate) === undefined) return separate;
  const chosen: Candidate[] = [];
  for (const candidate of separate) {
    if (problem(linter, source, before, [...chosen, candidate]) === undefined) chosen.push(candidate);
  }
  return chosen;
}

/** The first fix of each report whose edits overlap no earlier one. */
function disjoint(candidates: readonly Candidate[]): Candidate[] {
  const chosen: Candidate[] = [];
  const taken: Span[] = [];
  const seen = new Set<LintReport>();
  for (const candidate of candidates) {
    if (seen.has(candidate.report)) continue;
    seen.add(candidate.report);
    const spans = candidate.fix.edits.map((edit) => edit.span);
    if (spans.some((a) => taken.some((b) => a.start <= b.end && b.start <= a.end))) continue;
    taken.push(...spans);
    chosen.push(candidate);
  }
  return chosen;
}

/** Why these fixes, applied together, must not be offered. */
function problem(
  linter: RuleLinter,
  source: Source,
  before: Linted,
  candidates: readonly Candidate[],
): string | undefined {
  const edits = candidates.flatMap(({ fix }) => fix.edits);
  let text: string;
  try {
    text = applyEdits(source.text, edits);
  } catch (error) {
    return (error as Error).message;
  }
  if (text === source.text) return 'it changes nothing';
  const rules = [...new Set(candidates.map(({ report }) => report.ruleName))];
  const after = linter.run(text, source.path, source.extension, rules);
  if (after.kind === 'unparsable')
    return `the fixed text does not parse: line ${after.line}: ${after.message}`;
  for (const [name, error] of after.crashed) return `rule ${name} fails on the fixed text: ${error.message}`;
  for (const name of rules) {
    const count = (reports: readonly LintReport[]): number =>
      reports.filter((r) => r.ruleName === name).length;
    const fixed = candidates.filter(({ report }) => report.ruleName === name).length;
    if (count(after.reports) > count(before.reports) - fixed) return 'the rule still reports the fixed text';
  }
  return (
    changedStructure(before.sourceCode, after.sourceCode, edits) ??
    changedName(before.sourceCode, after.sourceCode, edits)
  );
}

interface Reference {
  readonly name: string;
  readonly offset: number;
  /** Offset of the declaration's name; undefined for globals. */
  readonly definition: number | undefined;
}

/** Names that every JavaScript engine has: a fix may introduce them. */
const builtIns = new Set(['Array', 'Object', 'Map', 'Set', 'Math', 'Number', 'String', 'undefined', 'Infinity', 'Uint8Array', 'Intl']); // prettier-ignore

/** A sentence about the first name that is new and unresolved, or that means something else after the edits. */
function changedName(
  before: TSESLint.SourceCode,
  after: TSESLint.SourceCode,
  edits: readonly TextEdit[],
): string | undefined {
  const old = references(before);
  const fixed = new Map(references(after).map((reference) => [reference.offset, reference]));
  const replaced = (offset: number): boolean =>
    edits.some(({ span }) => span.start <= offset && offset < span.end);
  const meaning = (definition: number | undefined): number | 'replaced' | undefined =>
    definition === undefined ? undefined : replaced(definition) ? 'replaced' : mapOffset(definition, edits);

  const kept = new Set<number>();
  const moved = new Map<string, Set<number | 'replaced' | undefined>>();
  const globals = new Set<string>();
  for (const reference of old) {
    if (reference.definition === undefined) globals.add(reference.name);
    const means = meaning(reference.definition);
    if (replaced(reference.offset)) {
      const list = moved.get(reference.name) ?? new Set();
      moved.set(reference.name, list.add(means));
      continue;
    }
    const offset = mapOffset(reference.offset, edits);
    kept.add(offset);
    const now = fixed.get(offset);
    if (!now || now.name !== reference.name) return `${reference.name} is no longer a reference`;
    if (means === 'replaced' ? now.definition === undefined : now.definition !== means) {
      return `${reference.name} would mean another variable`;
    }
  }
  for (const reference of fixed.values()) {
    if (kept.has(reference.offset)) continue;
    if (reference.definition === undefined && !globals.has(reference.name) && !builtIns.has(reference.name)) {
      return `${reference.name} would be unresolved`;
    }
    const earlier = moved.get(reference.name);
    if (earlier && !earlier.has('replaced') && !earlier.has(reference.definition)) {
      return `${reference.name} would mean another variable where it moves to`;
    }
  }
  const duplicate = duplicates(after).find((name) => !duplicates(before).includes(name));
  return duplicate === undefined ? undefined : `${duplicate} would be declared twice`;
}

function references(sourceCode: TSESLint.SourceCode): Reference[] {
  const all: Reference[] = [];
  for (const scope of sourceCode.scopeManager?.scopes ?? []) {
    for (const { identifier, resolved } of scope.references) {
      const definition = resolved?.defs[0]?.name as TSESTree.Node | undefined;
      all.push({
        name:
          identifier.type === 'JSXIdentifier' ? identifier.name : (identifier as TSESTree.Identifier).name,
        offset: identifier.range[0],
        definition: definition?.range[0],
      });
    }
  }
  return all;
}

/** Names of block-scoped variables declared more than once in a scope. */
function duplicates(sourceCode: TSESLint.SourceCode): string[] {
  const names: string[] = [];
  for (const scope of sourceCode.scopeManager?.scopes ?? []) {
    for (const variable of scope.variables) {
      const lexical = variable.defs.filter(
        (definition) =>
          definition.type === 'ImportBinding' ||
          definition.type === 'ClassName' ||
          (definition.type === 'Variable' && definition.parent.kind !== 'var'),
      );
      if (lexical.length > 1 || (lexical.length === 1 && variable.defs.length > 1)) names.push(variable.name);
    }
  }
  return names;
}
