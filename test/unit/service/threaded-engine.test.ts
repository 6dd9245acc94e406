import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import type { Fix } from '../../../rules/model';
import type { AnalysisRequest, FileAnalysis, SourceDocument } from '../../../server/src/service/engine';
import { defaultSettings } from '../../../server/src/service/settings';
import { ThreadedEngine } from '../../../server/src/service/threaded-engine';

const logged: string[] = [];
const engine = new ThreadedEngine('typescript', {
  entry: join(__dirname, '..', '..', 'support', 'thread-of-questions.js'),
  heap: 32,
  log: (message) => logged.push(message),
});

const documentOf = (text: string, version = 1): SourceDocument => ({
  path: '/a.ts',
  languageId: 'typescript',
  version,
  text,
});
const requestOf = (text: string, version?: number): AnalysisRequest => ({
  document: documentOf(text, version),
  buffers: new Map(),
  settings: defaultSettings,
});

/** An analysis under way. */
function analyse(text: string, version?: number) {
  const controller = new AbortController();
  const published: FileAnalysis[] = [];
  let heard: (() => void) | undefined;
  const first = new Promise<void>((resolve) => (heard = resolve));
  const publish = (files: readonly FileAnalysis[]): void => {
    published.push(...files);
    heard!();
  };
  const done = engine.analyse(requestOf(text, version), publish, controller.signal);
  done.catch(() => undefined);
  const said = (): string[] => published.flatMap(({ notes }) => notes.map(({ message }) => message));
  return { done, first, published, said, cancel: () => controller.abort() };
}

describe('an engine in a thread', () => {
  afterEach(() => logged.splice(0));
  after(() => engine.dispose());

  it('publishes for the version that it was asked about, with the text of who asked', async () => {
    const { document } = requestOf('a', 7);
    const published: FileAnalysis[] = [];
    await engine.analyse(
      { document, buffers: new Map(), settings: defaultSettings },
      (files) => published.push(...files),
      new AbortController().signal,
    );
    assert.deepEqual(
      published.map(({ path, version, text }) => ({ path, version, text })),
      [1, 2].map(() => ({ path: '/a.ts', version: 7, text: 'a' })),
    );
  });

  it('analyses the newest of edits that have piled up, and none of the others', async () => {
    await engine.dispose();
    const [first, second, third] = [analyse('first'), analyse('second'), analyse('third')];
    first.cancel();
    second.cancel();
    await third.done;
    await assert.rejects(first.done, { name: 'AbortError' });
    await assert.rejects(second.done, { name: 'AbortError' });
    assert.deepEqual(third.said(), ['third', 'done']);
    assert.deepEqual([...first.published, ...second.published], []);
  });

  it('drops what an analysis says after it was cancelled', async () => {
    const waiting = analyse('wait');
    await waiting.first;
    waiting.cancel();
    await assert.rejects(waiting.done, { name: 'AbortError' });
    await analyse('next').done;
    assert.equal(waiting.published.length, 1);
  });

  it('does not begin what is cancelled already', async () => {
    const publish = (): void => assert.fail('it was published');
    await assert.rejects(engine.analyse(requestOf('a'), publish, AbortSignal.abort()), {
      name: 'AbortError',
    });
  });

  it('says so when the thread ends, and starts another one for the next question', async () => {
    const lost = analyse('end the thread');
    await assert.rejects(lost.done, { message: 'its thread ended (code 3)' });
    assert.deepEqual(logged, ['the analysis of typescript begins anew: its thread ended (code 3)']);
    const next = analyse('next');
    await next.done;
    assert.deepEqual(next.said(), ['next', 'done']);
  });

  it('finds the question that ends the thread, and answers the others', async () => {
    const [a, waiting, lost, b] = [analyse('a'), analyse('wait'), analyse('end the thread'), analyse('b')];
    await a.done;
    // Alone, it waits for ever: what comes behind it, too.
    await waiting.first;
    waiting.cancel();
    await assert.rejects(lost.done, { message: 'its thread ended (code 3)' });
    await b.done;
    assert.equal(b.said().at(-1), 'done');
    assert.ok(logged.length <= 2, 'once with the others, once alone');
  });

  it('fails with the reason when something throws outside of a question', async () => {
    const lost = analyse('throw beside it');
    await assert.rejects(lost.done, /^Error: its thread ended \(.*JSON/);
  });

  it('gives a question no more memory than it may have', async () => {
    const lost = analyse('hoard');
    await assert.rejects(lost.done, { message: 'it takes more than 32 MiB of memory' });
    await analyse('next').done;
  });

  it('fails as the engine does', async () => {
    await assert.rejects(analyse('nest').done, (error) => error instanceof RangeError);
  });

  it('hands on what is logged', async () => {
    await analyse('log').done;
    assert.deepEqual(logged, ['a line']);
  });

  it('knows which of the fixes that it was given are applied', async () => {
    const fix = (title: string): Fix => ({
      title,
      kind: 'safe',
      verification: 'checked',
      edits: [{ file: '/a.ts', span: { start: 0, end: 0 }, newText: title }],
    });
    const fixes = [fix('one'), fix('not this one'), fix('another')];
    const analysis = { ...documentOf('a'), findings: [], notes: [] };
    const { edits, applied } = await engine.combine(
      analysis,
      fixes,
      requestOf('a'),
      new AbortController().signal,
    );
    assert.deepEqual(
      edits.map(({ newText }) => newText),
      ['one', 'another'],
    );
    assert.equal(applied[0], fixes[0]);
    assert.equal(applied[1], fixes[2]);
  });

  it('tells what is in a text, and scans files', async () => {
    assert.equal((await engine.codeMap(documentOf('f')))?.functions[0]?.name, 'f');
    const scanned: string[] = [];
    await engine.scanFiles(
      { files: ['/a.ts', '/b.ts'], buffers: new Map(), settings: defaultSettings },
      (files) => scanned.push(...files.map(({ path }) => path)),
      new AbortController().signal,
    );
    assert.deepEqual(scanned, ['/a.ts', '/b.ts']);
  });

  it('leaves nobody waiting when it is disposed of', async () => {
    const waiting = analyse('wait');
    await waiting.first;
    await engine.dispose();
    await assert.rejects(waiting.done, { message: 'the server is shutting down' });
  });
});
