import type { Finding } from '../../../rules/model';
import type { Site } from '../../../rules/sites';
import { asClause, code } from '../../../rules/wording';
import { noFixText } from '../service/explain';
import { explains, shortName, type Chain } from './why';

/** What to write instead of a call where it matters, as an imperative sentence, and the rule that is nearest, whose page says more. */
export interface Advice {
  readonly instead: string;
  readonly rule?: string;
}

/**
 * What can be done, one entry a way: the fixes; else a rule's recipe; else the advice about the function that is called, or about the one
 * that allocates; else why the memory stays.
 * @param findings of the place, those with a remedy first
 * @param adviceOf what is known of a function, as the profile names it
 * @param stays the sentence for where nothing applies
 */
export function remediesFor(
  findings: readonly Finding[],
  chain: Chain | undefined,
  adviceOf: (name: string) => Advice | undefined,
  stays: () => string,
): string[] {
  const fixes = [...new Set(findings.flatMap(({ fixes: offered }) => offered.map(({ title }) => title)))];
  if (fixes.length > 0) return fixes;
  const rule = findings.find((finding) => !explains(finding) && finding.noFix?.recipe !== undefined);
  if (rule) return [noFixText(rule)];
  for (const name of chain ? [chain.called, chain.leaf] : []) {
    const found = name === undefined ? undefined : adviceOf(name);
    if (found)
      return [`By hand: ${asClause(found.instead)}${found.rule === undefined ? '' : ` (see ${found.rule})`}`];
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
