import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { inRepository } from '../support/repository';

/** Code that none of us wrote, by name and version, so that figures can be compared between runs. */
export type Project =
  /** A package of the installed Go distribution. */
  | { readonly kind: 'std'; readonly name: string }
  | { readonly kind: 'go module'; readonly name: string; readonly version: string }
  /** An npm package that ships its TypeScript sources; `sources` is the folder inside it. */
  | { readonly kind: 'npm'; readonly name: string; readonly version: string; readonly sources: string }
  | Repository;

/** A GitHub repository in TypeScript at a commit, with what its maintainers run themselves. */
export interface Repository {
  readonly kind: 'repository';
  /** `owner/name`. */
  readonly name: string;
  /** The commit, 40 hexadecimal digits. */
  readonly version: string;
  /** The folder that is scanned. */
  readonly sources: string;
  /** Shell commands, run in the repository; programs of its `node_modules` come before our own, and those before the user's. */
  readonly install?: string;
  /** Reports in TAP. */
  readonly test: string;
  readonly types: string;
}

const npmInstall = 'npm install --no-package-lock --ignore-scripts --no-audit --no-fund';
/** Tests that time themselves out would measure the machine. */
const vitest = 'vitest run --reporter=tap-flat --testTimeout=120000 --hookTimeout=120000';

