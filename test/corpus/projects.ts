import { execFileSync } from 'node:child_process';
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
  | { readonly kind: 'npm'; readonly name: string; readonly version: string; readonly sources: string };

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
];

/** Survives between runs. Outside the repository: a scan leaves out what its .gitignore names. */
const cache = process.env['ALLOCLENS_CACHE'] ?? path.join(homedir(), '.cache', 'alloclens');

/** A project on disk: `folder` is scanned from `cwd`. */
export interface Checkout {
  readonly cwd: string;
  /** Argument for `alloclens scan`. */
  readonly target: string;
}

/** Fetches the project through the Go module proxy or the npm registry, once. */
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
  const extensions = project.kind === 'npm' ? /\.(?:[cm]?[jt]s|[jt]sx)$/ : /\.go$/;
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
  visit(project.kind === 'npm' ? path.join(cwd, target) : cwd, project.kind !== 'std');
  return files;
}

export function countLines(project: Project, checkout: Checkout): { files: number; lines: number } {
  const files = sourceFiles(project, checkout);
  const lines = files.reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length, 0);
  return { files: files.length, lines };
}
