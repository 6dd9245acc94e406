import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { compile, type CompileRequest, type CompileSummary } from '../../server/src/go/compile/compile';
import type { CompilerRecord } from '../../server/src/go/compile/record';
import { GoFolder } from '../../server/src/go/plan/folder';
import { findModule } from '../../server/src/go/plan/module';
import { compileUnit, type CompileUnit } from '../../server/src/go/plan/unit';
import { OverlayStore } from '../../server/src/go/compile/overlay';
import { Toolchains, type GoToolchain, type ToolchainsOptions } from '../../server/src/go/plan/toolchain';
import { nullLogger } from '../../server/src/host/logger';
import { ProcessRunner } from '../../server/src/host/process';
import { TrustGate } from '../../server/src/host/trust';

/** Writes files into a temporary folder that goes with the test, and gives its real path. */
export function writeModule(t: { after(action: () => void): void }, files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'alloclens-module-')));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

export const trustedRunner = new ProcessRunner(new TrustGate(true), nullLogger);

type Kind = CompilerRecord['kind'];

/** One compile of a file's package with the installed toolchain, or with another one. */
export interface Compiled {
  readonly toolchain: GoToolchain;
  readonly unit: CompileUnit;
  readonly summary: CompileSummary;
  readonly records: readonly CompilerRecord[];
  of<K extends Kind>(kind: K): Extract<CompilerRecord, { kind: K }>[];
}

export interface CompileOptions extends Omit<Partial<CompileRequest>, 'unit' | 'toolchain' | 'files'> {
  readonly files?: Record<string, string | null>;
  readonly patterns?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export function toolchainsFor(options: Partial<ToolchainsOptions> = {}): Toolchains {
  return new Toolchains({ runner: trustedRunner, logger: nullLogger, ...options });
}

/** The folder of a file, with unsaved texts. */
export function folderOf(
  file: string,
  files: ReadonlyMap<string, string | null> = new Map(),
): Promise<GoFolder> {
  const buffers = [...files].flatMap(([name, text]) =>
    text === null ? [] : [[name, { text, version: 1 }] as const],
  );
  return GoFolder.read(path.dirname(file), new Map(buffers));
}

export async function compileFile(
  t: Pick<TestContext, 'after'>,
  file: string,
  options: CompileOptions = {},
): Promise<Compiled> {
  const module = await findModule(file);
  const toolchains = toolchainsFor(options.environment ? { environment: options.environment } : {});
  const { toolchain, note } = await toolchains.for(module);
  if (!toolchain) throw new Error(note.message);
  const { files: texts, patterns, environment: _, signal, ...rest } = options;
  const files = new Map(Object.entries(texts ?? {}));
  let unit = await compileUnit(file, module, toolchain, await folderOf(file, files));
  if (patterns) unit = { ...unit, patterns };
  const store = await OverlayStore.create();
  t.after(() => store.dispose());
  const records: CompilerRecord[] = [];
  const request = { ...rest, toolchain, unit, files };
  const summary = await compile(trustedRunner, store, request, (record) => records.push(record), signal);
  return {
    toolchain,
    unit,
    summary,
    records,
    of: <K extends Kind>(kind: K) =>
      records.filter((record): record is Extract<CompilerRecord, { kind: K }> => record.kind === kind),
  };
}
