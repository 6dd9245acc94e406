import type { Node } from 'web-tree-sitter';
import type {
  Finding,
  Heat,
  NoFix,
  Note,
  Related,
  RuleId,
  RuleMeta,
  Severity,
  Span,
} from '../../../rules/model';
import { titled } from '../../../rules/wording';
import { checkedCeiling } from '../../../rules/go/sites/ceilings';
import { rankOf } from '../../../rules/go/sites/prominence';
import { declaredName, findSites, flowOf, sitesOf } from '../../../rules/go/sites/sites';
import { staticHeat } from '../../../rules/go/heat/static-heat';
import { loopsAround } from '../../../rules/go/flow/loops';
import type { GoFile, GoReport, GoRule, Obligation, Probe } from '../../../rules/go/rule';
import { suppressionsOf } from '../../../rules/go/syntax/directives';
import { isFunction, spanOf, topLevelAt } from '../../../rules/go/syntax/nodes';
import type { Awaited } from './facts/file-facts';
import type { Standable } from './verify/standing';
import type { Turns } from '../host/turns';
import type { CodeMap, SourceFunction } from '../service/engine';
import { compareFindings, judge, type Visibility } from '../service/ranking';

/** A finding that has not got its fixes yet. */
export interface Candidate extends Standable<Candidate> {
  readonly finding: Finding;
  /** See `judge`. */
  readonly withSafeFix: Severity;
  /** In a loop of its function: "per call" would be wrong. */
  readonly inLoop: boolean;
  /** Of a rule that speaks only of what those before it do not: remedies, what is for measured places, explanations. */
  readonly turn: Turn;
  /** Below the level that is shown; see `judge`. */
  readonly hidden: boolean;
  /** The listing that is not there yet may speak against it. */
  readonly tentative: boolean;
}

export interface CheckedFile {
  readonly file: GoFile;
  /** In the order in which findings are published; each the first of a chain. */
  readonly candidates: readonly Candidate[];
  readonly notes: readonly Note[];
  /** Undefined without facts. */
  readonly code: CodeMap | undefined;
  /** There is more to be said once the listing is there: what is tentative, and what the code map leaves out. */
  readonly waits: boolean;
}

export type Turn = 'first' | 'measured' | 'explaining';

function turnOf({ reports }: Pick<RuleMeta, 'reports'>): Turn {
  return reports === 'on request' ? 'explaining' : reports === 'measured only' ? 'measured' : 'first';
}

/**
 * Runs the rules over the file, with others' turns between them. A rule that throws is noted once by id and skipped; the others go on.
 * @param awaited while the listing is assumed
 * @throws AbortError
 */
