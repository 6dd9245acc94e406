import type { ChargedPlace, Finding } from '../../../rules/model';
import { calleeName } from '../../../rules/go/flow/callee-name';
import { libraryAdvice } from '../../../rules/go/stdlib/library-advice';
import type { Site } from '../../../rules/sites';
import { fewSamples, packageOf, plainName, type AnyWeights, type LineWeight } from '../profile/weights';
import type { CodeMap, SourceFunction } from '../service/engine';
import { compareUrgency } from '../service/ranking';
import { LineIndex } from '../text/positions';
import { withRoomSeen } from './guessed-room';
import { remediesFor, whyItStays, type MainCaller } from './remedies';
import type { Code } from './report';
import { chainOf, explains, shortName, whyAllocated, whyCalled, type Chain } from './why';

/**
 * What the weight was joined with: a call whose callee allocates for the line, the place on the line that allocates, several of which the
 * profile does not tell which, a function (V8 knows no lines), or nothing that the analysis knows.
 */
export type Joined = 'call' | 'site' | 'several sites' | 'function' | 'nothing';

/** A line by the memory that is allocated for it, with what is known about it. */
export interface Hotspot {
  readonly weight: LineWeight;
  /** Of the whole profile, 0 to 1. */
  readonly share: number;
  /** The function of the file as it is now that the weight lies in; undefined where there is none, and for code of the package or module itself. */
  readonly within: SourceFunction | undefined;
  /** What the weight may be of, in source order: one site where the profile tells. */
  readonly sites: readonly Site[];
  /** Those with a remedy before those that only explain. */
  readonly findings: readonly Finding[];
  readonly joined: Joined;
  /** One sentence: why memory is allocated here. */
  readonly why: string;
  /** What can be done, one entry a way; one honest sentence when nothing is known. */
  readonly what: readonly string[];
  /** Cautions about the figures. */
  readonly cautions: readonly string[];
}

export function findingsByFile(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    const known = files.get(finding.file);
    if (known) known.push(finding);
    else files.set(finding.file, [finding]);
  }
  return files;
}

/**
 * The lines of the profile, heaviest first, each with what the analysis of its file says about it.
 * @param top how many of them; the others only help to judge their fixes
 */
export async function hotspotsOf(weights: AnyWeights, code: Code, top = Infinity): Promise<Hotspot[]> {
  const files = new Map<string, Promise<ProfiledFile>>();
  const fileOf = (path: string): Promise<ProfiledFile> => {
    let file = files.get(path);
    if (!file) files.set(path, (file = profiledFile(path, code)));
    return file;
  };
  const joined: JoinedLine[] = [];
  for (const [i, weight] of weights.lines.entries()) {
    if (i >= top && !files.has(weight.file)) continue;
    const file = await fileOf(weight.file);
    const place = placeOf(weight, file.lines, file.map);
    const chain = heaviestChain(weight);
    const sites = place.isOld ? [] : ofSize(weight, sitesOn(place.line, chain, file));
    const findings = place.isOld ? [] : findingsOn(place.line, sites, chain, file);
    joined.push({ weight, file, place, chain, sites, findings });
  }
  const judged = weights.unit === 'bytes' && !weights.base ? judgedOf(joined) : new Map<Finding, Finding>();
  return joined.slice(0, top).map(({ weight, place, chain, sites, findings: found }) => {
    const findings = found.map((finding) => judged.get(finding) ?? finding);
    return {
      weight,
      share: weights.total > 0 ? weight.amount / weights.total : 0,
      within: place.within,
      sites,
      findings,
      ...causeOf(weight, chain, sites, findings, place),
      what: place.isOld
        ? ['Record a new profile: this one says nothing of the function as it is now']
        : remediesFor(findings, chain, adviceOf, () => whyItStays(sites, chain, mainCaller(weight))),
      cautions: [...cautionsOf(weight, weights), ...place.cautions],
    };
  });
}

interface JoinedLine {
  readonly weight: LineWeight;
  readonly file: ProfiledFile;
  readonly place: Place;
  readonly chain: Chain | undefined;
  readonly sites: readonly Site[];
  readonly findings: readonly Finding[];
}