export const projects: readonly Project[] = [
  { kind: 'std', name: 'net/http' },
  { kind: 'std', name: 'encoding/json' },
  { kind: 'std', name: 'go/types' },
  { kind: 'go module', name: 'github.com/segmentio/ksuid', version: 'v1.0.4' },
  { kind: 'go module', name: 'github.com/valyala/fasthttp', version: 'v1.69.0' },
  { kind: 'go module', name: 'github.com/rs/zerolog', version: 'v1.35.1' },
  { kind: 'go module', name: 'github.com/BurntSushi/toml', version: 'v1.6.0' },
  { kind: 'go module', name: 'github.com/yuin/goldmark', version: 'v1.8.7' },
  { kind: 'go module', name: 'github.com/gorilla/mux', version: 'v1.8.1' },
  { kind: 'go module', name: 'github.com/julienschmidt/httprouter', version: 'v1.3.0' },
  { kind: 'go module', name: 'github.com/spf13/pflag', version: 'v1.1.0' },
  { kind: 'go module', name: 'github.com/hashicorp/golang-lru/v2', version: 'v2.0.7' },
  { kind: 'go module', name: 'github.com/tidwall/gjson', version: 'v1.18.0' },
  { kind: 'go module', name: 'github.com/shopspring/decimal', version: 'v1.6.0' },
  { kind: 'go module', name: 'github.com/sirupsen/logrus', version: 'v1.10.2' },
  { kind: 'go module', name: 'github.com/gorilla/websocket', version: 'v1.5.3' },
  { kind: 'go module', name: 'github.com/pelletier/go-toml/v2', version: 'v2.4.3' },
  { kind: 'go module', name: 'github.com/mattn/go-runewidth', version: 'v0.0.31' },
  { kind: 'go module', name: 'gopkg.in/yaml.v3', version: 'v3.0.1' },
  { kind: 'go module', name: 'github.com/golang/snappy', version: 'v1.0.0' },
  { kind: 'npm', name: 'rxjs', version: '7.8.2', sources: 'src' },
  { kind: 'npm', name: 'zod', version: '4.6.7', sources: 'src' },
  { kind: 'npm', name: 'immer', version: '11.2.10', sources: 'src' },
  { kind: 'npm', name: 'mobx', version: '7.1.3', sources: 'src' },
  { kind: 'npm', name: '@reduxjs/toolkit', version: '2.14.0', sources: 'src' },
  { kind: 'npm', name: '@tanstack/query-core', version: '5.108.0', sources: 'src' },
  { kind: 'npm', name: '@msgpack/msgpack', version: '3.1.3', sources: 'src' },
  { kind: 'npm', name: '@noble/curves', version: '2.4.0', sources: 'src' },
  { kind: 'npm', name: '@xterm/xterm', version: '6.0.0', sources: 'src' },
  { kind: 'npm', name: 'ethers', version: '6.17.0', sources: 'src.ts' },
  { kind: 'npm', name: 'viem', version: '2.57.20', sources: 'utils' },
  { kind: 'npm', name: 'ajv', version: '8.20.0', sources: 'lib' },
  { kind: 'npm', name: 'apache-arrow', version: '21.2.0', sources: 'src' },
  { kind: 'npm', name: 'bson', version: '7.3.4', sources: 'src' },
  { kind: 'npm', name: '@grpc/grpc-js', version: '1.14.7', sources: 'src' },
  { kind: 'npm', name: 'mongodb', version: '7.8.0', sources: 'src' },
  { kind: 'npm', name: 'pdf-lib', version: '1.17.1', sources: 'src' },
  // Without semicolons: the next two.
  { kind: 'npm', name: 'prosemirror-model', version: '1.25.13', sources: 'src' },
  { kind: 'npm', name: '@tiptap/core', version: '3.35.0', sources: 'src' },
  { kind: 'npm', name: '@trpc/server', version: '11.25.2', sources: 'src' },
  { kind: 'npm', name: 'lexical', version: '0.53.0', sources: 'src' },
  { kind: 'npm', name: 'tone', version: '15.5.44', sources: 'Tone' },
  { kind: 'npm', name: 'web3-utils', version: '4.3.3', sources: 'src' },
  {
    kind: 'repository',
    name: 'graphql/graphql-js',
    version: 'a7db60beb22b0e417f9ed12215945c7fcb43246e',
    sources: 'src',
    install: npmInstall,
    test: "mocha --reporter tap 'src/**/__tests__/**/*-test.ts'",
    types: 'tsc --noEmit',
  },
  {
    kind: 'repository',
    name: 'remeda/remeda',
    version: '3b72f9fb6e5174243954467186301d352b742699',
    sources: 'packages/remeda/src',
    install: npmInstall,
    test: `cd packages/remeda && ${vitest} --project runtime`,
    types: 'cd packages/remeda && tsc --noEmit --project tsconfig.source.json',
  },
  {
    kind: 'repository',
    name: 'image-js/image-js',
    version: 'd35169d06fe393b30325b639541d4ff912b89814',
    sources: 'src',
    install: npmInstall,
    test: vitest,
    types: 'tsc --noEmit',
  },
  // Without semicolons: the next four.
  {
    kind: 'repository',
    name: 'eemeli/yaml',
    version: 'bf03c0cb1ee997c56ed85c70f56c73e05b1cc001',
    sources: 'src',
    install: npmInstall,
    test: vitest,
    types: 'tsc --noEmit && tsc --noEmit -p tests/tsconfig.json',
  },
  {
    kind: 'repository',
    name: 'honojs/hono',
    version: '28a9c128912de19f3fb28b00ae289c9b93f6f392',
    sources: 'src',
    install: npmInstall,
    test: `${vitest} --project main`,
    types: 'tsc --noEmit',
  },
  {
    kind: 'repository',
    name: 'vuejs/core',
    version: 'e2bede96134f757aad5c5b33ac9be055022dbfc8',
    sources: 'packages',
    install:
      'npx --yes pnpm@10.34.9 install --frozen-lockfile --ignore-scripts --config.manage-package-manager-versions=false',
    // One test compares how long two sizes take.
    test: `${vitest} --project unit --testNamePattern '^(?!.*perf cost)'`,
    types: 'tsc --noEmit',
  },
  {
    kind: 'repository',
    name: 'sinclairzx81/typebox',
    version: '8f8d861ba204a21ca067b28db10e3d1dc19bd732',
    sources: 'src',
    test: "npx --yes deno@2.9.6 test -A --no-check --no-lock --reporter=tap $(find test/jsonschema test/typebox -name '*.ts')",
    types: 'tsc --noEmit',
  },
];

