import { firstIndex } from '../../../rules/sorted';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Span, TextEdit } from '../../../rules/model';
import type { ProposedFix } from '../../../rules/typescript/rule';
import { applyEdits, EditMap } from '../text/edits';
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
 * UTF-16 units that are linted to check the fixes of a file. Where most of many fixes are wrong or overlap each other, the
 * others wait until the first are applied: the work must not grow with the square of the file.
 */
const maximumWork = 1_000_000;
/** However long the file is. */
const minimumLints = 6;

/**
 * The fixes that may be offered: the fixed text parses, the rule reports one place less, what the edits do not touch is
 * read as before, every name still means what it meant, and no new name is unresolved. A fix that fails is withheld and
 * logged. Fixes that do not overlap are tried in one lint, and in halves of it when that fails.
 */
export function checkFixes(
  linter: RuleLinter,
  source: Source,
  before: Linted,
  reports: readonly LintReport[],
  log: (message: string) => void,
): ReadonlySet<ProposedFix> {
  const passed = new Set<ProposedFix>();
  const lines = new LineIndex(source.text);
  const withhold = ({ report, fix }: Candidate, reason: string): void => {
    const line = lines.positionAt(report.span.start).line + 1;
    log(`fix withheld: ts/${report.ruleName} line ${line} "${fix.title}": ${reason}`);
  };
  const budget = new Budget(source);
  let left = reports.flatMap((report) => report.fixes.map((fix) => ({ report, fix })));
  while (left.length > 0) {
    const together = disjoint(left, standBelow);
    const tried = new Set(together);
    inHalves(together, (candidates) => {
      if (!budget.take()) {
        for (const candidate of candidates) withhold(candidate, waits);
        return true;
      }
      const reason = problem(linter, source, before, candidates);
      if (reason === undefined) for (const { fix } of candidates) passed.add(fix);
      else if (candidates.length === 1) withhold(candidates[0]!, reason);
      return reason === undefined;
    });
    left = left.filter((candidate) => !tried.has(candidate));
  }
  return passed;
}

const waits = 'too many fixes of this file overlap or fail; it is tried again when others are applied';

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
  const chosen: Candidate[] = [];
  const budget = new Budget(source);
  inHalves(disjoint(candidates, areAlike), (some) => {
    if (!budget.take()) return true;
    const together = problem(linter, source, before, [...chosen, ...some]) === undefined;
    if (together) chosen.push(...some);
    return together;
  });
  return chosen;
}

/** The edits of fixes that are applied together: a declaration that several bring along is made once. */
export function editsTogether<E extends TextEdit>(fixes: readonly { readonly edits: readonly E[] }[]): E[] {
  const declarations = new Set<string>();
  return fixes.flatMap(({ edits }) =>
    edits.filter((edit) => {
      if (!isDeclaration(edit)) return true;
      const key = `${edit.span.start} ${edit.newText}`;
      return !declarations.has(key) && declarations.add(key);
    }),
  );
}

/** Whole lines that are inserted: what two fixes need alike, such as a helper at the top, they can share. */
function isDeclaration({ span, newText }: TextEdit): boolean {
  return span.start === span.end && newText.includes('\n');
}

class Budget {
  #left: number;

  constructor({ text }: Source) {
    this.#left = Math.max(minimumLints, maximumWork / (text.length + 1));
  }

  take(): boolean {
    return this.#left-- > 0;
  }
}

/** Tries all, and where that fails each half alone, down to single items. */
function inHalves<T>(items: readonly T[], succeeds: (some: readonly T[]) => boolean): void {
  if (items.length === 0 || succeeds(items) || items.length === 1) return;
  const middle = items.length >> 1;
  inHalves(items.slice(0, middle), succeeds);
  inHalves(items.slice(middle), succeeds);
}

/** Whether a declaration may be inserted where others are already. */
type Stacking = (declaration: TextEdit, present: ReadonlySet<string>) => boolean;

