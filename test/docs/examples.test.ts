/**
 * The code blocks of the rule pages are run: `before` reports the page's rule, `after` does not, and neither raises an
 * error. A page cannot promise what the rule does not do.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { goRules } from '../../rules/go';
import type { RuleId } from '../../rules/model';
import { typescriptRules } from '../../rules/typescript';
import type { FileAnalysis } from '../../server/src/service/engine';
import { defaultSettings } from '../../server/src/service/settings';
import { testEngine } from '../support/go';
import { parsePage } from '../support/page';
import { assertWording } from '../support/wording';
import { inRepository } from '../support/repository';
import { analyseTypeScript, newTypeScriptEngine } from '../support/typescript';

interface Example {
  readonly rule: RuleId;
  readonly info: string;
  readonly code: string;
  /** For messages: page and line of the block. */
  readonly at: string;
}

function examplesOf(folder: string, rule: RuleId): Example[] {
  const page = `rules/${folder}/${rule.slice(rule.indexOf('/') + 1)}.md`;
  return parsePage(readFileSync(inRepository(page), 'utf8'))
    .blocks.filter(({ info }) => / (?:before|after)$/.test(info))
    .map(({ info, code, line }) => ({ rule, info, code, at: `${page}:${line}` }));
}

function check({ rule, info, at }: Example, { findings, notes, text }: FileAnalysis): void {
  const ids = findings.map((finding) => finding.ruleId);
  assertWording(findings, () => text);
  assert.deepEqual(notes, [], at);
  if (info.endsWith(' before'))
    assert.ok(ids.includes(rule), `${at}: reports ${ids.join(', ') || 'nothing'}`);
  else assert.ok(!ids.includes(rule), `${at}: still reports ${rule}`);
}

describe('the pages of the Go rules', () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'alloclens-pages-'));
  const examples = goRules.flatMap((rule) => examplesOf('go', rule.meta.id));
  const fileOf = (example: Example): string =>
    path.join(scratch, `e${examples.indexOf(example)}`, 'example.go');
  const results = new Map<string, FileAnalysis>();

  before(async () => {
    writeFileSync(path.join(scratch, 'go.mod'), 'module example.com/pages\n\ngo 1.24\n');
    for (const example of examples) {
      mkdirSync(path.dirname(fileOf(example)));
      writeFileSync(fileOf(example), example.code);
    }
    const engine = await testEngine();
    await engine.scan(
      {
        directories: examples.map((example) => path.dirname(fileOf(example))),
        settings: { ...defaultSettings, show: 'all' },
      },
      (files) => files.forEach((file) => results.set(file.path, file)),
      new AbortController().signal,
    );
    await engine.dispose();
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  for (const example of examples) {
    it(`${example.rule}: ${example.info} (${example.at})`, () => {
      const analysis = results.get(fileOf(example));
      assert.ok(analysis, `${example.at} was not analysed`);
      check(example, analysis);
    });
  }
});

describe('the pages of the TypeScript rules', () => {
  const engine = newTypeScriptEngine();
  for (const rule of typescriptRules) {
    for (const example of examplesOf('typescript', rule.meta.docs!.id)) {
      it(`${example.rule}: ${example.info} (${example.at})`, async () => {
        check(example, await analyseTypeScript(engine, 'example.ts', example.code));
      });
    }
  }
});

describe('every page', () => {
  for (const [folder, ids] of [
    ['go', goRules.map((rule) => rule.meta.id)],
    ['typescript', typescriptRules.map((rule) => rule.meta.docs!.id)],
  ] as const) {
    for (const id of ids) {
      it(`${id} has an example before and after`, () => {
        const infos = examplesOf(folder, id).map(({ info }) => info.split(' ').at(-1));
        assert.ok(infos.includes('before'), 'no block `before`');
        assert.ok(infos.includes('after'), 'no block `after`');
      });
    }
  }
});
