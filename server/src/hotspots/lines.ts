import type { Finding } from '../../../rules/model';
import type { LineWeight, Weights } from '../profile/weights';
import { LineIndex } from '../text/positions';
import { compareUrgency } from '../service/ranking';

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
  /** Of the line: those of rules with a remedy before those that only explain. */
  readonly findings: readonly Finding[];
  readonly joined: Joined;
  /** One sentence: why memory is allocated here. */
  readonly why: string;
  /** What can be done, one entry a way; one honest sentence when nothing is known. */
  readonly what: readonly string[];
  /** Cautions about the figures. */
  readonly cautions: readonly string[];
}

/** Samples below which a figure is a guess: its error is about 1/√n (our measurement, heat-and-proof). */
export const fewSamples = 16;

/** What to write instead of a call where it matters. */
export type Advice = readonly [callee: RegExp, advice: string];

/** Functions of the standard library that allocate what they return, and what to write where it matters. */
const recipes: readonly Advice[] = [
  [
    /^strings\.(?:Split|Fields|SplitN|SplitAfter)\b/,
    'range over strings.SplitSeq (Go 1.24), or cut the text with strings.Cut: neither builds a slice',
  ],
  [
    /^fmt\.(?:Sprint|Sprintf|Sprintln)\b/,
    'append with fmt.Appendf or strconv.Append… to a buffer that is reused',
  ],
  [/^fmt\.Errorf\b/, 'make the error once, or a type that formats itself when it is printed'],
  [
    /^encoding\/json\.(?:Marshal|Unmarshal|\(\*(?:Encoder|Decoder)\))/,
    'encode into a buffer that is kept, and decode into a value that is reused',
  ],
  [
    /^bytes\.(?:\(\*Buffer\)|growSlice)/,
    'keep the bytes.Buffer between calls, or grow it once to the size that it reaches',
  ],
  [/^strings\.\(\*Builder\)/, 'call Grow with the final length before the first write'],
  [/^io\.ReadAll\b/, 'stream with io.Copy, or read into a buffer of the known size'],
  [
    /^net\/http\.\(\*Request\)\.WithContext\b/,
    'set all values of the context first, and copy the request once',
  ],
  [/^regexp\.(?:Compile|MustCompile)\b/, 'compile the expression once, in a package variable'],
  [
    /^time\.(?:Time\.Format|\(\*Time\)\.Format)\b/,
    'append with Time.AppendFormat to a buffer that is reused',
  ],
  [
    /^strconv\.(?:Itoa|Format\w+|Quote\w*)\b/,
    'append with the strconv.Append… function of the same name to a buffer that is reused',
  ],
];

export function findingsByFile(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    const known = files.get(finding.file);
    if (known) known.push(finding);
    else files.set(finding.file, [finding]);
  }
  return files;
}

/** The lines of the profile, heaviest first, each with what the analysis of its file says about it. */
export function hotspotsOf(
  weights: Weights,
  findingsOf: (file: string) => readonly Finding[],
  textOf: (file: string) => string,
): Hotspot[] {
  // Many lines are of one file: its text is read, and its lines are counted, once.
  const sources = new Map<string, { readonly text: string; readonly lines: LineIndex }>();
  const sourceOf = (file: string): { readonly text: string; readonly lines: LineIndex } => {
    let source = sources.get(file);
    if (!source) {
      const text = textOf(file);
      sources.set(file, (source = { text, lines: new LineIndex(text) }));
    }
    return source;
  };
  return weights.lines.map((weight) => {
    const { text, lines } = sourceOf(weight.file);
    const findings = onLine(findingsOf(weight.file), weight.line - 1, lines);
    return {
      weight,
      share: weights.total > 0 ? weight.amount / weights.total : 0,
      findings,
      ...causeOf(weight, findings, lineText(text, weight.line)),
      what: whatOf(weight, findings),
      cautions: cautionsOf(weight, weights),
    };
  });
}

/** @param line 1-based */
function lineText(text: string, line: number): string {
  return text.split('\n', line)[line - 1] ?? '';
}

