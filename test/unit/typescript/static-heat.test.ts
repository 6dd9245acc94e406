import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { warmestPossible } from '../../../rules/typescript/heat/static-heat';
import { createRule } from '../../../rules/typescript/rule';
import { lintPath } from '../../../server/src/typescript/linter';
import { temporaryFolder } from '../../support/fake-editor';
import { analyseTypeScript, newTypeScriptEngine } from '../../support/typescript';

const probe = createRule({
  id: 'ts/probe',
  summary: 'here()',
  fix: 'none',
  recipe: 'Do it by hand',
  reports: 'allocation',
  sample: 'typescript/probe',
  allocation: { kind: 'object', cost: 'always', reason: 'a probe' },
  words: [['here']],
  messages: { here: 'here' },
  check: (_context, report) => ({
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'here')
        report({ at: node, messageId: 'here' });
    },
  }),
});

const engine = newTypeScriptEngine([probe]);

/** Score and first reason of the only `here()` in the text. */
async function heat(text: string, path = 'a.ts'): Promise<[number, string | undefined]> {
  const { findings, notes } = await analyseTypeScript(engine, path, text);
  assert.deepEqual(notes, []);
  assert.equal(findings.length, 1);
  const { score, because } = findings[0]!.heat;
  assert.ok(warmestPossible(text, lintPath(path, '.ts')) >= score, 'a scan would have skipped the text');
  return [score, because[0]?.text];
}

