import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultSettings,
  manifestConfiguration,
  parseSettings,
  restrictedSettings,
  settingsSchema,
  settingsTable,
} from '../../../server/src/service/settings';

const rules = new Set(['go/append-format', 'ts/per-call-buffer']);
const parse = (section: unknown) => parseSettings(section, rules);

/** What the server does not look at. */
const ofTheEditor: ReadonlySet<string> = new Set([
  'alloclens.gutter',
  'alloclens.lineWeights',
  'alloclens.codeLens',
  'alloclens.ceilingLens',
  'alloclens.trace.server',
]);

test('nothing set: the defaults of the schema, without a complaint', () => {
  for (const nothing of [undefined, null, {}]) {
    assert.deepEqual(parse(nothing), { settings: defaultSettings, problems: [] });
  }
  for (const { name, default: value } of settingsSchema) {
    if (ofTheEditor.has(name)) continue;
    let found: unknown = defaultSettings;
    for (const part of name.split('.').slice(1)) found = (found as Record<string, unknown>)[part];
    assert.deepEqual(found, value, name);
  }
});

test('good values are taken as they are', () => {
  const section = {
    show: 'hot',
    rules: { 'go/append-format': 'off', 'ts/per-call-buffer': 'warning' },
    run: 'onSave',
    go: {
      enable: false,
      path: '/opt/go/bin/go',
      buildFlags: ['-tags=a,b.c', '--tags=größe'],
      environment: { GOOS: 'linux' },
    },
    typescript: { enable: false, pools: ['bufferPool', '$größe'] },
    trace: { server: 'verbose' },
  };
  const { trace: _trace, ...expected } = section;
  assert.deepEqual(parse(section), { settings: expected, problems: [] });
});

const bad: [unknown, RegExp][] = [
  ['yes', /^"alloclens" must be an object of settings, not "yes"\.$/],
  [
    { show: 'everything' },
    /^"alloclens.show" must be "hot", "likely" or "all", not "everything"\. The default is used\.$/,
  ],
  [{ run: 1 }, /^"alloclens.run" must be "onType" or "onSave", not 1\./],
  [{ rules: ['go/append-format'] }, /^"alloclens.rules" must be an object, not \["go\/append-format"\]/],
  [{ rules: { 'go/nope': 'off' } }, /^"alloclens.rules" names the rule "go\/nope", which does not exist\.$/],
  [
    { rules: { 'go/append-format': 'fatal' } },
    /gives the rule "go\/append-format" "fatal"; it may be "off", "on", .* or "hint"\.$/,
  ],
  [{ go: { enable: 'no' } }, /^"alloclens.go.enable" must be true or false, not "no"\./],
  [{ go: { path: 3 } }, /^"alloclens.go.path" must be a text, not 3\./],
  [{ typescript: { pools: 'a' } }, /^"alloclens.typescript.pools" must be a list, not "a"\./],
  [
    { typescript: { pools: ['a.b'] } },
    /^"alloclens.typescript.pools" contains "a.b"; only names of variables, fields and classes are accepted\.$/,
  ],
  [{ go: { buildFlags: '-tags=x' } }, /^"alloclens.go.buildFlags" must be a list, not "-tags=x"\./],
  [{ go: { buildFlags: ['-toolexec=evil'] } }, /contains "-toolexec=evil"; only build tags/],
  [{ go: { buildFlags: ['-tags=a -toolexec=evil'] } }, /only build tags/],
  [{ go: { buildFlags: [7] } }, /contains 7; only build tags/],
  [{ go: { environment: { 'A=B': 'x' } } }, /"A=B", which is not the name of a variable/],
  [{ go: { environment: { GOOS: 1 } } }, /gives "GOOS" 1; it must be a text\.$/],
];
for (const [section, sentence] of bad) {
  test(`bad input keeps the defaults and says why: ${JSON.stringify(section)}`, () => {
    const { settings, problems } = parse(section);
    assert.deepEqual(settings, defaultSettings);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, sentence);
  });
}

test('one bad entry does not lose the good ones', () => {
  const { settings, problems } = parse({
    show: 'all',
    rules: { 'go/append-format': 'off', 'go/nope': 'on' },
    go: { buildFlags: ['-tags=a', '-race'] },
  });
  assert.equal(settings.show, 'all');
  assert.deepEqual(settings.rules, { 'go/append-format': 'off' });
  assert.deepEqual(settings.go.buildFlags, ['-tags=a']);
  assert.equal(problems.length, 2);
});

test('what decides which program runs is restricted and belongs to the machine', () => {
  assert.deepEqual(restrictedSettings(), [
    'alloclens.go.path',
    'alloclens.go.buildFlags',
    'alloclens.go.environment',
  ]);
  for (const { name, restricted, scope } of settingsSchema)
    if (restricted) assert.equal(scope, 'machine-overridable', name);
});

test('the manifest entry describes every setting, every enum value and every rule', () => {
  const manifest = manifestConfiguration([{ id: 'go/append-format', summary: 'a summary' }]) as {
    properties: Record<string, Record<string, unknown>>;
  };
  assert.deepEqual(
    Object.keys(manifest.properties),
    settingsSchema.map((setting) => setting.name),
  );
  for (const [name, property] of Object.entries(manifest.properties)) {
    assert.ok(property['markdownDescription'], name);
    assert.ok('default' in property && property['scope'], name);
    if (property['enum'])
      assert.equal(
        (property['enumDescriptions'] as unknown[]).length,
        (property['enum'] as unknown[]).length,
        name,
      );
    assert.ok(!('restricted' in property || 'values' in property), name);
  }
  assert.deepEqual(Object.keys(manifest.properties['alloclens.rules']!['properties'] as object), [
    'go/append-format',
  ]);
});

test('the README table names every setting once and has no VS Code link syntax', () => {
  const table = settingsTable();
  for (const { name } of settingsSchema) assert.equal(table.split(`| \`${name}\` |`).length, 2, name);
  assert.doesNotMatch(table, /`#/);
});

test('many mistakes in one setting are counted after the first two', () => {
  const { settings, problems } = parse({
    show: 'all',
    rules: { 'x/1': 'off', 'x/2': 'off', 'x/3': 'off', 'go/append-format': 'off' },
    go: { buildFlags: ['-race', '-tags=a', '-o=x', '-json', '-n'] },
  });
  assert.deepEqual(settings.rules, { 'go/append-format': 'off' });
  assert.deepEqual(settings.go.buildFlags, ['-tags=a']);
  assert.deepEqual(problems, [
    '"alloclens.rules" names the rule "x/1", which does not exist.',
    '"alloclens.rules" names the rule "x/2", which does not exist.',
    '"alloclens.rules" has 1 more mistake like these.',
    '"alloclens.go.buildFlags" contains "-race"; only build tags such as "-tags=integration" are accepted.',
    '"alloclens.go.buildFlags" contains "-o=x"; only build tags such as "-tags=integration" are accepted.',
    '"alloclens.go.buildFlags" has 2 more mistakes like these.',
  ]);
});

test('what is quoted is cut and cannot end the quotation', () => {
  const quoted = (id: string): string => parse({ rules: { [id]: 'off' } }).problems[0]!;
  assert.equal(
    quoted('y'.repeat(1000)),
    `"alloclens.rules" names the rule "${'y'.repeat(60)}…", which does not exist.`,
  );
  assert.equal(
    quoted('x". [Go](command:x) "'),
    '"alloclens.rules" names the rule "x\\". [Go] (command:x) \\"", which does not exist.',
  );
});
