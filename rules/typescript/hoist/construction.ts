import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { tryAround } from '../flow/completion';
import { isGlobal, walk } from '../syntax/nodes';
import { code } from '../../wording';

/**
 * What is made while a module loads must not throw: nobody catches it there, and a module that never makes the object
 * loads today. Constant arguments are tried here; what only some engines know becomes a condition.
 */

/** What the new place takes for granted about the engine; `undefined` where the object must stay where it is made. */
export type Risks = readonly string[] | undefined;

const loads = 'every engine that loads this module';

/** A constructor of the language itself whose arguments are known to be right. */
export const certain: Risks = [];

/** Classes of Intl that every engine with Intl has had since 2021. */
const everywhere = new Set([
  'NumberFormat', 'DateTimeFormat', 'Collator', 'PluralRules', 'RelativeTimeFormat', 'ListFormat', 'DisplayNames',
]); // prettier-ignore

/**
 * @param at where it is made now
 * @param args values of its constant arguments
 */
export function risksOfIntl(
  sourceCode: TSESLint.SourceCode,
  at: TSESTree.Node,
  className: string,
  args: readonly unknown[],
): Risks {
  if (isGuarded(sourceCode, at, 'Intl')) return undefined;
  const risks: string[] = [];
  const known = (Intl as unknown as Record<string, (new (...args: unknown[]) => unknown) | undefined>)[
    className
  ];
  try {
    if (known) new known(...args);
  } catch {
    return undefined;
  }
  if (!known || !everywhere.has(className)) risks.push(`${loads} has \`Intl.${className}\``);
  const zone = (args[1] as { timeZone?: unknown } | undefined)?.timeZone;
  if (zone !== undefined && !/^(?:UTC|GMT|Etc\/(?:UTC|GMT))$/i.test(String(zone)))
    risks.push(`${loads} knows the time zone ${String(zone)}`);
  return risks;
}

/** Of regular expressions, with what is younger than 2018 and the name it goes by. */
const youngSyntax: readonly (readonly [RegExp, string])[] = [
  [/\(\?<[=!]/, 'lookbehind'],
  [/\(\?[a-z-]+:/, 'modifiers in regular expressions'],
  [/\(\?<(\w+)>.*\(\?<\1>/s, 'groups with one name'],
  [/\\p\{/i, 'this Unicode property'],
];

export function risksOfRegExp(
  sourceCode: TSESLint.SourceCode,
  at: TSESTree.Node,
  pattern: string,
  flags: string,
): Risks {
  try {
    new RegExp(pattern, flags);
  } catch {
    return undefined;
  }
  const young = youngSyntax.filter(([syntax]) => syntax.test(pattern)).map(([, name]) => name);
  if (/[dv]/.test(flags)) young.push(`the flag ${/[dv]/.exec(flags)![0]}`);
  if (young.length === 0) return certain;
  if (isGuarded(sourceCode, at, 'RegExp')) return undefined;
  return young.map((name) => `${loads} knows ${code(name)}`);
}

/** @param label of the encoding, as it is written; UTF-8 when absent */
export function risksOfDecoder(sourceCode: TSESLint.SourceCode, at: TSESTree.Node, label: unknown): Risks {
  if (isGuarded(sourceCode, at, 'TextDecoder')) return undefined;
  const everywhere = label === undefined || /^(?:utf-?8|unicode-1-1-utf-8)$/i.test(String(label));
  return everywhere ? certain : [`${loads} knows the encoding ${code(String(label))}`];
}

/**
 * A `Buffer` is made of what Node has and browsers do not.
 * @param identifier the name `Buffer` as it is written
 */
export function risksOfBuffer(
  sourceCode: TSESLint.SourceCode,
  at: TSESTree.Node,
  identifier: TSESTree.Identifier,
): Risks {
  if (!isGlobal(sourceCode, identifier)) return certain;
  return isGuarded(sourceCode, at, 'Buffer') ? undefined : certain;
}

/** A `try` would catch it, or the file asks whether there is such a thing: it may be missing, or refuse. */
function isGuarded(sourceCode: TSESLint.SourceCode, at: TSESTree.Node, name: string): boolean {
  return tryAround(at) !== undefined || asksFor(sourceCode, name);
}

/** By name, once for each text: every construction asks. */
const asked = new WeakMap<TSESLint.SourceCode, Map<string, boolean>>();

function asksFor(sourceCode: TSESLint.SourceCode, name: string): boolean {
  const known = asked.get(sourceCode) ?? new Map<string, boolean>();
  asked.set(sourceCode, known);
  const answer = known.get(name) ?? asksSomewhere(sourceCode, name);
  known.set(name, answer);
  return answer;
}

/** `typeof Intl`, `'X' in Intl`, `Intl.X ? … : …`, `globalThis.Intl`: any use of the name but a call of what it holds. */
function asksSomewhere(sourceCode: TSESLint.SourceCode, name: string): boolean {
  let asks = false;
  walk(sourceCode, sourceCode.ast, (node) => {
    if (asks || /^TS(?!As|NonNull|Satisfies|Enum|Module|Export)/.test(node.type)) return false;
    if (node.type !== 'Identifier' || node.name !== name) return true;
    const { parent } = node;
    if (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) {
      asks =
        parent.object.type === 'Identifier' && /^(?:globalThis|window|self|global)$/.test(parent.object.name);
      return true;
    }
    if (!isGlobal(sourceCode, node) || isCallee(node)) return true;
    if (parent.type === 'BinaryExpression' && parent.operator === 'instanceof') return true;
    const member = parent.type === 'MemberExpression' && parent.object === node ? parent : undefined;
    asks = !(member && !member.optional && isCallee(member));
    return true;
  });
  return asks;
}

const isCallee = (node: TSESTree.Node): boolean =>
  (node.parent?.type === 'NewExpression' ||
    (node.parent?.type === 'CallExpression' && !node.parent.optional)) &&
  node.parent.callee === node;
