import type { Finding, Span } from '../../../rules/model';
import type { Site } from '../../../rules/sites';
import { code as quoted } from '../../../rules/wording';
import type { LineWeight, Weights } from '../profile/weights';
import { LineIndex } from '../text/positions';
import type { SourceFunction } from '../service/engine';
import {
  entriesByAmount,
  fewSamplesCaution,
  goneText,
  hasGone,
  heaviestCall,
  mainCaller,
  type Hotspot,
} from './lines';
import { remediesFor, type Advice } from './remedies';
import type { Code } from './report';
import { chainOf } from './why';
import { compareUrgency } from '../service/ranking';

interface ProfiledFile {
  readonly lines: LineIndex;
  readonly functions: readonly SourceFunction[];
  readonly sites: ByFunction<Site>;
  readonly findings: ByFunction<Finding>;
}

/** By innermost function; undefined is the module's own code. */
type ByFunction<T> = ReadonlyMap<SourceFunction | undefined, readonly T[]>;

/**
 * The functions of a V8 profile, heaviest first. V8 knows no lines: what the rules find in a function shares the function's weight, and
 * says so.
 */
export async function functionHotspotsOf(weights: Weights, code: Code): Promise<Hotspot[]> {
  const known = new Map<string, Promise<ProfiledFile>>();
  const fileOf = (path: string): Promise<ProfiledFile> => {
    let found = known.get(path);
    if (!found) known.set(path, (found = profiledFile(path, code)));
    return found;
  };
  const hotspots: Hotspot[] = [];
  for (const weight of weights.lines) {
    const file = await fileOf(weight.file);
    const joined = join(weight, file);
    const findings = joined ? (file.findings.get(joined.at) ?? []).toSorted(compareUrgency) : [];
    const sites = joined ? (file.sites.get(joined.at) ?? []) : [];
    const called = heaviestCall(weight);
    hotspots.push({
      weight,
      share: weights.total > 0 ? weight.amount / weights.total : 0,
      within: joined?.at,
      sites,
      findings,
      joined: joined ? 'function' : 'nothing',
      why: hasGone(weight) ? goneText : whyOf(weight, sites, findings, joined !== undefined, weights.unit),
      what: remediesFor(
        findings,
        called === undefined ? undefined : chainOf(called),
        (name) => recipes.find(({ callee }) => callee.test(name)),
        () => stays(weight, sites),
      ),
      cautions: [
        ...fewSamplesCaution(weight),
        ...(joined?.by === 'name'
          ? ['found by its name: the profile was recorded from another text of this file']
          : []),
      ],
    });
  }
  return hotspots;
}

async function profiledFile(path: string, { textOf, mapOf, findingsOf }: Code): Promise<ProfiledFile> {
  const map = await mapOf(path);
  const functions = map?.functions ?? [];
  return {
    lines: new LineIndex(textOf(path)),
    functions,
    sites: byFunction(map?.sites ?? [], functions),
    findings: byFunction(findingsOf(path), functions),
  };
}

interface Joined {
  /** Undefined: the module's own code. */
  readonly at: SourceFunction | undefined;
  readonly by: 'place' | 'name';
}

