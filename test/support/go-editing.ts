import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createGoEngine, type GoEngine, type GoEngineOptions } from '../../server/src/go/engine';
import { nullLogger } from '../../server/src/host/logger';
import { TrustGate } from '../../server/src/host/trust';
import type { FileAnalysis, SourceDocument } from '../../server/src/service/engine';
import type { Settings } from '../../server/src/service/settings';
import { grammar, testSettings } from './go';

/** How an edit was compiled. `plan`: the go command was asked for its commands; `go list`: it compiled. */
export type Step = 'plan' | 'compile' | 'go list';

export interface Edited {
  readonly steps: readonly Step[];
  /** The last word about each file, by name. */
  readonly files: ReadonlyMap<string, FileAnalysis>;
  /** What was published in turn: names of files. */
  readonly published: readonly (readonly string[])[];
}

/** A module in an editor: unsaved texts, and an engine that tells how it compiles them. */
export class GoEditing {
  readonly #buffers = new Map<string, SourceDocument>();
  readonly warnings: string[] = [];
  #steps: Step[] = [];
  #version = 0;
  settings: Settings = testSettings();

  private constructor(
    readonly root: string,
    readonly engine: GoEngine,
  ) {}

  /** @param toolchain `local`, or `go1.23.12` */
  static async open(
    root: string,
    options: Partial<GoEngineOptions> = {},
    toolchain = 'local',
  ): Promise<GoEditing> {
    const said = (message: string): void => {
      const step = /: go list -n /.test(message)
        ? 'plan'
        : /: go list .*-gcflags/.test(message)
          ? 'go list'
          : /: compile /.test(message)
            ? 'compile'
            : undefined;
      if (step) editing.#steps.push(step);
    };
    const warn = (message: string): void => void editing.warnings.push(message);
    const host = { logger: { ...nullLogger, debug: said, warn }, trust: new TrustGate(true) };
    const editing: GoEditing = new GoEditing(
      root,
      await createGoEngine(host, { grammar, meanwhile: 6e5, ...options }),
    );
    editing.settings = testSettings(toolchain);
    return editing;
  }

  text(name: string): string {
    const file = path.join(this.root, name);
    return this.#buffers.get(file)?.text ?? readFileSync(file, 'utf8');
  }

  save(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.root, name)), { recursive: true });
    writeFileSync(path.join(this.root, name), text);
  }

  remove(name: string): void {
    rmSync(path.join(this.root, name));
  }

  /** Holds an unsaved text without having it analysed. */
  hold(name: string, text: string): SourceDocument {
    const file = path.join(this.root, name);
    const document = { path: file, languageId: 'go', version: ++this.#version, text };
    this.#buffers.set(file, document);
    return document;
  }

  /** The unsaved text, or that of the disk, is analysed. */
  async edit(
    name: string,
    text = this.text(name),
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Edited> {
    const document = this.hold(name, text);
    this.#steps = [];
    const files = new Map<string, FileAnalysis>();
    const published: string[][] = [];
    await this.engine.analyse(
      { document, buffers: this.#buffers, settings: this.settings },
      (analyses) => {
        published.push(analyses.map((one) => path.relative(this.root, one.path)));
        for (const one of analyses) files.set(path.relative(this.root, one.path), one);
      },
      signal,
    );
    return { steps: this.#steps, files, published };
  }
}
