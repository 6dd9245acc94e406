/**
 * Every case under test/markers/go is compiled for real and held against its `// want` comments and its goldens. Tests in its sections
 * `@run/…_test.go` are run before and after each rule's fixes: see support/go-run.ts.
 * `UPDATE=1` rewrites goldens; it never adds a want or a golden. Refuted fixes are stated: see support/refusals.ts.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { goRules } from '../../rules/go';
import type { FileEdit } from '../../rules/model';
import type { GoEngineOptions } from '../../server/src/go/engine';
import type { FileAnalysis } from '../../server/src/service/engine';
import { hotScore } from '../../server/src/service/ranking';
import { applyEdits } from '../../server/src/text/edits';
import { hasToolchain } from '../support/go-package';
import { grammar, testEngine, testSettings } from '../support/go';
import { GoSyntax } from '../../server/src/go/facts/syntax-trees';
import { assertRunsAlike, runTests } from '../support/go-run';
import { matchRefusals } from '../support/refusals';
import { matchTitles } from '../support/titles';
import { formatTxtar, parseTxtar, type Archive } from '../support/txtar';
import { assertWording } from '../support/wording';
import { matchWants, parseWants, type Want } from '../support/wants';

const folder = path.join(__dirname, '../../../test/markers/go');

const update = process.env['UPDATE'] === '1';
/** Only the cases whose name begins so: `CASE=append-format`. */
const only = process.env['CASE'] ?? '';

interface Case {
  /** Path below the folder, without extension: the test's name. */
  readonly name: string;
  readonly file: string;
  readonly archive: Archive;
  readonly flags: ReadonlyMap<string, string>;
  /** Folder of the module and import path of the case in it. */
  root: string;
  directory: string;
  /** Absolute path → text, Go files only. */
  readonly texts: Map<string, string>;
}

