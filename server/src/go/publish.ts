import type { Finding, Fix, Note } from '../../../rules/model';
import type { GoFile, GoFix, GoPackage } from '../../../rules/go/rule';
import { topLevelAt } from '../../../rules/go/syntax/nodes';
import type { FileAnalysis } from '../service/engine';
import { isSafe } from '../service/fixes';
import { compareFindings, isExplainedUnasked } from '../service/ranking';
import { isAlone, type Candidate, type CheckedFile, type Turn } from './check';
import { NotCompiled, type BuildUnit } from './compile/builds';
import type { ParsedFile } from './facts/syntax-trees';
import type { GoText } from './plan/folder';
import { combineFixes } from './verify/combine';
import { tooMany } from './verify/allowance';
import { checkedFix, unverifiedFix } from './verify/offer';
import type { FixJob } from './verify/questions';
import { current, refuted, toCheck, type VerdictOf } from './verify/standing';
import type { Verdict } from './verify/verdict';

/** The texts that are compiled together, and what compiles them. */
export interface Sources {
  readonly directory: string;
  /** Absolute path → what the editor or the disk has: a folder's files, or those of one program of a scratch folder. */
  readonly texts: ReadonlyMap<string, GoText>;
  /** Files that were not read, and why. */
  readonly unread: readonly Note[];
  /** The unit that compiles the folder, or why there is none. */
  readonly unit: BuildUnit | NotCompiled;
}

/** A folder after the rules ran, its trees still alive. */
export interface Checked {
  readonly sources: Sources;
  /** As the rules see them. */
  readonly packages: readonly GoPackage[];
  /** Grows while the rules run. */
  readonly files: CheckedFile[];
  /** Files that took too long to parse; absolute. */
  readonly unparsed: readonly string[];
  readonly notes: Note[];
  readonly leases: readonly ParsedFile[];
  /** Files whose hidden findings the user wants to see. */
  readonly revealed: ReadonlySet<string>;
  /** Files that were not compiled, and why: fixes that touch them cannot be verified. */
  readonly unverifiable: ReadonlyMap<string, string>;
  /** Files of which only part could be analysed, and what has to be put right. */
  readonly incomplete: ReadonlyMap<string, string>;
  /** The listing is assumed: what may turn out otherwise is said only where it was said before. */
  awaits: boolean;
  /** Fixes as they are offered: worked out once, however often they are published. */
  readonly offers: Map<GoFix, { readonly verdict: Verdict | undefined; readonly fixes: readonly Fix[] }>;
}

/** What is kept of a package for its offered fixes: its trees and facts would stay in memory as long as a finding is shown. */
export type OriginPackage = Pick<GoPackage, 'importPath' | 'toolchain' | 'language'> & {
  readonly files: readonly Pick<GoFile, 'path' | 'text'>[];
};

interface Origin {
  readonly fix: GoFix;
  readonly pkg: OriginPackage;
}

const origins = new WeakMap<Fix, Origin>();
const originPackages = new WeakMap<GoPackage, OriginPackage>();

/** What an offered fix was made from, to combine it with others. */
export function originOf(fix: Fix): Origin | undefined {
  return origins.get(fix);
}

function originPackage(pkg: GoPackage): OriginPackage {
  const known = originPackages.get(pkg);
  if (known) return known;
  const { importPath, toolchain, language } = pkg;
  const files = pkg.files.map(({ path, text }) => ({ path, text }));
  const kept = { importPath, toolchain, language, files };
  originPackages.set(pkg, kept);
  return kept;
}

/**
 * What was said when a file was last analysed to the end, by words and text: while it is checked again it stays shown, so that an edit
 * elsewhere makes nothing flicker.
 */
export class Confirmed {
  readonly #byFile = new Map<string, ReadonlySet<string>>();

  has(file: CheckedFile, candidate: Candidate): boolean {
    return this.#byFile.get(file.file.path)?.has(keyOf(file, candidate)) ?? false;
  }

