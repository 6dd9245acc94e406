import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typescriptRules } from '../../../rules/typescript/index';
import { createRule, type ProposedFix } from '../../../rules/typescript/rule';
import { defaultSettings } from '../../../server/src/service/settings';
import { RuleLinter } from '../../../server/src/typescript/linter';
import { applyEdits } from '../../../server/src/text/edits';
import { analyseTypeScript, newTypeScriptEngine } from '../../support/typescript';

/** Reports `new Sample(…)`; the argument says what the fix writes. */
const sampleRule = createRule({
  id: 'ts/sample',
  summary: 'new Sample()',
  fix: 'safe',
  recipe: 'Do it by hand',
  reports: 'allocation',
  sample: 'typescript/sample',
  allocation: { kind: 'object', cost: 'always', reason: 'it is new' },
  words: [['Sample']],
  messages: { found: 'a new {{name}}' },
  check(_context, report) {
    return {
      NewExpression(node) {
        if (node.callee.type !== 'Identifier' || node.callee.name !== 'Sample') return;
        const [text] = node.arguments;
        const newText = text?.type === 'Literal' ? String(text.value) : undefined;
        const fixes: ProposedFix[] =
          newText === undefined
            ? []
            : [
                {
                  title: 'Replace it',
                  kind: 'safe',
                  edits: [{ span: { start: node.range[0], end: node.range[1] }, newText }],
                },
              ];
        report({ at: node, messageId: 'found', data: { name: 'Sample' }, fixes });
      },
    };
  },
});

const hotRule = createRule({
  id: 'ts/hot-sample',
  summary: 'new Hot()',
  fix: 'none',
  recipe: 'Do it by hand',
  reports: 'hot only',
  sample: 'typescript/sample',
  allocation: { kind: 'object', cost: 'always', reason: 'it is new' },
  words: [['Hot']],
  messages: { found: 'a new object' },
  check: (_context, report) => ({
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Hot')
        report({ at: node, messageId: 'found' });
    },
  }),
});

const throwingRule = createRule({
  id: 'ts/throwing',
  summary: 'throws',
  fix: 'none',
  recipe: 'Do it by hand',
  reports: 'allocation',
  sample: 'typescript/sample',
  allocation: { kind: 'object', cost: 'always', reason: '' },
  words: [],
  messages: { found: 'never' },
  check: () => ({
    NewExpression() {
      throw new Error('a defect');
    },
  }),
});

/** Reports `Hoist()`; each fix alone is right, two of them declare `shared` twice. */
const hoistingRule = createRule({
  id: 'ts/hoisting',
  summary: 'Hoist()',
  fix: 'safe',
  recipe: 'Do it by hand',
  reports: 'allocation',
  sample: 'typescript/sample',
  allocation: { kind: 'object', cost: 'always', reason: 'it is new' },
  words: [['Hoist']],
  messages: { found: 'a call' },
  check: (_context, report) => ({
    CallExpression(node) {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'Hoist') return;
      const [start, end] = node.range;
      const [argument] = node.arguments;
      const held = argument?.type === 'Literal' ? argument.raw : '';
      const edits = [
        { span: { start: 0, end: 0 }, newText: `const shared = [${held}];\n` },
        { span: { start, end }, newText: 'shared' },
      ];
      report({ at: node, messageId: 'found', fixes: [{ title: 'Hoist it', kind: 'safe', edits }] });
    },
  }),
});

const analyse = (text: string, path = 'a.ts') =>
  analyseTypeScript(newTypeScriptEngine([sampleRule, hotRule]), path, text);

