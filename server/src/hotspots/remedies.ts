import type { Finding } from '../../../rules/model';
import type { Site } from '../../../rules/sites';
import { code } from '../../../rules/wording';
import { noFixText } from '../service/explain';
import { explains, shortName, type Chain } from './why';

/** What to write instead of a call where it matters, and the rule that is nearest, whose page says more. */
export interface Advice {
  /** Of the function that is called, or of the one that allocates. */
  readonly callee: RegExp;
  readonly advice: string;
  readonly rule?: string;
}

/** Functions of Go's standard library that allocate what they return, and what to write where it matters. */
export const goAdvice: readonly Advice[] = [
  {
    callee: /^strings\.(?:Split|Fields|SplitN|SplitAfter)\b/,
    advice: 'range over strings.SplitSeq (Go 1.24), or cut the text with strings.Cut: neither builds a slice',
  },
  {
    callee: /^fmt\.(?:Sprint|Sprintf|Sprintln)\b/,
    advice: 'append with fmt.Appendf or strconv.Append… to a buffer that is reused',
    rule: 'go/append-format',
  },
  {
    callee: /^fmt\.Errorf\b/,
    advice: 'make the error once, or a type that formats itself when it is printed',
  },
  {
    callee: /^encoding\/json\.(?:Marshal|Unmarshal|\(\*(?:Encoder|Decoder)\))/,
    advice: 'encode into a buffer that is kept, and decode into a value that is reused',
    rule: 'go/per-call-buffer',
  },
  {
    callee: /^bytes\.(?:\(\*Buffer\)|growSlice)/,
    advice: 'keep the bytes.Buffer between calls, or grow it once to the size that it reaches',
    rule: 'go/per-call-buffer',
  },
  {
    callee: /^strings\.\(\*Builder\)/,
    advice: 'call Grow with the final length before the first write',
    rule: 'go/grow-builder',
  },
  {
    callee: /^(?:bufio\.|compress\/\w+\.)New(?:Reader|Writer)/,
    advice: 'keep the reader or writer in a sync.Pool and Reset it before each use',
    rule: 'go/per-call-constructor',
  },
  {
    callee: /^io\.ReadAll\b/,
    advice: 'stream with io.Copy, or read into a buffer of the known size',
    rule: 'go/large-object',
  },
  {
    callee: /^net\/http\.\(\*Request\)\.WithContext\b/,
    advice: 'set all values of the context first, and copy the request once',
  },
  {
    callee: /^net\/url\.\(\*URL\)\.Query\b/,
    advice: 'call Query once for each request, and hand its values on',
  },
  {
    callee: /^regexp\.(?:Compile|MustCompile)\b/,
    advice: 'compile the expression once, in a package variable',
    rule: 'go/hoist-constant',
  },
  {
    callee: /^time\.(?:Time\.Format|\(\*Time\)\.Format)\b/,
    advice: 'append with Time.AppendFormat to a buffer that is reused',
    rule: 'go/append-format',
  },
  {
    callee: /^strconv\.(?:Itoa|Format\w+|Quote\w*)\b/,
    advice: 'append with the strconv.Append… function of the same name to a buffer that is reused',
    rule: 'go/append-format',
  },
];

/**
 * What can be done, one entry a way: the fixes; else a rule's recipe; else the advice about the function that is called, or about the one
 * that allocates; else why the memory stays.
 * @param findings of the place, those with a remedy first
 * @param stays the sentence for where nothing applies
 */
export function remediesFor(
  findings: readonly Finding[],
  chain: Chain | undefined,
  advices: readonly Advice[],
  stays: () => string,
): string[] {
  const fixes = [...new Set(findings.flatMap(({ fixes: offered }) => offered.map(({ title }) => title)))];
  if (fixes.length > 0) return fixes;
  const rule = findings.find((finding) => !explains(finding) && finding.noFix?.recipe !== undefined);
  if (rule) return [noFixText(rule)];
  for (const name of chain ? [chain.called, chain.leaf] : []) {
    const found = name === undefined ? undefined : advices.find(({ callee }) => callee.test(name));
    if (found) return [`By hand: ${found.advice}${found.rule === undefined ? '' : ` (see ${found.rule})`}`];
  }
  return [stays()];
}

/** The caller that brings most of a line's memory: how it is called, and its part, 0 to 1. */
export interface MainCaller {
  readonly text: string;
  readonly share: number;
}

/** One honest sentence why a line stays as it is, naming what keeps the memory. */
export function whyItStays(
  sites: readonly Site[],
  chain: Chain | undefined,
  caller: MainCaller | undefined,
): string {
  const keeper = caller ? `; ${caller.text} brings ${Math.round(100 * caller.share)} % of it` : '';
  if (chain) {
    const where = chain.leaf === undefined ? '' : `, in \`${shortName(chain.leaf)}\``;
    return `Stays: \`${shortName(chain.called)}\` allocates${where}, for its result or its own work, and no rule knows another form of the call; fewer calls are fewer bytes${keeper}`;
  }
  const [site, ...more] = sites;
  if (!site) return 'Stays: no allocation is known at this place, so there is nothing to advise';
  if (more.length === 0) return `Stays: ${whyItIsKept(site)}${isHandedOut(site) ? keeper : ''}`;
  const all = [...new Set(sites.map(whyItIsKept))];
  return `Stays, whichever it is: ${all.join('; or ')}`;
}

/** The caller matters: it may make fewer of them, or do without. */
const isHandedOut = ({ kind, reason }: Site): boolean =>
  kind === 'string concatenation' || kind === 'conversion' || (reason?.startsWith('it is returned') ?? false);

function whyItIsKept({ kind, expression, reason, callees }: Site): string {
  const what = code(expression);
  switch (kind) {
    case 'append growth':
      return `nothing before ${what} says how long the slice becomes, so it grows, and each time leaves an array behind; who knows a bound makes it that long, or empties one with [:0]`;
    case 'map growth':
      return `nothing before says how many entries the map of ${what} gets, so it grows, and each time leaves a table behind; who knows a bound makes it that large, or empties one with clear`;
    case 'string concatenation':
    case 'conversion':
      return `${what} is another text each time, and no rule knows a buffer for it`;
    case 'channel':
      return `${what} is on the heap as every channel is`;
    default:
      if (reason === undefined)
        return callees.some((callee) => callee.startsWith('runtime.makemap'))
          ? `${what} has room for more entries than the 8 that a map on the stack has, or may have`
          : `the compiler keeps ${what} on the heap without saying why`;
      return /^it is returned/.test(reason)
        ? `${what} is returned to the caller, who keeps it`
        : `${what} outlives the call, because ${reason}`;
  }
}
