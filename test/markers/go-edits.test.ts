/**
 * What is found while a package is edited, when the compiler is called without the go command, is what the go command's compile
 * leads to: findings, fixes with their figures, notes. One case of each rule; all of them with `ALL=1`, those whose name begins so
 * with `CASE=append-format`.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { createGoEngine } from '../../server/src/go/engine';
import { TrustGate } from '../../server/src/host/trust';
import { nullLogger } from '../../server/src/host/logger';
import { goRules } from '../../rules/go';
import type { FileAnalysis, SourceDocument } from '../../server/src/service/engine';
import { grammar, testSettings, typeChecker } from '../support/go';
import { inRepository } from '../support/repository';
import { parseTxtar } from '../support/txtar';

const givingWay: ReadonlySet<string> = new Set(
  goRules.flatMap(({ meta }) => (/^(?:on request|measured only)$/.test(meta.reports) ? [meta.id] : [])),
);

const folder = inRepository('test', 'markers', 'go');
const only = process.env['CASE'] ?? '';
const all = only !== '' || process.env['ALL'] === '1';
const scratch = mkdtempSync(path.join(os.tmpdir(), 'alloclens-edits-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Cases of the local toolchain with one package, without settings of their own. */
function casesOf(rule: string): { name: string; files: Map<string, string> }[] {
  const found = readdirSync(path.join(folder, rule))
    .filter((name) => name.endsWith('.txtar') && `${rule}/${name}`.startsWith(only))
    .flatMap((name) => {
      const { files } = parseTxtar(readFileSync(path.join(folder, rule, name), 'utf8'));
      const sources = [...files].filter(([file]) => !file.startsWith('@') && file !== 'flags');
      const plain = sources.every(([file]) => file.endsWith('.go') && !file.includes('/'));
      const flags = files.get('flags') ?? '';
      return plain && !/\b(?:go|min_go|max_go)=|broken/.test(flags)
        ? [{ name: `${rule}/${name.replace(/\.txtar$/, '')}`, files: new Map(sources) }]
        : [];
    });
  return all ? found : found.slice(0, 1);
}

function told(files: ReadonlyMap<string, FileAnalysis>): unknown {
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, { findings, hidden, notes }]) => ({
      file: path.basename(file),
      findings,
      hidden,
      notes: notes.map(({ message }) => message).sort(),
    }));
}

describe('what is found in an edit', async () => {
  const commands: string[] = [];
  const logger = {
    ...nullLogger,
    debug: (message: string) => {
      if (/: (?:compile|go list) /.test(message)) commands.push(message);
    },
  };
  const host = { logger, trust: new TrustGate(true) };
  const engine = await createGoEngine(host, { grammar, types: { sources: typeChecker }, meanwhile: 6e5 });
  after(() => engine.dispose());
  writeFileSync(path.join(scratch, 'go.mod'), 'module example.com/m\n\ngo 1.25\n');

  for (const { name, files } of readdirSync(folder).flatMap(casesOf)) {
    it(name, async () => {
      const directory = path.join(scratch, name.replace(/\W/g, '_'));
      mkdirSync(directory);
      for (const [file, text] of files) writeFileSync(path.join(directory, file), text);
      const [first, text] = [...files][0]!;
      const document: SourceDocument = { path: path.join(directory, first), languageId: 'go', version: 1, text };
      const analyse = async (): Promise<Map<string, FileAnalysis>> => {
        const last = new Map<string, FileAnalysis>();
        const shown = new Map<string, ReadonlySet<string>>();
        commands.length = 0;
        await engine.analyse(
          { document, buffers: new Map([[document.path, document]]), settings: testSettings() },
          (published) => {
            for (const one of published) {
              // They speak of what no other rule does, and give way while another is being checked.
              const others = one.findings.filter(({ ruleId }) => !givingWay.has(ruleId));
              const now = new Set(others.map(({ ruleId, span }) => `${ruleId} ${span.start}`));
              const before = shown.get(one.path);
              // What was taken back does not return.
              for (const key of gone.get(one.path) ?? []) assert.ok(!now.has(key), `${key} comes and goes`);
              for (const key of before ?? [])
                if (!now.has(key)) gone.set(one.path, (gone.get(one.path) ?? new Set()).add(key));
              shown.set(one.path, now);
              last.set(one.path, one);
            }
          },
          new AbortController().signal,
        );
        return last;
      };
      const gone = new Map<string, Set<string>>();
      const whole = await analyse();
      gone.clear();
      const edited = await analyse();
      assert.ok(
        commands.some((command) => command.includes(': compile ')),
        `nothing was compiled directly: ${commands.join('\n')}`,
      );
      const wide = commands.filter((command) => /: go list (?!-n )/.test(command));
      if (process.env['VERBOSE']) console.log(name, commands.length, wide.length);
      assert.deepEqual(told(edited), told(whole));
    });
  }
});
