import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

const root = dirname(dirname(dirname(__dirname)));

interface Import {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  /** As written; a relative one as a path in the repository. */
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Every import and export-from of the TypeScript files below a folder. */
function importsOf(folder: string): Import[] {
  const statement =
    /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm;
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join(root, folder, name);
      const text = readFileSync(file, 'utf8');
      return [...text.matchAll(statement)].map((match) => {
        const written = (match[2] ?? match[3])!;
        const target = written.startsWith('.') ? relative(root, join(dirname(file), written)) : written;
        return {
          file: relative(root, file).replaceAll('\\', '/'),
          target: target.replaceAll('\\', '/'),
          typeOnly: match[1] !== undefined,
        };
      });
    });
}

/** Fails, naming every import that `wrong` objects to. */
function forbid(imports: readonly Import[], wrong: (target: string, found: Import) => boolean): void {
  const found = imports
    .filter((one) => wrong(one.target, one))
    .map(({ file, target }) => `${file} imports ${target}`);
  assert.deepEqual(found, []);
}

const isNode = (target: string): boolean =>
  target.startsWith('node:') || builtinModules.includes(target.split('/')[0]!);

/** The wings of rules/typescript, from the ground up, and what each may import besides itself and rules/model. */
const wingsOfTypeScript: Readonly<Record<string, readonly string[]>> = {
  syntax: [],
  edit: ['syntax'],
  types: ['syntax', 'edit'],
  flow: ['syntax', 'types'],
  heat: ['syntax', 'flow'],
  hoist: ['syntax', 'edit', 'types', 'flow'],
  growth: ['syntax', 'edit', 'types', 'flow'],
  sites: ['syntax', 'types', 'flow', 'heat'],
  memory: ['syntax', 'edit', 'types', 'flow', 'heat'],
  pools: ['syntax', 'types', 'flow'],
};

/** The wings of rules/go, likewise. */
const wingsOfGo: Readonly<Record<string, readonly string[]>> = {
  syntax: [],
  edit: ['syntax'],
  types: ['syntax', 'edit'],
  flow: ['syntax', 'types'],
  stdlib: ['syntax', 'edit', 'types'],
  heat: ['syntax', 'types', 'flow'],
  growth: ['syntax', 'edit', 'types', 'flow'],
  sites: ['syntax', 'types', 'flow', 'stdlib', 'heat'],
  memory: ['syntax', 'edit', 'types', 'flow', 'heat', 'sites'],
  text: ['syntax', 'edit', 'types', 'flow', 'stdlib', 'heat', 'growth', 'sites'],
  pools: ['syntax', 'edit', 'types', 'flow', 'stdlib', 'heat', 'growth', 'sites', 'memory'],
};

/** The folders of server/src/go, from the ground up; what lies in none of them (engine, check) may import all. */
const foldersOfGoServer: Readonly<Record<string, readonly string[]>> = {
  plan: [],
  compile: ['plan'],
  types: ['plan', 'compile'],
  facts: ['plan', 'compile'],
  verify: ['plan', 'compile', 'facts'],
  layout: ['plan'],
  skeleton: ['facts'],
};

/** What still imports a rule: one site has several remedies, and no place yet chooses the best. Only to shrink. */
const importsRules: ReadonlySet<string> = new Set([
  'rules/go/append-format.ts',
  'rules/go/format-simple.ts',
  'rules/go/hoist-constant.ts',
  'rules/go/per-call-constructor.ts',
]);