function findCases(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.txtar'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/**
 * `min_go=1.25 max_go=1.26 ignore_rules=go/a,go/b go=go1.23.12 types` in the section `flags`. `types`: the case needs the type
 * checker; without it less may be found. `types=off`: it is about what declarations alone say. Every other case comes out the
 * same either way. `cold`: what `hot only` rules say of cold code is wanted, too, which only `show: all` shows.
 */
function parseFlags(text: string | undefined): Map<string, string> {
  const flags = new Map<string, string>();
  for (const word of (text ?? '').split(/\s+/)) {
    const [name, value] = word.split('=');
    if (name) flags.set(name, value ?? '');
  }
  return flags;
}

const typed = (flags: ReadonlyMap<string, string>): boolean => flags.get('types') !== 'off';

const isSource = (name: string): boolean => !name.startsWith('@') && name !== 'flags' && name !== 'settings.json';

/** Cases with their own go.mod, settings, folders or toolchain need a compile of their own. */
function standsAlone({ archive, flags }: Case): boolean {
  const names = [...archive.files.keys()].filter(isSource);
  return flags.has('go') || !typed(flags) || archive.files.has('settings.json') || names.some((n) => n === 'go.mod' || n.includes('/'));
}

const scratch = mkdtempSync(path.join(os.tmpdir(), 'alloclens-markers-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** The go.mod that a case gets when it has none. */
function moduleText(goVersion: string | undefined): string {
  const minor = Math.min(localGo, Number(goVersion?.split('.')[1] ?? 25));
  return `module example.com/m\n\ngo 1.${minor}\n`;
}

const localGo = Number(/go1\.(\d+)/.exec(execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }))![1]);

/** Writes the cases below `root`; with `fixed`, instead of a case's own texts. */
function lay(root: string, cases: readonly Case[], alone: boolean): void {
  mkdirSync(root, { recursive: true });
  if (!alone) writeFileSync(path.join(root, 'go.mod'), moduleText(undefined));
  cases.forEach((one, i) => {
    one.root = root;
    one.directory = alone ? root : path.join(root, `c${i}_${path.basename(one.name).replace(/\W/g, '_')}`);
    one.texts.clear();
    for (const [name, text] of one.archive.files) {
      if (!isSource(name)) continue;
      const file = path.join(one.directory, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (name.endsWith('.go')) one.texts.set(file, text);
    }
    if (alone && !one.archive.files.has('go.mod')) {
      writeFileSync(path.join(root, 'go.mod'), moduleText(one.flags.get('go')));
    }
  });
}

async function scan(
  cases: readonly Case[],
  texts: (one: Case) => Iterable<string>,
  options: Partial<GoEngineOptions> = typed(cases[0]!.flags) ? {} : { types: undefined },
): Promise<Map<string, FileAnalysis>> {
  const result = new Map<string, FileAnalysis>();
  const first = cases[0]!;
  const engine = await testEngine(options);
  try {
    const written = JSON.parse(first.archive.files.get('settings.json') ?? '{}') as Record<string, unknown>;
    const settings = testSettings(first.flags.get('go'), written);
    const directories = [...new Set(cases.flatMap((one) => [...texts(one)].map((file) => path.dirname(file))))].sort();
    const withCold = new Set(cases.filter(({ flags }) => flags.has('cold')).flatMap((one) => [...one.texts.keys()]));
    await engine.scan(
      { directories, settings },
      (files) => files.forEach((file) => result.set(file.path, withCold.has(file.path) ? file : warm(file))),
      new AbortController().signal,
    );
  } finally {
    await engine.dispose();
  }
  return result;
}

const hotOnly = new Set(goRules.filter(({ meta }) => meta.reports === 'hot only').map(({ meta }) => meta.id));

/** Without what `hot only` rules say of cold code. */
function warm(file: FileAnalysis): FileAnalysis {
  const findings = file.findings.filter(({ ruleId, heat }) => heat.score >= hotScore || !hotOnly.has(ruleId));
  return { ...file, findings };
}

interface Outcome {
  before: Map<string, FileAnalysis>;
  /** Without the type checker. */
  spelled: Map<string, FileAnalysis>;
  /** Rule id → file → text with all its fixes applied. */
  fixed: Map<string, Map<string, string>>;
  /** Rule id → analysis of the fixed texts. */
  again: Map<string, Map<string, FileAnalysis>>;
}

/** All fixes of the rule in the file, the later left out where they overlap. */
function applyFixes(analysis: FileAnalysis, ruleId: string, texts: Map<string, string>): Map<string, string> {
  const edits: FileEdit[] = [];
  for (const finding of analysis.findings) {
    if (finding.ruleId !== ruleId) continue;
    const fix = finding.fixes[0];
    if (!fix) continue;
    const fresh = fix.edits.filter((edit) => !edits.some((e) => JSON.stringify(e) === JSON.stringify(edit)));
    const overlaps = fresh.some((a) =>
      edits.some((b) => a.file === b.file && a.span.start < b.span.end && b.span.start < a.span.end),
    );
    if (!overlaps) edits.push(...fresh);
  }
  const result = new Map(texts);
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const own = edits.filter((edit) => edit.file === file);
    result.set(file, applyEdits(texts.get(file) ?? '', own));
  }
  return result;
}

/** As `fix` writes them and the editor gets them: gofmt puts right what the fixes have moved. */
async function layOut(outcomes: ReadonlyMap<Case, Outcome>): Promise<void> {
  const engine = await testEngine();
  try {
    const changed = [...outcomes].flatMap(([one, { fixed }]) =>
      [...fixed.values()].flatMap((files) =>
        [...files].flatMap(([path, after]) => {
          const before = one.texts.get(path)!;
          return after === before ? [] : [{ path, before, after, files }];
        }),
      ),
    );
    const texts = await engine.layOut(changed, testSettings(undefined), new AbortController().signal);
    changed.forEach(({ path, files }, i) => files.set(path, texts[i]!));
  } finally {
    await engine.dispose();
  }
}

async function analyseAll(cases: readonly Case[]): Promise<Map<Case, Outcome>> {
  const outcomes = new Map<Case, Outcome>();
  if (cases.length === 0) return outcomes;
  const before = await scan(cases, (one) => one.texts.keys());
  const spelled = await scan(cases, (one) => one.texts.keys(), { types: undefined });
  for (const one of cases) {
    const ownOf = (all: Map<string, FileAnalysis>) => new Map([...all].filter(([file]) => one.texts.has(file)));
    const own = ownOf(before);
    const outcome: Outcome = { before: own, spelled: ownOf(spelled), fixed: new Map(), again: new Map() };
    for (const analysis of own.values()) {
      for (const { ruleId, fixes } of analysis.findings) {
        if (fixes.length === 0) continue;
        const so = outcome.fixed.get(ruleId) ?? new Map(one.texts);
        const applied = applyFixes(analysis, ruleId, one.texts);
        for (const [file, text] of applied) if (text !== one.texts.get(file)) so.set(file, text);
        outcome.fixed.set(ruleId, so);
      }
    }
    outcomes.set(one, outcome);
  }
  await layOut(outcomes);
  // The fixed texts take the place of the cases' own on disk, one rule after the other: usually there is one.
  for (let round = 0; ; round++) {
    const todo = cases.filter((one) => outcomes.get(one)!.fixed.size > round);
    if (todo.length === 0) break;
    for (const one of todo) {
      const texts = [...outcomes.get(one)!.fixed.values()][round]!;
      for (const [file, text] of texts) writeFileSync(file, text);
    }
    const again = await scan(todo, (one) => one.texts.keys());
    for (const one of todo) {
      const ruleId = [...outcomes.get(one)!.fixed.keys()][round]!;
      outcomes.get(one)!.again.set(ruleId, new Map([...again].filter(([file]) => one.texts.has(file))));
    }
  }
  return outcomes;
}

function commentsOf(syntax: GoSyntax, text: string): string[] {
  const parsed = syntax.parse('comments.go', text)!;
  const comments = parsed.root.descendantsOfType('comment').map((node) => node.text);
  parsed.release();
  return comments;
}

describe('Go marker cases', { concurrency: 2 }, async () => {
  const found = findCases(folder).map((file): Case => {
    const archive = parseTxtar(readFileSync(file, 'utf8'));
    const name = path.relative(folder, file).replace(/\.txtar$/, '').split(path.sep).join('/');
    const flags = parseFlags(archive.files.get('flags'));
    return { name, file, archive, flags, root: '', directory: '', texts: new Map() };
  });
  const minor = (one: Case, flag: string, otherwise: number): number =>
    Number(one.flags.get(flag)?.split('.')[1] ?? otherwise);
  const cases = found.filter(({ name }) => name.startsWith(only));
  const runnable = cases.filter(
    (one) => minor(one, 'min_go', 0) <= localGo && localGo <= minor(one, 'max_go', Infinity),
  );
  const shared = runnable.filter((one) => !standsAlone(one));
  lay(path.join(scratch, 'shared'), shared, false);
  const outcomes = await analyseAll(shared);
  const syntax = await GoSyntax.load(grammar);
  after(() => syntax.dispose());

  for (const one of cases) {
    test(one.name, async (t) => {
      if (!runnable.includes(one)) return t.skip(`not for go 1.${localGo}`);
      const toolchain = one.flags.get('go') ?? 'local';
      if (!hasToolchain(toolchain) && process.env['CI'] !== 'true') {
        return t.skip(`${toolchain} is not in the module cache`);
      }
      if (!outcomes.has(one)) lay(path.join(scratch, one.name), [one], true);
      const outcome: Outcome = outcomes.get(one) ?? (await analyseAll([one])).get(one)!;
      const ignored = new Set((one.flags.get('ignore_rules') ?? '').split(','));
      // They speak wherever no other rule does, and would have to be expected in every case.
      for (const { meta } of goRules)
        if (/^(?:on request|measured only)$/.test(meta.reports) && !one.name.startsWith(`${meta.id.slice(3)}/`))
          ignored.add(meta.id);
      const relative = (file: string): string => path.relative(one.directory, file);
      const texts = new Map([...one.texts].map(([file, text]) => [relative(file), text]));

      if (!one.flags.has('broken')) {
        const notes = [...outcome.before.values()].flatMap(({ notes }) =>
          notes.filter(({ kind }) => kind === undefined).map(({ message }) => message),
        );
        assert.deepEqual(notes, [], 'the case must compile; flag `broken` when that is the point');
      }
      const wants: Want[] = [...texts].flatMap(([file, text]) => parseWants(file, text));
      const findingsOf = (all: Map<string, FileAnalysis>) =>
        [...all.values()].flatMap((analysis) => analysis.findings.filter(({ ruleId }) => !ignored.has(ruleId)));
      const found = findingsOf(outcome.before).map((f) => ({
        file: relative(f.file),
        ruleId: f.ruleId,
        message: f.message,
        start: f.span.start,
      }));
      matchWants(wants, found, texts);
      // A fix may be found with types alone; a finding never without them alone.
      const wordsOf = (all: Map<string, FileAnalysis>, fixes: boolean): string[] =>
        findingsOf(all).map((f) => {
          const texts = fixes ? f.fixes.flatMap(({ edits }) => edits.map((e) => e.newText)) : [];
          return [relative(f.file), f.span.start, f.ruleId, ...texts].join(' ');
        });
      const same = !one.flags.has('types');
      const [asked, spelled] = [outcome.before, outcome.spelled].map((all) => wordsOf(all, same));
      if (same) assert.deepEqual(spelled, asked, 'otherwise without the type checker; flag `types` when that is the point');
      else assert.deepEqual(spelled!.filter((words) => !asked!.includes(words)), [], 'found without the type checker alone');
      for (const { findings, hidden = [], text } of outcome.before.values())
        assertWording([...findings, ...hidden], () => text);

      for (const [ruleId, fixed] of outcome.fixed) {
        if (ignored.has(ruleId)) continue;
        for (const [file, text] of fixed) {
          if (text === one.texts.get(file)) continue;
          const name = relative(file);
          const parsed = syntax.parse(file, text)!;
          const sound = !parsed.root.hasError;
          parsed.release();
          assert.ok(sound, `${name} does not parse after ${ruleId}:\n${text}`);
          const survivors = commentsOf(syntax, text);
          for (const comment of commentsOf(syntax, one.texts.get(file)!)) {
            if (/^\/[/*] want /.test(comment)) continue;
            assert.ok(survivors.includes(comment), `${ruleId} loses the comment ${comment}:\n${text}`);
          }
          const key = `@fix/${ruleId}/${name}`;
          if (!one.archive.files.has(key)) assert.fail(`no golden ${key}; the fixed text is:\n${text}`);
          if (update) one.archive.files.set(key, text);
          else assert.equal(text, one.archive.files.get(key), key);
        }
        for (const [file, analysis] of outcome.again.get(ruleId) ?? []) {
          if (!one.flags.has('broken')) {
            const left = analysis.notes.filter(({ kind }) => kind === undefined);
            assert.deepEqual(left, [], `${relative(file)} after ${ruleId}`);
          }
          const had = outcome.before.get(file)!.findings.filter((f) => f.ruleId === ruleId);
          const left = analysis.findings.filter((f) => f.ruleId === ruleId);
          const unfixed = had.filter((f) => f.fixes.length === 0).length;
          assert.equal(left.length, unfixed, `${ruleId} still reports in ${relative(file)}:\n${fixedText(outcome, ruleId, file)}`);
          assert.ok(left.every((f) => f.fixes.length === 0), `${ruleId} would fix ${relative(file)} again`);
        }
      }
      const tests = new Map([...one.archive.files].flatMap(([name, text]) => (name.startsWith('@run/') ? [[name.slice(5), text]] : [])));
      if (tests.size > 0) {
        const goMod = one.archive.files.get('go.mod') ?? moduleText(one.flags.get('go'));
        const tested = { goMod, toolchain, tests };
        const folder = path.join(scratch, 'run', one.name);
        runTests(folder, tested, texts, 'before any fix');
        for (const [ruleId, fixed] of outcome.fixed) {
          const after = new Map([...fixed].map(([file, text]) => [relative(file), text]));
          assertRunsAlike(folder, tested, texts, after, `the fix of ${ruleId}`);
        }
      }
      for (const [file, analysis] of outcome.before) {
        matchRefusals(one.archive.files, relative(file), analysis, ignored);
        matchTitles(one.archive.files, relative(file), analysis);
      }
      for (const key of one.archive.files.keys()) {
        const golden = /^@(fix|nofix)\/((?:go|ts)\/[\w-]+)\/(.+)$/.exec(key);
        if (!golden) continue;
        const [, kind, ruleId, name] = golden;
        const file = path.join(one.directory, name!);
        const changed = outcome.fixed.get(ruleId!)?.get(file);
        const fixes = changed !== undefined && changed !== one.texts.get(file);
        if (kind === 'fix') assert.ok(fixes, `${key}: the rule offers no fix`);
        else {
          assert.ok(!fixes, `${key}: the rule offers a fix:\n${changed}`);
          const reports = outcome.before.get(file)?.findings.some((f) => f.ruleId === ruleId);
          assert.ok(reports, `${key}: the rule does not report`);
        }
      }
      if (update) writeFileSync(one.file, formatTxtar(one.archive));
    });
  }
});

/** What a person would have saved: where gofmt leaves a case's file alone, it leaves what the fix made of it alone. */
test('gofmt changes no golden', () => {
  const texts = new Map<string, { before: string; after: string }>();
  for (const file of findCases(folder)) {
    const { files } = parseTxtar(readFileSync(file, 'utf8'));
    for (const [key, after] of files) {
      const name = /^@fix\/go\/[\w-]+\/(.+\.go)$/.exec(key)?.[1];
      const before = name === undefined ? undefined : files.get(name);
      if (before !== undefined) texts.set(`${path.relative(folder, file)} ${key}`, { before, after });
    }
  }
  const directory = mkdtempSync(path.join(os.tmpdir(), 'alloclens-gofmt-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const cases = [...texts];
  cases.forEach(([, text], i) => {
    for (const state of ['before', 'after'] as const)
      writeFileSync(path.join(directory, `${i}-${state}.go`), text[state].replaceAll('\r\n', '\n'));
  });
  const options = { encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  const changed = new Set(
    execFileSync('gofmt', ['-l', directory], options).split('\n').map((line) => path.basename(line)),
  );
  const wrong = cases.filter((_, i) => changed.has(`${i}-after.go`) && !changed.has(`${i}-before.go`));
  assert.deepEqual(wrong.map(([name]) => name), []);
});

function fixedText(outcome: Outcome, ruleId: string, file: string): string {
  return outcome.fixed.get(ruleId)?.get(file) ?? '';
}
