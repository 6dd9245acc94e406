/**
 * `npm run test:corpus`: every fix on TypeScript sources that nobody here wrote. All safe fixes together must leave every
 * file parsing and type-checking as before, with no new unresolved name, and a second run must find nothing to do. Each
 * suggestion, applied alone, must do the same in 99 of 100 cases; the others are listed.
 *
 * Libraries are mostly not hot by themselves, so each text is looked at twice: as it is, and with every function tagged
 * `@hot`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import Table from 'cli-table3';
import { isFunction, walk } from '../../rules/typescript/syntax/nodes';
import { isSafe } from '../../server/src/service/fixes';
import { applyEdits } from '../../server/src/text/edits';
import { fixAll } from '../../server/src/typescript/fix-all';
import { parse } from '../../server/src/typescript/parse';
import { newDiagnostics, TypeChecker } from '../support/type-check';
import { analyseTypeScript, newTypeScriptEngine } from '../support/typescript';
import { checkOut, isTypeScript, projects, sourceFiles, type Project } from './projects';

const suggestionsThatHold = 0.99;

interface Figures {
  findings: number;
  safe: number;
  suggestions: number;
  withheld: number;
}
const rows: string[][] = [];
const total = { safe: 0, suggestions: 0, failed: [] as string[] };

/** The text with every function tagged, but for callbacks that are one expression: their callers make them hot. */
function allHot(text: string, file: string): string {
  const at: number[] = [];
  const short = new Set<TSESTree.Node>();
  const { ast, visitorKeys } = parse(text, file);
  walk({ visitorKeys: visitorKeys as TSESLint.SourceCode.VisitorKeys }, ast, (node) => {
    if (node.type === 'CallExpression') {
      for (const argument of node.arguments) {
        if (isFunction(argument) && argument.body.type !== 'BlockStatement') short.add(argument);
      }
    }
    if (isFunction(node) && !short.has(node)) at.push(node.range[0]);
  });
  return applyEdits(
    text,
    at.map((start) => ({ span: { start, end: start }, newText: '/** @hot */ ' })),
  );
}

async function check(project: Project, hot: boolean): Promise<void> {
  const checkout = checkOut(project);
  const root = path.join(checkout.cwd, checkout.target);
  const files = sourceFiles(project, checkout).filter((file) => /\.[cm]?tsx?$/.test(file));
  const engine = newTypeScriptEngine();
  const figures: Figures = { findings: 0, safe: 0, suggestions: 0, withheld: 0 };
  const texts = new Map<string, string>();
  const fixed = new Map<string, string>();
  /** Of each file: the texts with one suggestion applied, and which. */
  const alone = new Map<string, { readonly text: string; readonly what: string }[]>();

  for (const file of files) {
    const source = readFileSync(file, 'utf8');
    const text = hot ? allHot(source, file) : source;
    texts.set(file, text);
    const { findings, notes } = await analyseTypeScript(engine, file, text);
    assert.deepEqual(notes, [], file);
    figures.findings += findings.length;
    const fixes = findings.flatMap((finding) => finding.fixes.map((fix) => ({ finding, fix })));
    for (const { finding, fix } of fixes) {
      if (isSafe(fix)) {
        figures.safe++;
        continue;
      }
      figures.suggestions++;
      const line = text.slice(0, finding.span.start).split('\n').length;
      const what = `${project.name} ${path.relative(root, file)}:${line} ${finding.ruleId} "${fix.title}"`;
      const list = alone.get(file) ?? [];
      alone.set(file, list);
      list.push({ text: applyEdits(text, fix.edits), what });
    }
    if (fixes.some(({ fix }) => isSafe(fix))) {
      const result = await fixAll(engine, file, text, { suggestions: false });
      const again = await fixAll(engine, file, result, { suggestions: false });
      assert.equal(again, result, `${file}: a second run changes the text again`);
      fixed.set(file, result);
    }
  }
  figures.withheld = engine.logged.filter((line) => line.includes('fix withheld')).length;
  if (process.env['ALLOCLENS_VERBOSE']) console.log([...new Set(engine.logged)].join('\n'));

  const checker = new TypeChecker(root, files);
  const before = checker.check(texts);
  if (fixed.size > 0) {
    const broken = newDiagnostics(before, checker.check(new Map([...texts, ...fixed])));
    assert.deepEqual(broken, [], `${project.name}: all safe fixes together`);
  }

  // One suggestion of each file at a time; where a round shows something new, each of it by itself.
  const failed: string[] = [];
  const rounds = Math.max(0, ...[...alone.values()].map((list) => list.length));
  for (let round = 0; round < rounds; round++) {
    const trials = [...alone].flatMap(([file, list]) => {
      const trial = list[round];
      return trial ? [{ file, ...trial }] : [];
    });
    const together = new Map([...texts, ...trials.map(({ file, text }) => [file, text] as const)]);
    if (newDiagnostics(before, checker.check(together)).length === 0) continue;
    for (const { file, text, what } of trials) {
      const broken = newDiagnostics(before, checker.check(new Map([...texts, [file, text]])));
      if (broken.length > 0) failed.push(`${what}: ${broken.join('; ')}`);
    }
  }
  total.safe += figures.safe;
  total.suggestions += figures.suggestions;
  total.failed.push(...failed);
  rows.push([
    `${project.name}${hot ? ', all hot' : ''}`,
    String(files.length),
    String([...before.values()].reduce((sum, list) => sum + list.length, 0)),
    ...[figures.findings, figures.safe, figures.withheld, figures.suggestions, failed.length].map(String),
  ]);
}

describe('fixes on TypeScript that nobody here wrote', () => {
  const only = process.env['ALLOCLENS_PROJECT'];
  for (const project of projects) {
    if (!isTypeScript(project) || (only && only !== project.name)) continue;
    it(`${project.name}: as it is`, () => check(project, false));
    it(`${project.name}: every function hot`, () => check(project, true));
  }

  it(`${suggestionsThatHold * 100} % of the suggestions leave the diagnostics as they are`, () => {
    const { suggestions, failed } = total;
    assert.ok(failed.length <= suggestions * (1 - suggestionsThatHold), failed.join('\n'));
  });

  after(() => {
    const table = new Table({
      head: [
        'project',
        'files',
        'diagnostics',
        'findings',
        'safe fixes',
        'withheld',
        'suggestions',
        'suggestions that fail',
      ],
      style: { head: [], border: [] },
    });
    table.push(...rows);
    console.log(table.toString());
    console.log(
      `${total.safe} safe fixes and ${total.suggestions} suggestions; ${total.failed.length} suggestions fail`,
    );
    for (const line of total.failed) console.log(line);
  });
});