describe('TypeScriptEngine', () => {
  it('has only rules that listen to node types, which cost no selector matching', () => {
    const result = new RuleLinter(typescriptRules).run('', 'a.ts', '.ts');
    assert.deepEqual(result.kind === 'linted' && [...result.crashed], []);
  });

  it('reports with the whole span, the allocation, the heat and a checked fix', async () => {
    const { findings } = await analyse(
      `const b = 1;\nfunction f() { for (;;) { use(new Sample('b')); } }\ndeclare function use(x: unknown): void;\n`,
    );
    assert.equal(findings.length, 1);
    const [finding] = findings;
    assert.equal(finding!.ruleId, 'ts/sample');
    assert.equal(finding!.heat.score, 0.7);
    assert.equal(finding!.severity, 'information');
    assert.equal(finding!.fixes[0]!.kind, 'safe');
    assert.deepEqual(finding!.allocation.evidence, [
      { kind: 'measured sample', sample: 'typescript/sample' },
    ]);
  });

  for (const path of ['a.ts', 'a.tsx', 'a.mts', 'a.cts', 'a.js', 'a.jsx', 'a.mjs', 'a.cjs']) {
    it(`reads ${path}`, async () => {
      const text = path.endsWith('x')
        ? 'export const a = <div>{new Sample()}</div>;'
        : 'export const a = new Sample();';
      assert.equal((await analyse(text, path)).findings.length, 1);
    });
  }

  it('reads type assertions in .ts and sloppy scripts in .js', async () => {
    assert.equal((await analyse('const a = <any>new Sample();')).findings.length, 1);
    assert.equal((await analyse('var await = 1; with (a) { new Sample(); }', 'a.js')).findings.length, 1);
  });

  it('analyses files under node_modules when they are given', async () => {
    assert.equal((await analyse('new Sample()', '/x/node_modules/lib/a.ts')).findings.length, 1);
  });

  it('reports hot-only rules in hot code, elsewhere as hints for who asks', async () => {
    const severities = async (text: string): Promise<string[]> =>
      (await analyse(text)).findings.map(({ severity }) => severity);
    assert.deepEqual(await severities('function f() { new Hot(); }'), ['hint']);
    assert.deepEqual(await severities('function f() { while (g()) new Hot(); }'), ['information']);
  });

  for (const [what, text] of [
    ['disable-next-line by the plugin name', '// eslint-disable-next-line alloclens/sample\nnew Sample()'],
    ['disable-next-line by the id', '// eslint-disable-next-line ts/sample -- why\nnew Sample()'],
    ['disable-line', 'new Sample() // eslint-disable-line ts/sample'],
    ['a disabled block', '/* eslint-disable ts/sample */\nnew Sample()\n/* eslint-enable */'],
    ['everything disabled', '/* eslint-disable */\nnew Sample()'],
    ['inline configuration', '/* eslint alloclens/sample: "off" */\nnew Sample()'],
    ['inline configuration by the id', '/* eslint ts/sample: 0, no-console: 2 */\nnew Sample()'],
  ] as const) {
    it(`honours ${what}`, async () => {
      assert.deepEqual((await analyse(text)).findings, []);
    });
  }

  it('reports when another rule is disabled', async () => {
    assert.equal(
      (await analyse('// eslint-disable-next-line no-new, ts/other\nnew Sample()')).findings.length,
      1,
    );
  });

  it('raises nothing for inline configuration of other rules', async () => {
    const text =
      '/* eslint no-console: "error", unknown/rule: 2, no-new: [2, {}] */\n/* eslint-env node */\n/* global a */\nconsole.log(new Sample());';
    const { findings, notes } = await analyse(text);
    assert.deepEqual(
      findings.map((f) => f.ruleId),
      ['ts/sample'],
    );
    assert.deepEqual(notes, []);
  });

  it('raises nothing for a text that does not parse, and says so', async () => {
    const { findings, notes } = await analyse('function Sample(');
    assert.deepEqual(findings, []);
    assert.match(notes[0]!.message, /line 1 does not parse/);
  });

  it('does not parse what no rule has the words for', async () => {
    assert.deepEqual(await analyse('function (').then(({ findings, notes }) => [findings, notes]), [[], []]);
  });

  it('skips minified and huge files with a note, declarations without one', async () => {
    assert.match((await analyse('new Sample()', 'a.min.js')).notes[0]!.message, /minified/);
    assert.match((await analyse('x;'.repeat(3000))).notes[0]!.message, /minified/);
    assert.match((await analyse('new Sample();\n'.repeat(80_000))).notes[0]!.message, /limit of 1000000/);
    assert.deepEqual((await analyse('new Sample()', 'a.d.ts')).notes, []);
  });

  it('offers no fix in generated files', async () => {
    const { findings } = await analyse(`// @generated by a tool\nconst b = 1; new Sample('b');`);
    assert.deepEqual(
      findings.map((f) => f.fixes),
      [[]],
    );
  });

  for (const [what, text, reason] of [
    ['does not parse', `new Sample('(')`, /does not parse/],
    ['triggers again', `new Sample('new Sample()')`, /still reports/],
    ['has an unresolved name', `new Sample('nowhere')`, /nowhere would be unresolved/],
    ['declares twice', `const b = 1;\nnew Sample('1; const b = 2');`, /b would be declared twice/],
    [
      'shadows',
      `const b = 1;\nfunction f() { new Sample('0; const b = 2;'); return b; }`,
      /b would mean another variable/,
    ],
  ] as const) {
    it(`withholds a fix whose result ${what}`, async () => {
      const engine = newTypeScriptEngine([sampleRule]);
      const { findings } = await analyseTypeScript(engine, 'a.ts', text);
      assert.deepEqual(
        findings.map((f) => f.fixes),
        [[]],
      );
      assert.match(engine.logged.join('\n'), reason);
    });
  }

  it('withholds only the wrong one of several fixes', async () => {
    const engine = newTypeScriptEngine([sampleRule]);
    const { findings } = await analyseTypeScript(
      engine,
      'a.ts',
      `const b = 1;\nnew Sample('b');\nnew Sample('nowhere');\n`,
    );
    assert.deepEqual(
      findings.map((f) => f.fixes.length),
      [1, 0],
    );
  });

  const combine = async (text: string) => {
    const engine = newTypeScriptEngine([hoistingRule]);
    const analysis = await analyseTypeScript(engine, 'a.ts', text);
    const fixes = analysis.findings.flatMap((finding) => finding.fixes);
    assert.equal(fixes.length, 2);
    const document = { path: analysis.path, languageId: 'typescript', version: 1, text };
    const request = { document, buffers: new Map(), settings: defaultSettings };
    const { applied, edits } = await engine.combine(analysis, fixes, request, new AbortController().signal);
    return { applied: applied.map((fix) => fixes.indexOf(fix)), text: applyEdits(text, edits) };
  };

  it('leaves out of a combination what is right only alone', async () => {
    assert.deepEqual(await combine('f(Hoist(1));\ng(Hoist(2));\n'), {
      applied: [0],
      text: 'const shared = [1];\nf(shared);\ng(Hoist(2));\n',
    });
  });

  it('makes a declaration once that several fixes bring along', async () => {
    assert.deepEqual(await combine('f(Hoist(1));\ng(Hoist(1));\n'), {
      applied: [0, 1],
      text: 'const shared = [1];\nf(shared);\ng(shared);\n',
    });
  });

  it('reports a throwing rule once and goes on with the others', async () => {
    const engine = newTypeScriptEngine([sampleRule, throwingRule]);
    assert.equal((await analyseTypeScript(engine, 'a.ts', 'new Sample()')).findings.length, 1);
    assert.equal((await analyseTypeScript(engine, 'b.ts', 'new Sample()')).findings.length, 1);
    assert.equal(engine.logged.length, 1);
    assert.match(engine.logged[0]!, /ts\/throwing failed/);
  });

  it('rejects when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(
      analyseTypeScript(newTypeScriptEngine([sampleRule]), 'a.ts', '', undefined, controller.signal),
      {
        name: 'AbortError',
      },
    );
  });
});