  /** A word about the files that no listing takes back: what stands, and what stood before and is being checked again. */
  remember(files: readonly CheckedFile[], verdictOf: VerdictOf): void {
    for (const file of files) {
      const standing = file.candidates.flatMap((first) => {
        const now = current(first, verdictOf);
        return now && (now.standing === 'holds' || this.has(file, now.candidate)) ? [now.candidate] : [];
      });
      if (standing.length === 0) this.#byFile.delete(file.file.path);
      else this.#byFile.set(file.file.path, new Set(standing.map((one) => keyOf(file, one))));
    }
  }
}

function keyOf({ file }: CheckedFile, { finding: { ruleId, message, span } }: Candidate): string {
  return `${ruleId}\0${message}\0${file.text.slice(span.start, span.end)}`;
}

/** What has to be checked next of the folder, besides what has its verdict. */
export function jobsOf(checked: Checked, verdictOf: VerdictOf): FixJob[] {
  const { sources, files } = checked;
  const { unit, directory } = sources;
  if (unit instanceof NotCompiled) return [];
  return files.flatMap(({ file, candidates }) =>
    candidates.flatMap((first) => {
      const next = nextOf(checked, first, verdictOf);
      if (!next) return [];
      const { candidate, fixes } = next;
      const at = { file: candidate.finding.file, span: candidate.finding.span };
      const heat = candidate.finding.heat.score;
      return fixes.map((fix) => ({ pkg: file.pkg, directory, unit, fix, at, heat }));
    }),
  );
}

function nextOf(
  checked: Checked,
  first: Candidate,
  verdictOf: VerdictOf,
): ReturnType<typeof toCheck<Candidate>> {
  const { unit } = checked.sources;
  // The module cache is not edited, and Go reads no overlay there: nothing of it is checked.
  if (unit instanceof NotCompiled || !unit.unit.overlay || checked.unverifiable.has(first.finding.file))
    return undefined;
  const next = toCheck(first, verdictOf, (fix) => unverifiableReason(checked, fix) === undefined);
  return next && isWanted(checked, next.candidate) ? next : undefined;
}

/** What nobody sees is not checked: it would cost a compile. */
function isWanted({ revealed }: Checked, { hidden, finding }: Candidate): boolean {
  return !hidden || revealed.has(finding.file);
}

/** What is published of a folder. Without a verdict a fix waits; what cannot be verified says so. */
export function analyses(checked: Checked, verdictOf: VerdictOf, confirmed: Confirmed): FileAnalysis[] {
  const { sources, files, notes } = checked;
  const result: FileAnalysis[] = files.map((checkedFile) => {
    const { file } = checkedFile;
    const { shown, hidden, withheld } = said(checked, checkedFile, verdictOf, confirmed);
    return {
      path: file.path,
      version: sources.texts.get(file.path)!.version,
      text: file.text,
      findings: shown,
      hidden,
      ...incompleteIn(checked, file.path),
      ...(checkedFile.code && { code: checkedFile.code }),
      notes: [
        ...checkedFile.notes,
        ...notes.filter((note) => (note.file ?? file.path) === file.path),
        ...sources.unread,
        ...withheld,
        ...uncheckedNotes(checkedFile, verdictOf),
      ],
    };
  });
  // A file that could not be parsed is published, too, with its note.
  for (const file of checked.unparsed) {
    const { version, text } = sources.texts.get(file)!;
    result.push({
      path: file,
      version,
      text,
      findings: [],
      ...incompleteIn(checked, file),
      notes: notes.filter((note) => note.file === file),
    });
  }
  for (const note of sources.unread)
    result.push({ path: note.file!, version: 0, text: '', findings: [], notes: [note] });
  return result;
}

function incompleteIn({ incomplete }: Checked, file: string): Pick<FileAnalysis, 'incomplete'> {
  const error = incomplete.get(file);
  return error === undefined ? {} : { incomplete: error };
}

