import type { Finding } from '../../../rules/model';
import type { LineWeight, Weights } from '../profile/weights';
import { LineIndex } from '../text/positions';
import type { SourceFunction } from '../service/engine';
import {
  entriesByAmount,
  fewSamplesCaution,
  goneText,
  hasGone,
  heaviestCall,
  remedies,
  type Advice,
  type Hotspot,
} from './lines';
import type { Code } from './report';
import { compareUrgency } from '../service/ranking';

interface ProfiledFile {
  readonly text: string;
  readonly functions: readonly SourceFunction[];
  readonly findings: readonly Finding[];
}

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
    const findings = joined ? findingsIn(joined.at, file) : [];
    hotspots.push({
      weight,
      share: weights.total > 0 ? weight.amount / weights.total : 0,
      findings,
      joined: joined ? 'function' : 'nothing',
      why: hasGone(weight) ? goneText : whyOf(weight, findings, joined !== undefined, weights.unit),
      what: remedies(heaviestCall(weight), recipes, findings, findings.length > 0),
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
  return { text: textOf(path), functions: map?.functions ?? [], findings: findingsOf(path) };
}

interface Joined {
  /** Undefined: the module's own code. */
  readonly at: SourceFunction | undefined;
  readonly by: 'place' | 'name';
}

/** The function that begins at the place of the weight, or else the only one of its name. Never a guess between two. */
function join(weight: LineWeight, { text, functions }: ProfiledFile): Joined | undefined {
  const name = weight.function.replace(/^(?:get|set|async) /, '').replace(/^.*[.#]/, '');
  const isNamed = name !== '' && weight.function !== '(anonymous)';
  const lines = new LineIndex(text);
  const offset = lines.offsetAt({ line: weight.line - 1, character: (weight.column ?? 1) - 1 });
  // V8 lets a function begin at its parameters, and the module at the start of its text.
  const at = functions.filter(({ span, body }) => span.start <= offset && offset < body).at(-1);
  if (offset === 0 && !isNamed && at?.name !== '') return { at: undefined, by: 'place' };
  if (at && (!isNamed || at.name === '' || bare(at.name) === name)) return { at, by: 'place' };
  const named = isNamed ? functions.filter((one) => bare(one.name) === name) : [];
  return named.length === 1 ? { at: named[0], by: 'name' } : undefined;
}

const bare = (name: string): string => name.replace(/^#/, '');

/** Findings whose innermost function it is. */
function findingsIn(at: SourceFunction | undefined, { functions, findings }: ProfiledFile): Finding[] {
  const innermost = ({ span }: Finding): SourceFunction | undefined =>
    functions.findLast((one) => one.span.start <= span.start && span.end <= one.span.end);
  return findings.filter((finding) => innermost(finding) === at).sort(compareUrgency);
}

/** A callee is named when it allocates at least this part of the function's memory. */
const worthNaming = 0.2;

function whyOf(
  weight: LineWeight,
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
  return isJoined
    ? 'The function’s own code makes it (objects, arrays, closures, strings), with what V8 inlines into it; V8 does not know the line'
    : 'The function is not in the file as it is now: the profile was recorded from another text, or from what a compiler made of it';
}

/** Built-in functions that allocate what they return, and what to write where it matters. */
const recipes: readonly Advice[] = [
  [/^slice\b/, 'pass the whole with a start and an end, or subarray where the bytes are only read'],
  [
    /^(?:map|filter|flatMap|flat)\b/,
    'do the steps in one loop over the source, without the arrays between them',
  ],
  [
    /^(?:concat|push|unshift|splice)\b/,
    'collect the parts first and join them once, in an array of the known length',
  ],
  [/^split\b/, 'walk the text with indexOf, and slice out only the parts that are used'],
  [
    /^(?:keys|values|entries|fromEntries|assign)\b/,
    'loop with for…in or over a Map instead of building arrays of keys and pairs',
  ],
  [/^(?:stringify|parse)\b/, 'do it once for each value, not once for each reader; log the text lazily'],
  [/^bind\b/, 'bind once, where the object is made'],
  [
    /^(?:RegExp|NumberFormat|DateTimeFormat|Collator|PluralRules|Segmenter)\b/,
    'make it once, outside of the function',
  ],
];