/** Findings that begin on the line; if there are none, the innermost ones that stretch over it. */
function onLine(findings: readonly Finding[], line: number, lines: LineIndex): Finding[] {
  const rows = findings.map((finding) => ({
    finding,
    first: lines.positionAt(finding.span.start).line,
    last: lines.positionAt(finding.span.end).line,
  }));
  const begins = rows.filter(({ first }) => first === line);
  const over = rows.filter(({ first, last }) => first < line && line <= last);
  const shortest = Math.min(...over.map(({ first, last }) => last - first));
  const found = begins.length > 0 ? begins : over.filter(({ first, last }) => last - first === shortest);
  return found
    .map(({ finding }) => finding)
    .sort((a, b) => Number(explains(a)) - Number(explains(b)) || compareUrgency(a, b));
}

const explains = ({ ruleId }: Finding): boolean => ruleId === 'go/escape';

function causeOf(
  weight: LineWeight,
  findings: readonly Finding[],
  text: string,
): Pick<Hotspot, 'joined' | 'why'> {
  if (hasGone(weight)) return { joined: 'site', why: goneText };
  const called = heaviestCall(weight);
  if (called !== undefined) return { joined: 'call', why: `\`${called}\` allocates for this line` };
  const remedy = findings.find((finding) => !explains(finding));
  if (remedy) return { joined: 'site', why: remedy.message };
  // What an inlined function allocates has its own line in the profile: only what is written here can be meant.
  const written = findings.filter(({ message }) => isWritten(message, text)).map(({ message }) => message);
  const reasons = [
    ...new Set([...written, ...(assignsElement.test(text) ? ['a map grows by an assignment'] : [])]),
  ];
  if (reasons.length === 0)
    return {
      joined: 'nothing',
      why: 'The line allocates itself, and the compiler gives no reason at this place',
    };
  return reasons.length === 1
    ? { joined: 'site', why: reasons[0]! }
    : {
        joined: 'several sites',
        why: `One of these, the profile does not tell which: ${reasons.join('; ')}`,
      };
}

/** `m[k] = v`, `m[k]++`: no escape line is printed for a map that grows (cmd/compile, walk/assign.go). */
const assignsElement = /\](?:\s*(?:[-+*\/%&|^]|<<|>>|&\^)?=(?!=)|\+\+|--)/;

/** The expression that the message quotes first begins on the line. */
function isWritten(message: string, text: string): boolean {
  // The compiler leaves out what stands in braces and long operands.
  const quoted = /`([^`…]+)/.exec(message)?.[1]?.split('...')[0]!.slice(0, 12);
  return quoted === undefined || squeezed(text).includes(squeezed(quoted));
}

const squeezed = (text: string): string => text.replace(/\s+/g, '');

/** Of two profiles: only the older one has it. */
export const hasGone = ({ amount, before }: LineWeight): boolean => amount === 0 && before !== undefined;

export const goneText = 'The newer profile has nothing here';

/** The function outside of this code that allocates most of the line's memory. */
export function heaviestCall({ through, own }: LineWeight): string | undefined {
  const [heaviest] = entriesByAmount(through);
  return heaviest && heaviest[1] > own ? heaviest[0] : undefined;
}

function whatOf(weight: LineWeight, findings: readonly Finding[]): string[] {
  return remedies(
    heaviestCall(weight),
    recipes,
    findings,
    findings.some((finding) => !explains(finding)),
  );
}

/**
 * The fixes, or the advice about the function that allocates most, or an honest sentence.
 * @param called outside of this code
 * @param hasRule whether a rule with a recipe speaks of the place
 */
export function remedies(
  called: string | undefined,
  advices: readonly Advice[],
  findings: readonly Finding[],
  hasRule: boolean,
): string[] {
  const fixes = findings.flatMap(({ fixes: offered }) => offered.map(({ title }) => title));
  if (fixes.length > 0) return fixes;
  const advice = called === undefined ? undefined : advices.find(([callee]) => callee.test(called));
  if (advice) return [`By hand: ${advice[1]}`];
  return [
    hasRule
      ? 'No automatic fix; the page of the rule has the recipe'
      : 'AllocLens knows no remedy for this place',
  ];
}

export function fewSamplesCaution({ samples }: LineWeight): string[] {
  return samples < fewSamples ? [`few samples (about ${Math.max(1, Math.round(samples))})`] : [];
}

function cautionsOf(weight: LineWeight, { unit }: Weights): string[] {
  const cautions = fewSamplesCaution(weight);
  if (unit === 'bytes' && weight.objects > 0 && weight.amount / weight.objects <= 16)
    cautions.push('small objects share blocks: their number is not exact');
  return cautions;
}

/** Largest first; equal ones by name. */
export function entriesByAmount(map: ReadonlyMap<string, number>): [string, number][] {
  return [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