interface Said {
  readonly shown: readonly Finding[];
  readonly hidden: readonly Finding[];
  readonly withheld: readonly Note[];
}

function said(checked: Checked, checkedFile: CheckedFile, verdictOf: VerdictOf, confirmed: Confirmed): Said {
  const { file, candidates } = checkedFile;
  const withheld: Note[] = [];
  const shown: Finding[] = [];
  const hidden: Finding[] = [];
  const publishedOf = (candidate: Candidate): Finding =>
    isWanted(checked, candidate)
      ? withFixes(candidate, offersOf(checked, file.pkg, candidate, verdictOf), verdictOf)
      : withoutFixes(candidate);
  const later: Record<Exclude<Turn, 'first'>, Candidate[]> = { measured: [], explaining: [] };
  /** What other rules speak of, or are about to. */
  const others: Finding[] = [];
  for (const first of candidates) {
    const fallen = refuted(first, verdictOf);
    for (const candidate of fallen) withheld.push(...withheldNotes(candidate, verdictOf));
    const now = current(first, verdictOf);
    if (!now) continue;
    const { candidate, standing } = now;
    if (checked.awaits && candidate.tentative && !confirmed.has(checkedFile, candidate)) {
      // It is not said, but nothing else is said in its place either.
      if (candidate.turn !== 'explaining') others.push(candidate.finding);
      continue;
    }
    if (candidate.turn !== 'first') {
      later[candidate.turn].push(candidate);
      continue;
    }
    if (standing === 'open' && !isWanted(checked, candidate)) continue;
    const waits = standing === 'open' && nextOf(checked, first, verdictOf) !== undefined;
    if (standing === 'holds' || waits) others.push(candidate.finding);
    if (standing === 'open' && !(waits && confirmed.has(checkedFile, candidate))) continue;
    withheld.push(...withheldNotes(candidate, verdictOf));
    (candidate.hidden ? hidden : shown).push(publishedOf(candidate));
  }
  for (const candidate of later.measured) {
    if (!isAlone(file, candidate.finding, others)) continue;
    withheld.push(...withheldNotes(candidate, verdictOf));
    (candidate.hidden ? hidden : shown).push(publishedOf(candidate));
  }
  const alone = later.explaining.filter(({ finding }) => isAlone(file, finding, others));
  const unasked = saidUnasked(file, alone);
  for (const candidate of alone)
    (candidate.hidden && !unasked.has(candidate) ? hidden : shown).push(candidate.finding);
  return { shown: shown.sort(compareFindings), hidden: hidden.sort(compareFindings), withheld };
}

/** The finding as a hover explains it: nobody has looked for a fix. */
function withoutFixes({ finding, fixes }: Candidate): Finding {
  if (fixes.length === 0 || !finding.noFix) return finding;
  return { ...finding, noFix: { because: 'one is looked for once the finding is shown', ...finding.noFix } };
}

/** The finding with its fixes, or with why it has none. */
function withFixes(
  { finding: { noFix, ...finding }, fixes, withSafeFix }: Candidate,
  offered: readonly Fix[],
  verdictOf: VerdictOf,
): Finding {
  const severity = offered.some(isSafe) ? withSafeFix : finding.severity;
  if (offered.length > 0 || !noFix) return { ...finding, severity, fixes: offered };
  const refusals = fixes.flatMap((fix) => {
    const verdict = verdictOf(fix);
    return verdict?.verdict === 'refuted' ? [verdict.because] : [];
  });
  const waits = fixes.length > refusals.length ? 'the compiler is still checking it' : undefined;
  const because = noFix.because ?? waits ?? refusals[0];
  return { ...finding, fixes: [], noFix: { ...noFix, ...(because !== undefined && { because }) } };
}