const cases: readonly (readonly [code: string, score: number, reason?: string])[] = [
  // Loops.
  ['function f() { here(); }', 0.4],
  ['function f() { for (const x of xs) here(); }', 0.7, 'in a loop'],
  ['function f() { for (const x of here()) g(x); }', 0.4],
  ['function f() { for (let i = here(); i < 3; i++) g(); }', 0.4],
  ['function f() { for (let i = 0; i < here(); i++) g(); }', 0.7, 'in a loop'],
  ['function f() { while (here()) g(); }', 0.7, 'in a loop'],
  ['function f() { do g(); while (here()); }', 0.7, 'in a loop'],
  ['function f() { for (const k in o) for (;;) here(); }', 0.85, 'in a loop'],
  ['function f() { for (;;) for (;;) for (;;) here(); }', 0.92, 'in a loop'],
  ['function f() { for (;;) { const g = () => here(); } }', 0.4],
  ['function f() { xs.map((x) => here()); }', 0.7, 'in a loop: the callback of map()'],
  ['function f() { xs.forEach(function (x) { here(); }); }', 0.7, 'in a loop: the callback of forEach()'],
  ['function f() { for (;;) xs.reduce((a, x) => here(), 0); }', 0.85, 'in a loop: the callback of reduce()'],
  ['function f() { return Array.from(xs, (x) => here()); }', 0.7, 'in a loop: the callback of Array.from()'],
  ['function f() { xs.map(y, () => here()); }', 0.4],
  // Calls within the file.
  ['function f() { here(); }\nfunction g() { for (;;) f(); }', 0.7, 'called in a loop'],
  ['const f = () => here();\nfunction g() { for (;;) f(); }', 0.7, 'called in a loop'],
  ['function f() { here(); }\nfor (;;) f();', 0.7, 'called in a loop'],
  ['function f() { for (;;) here(); }\nfunction g() { for (;;) f(); }', 0.85, 'in a loop'],
  [
    'function f() { here(); }\nfunction g() { f(); }\nfunction h() { for (;;) g(); }',
    0.7,
    'called from hot code',
  ],
  ['function f() { here(); }\nfunction g() { f(); }', 0.4],
  ['function f(n: number) { here(); if (n) f(n - 1); }', 0.4],
  ['function f() { here(); g(); }\nfunction g() { f(); }\nfor (;;) g();', 0.7, 'called from hot code'],
  ['function f() { here(); }\nfunction g() { xs.forEach(f); }', 0.7, 'in a loop: the callback of forEach()'],
  ['function f() { here(); }\nfunction g(f: () => void) { for (;;) f(); }', 0.4],
  ['class A { f() { here(); } g() { for (;;) this.f(); } }', 0.7, 'called in a loop'],
  ['class A { f() { here(); } g() { this.f(); } }', 0.4],
  ['class A { constructor() { here(); } }\nfunction f() { for (;;) new A(); }', 0.7, 'called in a loop'],
  ['class A { x = here(); }', 0.4],
  ['class A { static x = here(); }', 0.1, 'at module level, which runs once'],
  ['function f() { (() => { here(); })(); }', 0.4],
  ['function f() { for (;;) (() => { here(); })(); }', 0.7, 'in a loop'],
  // Tags.
  ['/** @hot */\nfunction f() { here(); }', 0.9, 'tagged @hot'],
  ['/** Packs.\n * @hot runs per packet\n */\nexport const f = () => here();', 0.9, 'tagged @hot'],
  ['class A { /** @hot */ f() { here(); } }', 0.9, 'tagged @hot'],
  ['const o = { /** @hotPath */ f: () => here() };', 0.9, 'tagged @hot'],
  ['/** @hot */ exports.f = function () { here(); };', 0.9, 'tagged @hot'],
  ['/** @hot-reload */\nfunction f() { here(); }', 0.4],
  ['// @hot\nfunction f() { here(); }', 0.4],
  ['/** @cold */\nfunction f() { for (;;) here(); }', 0.1, 'tagged @cold'],
  ['/** @hot */\nfunction f() { g(); }\nfunction g() { here(); }', 0.7, 'called from hot code'],
  // Handlers.
  ["import http from 'node:http';\nhttp.createServer((req, res) => { here(); });", 0.7, 'request handler'],
  ["server.on('request', (req, res) => here());", 0.7, 'request handler'],
  ["socket.on('message', (data) => here());", 0.7, 'runs for each message'],
  ["stream.on('data', (chunk) => { for (;;) here(); });", 0.85, 'in a loop'],
  ["stream.on('end', () => here());", 0.4],
  ["app.get('/users', auth, async (req, res) => here());", 0.7, 'request handler'],
  ["map.get('key', () => here());", 0.4],
  ['const app = express();\napp.use((req, res, next) => here());', 0.7, 'request handler'],
  ['const app = new Koa();\napp.use(async (ctx) => here());', 0.7, 'request handler'],
  ['const app = createApp();\napp.use((x) => here());', 0.4],
  ["fastify.addHook('onRequest', async () => here());", 0.7, 'request handler'],
  ["fastify.route({ method: 'GET', url: '/', handler(req) { here(); } });", 0.7, 'request handler'],
  ['export default { fetch(request: Request) { here(); } };', 0.7, 'request handler'],
  ['export async function GET(request: Request) { here(); }', 0.7, 'request handler'],
  ['function tick() { requestAnimationFrame(tick); here(); }', 0.7, 'runs once per frame'],
  ['useFrame((state) => { here(); });', 0.7, 'runs once per frame'],
  ['renderer.setAnimationLoop(() => here());', 0.7, 'runs once per frame'],
  [
    'class T extends Transform { _transform(chunk: Buffer) { here(); } }',
    0.7,
    'runs for each chunk of a stream',
  ],
  [
    'new Transform({ transform(chunk, encoding, done) { here(); } });',
    0.7,
    'runs for each chunk of a stream',
  ],
  ['setTimeout(() => here(), 10);', 0.4],
  ['setInterval(() => here(), 16);', 0.7, 'runs on each tick of a timer'],
  ['setInterval(() => here(), 60_000);', 0.4],
  ["rl.on('line', (line) => here());", 0.7, 'runs for each line'],
  ['ws.onmessage = (event) => here();', 0.7, 'runs for each message'],
  ['ws.onclose = () => here();', 0.4],
  ['consumer.run({ eachMessage: async ({ message }) => here() });', 0.7, 'runs for each message'],
  // Entry points by the types of their parameters, wherever the routes are.
  [
    "import type { Request, Response } from 'express';\nexport const list = (req: Request, res: Response) => here();",
    0.7,
    'request handler',
  ],
  [
    "import express from 'express';\nexport function list(req: express.Request) { here(); }",
    0.7,
    'request handler',
  ],
  [
    "import type { RequestHandler } from 'express';\nexport const list: RequestHandler = (req, res) => here();",
    0.7,
    'request handler',
  ],
  ["import type { Request } from './my-types';\nexport const list = (req: Request) => here();", 0.4],
  [
    "import type { Request, Response } from 'express';\nexport const oops = (err: Error, req: Request, res: Response, next: () => void) => here();",
    0.4,
  ],
  [
    "import type { SQSEvent } from 'aws-lambda';\nexport const handler = async (event: SQSEvent) => here();",
    0.7,
    'request handler',
  ],
  ["import { Get } from '@nestjs/common';\nclass C { @Get() list() { here(); } }", 0.7, 'request handler'],
  ["import { Get } from './mine';\nclass C { @Get() list() { here(); } }", 0.4],
  [
    "import type { FastifyInstance } from 'fastify';\nexport function plugin(app: FastifyInstance) { app.use((req) => here()); }",
    0.7,
    'request handler',
  ],
  ['export function plugin(app: Set<number>) { app.use((req) => here()); }', 0.4],
  // Once per frame.
  ['class Scene { update(dt: number) { here(); } }', 0.7, 'runs once per frame'],
  ['class Store { update(value: number) { here(); } }', 0.4],
  [
    'class G { start() { requestAnimationFrame(this.frame.bind(this)); } frame() { here(); } }',
    0.7,
    'runs once per frame',
  ],
  [
    'class G { start() { requestAnimationFrame(this.#frame); } #frame = () => { here(); }; }',
    0.7,
    'runs once per frame',
  ],
  ['class G { start() { this.frame.bind(this); } frame() { here(); } }', 0.4],
  // Cold.
  ['here();', 0.1, 'at module level, which runs once'],
  ['for (const x of xs) here();', 0.4, 'in a loop'],
  ['const ys = xs.map((x) => here());', 0.4, 'in a loop: the callback of map()'],
  ['(function () { here(); })();', 0.1, 'at module level, which runs once'],
  ["it('works', () => { for (;;) here(); });", 0.1, 'in a test'],
  ["describe('x', () => { it.each([1])('y', () => here()); });", 0.1, 'in a test'],
  ["it('works', () => { xs.map((x) => here()); });", 0.1, 'in a test'],
  ["it('works', () => { const helper = () => { for (;;) here(); }; });", 0.1, 'in a test'],
  ['function f() { const test = wrap; test(() => here()); }', 0.4],
  ['function f() { for (;;) try { g(); } catch { here(); } }', 0.1, 'only on an error path'],
  ['function f() { for (;;) try { here(); } catch { g(); } }', 0.7, 'in a loop'],
  ['function f() { for (;;) throw here(); }', 0.1, 'only on an error path'],
  [
    'function f() { for (;;) { if (bad) { const m = here(); throw new Error(m); } } }',
    0.1,
    'only on an error path',
  ],
];

