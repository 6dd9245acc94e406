import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import type { Finding } from '../../rules/model';
import { typescriptRules } from '../../rules/typescript/index';
import { hotScore } from '../../server/src/service/ranking';
import { defaultSettings, type Settings } from '../../server/src/service/settings';
import { fixAll } from '../../server/src/typescript/fix-all';
import { compare } from '../equivalence/typescript/compare';
import { perform } from '../equivalence/typescript/stage';
import { ProgramTypes } from '../equivalence/typescript/type-check';
import { formatTxtar, parseTxtar } from '../support/txtar';
import { newTypeScriptEngine, analyseTypeScript, ruleNames } from '../support/typescript';
import { matchTitles } from '../support/titles';
import { assertWording } from '../support/wording';
import { matchWants, parseWants, type Reported, type Want } from '../support/wants';

/**
 * Marker cases of the TypeScript rules: `test/markers/typescript/<rule>/*.txtar`. All rules run on each file.
 * `@fix/<id>/<path>`: the text after all fixes of that rule. `@nofix/<id>/<path>`: reported, but without a fix.
 * `@titles/<id>/<path>`: the titles of its fixes.
 * `@run/<path>`: a driver that imports `./<path>` and exports `run`: what it shows is the same after all safe fixes, and
 * TypeScript says nothing new (test/equivalence/typescript/stage.ts has the globals that both may use).
 * `settings.json`: settings without their prefix; `show` is `all` unless set, so that cold findings are seen. Where a case sets it to `all` itself,
 * what `hot only` rules say of cold code is wanted, too.
 * `UPDATE=1` rewrites goldens; it never adds a want or a golden. `CASE=word`: only the cases whose path contains it.
 */
const root = join(__dirname, '../../../test/markers/typescript');
const update = process.env['UPDATE'] === '1';
const cases = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.txtar'))
  .sort();

const hotOnly = new Set(typescriptRules.map(({ meta }) => meta.docs!).filter(({ reports }) => reports === 'hot only').map(({ id }) => id));

const isWarm = ({ ruleId, heat }: Finding): boolean => heat.score >= hotScore || !hotOnly.has(ruleId as `ts/${string}`);

/** Starting it takes longer than all that it is asked. */
let types: ProgramTypes | undefined;

for (const name of cases) {
  if (!name.includes(process.env['CASE'] ?? '')) continue;
  describe(`markers: typescript/${name.replaceAll('\\', '/')}`, () => {
    const archive = parseTxtar(readFileSync(join(root, name), 'utf8'));
    const { files } = archive;
    const given = JSON.parse(files.get('settings.json') ?? '{}') as Partial<Settings>;
    const settings: Settings = { ...defaultSettings, show: 'all', ...given };
    const sources = [...files].filter(([path]) => !path.startsWith('@') && path !== 'settings.json');

    it('reports what the wants say', async () => {
      const wants: Want[] = [];
      const found: Reported[] = [];
      const engine = newTypeScriptEngine();
      for (const [path, text] of sources) {
        wants.push(...parseWants(path, text));
        const { findings } = await analyseTypeScript(engine, path, text, settings);
        matchTitles(files, path, { findings });
        assertWording(findings, () => text);
        for (const finding of given.show === 'all' ? findings : findings.filter(isWarm)) {
          found.push({ file: path, ruleId: finding.ruleId, message: finding.message, start: finding.span.start });
          assert.ok(finding.span.end > finding.span.start, `${finding.ruleId} has an empty span`);
          assert.ok(finding.allocation.reason.length > 0, `${finding.ruleId} gives no reason`);
        }
      }
      assert.deepEqual(engine.logged, [], 'nothing is withheld and no rule throws');
      matchWants(wants, found, new Map(sources));
    });

    for (const show of ['hot', 'likely', 'all'] as const) {
      // A scan converts only the trees in which a rule may report something, and must miss nothing by that.
      it(`a scan reports the same as the editor: show ${show}`, async () => {
        const under = { ...settings, show };
        for (const [path, text] of sources) {
          const file = resolve('/', path);
          const document = { path: file, languageId: '', version: 1, text };
          const scanned: Finding[] = [];
          await newTypeScriptEngine().scanFiles(
            { files: [file], buffers: new Map([[file, document]]), settings: under },
            (some) => scanned.push(...some.flatMap(({ findings }) => findings)),
            new AbortController().signal,
          );
          const { findings } = await analyseTypeScript(newTypeScriptEngine(), path, text, under);
          assert.deepEqual(scanned, findings, path);
        }
      });
    }

    for (const [section, driver] of files) {
      const [, path] = /^@run\/(.+)$/.exec(section) ?? [];
      if (path === undefined) continue;
      it(`run: ${path}`, async () => {
        const text = files.get(path);
        assert.ok(text !== undefined, `${name} has no file ${path}`);
        const neighbour = files.get('b.ts');
        const before = { path, text, driver, ...(neighbour === undefined ? {} : { neighbour }) };
        const fixed = await fixAll(newTypeScriptEngine(), `/${path}`, text, { suggestions: false });
        const seen = await perform(before);
        assert.equal(seen.outcomes.length, 3, `the driver of ${path} does not run: ${seen.outcomes.join('; ')}`);
        assert.equal(compare(seen, await perform({ ...before, text: fixed }))?.text, undefined);
        const [verdict] = (types ??= new ProgramTypes()).check([{ before, after: fixed }]);
        assert.deepEqual(verdict!.added, []);
      });
    }

    for (const [section, expected] of files) {
      const [, kind, id, path] = /^@(fix|nofix)\/(ts\/[\w-]+)\/(.+)$/.exec(section) ?? [];
      if (kind === undefined || id === undefined || path === undefined) continue;
      const text = files.get(path);
      it(`${kind}: ${id} in ${path}`, async () => {
        assert.ok(text !== undefined, `${name} has no file ${path}`);
        const engine = newTypeScriptEngine();
        const { findings } = await analyseTypeScript(engine, path, text);
        const own = findings.filter((finding) => finding.ruleId === id);
        assert.ok(own.length > 0, `${id} reports nothing in ${path}`);
        if (kind === 'nofix') {
          assert.deepEqual(own.flatMap((finding) => finding.fixes), [], 'no fix may be offered');
          return;
        }
        const fixed = await fixAll(engine, `/${path}`, text, { rule: id, suggestions: true });
        if (update) {
          files.set(section, fixed);
          writeFileSync(join(root, name), formatTxtar(archive));
        } else assert.equal(fixed, expected);
        const again = await analyseTypeScript(engine, path, fixed);
        const left = again.findings.filter((finding) => finding.ruleId === id && finding.fixes.length > 0);
        assert.deepEqual(left, [], 'applying again changes nothing');
      });
    }
  });
}

describe('TypeScript rules', () => {
  it('are alphabetical and have a marker case each', () => {
    const names = ruleNames(typescriptRules);
    assert.deepEqual(names, [...names].sort());
    for (const rule of names) {
      assert.ok(cases.some((file) => file.startsWith(rule)), `no marker case in test/markers/typescript/${rule}/`);
    }
  });
});