/** What is explained unasked: one finding a function, the hottest or else the first. Nobody ships tests. */
function saidUnasked({ root, path }: GoFile, explaining: readonly Candidate[]): ReadonlySet<Candidate> {
  const byDeclaration = new Map<number, Candidate>();
  if (path.endsWith('_test.go')) return new Set();
  for (const candidate of explaining) {
    const { span, heat } = candidate.finding;
    const declaration = topLevelAt(root, span).find(
      ({ startIndex, endIndex }) => startIndex <= span.start && span.end <= endIndex,
    );
    if (!declaration || !isExplainedUnasked(candidate.finding)) continue;
    const before = byDeclaration.get(declaration.id);
    if (!before || heat.score > before.finding.heat.score) byDeclaration.set(declaration.id, candidate);
  }
  return new Set(byDeclaration.values());
}

/** The candidate's fixes as the editor shows them; none while a verdict is awaited, or when it was refuted. */
function offersOf(checked: Checked, pkg: GoPackage, candidate: Candidate, verdictOf: VerdictOf): Fix[] {
  return candidate.fixes.flatMap((fix) => {
    const verdict = verdictOf(fix);
    const known = checked.offers.get(fix);
    if (known && known.verdict === verdict) return known.fixes;
    const fixes = offersFrom(pkg, candidate, fix, verdict, unverifiableReason(checked, fix));
    checked.offers.set(fix, { verdict, fixes });
    return fixes;
  });
}

function offersFrom(
  pkg: GoPackage,
  candidate: Candidate,
  fix: GoFix,
  verdict: Verdict | undefined,
  unverifiable: string | undefined,
): Fix[] {
  if (verdict?.verdict === 'refuted' || (!verdict && unverifiable === undefined)) return [];
  const { edits, applied } = combineFixes(pkg, [fix]);
  if (applied.length === 0) return [];
  const others = fix.room?.others?.flatMap((other) =>
    offersFrom(pkg, candidate, other, verdict, unverifiable),
  );
  const room = fix.room && { ...fix.room, others: others ?? [] };
  const complete = { ...fix, room, edits };
  const offered = verdict
    ? checkedFix(complete, verdict, candidate.inLoop)
    : unverifiedFix(complete, unverifiable!);
  origins.set(offered, { fix, pkg: originPackage(pkg) });
  return [offered];
}

/** Why the compiler cannot judge the fix; undefined when it can. */
function unverifiableReason({ unverifiable }: Checked, { edits }: GoFix): string | undefined {
  for (const { file } of edits) {
    const reason = unverifiable.get(file);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** How many of the file's fixes the compiler was not asked about. */
function uncheckedNotes({ file, candidates }: CheckedFile, verdictOf: VerdictOf): Note[] {
  let count = 0;
  for (const first of candidates)
    for (let candidate: Candidate | undefined = first; candidate; candidate = candidate.otherwise) {
      const { fixes, restsOn } = candidate;
      const asked = typeof restsOn === 'string' ? fixes : [...fixes, restsOn.question];
      if (asked.map(verdictOf).some((verdict) => verdict?.verdict === 'refuted' && verdict.unchecked))
        count++;
    }
  if (count === 0) return [];
  const message = `Fixes that were not checked: ${count}, because ${tooMany}. The hottest came first. Apply those, or divide the function, and look again.`;
  return [{ file: file.path, message }];
}

/** Why fixes are withheld, and findings withdrawn. */
function withheldNotes({ finding, fixes, restsOn }: Candidate, verdictOf: VerdictOf): Note[] {
  const { file, ruleId } = finding;
  const notes: Note[] = [];
  for (const fix of fixes) {
    const verdict = verdictOf(fix);
    if (verdict?.verdict !== 'refuted' || verdict.unchecked) continue;
    const message = `${ruleId}: the fix “${fix.title}” was withheld: ${verdict.reason}.`;
    notes.push({ file, kind: 'withheld fix', message });
  }
  const alone = typeof restsOn === 'string' ? undefined : verdictOf(restsOn.question);
  if (alone?.verdict === 'refuted' && !alone.unchecked)
    notes.push({
      file,
      kind: 'withheld fix',
      message: `${ruleId}: a finding was withdrawn: ${alone.reason}.`,
    });
  return notes;
}
