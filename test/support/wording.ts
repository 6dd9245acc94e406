import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Finding, RuleMeta } from '../../rules/model';
import { longestTitle } from '../../rules/wording';
import { inRepository } from './repository';

/**
 * The measure of what rules say. It is held against every finding that the tests produce: marker cases, samples, pages,
 * corpus.
 */

/** Rules whose messages have not been read yet. Only to shrink. */
const unread: ReadonlySet<string> = new Set<string>([]);

type Said = Pick<Finding, 'ruleId' | 'message' | 'allocation' | 'fixes'> & Partial<Finding>;

/** Words of the compiler and of this project that nobody wrote in the source. */
const internals =
  /\.autotmp_|~[rb]\d|go\.shape|\bfunc literal\b|\.\.\. argument|\bSSA\b|-gcflags|\bruntime\.(?!GC|KeepAlive|SetFinalizer|MemStats|ReadMemStats)\w+|\bconvT|\b(?:go|ts)\/[a-z]+-[a-z-]+/;

/** What looks like source text and stands in no backticks: a call, a selector, an index, an inner capital. */
const looksLikeCode = /[\w)\]]\(|\w\.\w|\[\w*\]|\b[a-z]+[A-Z]\w*|\w_\w|&\w|[=!]=|:=|=>|\*\w/;

const allowed =
  /\b(?:e\.g|i\.e|\d+\.\d+)\b|JavaScript|TypeScript|GitHub|\b(?:gzip|flate|zlib|noalloc|replacer)\b/g;

/** Words of the pages' prose, lower-case: what is none of them and is a name of the source has to be quoted. */
const vocabulary = new Set(
  ['go', 'typescript'].flatMap((folder) =>
    readdirSync(inRepository('rules', folder))
      .filter((name) => name.endsWith('.md'))
      .flatMap((name) => proseOf(readFileSync(inRepository('rules', folder, name), 'utf8'))),
  ),
);

function proseOf(page: string): string[] {
  const prose = page.replace(/^```[^]*?^```/gm, '').replace(/`[^`]*`/g, '');
  return (prose.match(/\p{L}+/gu) ?? []).map((word) => word.toLowerCase());
}

/** What is wrong with a title; nothing when it is right. */
export function titleFaults(title: string, source = ''): string[] {
  const plain = title.replace(/`[^`]*`/g, '§').replace(allowed, '');
  const names = new Set(source.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  const unquoted = (plain.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []).filter(
    (word) => names.has(word) && !vocabulary.has(word.toLowerCase()),
  );
  return [
    ...(title.length > longestTitle ? [`has ${title.length} characters`] : []),
    ...(/^(?:\p{Lu}|`|\d)/u.test(title) ? [] : ['does not begin as a sentence']),
    ...(/[.!?…]$/.test(title) ? ['ends in a full stop'] : []),
    ...(internals.test(title) ? ['speaks of internals'] : []),
    ...(looksLikeCode.test(plain) ? ['has source text without backticks'] : []),
    ...(unquoted.length > 0 ? [`does not quote ${unquoted.join(', ')}`] : []),
    ...(/\b(?:may|might|must|should|could)\b/.test(plain) ? ['does not say what happens'] : []),
    ...((title.match(/`/g) ?? []).length % 2 ? ['has a single backtick'] : []),
  ];
}

/** What is wrong with a finding's words: its title, its reason, the titles of its fixes, what is said without one. */
export function faultsOf(finding: Said, source: string): string[] {
  const { message, allocation, fixes, related = [], noFix } = finding;
  const clauses = [
    ['reason', allocation.reason],
    ...related.map(({ message }) => ['related', message]),
    ...fixes.map(({ title }) => ['fix', title]),
    ...(noFix?.because === undefined ? [] : [['no fix', noFix.because]]),
  ] as const;
  return [
    ...titleFaults(message, source).map((fault) => `${message}\n  ${fault}`),
    ...clauses.flatMap(([what, text]) => {
      const plain = text!
        .replace(/`[^`]*`/g, '§')
        .replace(/ \((?:not )?verified:.*$/, '')
        .replace(allowed, '');
      const faults = [
        ...(internals.test(text!) ? ['speaks of internals'] : []),
        ...(what !== 'reason' && what !== 'no fix' && looksLikeCode.test(plain)
          ? ['has source text without backticks']
          : []),
        ...(text!.includes('\n') ? ['has several lines'] : []),
        ...(/must not/.test(plain) && /\bmay\b/.test(plain) ? ['says may and must not'] : []),
      ];
      return faults.map((fault) => `${what}: ${text}\n  ${fault}`);
    }),
  ];
}

/** Fails with the rule's name and the message when a finding is not worded as the measure says. */
export function assertWording(findings: readonly Said[], textOf: (finding: Said) => string): void {
  const wrong = findings
    .filter(({ ruleId }) => !unread.has(ruleId))
    .flatMap((finding) => {
      const { start, end } = finding.span ?? { start: 0, end: 0 };
      return faultsOf(finding, textOf(finding).slice(start, end)).map(
        (fault) => `${finding.ruleId}: ${fault}`,
      );
    });
  assert.deepEqual([...new Set(wrong)], []);
}

/** What a rule says of itself. */
export function assertMeta({ id, summary, recipe }: RuleMeta): void {
  assert.ok(recipe.length <= 160, `${id}: the recipe has ${recipe.length} characters`);
  assert.match(recipe, /^[A-Z][a-z]+ /, `${id}: the recipe begins with what to do`);
  for (const [what, text] of Object.entries({ recipe, summary })) {
    assert.doesNotMatch(text, /\.$/, `${id}: the ${what} ends in a full stop`);
    assert.doesNotMatch(text, internals, `${id}: the ${what} speaks of internals`);
  }
}
