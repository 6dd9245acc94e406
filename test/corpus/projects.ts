import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
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
  { kind: 'npm', name: 'rxjs', version: '7.8.2', sources: 'src' },
  { kind: 'npm', name: 'zod', version: '4.6.7', sources: 'src' },
];

/** Survives between runs; outside node_modules. */
const cache = process.env['ALLOCLENS_CACHE'] ?? inRepository('.vscode-test');

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
      execFileSync('go', ['mod', 'download'], { cwd: partial });
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

/** Lines of the files that a scan of the project reads. */
export function countLines(project: Project, { cwd, target }: Checkout): { files: number; lines: number } {
  const extensions = project.kind === 'npm' ? /\.(?:[cm]?[jt]s|[jt]sx)$/ : /\.go$/;
  let files = 0;
  let lines = 0;
  const visit = (folder: string, deep: boolean): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (deep && entry.name !== 'testdata' && entry.name !== 'node_modules') visit(at, deep);
      } else if (extensions.test(entry.name)) {
        files++;
        lines += readFileSync(at, 'utf8').split('\n').length;
      }
    }
  };
  visit(project.kind === 'npm' ? path.join(cwd, target) : cwd, project.kind !== 'std');
  return { files, lines };
}