/** To be applied: what is there is what it needs. In any other case the text would show that nobody laid it out. */
const areAlike: Stacking = ({ newText }, present) => present.has(newText);
/** To be checked: whole lines stand below each other, in any order. */
const standBelow: Stacking = () => true;

/** The first fix of each report whose edits overlap no earlier one. */
function disjoint(candidates: readonly Candidate[], stacks: Stacking): Candidate[] {
  const chosen: Candidate[] = [];
  const taken = new SpanSet();
  const declarations = new Map<number, Set<string>>();
  const seen = new Set<LintReport>();
  for (const candidate of candidates) {
    if (seen.has(candidate.report)) continue;
    const own = candidate.fix.edits.filter((edit) => {
      const present = isDeclaration(edit) ? declarations.get(edit.span.start) : undefined;
      return !present || !stacks(edit, present);
    });
    if (own.some(({ span }) => taken.touches(span))) continue;
    seen.add(candidate.report);
    for (const edit of candidate.fix.edits) {
      if (own.includes(edit)) taken.add(edit.span);
      if (!isDeclaration(edit)) continue;
      const present = declarations.get(edit.span.start) ?? new Set();
      declarations.set(edit.span.start, present.add(edit.newText));
    }
    chosen.push(candidate);
  }
  return chosen;
}

/** Spans that do not touch each other, sorted. */
class SpanSet {
  readonly #spans: Span[] = [];

  touches({ start, end }: Span): boolean {
    const at = this.#at(start);
    const [before, after] = [this.#spans[at - 1], this.#spans[at]];
    return (before !== undefined && start <= before.end) || (after !== undefined && after.start <= end);
  }

  add(span: Span): void {
    this.#spans.splice(this.#at(span.start), 0, span);
  }

  /** Index of the first span that starts at or behind the offset. */
  #at(start: number): number {
    return firstIndex(this.#spans, (span) => span.start >= start);
  }
}

/** Why these fixes, applied together, must not be offered. */
function problem(
  linter: RuleLinter,
  source: Source,
  before: Linted,
  candidates: readonly Candidate[],
): string | undefined {
  const edits = editsTogether(candidates.map(({ fix }) => fix));
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
  const map = new EditMap(edits);
  const meaning = (definition: number | undefined): number | 'replaced' | undefined =>
    definition === undefined ? undefined : map.replaces(definition) ? 'replaced' : map.offset(definition);

  const kept = new Set<number>();
  const moved = new Map<string, Set<number | 'replaced' | undefined>>();
  const globals = new Set<string>();
  for (const reference of old) {
    if (reference.definition === undefined) globals.add(reference.name);
    const means = meaning(reference.definition);
    if (map.replaces(reference.offset)) {
      const list = moved.get(reference.name) ?? new Set();
      moved.set(reference.name, list.add(means));
      continue;
    }
    const offset = map.offset(reference.offset);
    kept.add(offset);
    const now = fixed.get(offset);
    if (!now || now.name !== reference.name) return `${reference.name} is no longer a reference`;
    if (means === 'replaced' ? now.definition === undefined : now.definition !== means) {
      return `${reference.name} would mean another variable`;
    }
  }
  for (const reference of fixed.values()) {
    if (kept.has(reference.offset)) continue;
    if (reference.definition !== undefined && builtIns.has(reference.name) && !moved.has(reference.name)) {
      return `${reference.name} is not that of the language here`;
    }
    if (reference.definition === undefined && !globals.has(reference.name) && !builtIns.has(reference.name)) {
      return `${reference.name} would be unresolved`;
    }
    const earlier = moved.get(reference.name);
    if (earlier && !earlier.has('replaced') && !earlier.has(reference.definition)) {
      return `${reference.name} would mean another variable where it moves to`;
    }
  }
  const known = new Set(duplicates(before));
  const duplicate = duplicates(after).find((name) => !known.has(name));
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