/** The function that begins at the place of the weight, or else the only one of its name. Never a guess between two. */
function join(weight: LineWeight, { lines, functions }: ProfiledFile): Joined | undefined {
  const name = weight.function.replace(/^(?:get|set|async) /, '').replace(/^.*[.#]/, '');
  const isNamed = name !== '' && weight.function !== '(anonymous)';
  const offset = lines.offsetAt({
    line: weight.line - 1,
    character: (weight.column ?? 1) - 1,
  });
  // V8 lets a function begin at its parameters, and the module at the start of its text.
  const at = functions.filter(({ span, body }) => span.start <= offset && offset < body).at(-1);
  if (offset === 0 && !isNamed && at?.name !== '') return { at: undefined, by: 'place' };
  if (at && (weight.traced || !isNamed || at.name === '' || bare(at.name) === name))
    return { at, by: 'place' };
  const named = isNamed ? functions.filter((one) => bare(one.name) === name) : [];
  return named.length === 1 ? { at: named[0], by: 'name' } : undefined;
}

const bare = (name: string): string => name.replace(/^#/, '');

/**
 * What has a place in the file, in source order, by the function that it is in.
 * @param functions in source order, outer ones before those in them
 */
function byFunction<T extends { readonly span: Span }>(
  all: readonly T[],
  functions: readonly SourceFunction[],
): ByFunction<T> {
  const found = new Map<SourceFunction | undefined, T[]>();
  /** The functions around the place, outer ones first. */
  const around: SourceFunction[] = [];
  const leave = (offset: number): void => {
    while (around.length > 0 && around.at(-1)!.span.end <= offset) around.pop();
  };
  let next = 0;
  for (const one of all.toSorted((a, b) => a.span.start - b.span.start)) {
    const { start, end } = one.span;
    for (; next < functions.length && functions[next]!.span.start <= start; next++) {
      leave(functions[next]!.span.start);
      around.push(functions[next]!);
    }
    leave(start);
    const within = around.findLast(({ span }) => end <= span.end);
    const others = found.get(within);
    if (others) others.push(one);
    else found.set(within, [one]);
  }
  return found;
}

/** A callee is named when it allocates at least this part of the function's memory. */
const worthNaming = 0.2;

function whyOf(
  weight: LineWeight,
  sites: readonly Site[],
  findings: readonly Finding[],
  isJoined: boolean,
  unit: Weights['unit'],
): string {
  const callees = entriesByAmount(weight.through)
    .filter(([, amount]) => amount >= worthNaming * weight.amount)
    .map(([name, amount]) => `\`${name}\` ${Math.round((100 * amount) / weight.amount)} %`);
  const messages = [...new Set(findings.map(({ message }) => message))];
  const reasons = [
    ...(callees.length === 0
      ? []
      : [`Of it ${unit === 'bytes' ? 'allocate' : 'take'}, called from here: ${callees.join(', ')}`]),
    ...(messages.length > 1 ? [`V8 does not say which of these it is: ${messages.join('; ')}`] : messages),
  ];
  if (reasons.length > 0) return reasons.join('. ');
  if (isJoined && unit === 'nanoseconds')
    return 'It runs for so long; no rule finds an allocation in it that could be spared';
  if (isJoined && sites.length > 0) return `V8 does not say which of these it is: ${listed(sites)}`;
  return isJoined
    ? 'Nothing in the function makes a new value by itself: it is what V8 inlines into it, or boxed numbers and growing arrays'
    : 'The function is not in the file as it is now: the profile was recorded from another text, or from what a compiler made of it';
}

/** So many are named. */
const worthListing = 4;

function listed(sites: readonly Site[]): string {
  const named = sites
    .slice(0, worthListing)
    .map(({ expression, line }) => `${quoted(expression)} in line ${line + 1}`);
  const more = sites.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** One honest sentence: what is made, and who has it afterwards. */
function stays(weight: LineWeight, sites: readonly Site[]): string {
  const caller = mainCaller(weight);
  const calls = caller ? `, and ${caller.text} brings ${Math.round(100 * caller.share)} % of it` : '';
  const left = sites.filter(({ reason }) => reason !== undefined);
  const fates = left
    .slice(0, worthListing)
    .map(({ expression, line, reason }) => `${quoted(expression)} in line ${line + 1}: ${reason}`);
  const made =
    fates.length === 0 ? '' : ` (${fates.join('; ')}${left.length > fates.length ? '; and more' : ''})`;
  return `Stays: no rule knows another form of what is made here${made}${calls}; fewer calls are fewer bytes`;
}

/** Built-in functions that allocate what they return, and what to write where it matters. */
const recipes: readonly (Advice & { readonly callee: RegExp })[] = [
  {
    callee: /^slice\b/,
    instead: 'Pass the whole with a start and an end, or subarray where the bytes are only read',
  },
  {
    callee: /^(?:map|filter|flatMap|flat)\b/,
    instead: 'Do the steps in one loop over the source, without the arrays between them',
  },
  {
    callee: /^(?:concat|push|unshift|splice)\b/,
    instead: 'Collect the parts first and join them once, in an array of the known length',
  },
  {
    callee: /^split\b/,
    instead: 'Walk the text with indexOf, and slice out only the parts that are used',
  },
  {
    callee: /^(?:keys|values|entries|fromEntries|assign)\b/,
    instead: 'Loop with for…in or over a Map instead of building arrays of keys and pairs',
  },
  {
    callee: /^(?:stringify|parse)\b/,
    instead: 'Do it once for each value, not once for each reader; log the text lazily',
  },
  { callee: /^bind\b/, instead: 'Bind once, where the object is made' },
  {
    callee: /^(?:RegExp|NumberFormat|DateTimeFormat|Collator|PluralRules|Segmenter)\b/,
    instead: 'Make it once, outside of the function',
  },
];