/** Of the findings whose fixes guess, what the lines say of the guess. */
function judgedOf(joined: readonly JoinedLine[]): Map<Finding, Finding> {
  const lines = new Map<Finding, JoinedLine[]>();
  for (const line of joined)
    for (const finding of line.findings)
      if (finding.fixes.some(({ room }) => room)) lines.set(finding, [...(lines.get(finding) ?? []), line]);
  return new Map(
    [...lines].map(([finding, all]) => {
      const isOwn = ({ place, file }: JoinedLine): boolean =>
        file.lines.positionAt(finding.span.start).line === place.line;
      const own = all.filter(isOwn);
      const at = (path: string, offset: number): LineWeight[] =>
        joined
          .filter(
            ({ weight, file, place }) =>
              weight.file === path && file.lines.positionAt(offset).line === place.line,
          )
          .map(({ weight }) => weight);
      const others = own.flatMap(({ file, place }) =>
        (file.map?.sites ?? []).flatMap(({ line, size }) => (line === place.line ? (size ?? []) : [])),
      );
      const seen = {
        own: own.map(({ weight }) => weight),
        others: new Set(others),
        later: all.filter((line) => !isOwn(line)).map(({ weight }) => weight),
        at,
      };
      return [finding, withRoomSeen(finding, seen)];
    }),
  );
}

/** Two of one place, though a profile may have taken fixes from one of them. */
export const placeKey = ({ ruleId, file, span, message }: Finding): string =>
  `${ruleId} ${file} ${span.start} ${span.end} ${message}`;

/** A file that a profile names, as it is now. */
interface ProfiledFile {
  readonly lines: LineIndex;
  readonly map: CodeMap | undefined;
  readonly findings: readonly Finding[];
}

async function profiledFile(path: string, { textOf, mapOf, findingsOf }: Code): Promise<ProfiledFile> {
  return { lines: new LineIndex(textOf(path)), map: await mapOf(path), findings: findingsOf(path) };
}

export interface Place {
  /** 0-based, in the file as it is now. */
  readonly line: number;
  readonly within: SourceFunction | undefined;
  /** The function of the profile is not in the file. */
  readonly isOld: boolean;
  readonly cautions: readonly string[];
}

/** Where the weight lies in the file as it is now: lines are counted from the start of their function, as Go's own profile-guided builds do. */
export function placeOf(
  { line, startLine, function: name }: LineWeight,
  lines: LineIndex,
  map: CodeMap | undefined,
): Place {
  const row = line - 1;
  const rowOf = (offset: number): number => lines.positionAt(offset).line;
  const around = (at: number): SourceFunction | undefined =>
    map?.functions.findLast(({ span }) => rowOf(span.start) <= at && at <= rowOf(span.end));
  const declared = declaredName(name);
  if (!map || declared === undefined || startLine === 0)
    return { line: row, within: around(row), isOld: false, cautions: [] };
  const within = map.functions.find((one) => one.name === declared);
  if (!within) return { line: row, within, isOld: true, cautions: [] };
  const moved = rowOf(within.span.start) - (startLine - 1);
  const now = row + moved;
  if (now > rowOf(within.span.end)) return { line: now, within, isOld: true, cautions: [] };
  const cautions =
    moved === 0
      ? []
      : [
          `the profile is older than the file: its line ${line} is line ${now + 1} now, counted from the function`,
        ];
  return { line: now, within, isOld: false, cautions };
}

/** The name of a declared function behind its package, without type arguments; undefined for literals and what the compiler makes. */
function declaredName(name: string): string | undefined {
  const plain = plainName(name);
  const declared = plain.slice(packageOf(plain).length + 1);
  return /^(?:\(\*[\p{L}\p{Nd}_]+\)\.|[\p{L}\p{Nd}_]+\.)?[\p{L}\p{Nd}_]+$/u.test(declared) &&
    !/^(?:init|glob)\b|\.(?:func|gowrap)\d/.test(declared)
    ? declared
    : undefined;
}

/** The sites of the line that the weight may be of: calls of the function that allocates, or what allocates itself. */
function sitesOn(line: number, chain: Chain | undefined, { map }: ProfiledFile): Site[] {
  const here = (map?.sites ?? []).filter((site) => site.line === line);
  const calls = here.filter(({ kind }) => kind === 'call');
  if (!chain) return here.filter(({ kind }) => kind !== 'call');
  const called = calleeName(chain.called);
  const exact = calls.filter(({ callees }) => callees.includes(called));
  if (exact.length > 0) return exact;
  // Through an interface or a function value: the method's name, or nothing, is known.
  const method = called.slice(called.lastIndexOf('.') + 1);
  return calls.filter(({ callees: [callee] }) => callee === undefined || callee === method);
}

/** A line's own allocations that are mostly of one size are those of the sites of that size; else of the others. */
function ofSize({ own, sizes }: LineWeight, sites: Site[]): Site[] {
  const [heaviest] = [...(sizes ?? [])].sort(([, a], [, b]) => b - a);
  if (!heaviest || heaviest[1] <= own / 2 || sites.every(({ kind }) => kind === 'call')) return sites;
  const exact = sites.filter(({ size }) => size === heaviest[0]);
  if (exact.length > 0) return exact;
  const possible = sites.filter(({ size }) => size === undefined);
  return possible.length > 0 ? possible : sites;
}