export async function checkFile(
  file: GoFile,
  rules: readonly GoRule[],
  visibility: Visibility,
  broken: Map<RuleId, unknown>,
  turns: Turns,
  awaited?: Awaited,
): Promise<CheckedFile> {
  const candidates: Candidate[] = [];
  const notes: Note[] = [];
  const suppressions = suppressionsOf(file.root);
  // What findings are ranked among.
  for (const one of file.pkg.files) for (const _ of findSites(one)) await turns.rest();
  for (const rule of rules) {
    const { meta } = rule;
    if (visibility.rules[meta.id] === 'off') continue;
    await turns.rest();
    const own: Candidate[] = [];
    if (awaited) awaited.asked = false;
    const candidateOf = (report: GoReport): Candidate | undefined => {
      const otherwise = report.otherwise && candidateOf(report.otherwise);
      if (!file.facts && isBroken(report.node)) return otherwise;
      if (suppressions.hides(meta.id, report.node.startPosition.row, linesAround(file, report)))
        return otherwise;
      const heatAt = report.heatAt ?? report.node;
      const home = file.pkg.files.find(({ root }) => root.tree === heatAt.tree);
      const ranked = (): Heat => heatOf(home ?? file, heatAt);
      // A rank is among all sites of the package, of which an edit changes few.
      const heat = awaited ? awaited.aside(ranked) : ranked();
      const judgement = judge(meta, report.allocation.cost, heat, visibility);
      if (!judgement) return otherwise;
      const { severity, withSafeFix, hidden } = judgement;
      const finding: Finding = {
        ruleId: meta.id,
        language: 'go',
        file: file.path,
        span: spanOf(report.node),
        message: titled(report.message),
        ...(report.details !== undefined && { details: report.details }),
        severity,
        allocation: report.allocation,
        heat,
        related: relatedOf(file, report),
        fixes: [],
        noFix: { ...whyNone(file, report), recipe: report.recipe ?? meta.recipe },
      };
      const inLoop = loopsAround(file, heatAt).length > 0;
      const tentative = awaited?.isVague(file.path, report.node.startPosition.row + 1) ?? false;
      return {
        finding,
        ...claimsOf(file, report),
        withSafeFix,
        inLoop,
        turn: turnOf(meta),
        hidden,
        tentative,
        otherwise,
      };
    };
    try {
      const note = (message: string): void => {
        notes.push({ file: file.path, kind: 'unchecked contract', message });
      };
      const report = (report: GoReport): void => {
        const candidate = candidateOf(report);
        if (candidate) own.push(candidate);
      };
      rule.check(file, report, note);
    } catch (error) {
      if (!broken.has(meta.id)) {
        notes.push({
          file: file.path,
          message: `The rule ${meta.id} failed and was skipped: ${String(error)}`,
        });
      }
      broken.set(meta.id, error);
    }
    candidates.push(...(awaited?.asked ? own.map(tentatively) : own));
  }
  candidates.sort((a, b) => compareFindings(a.finding, b.finding));
  await turns.rest();
  const { code, waits } = codeMapOf(file, awaited);
  return { file, candidates, notes, code, waits: waits || candidates.some(({ tentative }) => tentative) };
}

/** The file with what waited for the listing, which is as it was assumed. */
export function confirmedFile(checked: CheckedFile): CheckedFile {
  return checked.waits ? { ...checked, code: codeMapOf(checked.file).code, waits: false } : checked;
}

function tentatively(candidate: Candidate): Candidate {
  const { otherwise } = candidate;
  return { ...candidate, tentative: true, otherwise: otherwise && tentatively(otherwise) };
}

/** How often the place runs, and what it is expected to allocate among the sites of its package. */
function heatOf(file: GoFile, node: Node): Heat {
  const heat = staticHeat(file, node);
  const rank = rankOf(file, node);
  if (!rank || rank.isProminent) return heat;
  const text = `${rank.above} of the ${rank.of} places of the package that may allocate are expected to allocate more`;
  return { ...heat, because: [...heat.because, { text }], isMinor: true };
}

/** The lines, 0-based, of what explains the finding in its file: where the slice is declared, or the loop begins. */
function linesAround(file: GoFile, { related = [] }: GoReport): number[] {
  return related.flatMap(({ location: { file: path, span } }) => {
    const node = path === file.path ? file.root.namedDescendantForIndex(span.start, span.end) : null;
    return node ? [node.startPosition.row] : [];
  });
}

/** What waits is left out: whether a function keeps to its ceiling. */
function codeMapOf(
  file: GoFile,
  awaited?: Awaited,
): { readonly code: CodeMap | undefined; readonly waits: boolean } {
  if (!file.facts) return { code: undefined, waits: false };
  let waits = false;
  const functions = file.root.namedChildren.flatMap((fn): SourceFunction[] => {
    const body = isFunction(fn) ? fn.childForFieldName('body') : null;
    if (!body) return [];
    if (awaited) awaited.asked = false;
    const checked = checkedCeiling(file, fn);
    const known = checked !== undefined && checked.problem === undefined;
    const awaits = known && awaited?.asked === true;
    waits ||= awaits;
    return [
      {
        name: declaredName(fn),
        span: spanOf(fn),
        body: body.startIndex,
        ...(known &&
          !awaits && { ceiling: { allowed: checked.ceiling.allocations, emitted: checked.emitted } }),
      },
    ];
  });
  if (awaited) awaited.asked = false;
  const sites = sitesOf(file);
  return { code: { functions, sites }, waits: waits || awaited?.asked === true };
}