describe('static heat', () => {
  const { folder: project, remove } = temporaryFolder({ 'package.json': '{}' });
  after(remove);

  for (const [code, score, reason] of cases) {
    it(code.replaceAll('\n', ' '), async () => {
      assert.deepEqual(await heat(code), [score, reason]);
    });
  }

  for (const [path, why] of [
    ['a.test.ts', 'in a test'],
    ['a.spec.tsx', 'in a test'],
    ['a_test.ts', 'in a test'],
    ['src/__tests__/a.ts', 'in a test'],
    ['a.test.mjs', 'in a test'],
    ['tests/unit/a.ts', 'in a test'],
    ['test/node-fetch/utils/server.js', 'in a test'],
    ['docs/examples/digest/index.js', 'in an example'],
    ['docs/data/a.ts', 'in documentation'],
    ['bench/a.ts', 'in a benchmark'],
    ['a.stories.tsx', 'in a story'],
    ['scripts/build.mjs', 'in a script'],
    ['vite.config.ts', 'in configuration'],
  ] as const) {
    it(`is cold in ${path}`, async () => {
      assert.deepEqual(await heat('function f() { for (;;) here(); }', join(project, path)), [0.1, why]);
    });
  }

  it('is not cold because of a folder whose name only begins so', async () => {
    const [score] = await heat(
      'function f() { for (;;) here(); }',
      join(project, 'testimonials/examples.ts'),
    );
    assert.equal(score, 0.7);
  });

  it('is not cold because of folders above', async () => {
    assert.deepEqual((await heat('function f() { here(); }', '/home/me/test/a.ts'))[0], 0.4);
  });

  it('points at the loop and at the call', async () => {
    const text = 'function f() { here(); }\nfunction g() { for (const x of xs) f(); }';
    const { findings } = await analyseTypeScript(engine, 'a.ts', text);
    const spans = findings[0]!.heat.because.map(({ text: what, span }) => [
      what,
      span && text.slice(span.start, span.end).trim(),
    ]);
    assert.deepEqual(spans, [
      ['called in a loop', 'f()'],
      ['in a loop', 'for (const x of xs)'],
    ]);
  });
});

describe('warmestPossible', () => {
  for (const [text, path, score] of [
    ['function f(): string { return here(); }', 'a.ts', 0.4],
    ['import { x } from "y"; // for each of them', 'a.ts', 0.4],
    ['forEach; xs.mapped; const formed = performance;', 'a.ts', 1],
    ['for await (const x of xs) here();', 'a.ts', 1],
    ['for (const x of xs) here();', 'a.test.ts', 0.1],
    ['class A { x = here(); }', 'a.test.ts', 0.4],
    ['/** @hot */\nfunction f() { here(); }', 'a.test.ts', 1],
  ] as const) {
    it(`${score} for ${text} in ${path}`, () => assert.equal(warmestPossible(text, path), score));
  }
});