/** Findings of the sites and of the line; where there are none, the innermost ones that stretch over it. */
function findingsOn(
  line: number,
  sites: readonly Site[],
  chain: Chain | undefined,
  { findings, lines }: ProfiledFile,
): Finding[] {
  const lineOf = (offset: number): number => lines.positionAt(offset).line;
  const isIn = (outer: Finding['span'], inner: Finding['span']): boolean =>
    outer.start <= inner.start && inner.end <= outer.end;
  const isHere = ({ span }: Pick<Finding, 'span'>): boolean =>
    lineOf(span.start) === line || sites.some((site) => isIn(site.span, span));
  const isCharged = ({ by, ...place }: ChargedPlace): boolean =>
    isHere(place) &&
    (by === undefined ? !chain : chain !== undefined && packageOf(chain.leaf ?? chain.called) === by);
  const meant = findings.filter(({ allocation: { through } }) => isThrough(chain, through));
  const here = meant.filter((one) => isHere(one) || one.allocation.alsoAt?.some(isCharged));
  const over = meant.filter(({ span }) => lineOf(span.start) < line && line <= lineOf(span.end));
  const height = ({ span }: Finding): number => lineOf(span.end) - lineOf(span.start);
  const shortest = Math.min(...over.map(height));
  return (here.length > 0 ? here : over.filter((one) => height(one) === shortest)).sort(
    (a, b) => Number(explains(a)) - Number(explains(b)) || compareUrgency(a, b),
  );
}

const adviceOf = (name: string): ReturnType<typeof libraryAdvice> => libraryAdvice(calleeName(name));

/** See Allocation.through. */
function isThrough(chain: Chain | undefined, through: string | undefined): boolean {
  if (through === undefined) return true;
  const called = chain && calleeName(chain.called);
  return called !== undefined && (through.endsWith('.') ? called.startsWith(through) : called === through);
}

function causeOf(
  weight: LineWeight,
  chain: Chain | undefined,
  sites: readonly Site[],
  findings: readonly Finding[],
  { isOld }: Place,
): Pick<Hotspot, 'joined' | 'why'> {
  if (hasGone(weight)) return { joined: 'site', why: goneText };
  if (isOld)
    return {
      joined: 'nothing',
      why: 'The function is not in the file as it was: the profile is older, and says nothing of it as it is now',
    };
  if (chain) return { joined: 'call', why: whyCalled(chain) };
  const why = whyAllocated(sites, findings);
  if (why === undefined)
    return {
      joined: 'nothing',
      why: 'The line allocates itself, and the compiler gives no reason at this place',
    };
  return {
    joined: sites.length > 1 && !findings.some((one) => !explains(one)) ? 'several sites' : 'site',
    why,
  };
}

/** The function outside of this code that allocates most of the line's memory, where that is more than what the line allocates itself. */
function heaviestChain(weight: LineWeight): Chain | undefined {
  const called = heaviestCall(weight);
  return called === undefined ? undefined : chainOf(called);
}

/** Who brings most of the weight. */
export function mainCaller({ callers, amount }: LineWeight): MainCaller | undefined {
  const [first] = entriesByAmount(callers);
  if (!first || amount === 0) return undefined;
  const [name, place] = first[0].split('\0') as [string, string];
  return {
    text: `${shortName(name)} (line ${place.slice(place.lastIndexOf(':') + 1)})`,
    share: first[1] / amount,
  };
}

/** Of two profiles: only the older one has it. */
export const hasGone = ({ amount, before }: LineWeight): boolean => amount === 0 && before !== undefined;

export const goneText = 'The newer profile has nothing here';

/** The function outside of this code that allocates most of the line's memory. */
export function heaviestCall({ through, own }: LineWeight): string | undefined {
  const [heaviest] = entriesByAmount(through);
  return heaviest && heaviest[1] > own ? heaviest[0] : undefined;
}

export function fewSamplesCaution({ samples }: LineWeight): string[] {
  return samples < fewSamples ? [`few samples (about ${Math.max(1, Math.round(samples))})`] : [];
}

function cautionsOf(weight: LineWeight, { unit }: AnyWeights): string[] {
  const cautions = fewSamplesCaution(weight);
  if (unit === 'bytes' && weight.objects > 0 && weight.amount / weight.objects <= 16)
    cautions.push('small objects share blocks: their number is not exact');
  return cautions;
}

/** Largest first; equal ones by name. */
export function entriesByAmount(map: ReadonlyMap<string, number>): [string, number][] {
  return [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
