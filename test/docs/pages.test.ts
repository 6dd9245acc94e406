import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'node:test';
import type * as RulePages from '../../scripts/lib/rule-pages.mjs' with { 'resolution-mode': 'import' };
import { parsePage } from '../support/page';
import { inRepository } from '../support/repository';

/** What only somebody with a checkout of the project can look up. */
const contributorsOnly =
  /\.txtar\b|\.test\.[cm]?[jt]s\b|_test\.go\b|\btest\/|marker case|CONTRIBUTING|<!--|-->/;

const folders = ['rules/go', 'rules/typescript'];

async function scripts(): Promise<typeof RulePages> {
  const url = pathToFileURL(inRepository('scripts', 'lib', 'rule-pages.mjs')).href;
  return (await import(url)) as typeof RulePages;
}

describe("a rule's page for users", () => {
  let shipped: string;
  before(async () => {
    shipped = mkdtempSync(path.join(tmpdir(), 'alloclens-pages-'));
    const { writePages } = await scripts();
    for (const folder of folders) await writePages(inRepository(folder), path.join(shipped, folder));
  });
  after(() => rmSync(shipped, { recursive: true, force: true }));

  for (const folder of folders)
    for (const name of readdirSync(inRepository(folder)).filter((file) => file.endsWith('.md')))
      it(`${folder}/${name} says everything in words, and links to what is there`, () => {
        const text = readFileSync(path.join(shipped, folder, name), 'utf8');
        assert.doesNotMatch(text, contributorsOnly);
        for (const precondition of parsePage(text).lists.get('Preconditions') ?? []) {
          assert.ok(precondition.split(' ').length > 2, precondition);
          assert.match(precondition, /[.)]$/, precondition);
        }
        for (const [, target] of text.matchAll(/\]\((?!https:)([^)#]+)[^)]*\)/g))
          assert.ok(existsSync(path.join(shipped, folder, target!)), `${name} links to ${target}`);
      });

  it('loses nothing but what stands in comments', async () => {
    const { pageForUsers } = await scripts();
    assert.equal(
      pageForUsers(
        '# go/x\n\n- The file is not generated. <!-- `generated.txtar` -->\n- One, <!-- `one.txtar`:\n  `a.ts` --> and two.\n\n<!-- measured -->\n\n| a |\n\n<!-- /measured -->\n',
      ),
      '# go/x\n\n- The file is not generated.\n- One, and two.\n\n| a |\n',
    );
  });
});
