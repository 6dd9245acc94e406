import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import type { GoPackage } from '../../rules/go/rule';
import { Builds, NotCompiled, type Build } from '../../server/src/go/compile/builds';
import { buildPackage } from '../../server/src/go/facts/package';
import { GoSyntax, type ParsedFile } from '../../server/src/go/facts/syntax-trees';
import { nullLogger } from '../../server/src/host/logger';
import { ProcessRunner } from '../../server/src/host/process';
import { TrustGate } from '../../server/src/host/trust';
import { grammar, testSettings } from './go';
import { inRepository } from './repository';

/** One toolchain of each text format and of each release that changed what allocates. scripts/test.mjs fetches them. */
export const toolchains = JSON.parse(
  readFileSync(inRepository('test', 'toolchains.json'), 'utf8'),
) as string[];

/** A toolchain that needs no download: `local`, or one in the module cache. */
export function hasToolchain(name: string): boolean {
  if (name === 'local') return true;
  const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim();
  return existsSync(path.join(cache, 'golang.org', `toolchain@v0.0.1-${name}.${goPlatform()}`));
}

function goPlatform(): string {
  return execFileSync('go', ['env', 'GOHOSTOS', 'GOHOSTARCH'], { encoding: 'utf8' })
    .trim()
    .replace(/\s+/, '-');
}

export interface CompiledFiles {
  readonly pkg: GoPackage;
  readonly build: Build;
  dispose(): Promise<void>;
}

/** Compiles files (name → text) as the package example.com/p with a real toolchain and joins its facts. */
export async function compileFiles(
  files: Readonly<Record<string, string>>,
  toolchain = 'local',
): Promise<CompiledFiles> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'alloclens-facts-'));
  const host = { logger: nullLogger, trust: new TrustGate(true) };
  const builds = new Builds(host, new ProcessRunner(host.trust, host.logger));
  const syntax = await GoSyntax.load(grammar);
  const parsed: ParsedFile[] = [];
  const dispose = async (): Promise<void> => {
    for (const file of parsed) file.release();
    syntax.dispose();
    await builds.dispose();
    await rm(root, { recursive: true, force: true });
  };
  try {
    const all = { 'go.mod': 'module example.com/p\n\ngo 1.21\n', ...files };
    for (const [name, text] of Object.entries(all)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), text);
      if (name.endsWith('.go') && !name.includes('/'))
        parsed.push(syntax.parse(path.join(root, name), text)!);
    }
    const { signal } = new AbortController();
    const settings = testSettings(toolchain);
    const unit = await builds.locate(parsed[0]!.path, new Map(), settings, signal);
    if (unit instanceof NotCompiled) throw new Error(unit.why);
    const build = await builds.run(unit, new Map(), signal);
    if (build.errors.length > 0) throw new Error(build.errors.map(({ message }) => message).join('\n'));
    const pkg = buildPackage({
      importPath: build.packages[0]!.importPath,
      files: parsed,
      records: build.records,
      toolchain: unit.toolchain.version,
      language: { major: 1, minor: 21 },
    });
    return { pkg, build, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