describe('layering: rules ← server ← client', () => {
  it('sees the imports that there are', () => {
    assert.ok(importsOf('rules').some(({ target }) => target === 'rules/model'));
    assert.ok(importsOf('client').some(({ target }) => target === 'vscode'));
  });

  it('rules do no I/O and know no editor', () => {
    forbid(
      importsOf('rules'),
      (target) =>
        isNode(target) || target.startsWith('vscode') || /^(server|client|test|scripts)\//.test(target),
    );
  });

  it('the server knows neither the client nor the editor', () => {
    forbid(importsOf('server'), (target) => target === 'vscode' || /^(client|test|scripts)\//.test(target));
  });

  it('only the edge of the server knows the Language Server Protocol', () => {
    forbid(
      importsOf('server'),
      (target, { file }) =>
        /^vscode-languageserver(?!-textdocument)|^vscode-jsonrpc/.test(target) &&
        !/^server\/src\/(main|server)\.ts$|^server\/src\/lsp\//.test(file),
    );
  });

  it('processes are started in one place', () => {
    forbid(
      [...importsOf('server'), ...importsOf('client')],
      (target, { file, typeOnly }) =>
        /^(node:)?child_process$/.test(target) && !typeOnly && file !== 'server/src/host/process.ts',
    );
  });

  it('profiles are read by nothing that knows a process, an editor or an engine', () => {
    forbid(
      importsOf('server/src/profile'),
      (target) => target.startsWith('server/') && !target.startsWith('server/src/profile/'),
    );
  });

  it('hotspots know no editor, no command line and no report', () => {
    forbid(importsOf('server/src/hotspots'), (target) =>
      /^server\/src\/(?:cli|lsp|report|proof)\//.test(target),
    );
  });

  it('files are read and written in one place', () => {
    forbid(
      [...importsOf('server'), ...importsOf('client')],
      (target, { file }) => /^(node:)?fs(\/|$)/.test(target) && !file.startsWith('server/src/host/'),
    );
  });

  it('the client needs nothing of the server but the names of its messages, and how texts and figures are shown', () => {
    forbid(
      importsOf('client'),
      (target) =>
        /^(server|rules)\//.test(target) &&
        target !== 'server/src/lsp/protocol' &&
        target !== 'server/src/text/foreign' &&
        target !== 'server/src/text/amounts',
    );
  });

  it('TypeScript is loaded by its own bundle only', () => {
    forbid(
      [...importsOf('server'), ...importsOf('rules')],
      (target, { file, typeOnly }) =>
        /^(typescript|@typescript-eslint\/(parser|typescript-estree)|eslint(\/.*)?)$/.test(target) &&
        !typeOnly &&
        !file.startsWith('server/src/typescript/'),
    );
  });

  it('no wing of rules imports a higher one, no rule another', () => {
    for (const [folder, wings] of [
      ['rules/typescript', wingsOfTypeScript],
      ['rules/go', wingsOfGo],
    ] as const) {
      forbid(importsOf(folder), (target, { file }) => {
        if (!target.startsWith(`${folder}/`)) return false;
        const [from, to] = [roomOf(folder, file), roomOf(folder, target)];
        if (to !== undefined) return from !== undefined && to !== from && !wings[from]?.includes(to);
        const isRegistry = /\/(?:index|plugin)\.ts$/.test(file);
        return target !== `${folder}/rule` && !isRegistry && !importsRules.has(file);
      });
    }
  });

  it('every folder below rules/go and rules/typescript is a wing that the tables know', () => {
    for (const [folder, wings] of [
      ['rules/typescript', wingsOfTypeScript],
      ['rules/go', wingsOfGo],
    ] as const) {
      const folders = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) =>
        entry.isDirectory(),
      );
      assert.deepEqual(
        folders.map(({ name }) => name).filter((name) => !(name in wings)),
        [],
      );
    }
  });

  it('server/src/go: a plan is compiled, its output joined, fixes verified; nothing looks up', () => {
    const folder = 'server/src/go';
    forbid(importsOf(folder), (target, { file }) => {
      const from = roomOf(folder, file);
      if (from === undefined || !target.startsWith(`${folder}/`)) return false;
      const to = roomOf(folder, target);
      return to === undefined || (to !== from && !foldersOfGoServer[from]?.includes(to));
    });
  });
});

/** The folder right below `folder` that the file (with or without `.ts`) lies in. */
function roomOf(folder: string, path: string): string | undefined {
  return path
    .slice(folder.length + 1)
    .split('/')
    .slice(0, -1)[0];
}