/** Survives between runs. Outside the repository: a scan leaves out what its .gitignore names. */
const cache = process.env['ALLOCLENS_CACHE'] ?? path.join(homedir(), '.cache', 'alloclens');

/** A project on disk: `folder` is scanned from `cwd`. */
export interface Checkout {
  readonly cwd: string;
  /** Argument for `alloclens scan`. */
  readonly target: string;
}

/** Sources in TypeScript; the others are Go. */
export function isTypeScript(project: Project): project is Extract<Project, { kind: 'npm' | 'repository' }> {
  return project.kind === 'npm' || project.kind === 'repository';
}

/** Runs one of the repository's commands in it. Its exit status is its own affair: tests may fail there as well. */
export function runIn(cwd: string, command: string): string {
  const programs = [path.join(cwd, 'node_modules', '.bin'), inRepository('node_modules', '.bin')];
  const env = { ...process.env, CI: 'true', PATH: [...programs, process.env['PATH']].join(path.delimiter) };
  return spawnSync('bash', ['-c', command], { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
}

/** Fetches the project through the Go module proxy, the npm registry or from GitHub, once. */
export function checkOut(project: Project): Checkout {
  if (project.kind === 'std') {
    const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
    return { cwd: path.join(goroot, 'src', ...project.name.split('/')), target: '.' };
  }
  const folder = path.join(cache, 'corpus', `${project.name.replaceAll('/', '+')}@${project.version}`);
  if (project.kind === 'go module') {
    if (!existsSync(folder)) {
      const download = execFileSync(
        'go',
        ['mod', 'download', '-json', `${project.name}@${project.version}`],
        {
          cwd: inRepository('samples', 'go'),
          encoding: 'utf8',
        },
      );
      const partial = `${folder}.partial`;
      cpSync((JSON.parse(download) as { Dir: string }).Dir, partial, { recursive: true });
      execFileSync('chmod', ['-R', 'u+w', partial]);
      // `all` also adds to go.sum what an old module left out: its tests need it.
      execFileSync('go', ['mod', 'download', 'all'], { cwd: partial });
      renameSync(partial, folder);
    }
    return { cwd: folder, target: './...' };
  }
  if (project.kind === 'repository') {
    if (!existsSync(folder)) {
      const partial = `${folder}.partial`;
      mkdirSync(partial, { recursive: true });
      const git = (...args: readonly string[]): unknown => execFileSync('git', args, { cwd: partial });
      git('init', '--quiet');
      git('fetch', '--quiet', '--depth', '1', `https://github.com/${project.name}`, project.version);
      git('checkout', '--quiet', 'FETCH_HEAD');
      if (project.install) execFileSync('bash', ['-c', project.install], { cwd: partial });
      renameSync(partial, folder);
    }
    return { cwd: folder, target: project.sources };
  }
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    mkdirSync(partial, { recursive: true });
    execFileSync('npm', ['pack', '--silent', `${project.name}@${project.version}`], { cwd: partial });
    const archive = readdirSync(partial).find((name) => name.endsWith('.tgz'))!;
    execFileSync('tar', ['xzf', archive, '--strip-components=1'], { cwd: partial });
    renameSync(partial, folder);
  }
  return { cwd: folder, target: project.sources };
}

/** Absolute paths of the files that a scan of the project reads. */
export function sourceFiles(project: Project, { cwd, target }: Checkout): string[] {
  const extensions = isTypeScript(project) ? /\.(?:[cm]?[jt]s|[jt]sx)$/ : /\.go$/;
  const files: string[] = [];
  const visit = (folder: string, deep: boolean): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (deep && entry.name !== 'testdata' && entry.name !== 'node_modules') visit(at, deep);
      } else if (extensions.test(entry.name)) {
        files.push(at);
      }
    }
  };
  visit(isTypeScript(project) ? path.join(cwd, target) : cwd, project.kind !== 'std');
  return files;
}

export function countLines(project: Project, checkout: Checkout): { files: number; lines: number } {
  const files = sourceFiles(project, checkout);
  const lines = files.reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length, 0);
  return { files: files.length, lines };
}
