import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { goRules } from '../../rules/go';
import type { RuleMeta } from '../../rules/model';
import { typescriptRules } from '../../rules/typescript';
import { parsePage, sectionOrder } from '../support/page';
import { inRepository } from '../support/repository';
import { parseTxtar } from '../support/txtar';
import { assertMeta } from '../support/wording';

const languages = [
  { folder: 'go', prefix: 'go', metas: goRules.map((rule) => rule.meta) },
  { folder: 'typescript', prefix: 'ts', metas: typescriptRules.map((rule): RuleMeta => rule.meta.docs!) },
];

for (const { folder, prefix, metas } of languages) {
  describe(`every ${folder} rule`, () => {
    it('is in the registry, in alphabetical order, under its file name', () => {
      const ids = metas.map((meta) => meta.id);
      assert.deepEqual(ids, [...ids].sort());
      const pages = readdirSync(inRepository('rules', folder))
        .filter((name) => name.endsWith('.md') && name !== 'myths.md')
        .map((name) => `${prefix}/${path.basename(name, '.md')}`);
      assert.deepEqual(ids, pages.sort(), 'rules in index.ts and pages in the folder differ');
      for (const id of ids) assert.ok(existsSync(inRepository('rules', folder, `${id.slice(3)}.ts`)), id);
    });

    for (const meta of metas) {
      it(`${meta.id} has a page in the template's form`, () => checkPage(folder, meta));
      it(`${meta.id} has marker cases, negative ones too, and a case for its fix`, () =>
        checkMarkers(folder, meta));
      if (folder === 'go' && meta.fix !== 'none') {
        it(`${meta.id} has a case whose fix the compiler refutes`, () => checkRefuted(meta));
      }
      it(`${meta.id} says in a sentence what it finds and what to do by hand`, () => assertMeta(meta));
      it(`${meta.id} has a measured sample`, () => {
        assert.ok(existsSync(inRepository('samples', meta.sample)), `samples/${meta.sample} is missing`);
      });
    }
  });
}

function checkPage(folder: string, meta: RuleMeta): void {
  const name = meta.id.slice(meta.id.indexOf('/') + 1);
  const page = parsePage(readFileSync(inRepository('rules', folder, `${name}.md`), 'utf8'));
  assert.equal(page.title, meta.id);
  assert.ok(page.summary.endsWith('.'), 'the page starts with one sentence');
  assert.deepEqual(page.sections, sectionOrder);
  if (meta.fix !== 'none') {
    const preconditions = page.lists.get('Preconditions') ?? [];
    assert.ok(preconditions.length > 0, 'the fix has no list under "### Preconditions"');
    const cases = markerCases(folder, meta).map((c) => c.name);
    for (const precondition of preconditions) {
      const named = [...precondition.matchAll(/`([\w./-]+\.(?:txtar|test\.ts))`/g)].map((m) =>
        path.basename(m[1]!),
      );
      assert.ok(named.length > 0, `no marker case is named for: ${precondition}`);
      for (const file of named) {
        const exists = cases.includes(file) || existsSync(inRepository('test', 'unit', folder, file));
        assert.ok(exists, `${file} does not exist: ${precondition}`);
      }
    }
    assert.ok(page.measured, 'npm run measure has not filled the table');
  }
}

interface MarkerCase {
  readonly name: string;
  readonly wants: number;
  readonly fixes: number;
  readonly refuted: number;
}

function markerCases(folder: string, meta: RuleMeta): MarkerCase[] {
  const directory = inRepository('test', 'markers', folder, meta.id.slice(meta.id.indexOf('/') + 1));
  return readdirSync(directory)
    .filter((name) => name.endsWith('.txtar'))
    .map((name) => {
      const text = readFileSync(path.join(directory, name), 'utf8');
      const archive = parseTxtar(text);
      const sections = (kind: string): number =>
        [...archive.files.keys()].filter((file) => file.startsWith(`@${kind}/${meta.id}/`)).length;
      return {
        name,
        wants: text.split(`want ${meta.id}`).length - 1,
        fixes: sections('fix'),
        refuted: sections('refuted'),
      };
    });
}

/** What looks right to the rule and is wrong must be stopped by verification: shown, not believed. */
function checkRefuted(meta: RuleMeta): void {
  assert.ok(
    markerCases('go', meta).some((c) => c.refuted > 0),
    `no case of ${meta.id} has a section "-- @refuted/${meta.id}/<path> --": write one whose fix looks right to the ` +
      `rule and is refuted by the compiler (a test file that stops compiling, a type without the method, a changed ` +
      `type that breaks another package); the section holds a regular expression for the reason that scan prints ` +
      `(CONTRIBUTING.md, "Add a rule in ten minutes")`,
  );
}

function checkMarkers(folder: string, meta: RuleMeta): void {
  const cases = markerCases(folder, meta);
  assert.ok(
    cases.some((c) => c.wants > 0),
    'no case expects the rule to report',
  );
  assert.ok(
    cases.some((c) => c.wants === 0),
    'no case shows that the rule stays silent',
  );
  if (meta.fix !== 'none')
    assert.ok(
      cases.some((c) => c.fixes > 0),
      'no golden for the fix',
    );
}