/** Why the report has no fix, before verification. */
function whyNone({ generated }: GoFile, { noFix, fixes = [] }: GoReport): Pick<NoFix, 'because'> {
  if (generated && fixes.length > 0) return { because: 'the file is generated' };
  return noFix === undefined ? {} : { because: noFix };
}

/** The declaration around the node does not parse: what its tree says may be wrong. */
function isBroken(node: Node): boolean {
  let top = node;
  while (top.parent?.parent) top = top.parent;
  return top.hasError;
}

/** The report's fixes, each together with what the finding rests on, and the latter by itself. */
function claimsOf(file: GoFile, { fixes = [], restsOn }: GoReport): Pick<Candidate, 'fixes' | 'restsOn'> {
  const generated = new Set(file.pkg.files.filter((one) => one.generated).map(({ path }) => path));
  const own = fixes.filter(({ edits }) => edits.every((edit) => !generated.has(edit.file)));
  if (restsOn === undefined || restsOn.length === 0) return { fixes: own, restsOn: 'nothing' };
  if (restsOn === 'its fix') return { fixes: own, restsOn };
  const obligations: Obligation[] = [];
  const probes: Probe[] = [];
  // Which file is meant must not depend on the fix.
  for (const one of restsOn)
    if ('stays' in one) probes.push(one);
    else obligations.push({ file: file.path, ...one });
  const question = {
    title: 'what the finding rests on',
    kind: 'suggestion',
    edits: [],
    obligations,
    probes,
  } as const;
  return {
    fixes: own.map((fix) => {
      const said = new Set(obligations.map(({ at, code }) => `${at} ${code}`));
      const more = (fix.obligations ?? []).filter(({ at, code }) => !said.has(`${at} ${code}`));
      return {
        ...fix,
        obligations: [...obligations, ...more],
        probes: [...probes, ...(fix.probes ?? [])],
      };
    }),
    restsOn: { all: [...obligations, ...probes], question },
  };
}

/**
 * What explains only what no other rule speaks of, seen with the other findings of the file: neither at an expression of
 * theirs nor, for a moved variable, elsewhere in the function that they explain it in.
 */
export function isAlone(file: GoFile, finding: Finding, others: readonly Finding[]): boolean {
  const topOf = ({ span }: Finding): number | undefined =>
    topLevelAt(file.root, span).find((node) => node.startIndex <= span.start && span.end <= node.endIndex)
      ?.id;
  const moved = movedIn(finding);
  return !others.some(
    (other) =>
      placesOf(other).some((span) => span.start < finding.span.end && finding.span.start < span.end) ||
      (moved !== undefined && movedIn(other) === moved && topOf(other) === topOf(finding)),
  );
}

/** Where a finding speaks of what its place allocates itself. */
function placesOf({ span, allocation: { alsoAt = [] } }: Finding): Span[] {
  return [span, ...alsoAt.filter(({ by }) => by === undefined).map((one) => one.span)];
}

/** The moved variable that a finding is about: another rule may point at the place that moves it. */
function movedIn({ allocation }: Finding): string | undefined {
  const found = allocation.evidence.find((evidence) => evidence.kind === 'compiler decision');
  return found?.kind === 'compiler decision' && found.text.startsWith('moved to heap:')
    ? found.text
    : undefined;
}

/** What the rule named, then the escape flow down to the line that causes it. */
function relatedOf(file: GoFile, report: GoReport): Related[] {
  const own = report.related ?? [];
  const decision = file.facts?.decision(report.node) ?? file.facts?.moved(report.node);
  // Where the rule has spoken of a call's argument, the compiler's doubt about the call would contradict it.
  const isAnswered = ({ location: { file: name, span } }: Related): boolean =>
    own.some(
      ({ location }) =>
        location.file === name && span.start <= location.span.start && location.span.end <= span.end,
    );
  const flow = decision?.outcome === 'heap' ? flowOf(decision) : [];
  const related = [...own, ...flow.filter((step) => !isAnswered(step))];
  const seen = new Set<string>();
  return related.filter(({ location, message }) => {
    const key = `${location.file}:${location.span.start}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
