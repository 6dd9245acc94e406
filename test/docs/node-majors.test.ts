/**
 * No rule looks at which Node versions a project targets (`engines`, `.nvmrc`, `@types/node`), because no fix loses on a
 * supported one. This holds the measured tables to it: a rule whose fix is slower somewhere needs that look, or must go.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { typescriptRules } from '../../rules/typescript';
import { inRepository } from '../support/repository';

const supported = ['20', '22', '24', '26'];

/** Rows `| 20.20.2 | 16.8 µs | 1.58 µs | ÷ 10.6 | … |`: the major, and the factor with its sign. */
function rows(page: string): Map<string, string> {
  const table = /<!-- measured -->([^]*?)<!-- \/measured -->/.exec(page)?.[1] ?? '';
  const found = new Map<string, string>();
  for (const [, major, time] of table.matchAll(/^\| (\d+)\.\d+\.\d+ \|[^|]*\|[^|]*\|([^|]*)\|/gm)) {
    found.set(major!, time!.trim());
  }
  return found;
}

describe('every TypeScript fix is faster on every supported Node major', () => {
  for (const { name, meta } of typescriptRules) {
    if (meta.docs!.fix === 'none') continue;
    it(meta.docs!.id, () => {
      const measured = rows(readFileSync(inRepository('rules', 'typescript', `${name}.md`), 'utf8'));
      assert.deepEqual([...measured.keys()], supported);
      for (const [major, time] of measured) {
        const factor = /^÷ (\d+(?:\.\d+)?)$/.exec(time);
        assert.ok(factor && Number(factor[1]) > 1, `Node ${major}: ${time}`);
      }
    });
  }
});
