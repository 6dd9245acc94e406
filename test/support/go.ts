import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { nullLogger } from '../../server/src/host/logger';
import { TrustGate } from '../../server/src/host/trust';
import { CompilerOutputParser } from '../../server/src/go/compiler-output';
import type { GoCompiler, ListedPackage } from '../../server/src/go/compiler';
import { createGoEngine, type GoEngine, type GoEngineOptions } from '../../server/src/go/engine';

/** The wasm files as they lie in node_modules. */
export const grammar = {
  runtime: require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
  go: require.resolve('tree-sitter-go/tree-sitter-go.wasm'),
};

function run(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  onStderr: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd, env: { ...process.env, ...env }, signal });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', onStderr);
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(out).toString()));
  });
}

/** Throw-away: until the toolchain's own compile lands. */
export function testCompiler(toolchain = 'local'): GoCompiler {
  const env = { GOTOOLCHAIN: toolchain, GOPROXY: 'off', GOFLAGS: '' };
  return {
    async locate(directory, _settings, signal) {
      const text = await run(['env', '-json', 'GOVERSION', 'GOMOD'], directory, env, () => {}, signal);
      const { GOVERSION, GOMOD } = JSON.parse(text) as { GOVERSION: string; GOMOD: string };
      if (!GOMOD.endsWith('.mod')) return { reason: 'no module' };
      const mod = await readFile(GOMOD, 'utf8');
      const version = (v: string | undefined) => {
        const m = /(\d+)\.(\d+)/.exec(v ?? '1.21')!;
        return { major: Number(m[1]), minor: Number(m[2]) };
      };
      return {
        root: path.dirname(GOMOD),
        modulePath: /^module\s+(\S+)/m.exec(mod)![1]!,
        language: version(/^go\s+(\S+)/m.exec(mod)?.[1]),
        toolchain: version(GOVERSION),
        toolchainName: GOVERSION,
        command: 'go',
        how: 'test',
      };
    },
    async compile(unit, request, _settings, onRecord, signal) {
      const scratch = await mkdtemp(path.join(os.tmpdir(), 'alloclens-overlay-'));
      try {
        const replace: Record<string, string> = {};
        const backing = new Map<string, string>();
        let n = 0;
        for (const [file, text] of request.overlay) {
          replace[file] = path.join(scratch, `${n++}.go`);
          backing.set(replace[file], file);
          await writeFile(replace[file], text);
        }
        await writeFile(path.join(scratch, 'overlay.json'), JSON.stringify({ Replace: replace }));
        const parser = new CompilerOutputParser((record) => {
          if (record.kind === 'error' && record.at && backing.has(record.at.file)) {
            onRecord({ ...record, at: { ...record.at, file: backing.get(record.at.file)! } });
          } else onRecord(record);
        });
        const debug = unit.toolchain.minor >= 25 ? 'escapedebug=1,closure=1' : 'closure=1';
        const args = [
          'list',
          '-e',
          '-export',
          '-test',
          '-trimpath',
          '-overlay',
          path.join(scratch, 'overlay.json'),
        ];
        args.push(`-gcflags=-m=2 -S -d=${debug}`, '-json=ImportPath,Dir,GoFiles,CgoFiles,Export,Error');
        const patterns = request.directories.map((directory) => `./${path.relative(unit.root, directory)}`);
        const out = await run([...args, ...patterns], unit.root, env, (chunk) => parser.write(chunk), signal);
        parser.end();
        const packages = new Map<string, ListedPackage & { files: string[] }>();
        for (const text of out.split(/^(?=\{)/m)) {
          if (text.trim() === '') continue;
          const p = JSON.parse(text) as Record<'ImportPath' | 'Dir' | 'Export', string> & {
            GoFiles?: string[];
          };
          const importPath = p.ImportPath.replace(/ \[.*/, '').replace(/_test$/, '');
          if (importPath.endsWith('.test')) continue;
          const known = packages.get(importPath) ?? {
            importPath,
            directory: p.Dir,
            files: [],
            fingerprint: '',
          };
          known.files.push(...(p.GoFiles ?? []).map((file) => path.resolve(p.Dir, file)));
          packages.set(importPath, known);
        }
        return { packages: [...packages.values()] };
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

export function testEngine(
  options: Partial<GoEngineOptions> & { toolchain?: string } = {},
): Promise<GoEngine> {
  return createGoEngine(
    { logger: nullLogger, trust: new TrustGate(true) },
    { grammar, compiler: testCompiler(options.toolchain), ...options },
  );
}
