import type { Finding } from '../../../rules/model';
import type { Site } from '../../../rules/sites';
import { code } from '../../../rules/wording';

/** Findings that explain what no other rule speaks of. */
export const explains = ({ ruleId }: Pick<Finding, 'ruleId'>): boolean => ruleId === 'go/escape';

/** What a chain of `LineWeight.through` says: the function that the line calls, and the one that allocates. */
export interface Chain {
  readonly called: string;
  /** Absent where the called function allocates itself. */
  readonly leaf?: string;
}

export function chainOf(through: string): Chain {
  const [called, leaf] = through.split(' → ') as [string, string?];
  return { called, ...(leaf !== undefined && { leaf }) };
}

/** Why a line has memory that its callee allocates. */
export function whyCalled({ called, leaf }: Chain): string {
  const for_ = `\`${shortName(called)}\` allocates for this line`;
  return leaf === undefined ? for_ : `${for_}, in \`${shortName(leaf)}\``;
}

/** Why memory is allocated at the sites that a line's weight may be of, and which of them are meant. */
export function whyAllocated(sites: readonly Site[], findings: readonly Finding[]): string | undefined {
  const remedy = findings.find((finding) => !explains(finding));
  if (remedy) return remedy.message;
  const reasons = [...new Set(sites.map((site) => explanationOf(site, findings) ?? sentenceOf(site)))];
  if (reasons.length < 2) return reasons[0];
  return `One of these, the profile does not tell which: ${reasons.join('; ')}`;
}

/** What the compiler's words were made into at this very place. */
function explanationOf({ span }: Site, findings: readonly Finding[]): string | undefined {
  return findings.find((one) => one.span.start === span.start && one.span.end === span.end)?.message;
}

/** The site in a sentence of its own. */
function sentenceOf({ kind, expression, reason }: Site): string {
  const what = code(expression);
  switch (kind) {
    case 'append growth':
      return `${what} copies the slice to a larger array when it is full`;
    case 'map growth':
      return `the map of ${what} grows when it is full`;
    case 'string concatenation':
      return `${what} makes a new string`;
    case 'conversion':
      return `${what} copies the text`;
    case 'closure':
      return `the function ${what} is made anew, with what it captures`;
    case 'channel':
      return `${what} is on the heap as every channel is`;
    case 'moved variable':
      return `${what} moves to the heap${because(reason)}`;
    case 'interface conversion':
      return `${what} is boxed in an interface${because(reason)}`;
    default:
      return `${what} is allocated${because(reason)}`;
  }
}

const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);

/** `json.(*Encoder).Encode` of `encoding/json.(*Encoder).Encode`: as code that imports the package writes it. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
