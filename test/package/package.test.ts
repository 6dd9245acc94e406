import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

const root = dirname(dirname(dirname(__dirname)));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;

interface Manifest {
  name: string;
  version: string;
  main: string;
  bin: Record<string, string>;
  icon: string;
  engines: { vscode: string; node: string };
  devDependencies: Record<string, string>;
  dependencies?: Record<string, string>;
  activationEvents: string[];
  contributes: {
    commands: { command: string; title: string; category: string }[];
    menus: Record<string, { command?: string; submenu?: string; when?: string }[]>;
    viewsWelcome: { contents: string }[];
    views: Record<string, { id: string }[]>;
    walkthroughs: {
      steps: {
        description: string;
        completionEvents: string[];
        media: { svg?: string; image?: Record<string, string> };
      }[];
    }[];
    configuration: { properties: Record<string, { default: unknown; markdownDescription: string }> };
  };
}

/** Runs a program of the repository and resolves to what it printed on both streams. */
function node(...args: string[]): string {
  return execFileSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const vsce = join('node_modules', '@vscode', 'vsce', 'vsce');

describe('the package', () => {
  it('holds what ships, and nothing else', () => {
    const pages = ['rules/go', 'rules/typescript'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `dist/${folder}/${name}`),
    );
    assert.ok(pages.includes('dist/rules/go/per-call-buffer.md'));
    const expected = [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/ThirdPartyNotices.txt',
      'dist/benchmarked.js',
      'dist/cli.js',
      'dist/extension.js',
      'dist/flame/flame.css',
      'dist/flame/flame.js',
      'dist/language-client.js',
      'dist/main.js',
      'dist/mcp.js',
      'dist/profile-reader.js',
      'dist/recorder.js',
      'dist/sample/go.mod',
      'dist/sample/orders.go',
      'dist/sample/orders.pprof',
      'dist/sample/orders.ts',
      'dist/sample/orders_test.go',
      'dist/server.js',
      'dist/tree-sitter-go.wasm',
      'dist/typescript.js',
      'dist/web-tree-sitter.wasm',
      ...[1, 2, 3].flatMap((step) => [
        `media/gutter/heat${step}-dark.svg`,
        `media/gutter/heat${step}-light.svg`,
      ]),
      'media/icon.png',
      'media/view.svg',
      'media/walkthrough/fix.svg',
      ...['hotspots', 'proof', 'record'].flatMap((step) => [
        `media/walkthrough/${step}-dark.png`,
        `media/walkthrough/${step}-light.png`,
      ]),
      'media/walkthrough/toolchain.svg',
      'media/walkthrough/tune.svg',
      'package.json',
      // Built by the user's toolchain: see server/src/go/types.
      'server/typechecker/answer.go',
      'server/typechecker/go.mod',
      'server/typechecker/main.go',
      ...pages,
    ].sort();
    const listed = node(vsce, 'ls', '--no-dependencies').trim().split(/\r?\n/).sort();
    assert.deepEqual(listed, expected);
  });

  it('is under 2 MB', () => {
    const { size } = statSync(join(root, 'dist', 'alloclens.vsix'));
    assert.ok(size < 2_000_000, `dist/alloclens.vsix has ${size} bytes`);
  });

  it('carries no source maps and no path of the machine that built it', () => {
    for (const name of readdirSync(join(root, 'dist')).filter((file) => file.endsWith('.js'))) {
      const text = read(`dist/${name}`);
      assert.ok(!/^\/\/# sourceMappingURL=/m.test(text.slice(-200)), `${name} points at a source map`);
      assert.ok(!text.includes(root), `${name} contains ${root}`);
    }
  });

  it('is packaged without a warning', () => {
    // The packager's own words: scripts/package.mjs fails on them, too.
    const printed = node(vsce, 'package', '--no-dependencies', '--out', join('dist', 'checked.vsix'));
    assert.doesNotMatch(printed, /warning/i);
    assert.match(printed, /Packaged/);
  });

  it('names the licenses of what is bundled', () => {
    const notices = read('dist/ThirdPartyNotices.txt');
    for (const name of [
      'typescript',
      'eslint',
      '@typescript-eslint/parser',
      'vscode-languageclient',
      'vscode-languageserver',
      'web-tree-sitter',
      'tree-sitter-go',
    ])
      assert.match(notices, new RegExp(`^${name} \\d`, 'm'));
  });

  it('keeps TypeScript out of the bundles that a Go programmer loads', () => {
    // The compiler's scanner is in every use of it.
    const compiler = /\bscanJSDocCommentTextToken\b/;
    assert.match(read('dist/typescript.js'), compiler);
    for (const name of ['extension.js', 'main.js'])
      assert.ok(!compiler.test(read(`dist/${name}`)), `dist/${name} contains TypeScript`);
    assert.ok(
      /\("\.\/typescript\.js"\)/.test(read('dist/main.js')),
      'dist/main.js does not load dist/typescript.js',
    );
  });
});

describe('the manifest', () => {
  it('is what the settings and the rules say', () => {
    node('scripts/generate.mjs', '--check');
  });

  it('has no run-time dependencies: everything is bundled', () => {
    assert.equal(manifest.dependencies, undefined);
  });

  it('is typed for the oldest VS Code that it allows', () => {
    const engine = manifest.engines.vscode.replace(/^\^/, '').split('.').slice(0, 2).join('.');
    assert.match(manifest.devDependencies['@types/vscode']!, new RegExp(`^${engine.replace('.', '\\.')}\\.`));
  });

  it('points at files that exist', () => {
    const files = [manifest.main, ...Object.values(manifest.bin), manifest.icon];
    for (const { steps } of manifest.contributes.walkthroughs)
      files.push(...steps.flatMap(({ media }) => media.svg ?? Object.values(media.image ?? {})));
    for (const file of files) assert.ok(statSync(join(root, file)).isFile(), file);
  });

  it('has an icon of at least 256 pixels', () => {
    const png = readFileSync(join(root, manifest.icon));
    assert.ok(png.readUInt32BE(16) >= 256 && png.readUInt32BE(20) >= 256);
  });

  it('declares exactly the commands that the client registers', () => {
    const declared = manifest.contributes.commands.map(({ command }) => command).sort();
    const sources = ['commands.ts', 'command-names.ts', 'views/commands.ts']
      .map((name) => read(`client/src/${name}`))
      .join('\n');
    const registered = new Set([...sources.matchAll(/'(alloclens\.[a-z]\w*)'/gi)].map((match) => match[1]!));
    assert.deepEqual(declared, [...registered].sort());
    for (const { command } of Object.values(manifest.contributes.menus).flat())
      assert.ok(command === undefined || declared.includes(command), command);
  });

  it('has commands that somebody finds who looks for allocations', () => {
    for (const { category, title } of manifest.contributes.commands) {
      assert.equal(category, 'AllocLens');
      assert.match(title, /\bAllocations?\b/);
    }
  });

  it('takes no key: all that others use are taken', () => {
    assert.ok(!('keybindings' in manifest.contributes));
  });

  it('completes the steps of the walkthrough by what has happened, not by what was pressed', () => {
    const milestones = read('client/src/milestones.ts');
    for (const { completionEvents } of manifest.contributes.walkthroughs.flatMap(({ steps }) => steps))
      for (const event of completionEvents) {
        const [kind, name] = event.split(':alloclens.') as [string, string];
        assert.ok(kind === 'onContext' || kind === 'onSettingChanged', event);
        if (kind === 'onContext') assert.ok(milestones.includes(`'${name}'`), event);
      }
  });

  it('links only to commands and settings that exist', () => {
    // VS Code makes a command for each view, which shows it.
    const focus = Object.values(manifest.contributes.views).flatMap((views) =>
      views.map(({ id }) => `${id}.focus`),
    );
    const commands = new Set([...manifest.contributes.commands.map(({ command }) => command), ...focus]);
    const settings = new Set(Object.keys(manifest.contributes.configuration.properties));
    const texts = [
      ...manifest.contributes.walkthroughs.flatMap(({ steps }) =>
        steps.map(({ description }) => description),
      ),
      ...Object.values(manifest.contributes.configuration.properties).map(
        (setting) => setting.markdownDescription,
      ),
      ...manifest.contributes.viewsWelcome.map(({ contents }) => contents),
    ].map(decodeURIComponent);
    for (const text of texts) {
      for (const [, command] of text.matchAll(/command:(alloclens\.[\w.]+)/g))
        assert.ok(commands.has(command!), command);
      for (const [, setting] of text.matchAll(/[#"](alloclens\.[\w.]+)[#"]/g))
        assert.ok(settings.has(setting!), setting);
    }
  });

  it('activates by a small bundle: what speaks the protocol is ten times as large, and is loaded behind it', () => {
    const { size } = statSync(join(root, 'dist', 'extension.js'));
    assert.ok(size < 64 * 1024, `dist/extension.js has ${size} bytes`);
    const loads = [...read('dist/extension.js').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name!);
    const others = new Set(loads.filter((name) => name !== 'vscode' && !isBuiltin(name)));
    assert.deepEqual([...others], ['./language-client.js']);
  });

  it('activates on the languages, never on start-up', () => {
    for (const event of manifest.activationEvents) assert.match(event, /^onLanguage:/);
  });
});
