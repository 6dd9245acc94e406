import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { readTextSync, stampSync } from '../../../server/src/host/files';
import { nullLogger } from '../../../server/src/host/logger';
import { ResultStore } from '../../../server/src/host/result-store';
import type { FileAnalysis, SourceDocument } from '../../../server/src/service/engine';
import { defaultSettings } from '../../../server/src/service/settings';
import { TypeScriptEngine, type Inspection } from '../../../server/src/typescript/engine';
import { createTypeScriptEngine } from '../../../server/src/typescript/main';
import type { ScanWorker } from '../../../server/src/typescript/scan-worker';
import { analyseTypeScript, newTypeScriptEngine, ruleNames } from '../../support/typescript';
import { typescriptRules } from '../../../rules/typescript/index';

const folder = mkdtempSync(path.join(tmpdir(), 'alloclens-scan-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const hit = `export function collect(xs: string[]) {\n  return xs.reduce<string[]>((all, x) => [...all, x], []);\n}\n`;
const unparsable = 'export const = [...1];\n';
/** More than a scan does on one thread. */
const padding = 'export const text = (x: string) => x + "…";\n'.repeat(700);

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

interface Scan {
  readonly signal?: AbortSignal;
  readonly buffers?: ReadonlyMap<string, SourceDocument>;
  readonly onFile?: (file: FileAnalysis) => void;
}

async function scan(engine: TypeScriptEngine, files: readonly string[], options: Scan = {}) {
  const published: FileAnalysis[] = [];
  await engine.scanFiles(
    { files, buffers: options.buffers ?? new Map(), settings: defaultSettings },
    (some) => {
      published.push(...some);
      some.forEach((file) => options.onFile?.(file));
    },
    options.signal ?? new AbortController().signal,
  );
  return published;
}

describe('results of an earlier process', () => {
  const files = (): { folder: string; all: string[]; rest: string[] } => {
    const folder = mkdtempSync(path.join(tmpdir(), 'alloclens-kept-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(path.join(folder, 'package.json'), '{}');
    const all = ['a.ts', 'b.ts', 'c.ts'].map((name) => path.join(folder, name));
    for (const file of all) writeFileSync(file, hit);
    writeFileSync(all[1]!, unparsable);
    return { folder, all, rest: all.slice(1) };
  };
  /** Each scan is one of another process, as far as the engine can tell. @returns what was inspected, and what was said */
  async function process(folder: string, scanned: readonly string[], settings = defaultSettings) {
    const store = await ResultStore.open('build', nullLogger, path.join(folder, 'cache'));
    const files = { stamp: stampSync, text: (file: string) => readTextSync(file).text };
    const engine = new TypeScriptEngine({ log: assert.fail, files }, typescriptRules);
    const inspected: string[] = [];
    const inspect = engine.inspect.bind(engine);
    engine.inspect = (document, ...more) => {
      inspected.push(path.basename(document.path));
      return inspect(document, ...more);
    };
    const said: FileAnalysis[] = [];
    await engine.scanFiles(
      { files: scanned, buffers: new Map(), settings, store },
      (some) => said.push(...some),
      new AbortController().signal,
    );
    await store?.tidy();
    return { inspected, said: JSON.parse(JSON.stringify(said)) as FileAnalysis[] };
  }

  it('are said again, and nothing is inspected', async () => {
    const { folder, all } = files();
    const first = await process(folder, all);
    assert.deepEqual(first.inspected, ['a.ts', 'b.ts', 'c.ts']);
    assert.equal(first.said[0]!.findings.length, 1);
    assert.equal(first.said[0]!.findings[0]!.fixes.length, 1);
    const second = await process(folder, all);
    assert.deepEqual(second, { inspected: [], said: first.said });
  });

  it('hold by content, file by file, whatever the time of a file says', async () => {
    const { folder, all, rest } = files();
    const first = await process(folder, all);
    writeFileSync(all[0]!, `\n${hit}`);
    assert.deepEqual((await process(folder, all)).inspected, ['a.ts']);
    writeFileSync(all[0]!, hit);
    assert.deepEqual((await process(folder, all)).inspected, ['a.ts']);
    writeFileSync(all[0]!, hit);
    assert.deepEqual(await process(folder, all), { inspected: [], said: first.said });
    // A scan of some files forgets nothing of the others.
    writeFileSync(rest[0]!, hit);
    assert.deepEqual((await process(folder, rest)).inspected, ['b.ts']);
    assert.deepEqual((await process(folder, all)).inspected, []);
  });

  it('hold as long as the files that were looked at for an import are the same', async () => {
    const { folder, all } = files();
    const store = path.join(folder, 'store.ts');
    writeFileSync(store, 'export const store = new Map<string, number>();\n');
    writeFileSync(
      all[0]!,
      "import { store } from './store';\nexport const f = () => [...store.keys()][0];\n",
    );
    const titles = ({ said }: Awaited<ReturnType<typeof process>>) =>
      said[0]!.findings.flatMap(({ fixes }) => fixes.map(({ title }) => title));
    const first = await process(folder, all);
    assert.deepEqual(titles(first), ['Ask the iterator for its first']);
    assert.deepEqual((await process(folder, all)).inspected, []);

    writeFileSync(store, 'export const store = { keys: () => [1] };\n');
    const other = await process(folder, all);
    assert.deepEqual([other.inspected, titles(other)], [['a.ts'], []]);
    rmSync(store);
    assert.deepEqual((await process(folder, all)).inspected, ['a.ts']);
    assert.deepEqual((await process(folder, all)).inspected, []);
    writeFileSync(path.join(folder, 'store.mts'), 'export const store = new Map<string, number>();\n');
    const found = await process(folder, all);
    assert.deepEqual([found.inspected, titles(found)], [['a.ts'], titles(first)]);
  });

  it('are others under other settings, and in a folder with another path below the project', async () => {
    const { folder, all } = files();
    await process(folder, all);
    assert.deepEqual((await process(folder, all, { ...defaultSettings, show: 'all' })).inspected, [
      'a.ts',
      'b.ts',
      'c.ts',
    ]);
    assert.deepEqual((await process(folder, all)).inspected, []);
    const moved = path.join(folder, 'test');
    mkdirSync(moved);
    const other = path.join(moved, 'a.ts');
    writeFileSync(other, hit);
    assert.deepEqual((await process(folder, [other], { ...defaultSettings, show: 'all' })).inspected, [
      'a.ts',
    ]);
  });
});

/** Engine whose workers answer through `answer`; counts the questions. */
function withWorkers(answer: (document: SourceDocument, asked: number) => Inspection, started = true) {
  const inner = newTypeScriptEngine();
  const seen = { starts: 0, stops: 0, asked: [] as string[], logged: [] as string[] };
  const start = (): ScanWorker => {
    seen.starts++;
    let dead: Error | undefined;
    return {
      started,
      inspect(document) {
        if (dead) return Promise.reject(dead);
        seen.asked.push(document.path);
        try {
          return Promise.resolve(answer(document, seen.asked.length));
        } catch (error) {
          dead = error as Error;
          return Promise.reject(dead);
        }
      },
      stop: () => Promise.resolve(void seen.stops++),
    };
  };
  const engine = new TypeScriptEngine(
    { log: (message) => seen.logged.push(message), workers: { count: 1, start } },
    typescriptRules,
  );
  return {
    engine,
    seen,
    inspect: (document: SourceDocument) =>
      inner.inspect(document, defaultSettings, ruleNames(typescriptRules)),
  };
}

const many = (prefix: string): string[] =>
  Array.from({ length: 16 }, (_, index) => write(`${prefix}${index}.ts`, hit + padding));

describe('scanFiles', () => {
  it('publishes each file once, in the order of the request, as analyse does', async () => {
    const files = [
      write('z.ts', hit),
      write('a.ts', unparsable),
      write('m.ts', 'f();\n'),
      write('d.d.ts', hit),
    ];
    const engine = newTypeScriptEngine();
    const published = await scan(engine, files);
    assert.deepEqual(
      published.map((file) => file.path),
      files,
    );
    for (const file of published) {
      const alone = await analyseTypeScript(newTypeScriptEngine(), file.path, file.text, defaultSettings);
      assert.deepEqual([file.findings, file.notes], [alone.findings, alone.notes]);
    }
    assert.equal(published[0]!.findings[0]!.fixes.length, 1);
    assert.match(published[1]!.notes[0]!.message, /line 1 does not parse/);
  });

  it('leaves out what is gone or is not UTF-8, and takes buffers for what is on disk', async () => {
    const open = write('open.ts', 'nothing();\n');
    const binary = write('binary.ts', '');
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x41]));
    const document = { path: open, languageId: 'typescript', version: 7, text: hit };
    const published = await scan(newTypeScriptEngine(), [path.join(folder, 'gone.ts'), open, binary], {
      buffers: new Map([[open, document]]),
    });
    assert.deepEqual(
      published.map((file) => [file.path, file.version, file.findings.length]),
      [[open, 7, 1]],
    );
  });

  it('has the same answer on real threads', async () => {
    const files = many('thread');
    const logged: string[] = [];
    const threaded = createTypeScriptEngine({ log: (message) => logged.push(message) });
    const published = await scan(threaded, files);
    assert.deepEqual(published, await scan(newTypeScriptEngine(), files));
    assert.deepEqual(logged, []);
    // What came from a thread can be combined like any other.
    const [first] = published;
    const { path: at, text } = first!;
    const document = { path: at, languageId: '', version: 0, text };
    const combined = await threaded.combine(
      first!,
      first!.findings.flatMap(({ fixes }) => fixes),
      { document, buffers: new Map(), settings: defaultSettings },
      new AbortController().signal,
    );
    assert.equal(combined.applied.length, 1);
    await threaded.dispose();
  });

  it('inspects again only what changed', async () => {
    const files = [...many('cached'), write('nothing.ts', 'for (const x of xs) f([...x]);\n')];
    const { engine, seen, inspect } = withWorkers((document) => inspect(document));
    const first = await scan(engine, files);
    assert.ok(seen.asked.length > 0);
    const counted = seen.asked.length;
    const before = engine.inspect.bind(engine);
    const inspected: string[] = [];
    const triage = engine.triage.bind(engine);
    const triaged: string[] = [];
    engine.triage = (document, ...rest) => (triaged.push(document.path), triage(document, ...rest));
    engine.inspect = (document, ...rest) => (inspected.push(document.path), before(document, ...rest));
    assert.deepEqual(await scan(engine, files), first);
    assert.deepEqual([seen.asked.length, inspected, triaged], [counted, [], []]);

    write('cached3.ts', `// changed\n${hit}`);
    const third = await scan(engine, files);
    assert.deepEqual(inspected, [files[3]]);
    assert.equal(
      third[3]!.findings[0]!.span.start,
      first[3]!.findings[0]!.span.start + '// changed\n'.length,
    );
  });

  it('makes a note of the file that a worker died of, and goes on', async () => {
    const files = many('crash');
    let bad: string | undefined;
    const { engine, seen, inspect } = withWorkers((document, asked) => {
      if (asked === 2) {
        bad = document.path;
        throw new Error('out of memory');
      }
      return inspect(document);
    });
    const published = await scan(engine, files);
    assert.deepEqual(
      published.map((file) => file.path),
      files,
    );
    for (const file of published) {
      if (file.path === bad)
        assert.match(
          file.notes[0]!.message,
          /^not analysed: the analysis ended its thread \(out of memory\)$/,
        );
      else assert.deepEqual([file.findings.length, file.notes.length], [1, 0]);
    }
    assert.ok(bad);
    assert.equal(seen.stops, seen.starts);
    assert.match(seen.logged[0]!, /out of memory/);
  });

  it('starts no worker for one large text, which cannot be shared out', async () => {
    const large = (name: string): string => write(name, hit + padding.repeat(20));
    const files = [write('small.ts', hit), large('large1.ts')];
    const { engine, seen, inspect } = withWorkers((document) => inspect(document));
    const counts = (published: readonly FileAnalysis[]): number[] =>
      published.map(({ findings }) => findings.length);
    assert.deepEqual(counts(await scan(engine, files)), [1, 1]);
    assert.equal(seen.starts, 0);
    const two = withWorkers((document) => inspect(document));
    assert.deepEqual(counts(await scan(two.engine, [...files, large('large2.ts')])), [1, 1, 1]);
    assert.equal(two.seen.starts, 1);
  });

  it('does without workers when none can be started', async () => {
    const files = many('none');
    const { engine, seen } = withWorkers(() => {
      throw new Error('no thread');
    }, false);
    const published = await scan(engine, files);
    assert.ok(published.length === files.length && published.every(({ notes }) => notes.length === 0));
    assert.equal(seen.starts, 1);
  });

  it('stops at once, workers too, when it is cancelled', async () => {
    const files = many('cancel');
    const controller = new AbortController();
    const { engine, seen, inspect } = withWorkers((document) => inspect(document));
    const published: string[] = [];
    const running = scan(engine, files, {
      signal: controller.signal,
      onFile: (file) => {
        published.push(file.path);
        if (published.length === 10) controller.abort();
      },
    });
    await assert.rejects(running, { name: 'AbortError' });
    assert.ok(published.length < files.length);
    assert.ok(seen.stops >= seen.starts);
  });
});
