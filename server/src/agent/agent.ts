import { isAbsolute, resolve } from 'node:path';
import type { Finding, Fix, RuleMeta } from '../../../rules/model';
import { fingerprintsOf, identitiesOf } from '../history/identity';
import { codeOf } from '../hotspots/code';
import { inside, realPath } from '../host/paths';
import type { Analyser } from '../service/analyser';
import type { EngineHost, FileAnalysis, SourceDocument } from '../service/engine';
import { compareUrgency, compareText } from '../service/ranking';
import { scan, type ScanResult } from '../service/scan';
import type { Settings } from '../service/settings';
import { textOnDisk } from '../service/source';
import { filesOf } from '../service/targets';
import { displayPath } from '../service/walk';
import { LineIndex } from '../text/positions';
import { AgentError } from './tool';

export interface AgentOptions {
  readonly analyser: Analyser;
  readonly host: EngineHost;
  readonly settings: Settings;
  readonly rules: readonly RuleMeta[];
  /** Absolute: nothing outside of it is read or changed. */
  readonly folder: string;
  /** Texts that are not saved yet, by absolute path. */
  readonly buffers?: () => ReadonlyMap<string, SourceDocument>;
}

/** A finding under a name that stays as long as its code does. */
export interface NamedFinding {
  /** Twelve digits of its fingerprint, and which it is among its equals: `3f2a90c1d2e4-1`. */
  readonly id: string;
  readonly finding: Finding;
  readonly analysis: FileAnalysis;
}

/** What an agent works with: one folder, and what was last found in it. */
export class Agent {
  #paths: readonly string[] = [];
  #known: readonly NamedFinding[] | undefined;
  #notes: readonly string[] = [];

  constructor(readonly options: AgentOptions) {}

  get folder(): string {
    return this.options.folder;
  }

  get trusted(): boolean {
    return this.options.host.trust.trusted;
  }

  /** What limits the last analysis. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Analyses what paths name; the most urgent and hottest first. @throws AgentError */
  async find(paths: readonly string[], signal: AbortSignal): Promise<readonly NamedFinding[]> {
    const { analyser, settings } = this.options;
    const files = await this.files(paths, this.folder, signal);
    const scanned = await scan(analyser, files, { settings, signal, buffers: this.buffers });
    this.#paths = paths;
    this.#notes = this.#notesOf(scanned);
    return (this.#known = await this.#named(scanned));
  }

  /** @throws AgentError when no finding has the id, or its code has changed */
  async finding(id: string, signal: AbortSignal): Promise<NamedFinding> {
    const found = this.#known?.find((one) => one.id === id);
    if (found && this.textOf(found.analysis.path) === found.analysis.text) return found;
    const again = (await this.find(this.#paths, signal)).find((one) => one.id === id);
    if (again) return again;
    throw new AgentError(
      `There is no finding ${id}: it is gone, its expression has changed, or it is not below the paths of the last call of hotspots. Call hotspots.`,
    );
  }

  /** @param id of the finding, a slash, and the number of the fix from 1 */
  async fix(id: string, signal: AbortSignal): Promise<NamedFinding & { readonly fix: Fix }> {
    const [, of, number] = /^(.+)\/(\d+)$/.exec(id) ?? [];
    if (of === undefined)
      throw new AgentError('A fix is named as verified_fixes names it: 3f2a90c1d2e4-1/1.');
    const found = await this.finding(of, signal);
    const fix = found.finding.fixes[Number(number) - 1];
    if (!fix)
      throw new AgentError(
        `${of} has ${found.finding.fixes.length} fixes, and none with the number ${number}.`,
      );
    return { ...found, fix };
  }

  get buffers(): ReadonlyMap<string, SourceDocument> {
    return this.options.buffers?.() ?? new Map();
  }

  /** As it is now, saved or not. */
  textOf(file: string): string {
    return this.buffers.get(file)?.text ?? textOnDisk(file);
  }

  /** What was found is no longer so. */
  forget(): void {
    this.#known = undefined;
  }

  /** @throws AgentError when a path leads out of the folder or names nothing */
  async files(paths: readonly string[], root: string, signal: AbortSignal): Promise<readonly string[]> {
    for (const path of paths) {
      const target = resolve(root, path.replace(/\.\.\.$/, ''));
      if (isAbsolute(path) || !inside(realPath(target) ?? target, realPath(root) ?? root))
        throw new AgentError(`${path} is not below the folder of this server: paths are relative to it.`);
    }
    try {
      return (await filesOf(paths, root, signal)).files;
    } catch (error) {
      if (signal.aborted) throw error;
      throw new AgentError((error as Error).message);
    }
  }

  /** Relative to the folder, with slashes. */
  shown(file: string): string {
    return displayPath(this.folder, file);
  }

  /** @throws AgentError in a folder that nobody has trusted */
  requireTrust(what: string): void {
    if (!this.trusted)
      throw new AgentError(
        `${what} was refused because this folder is not trusted: nothing of it is run. The user can start the server with “alloclens mcp --trust”.`,
      );
  }

  async #named(scanned: ScanResult): Promise<NamedFinding[]> {
    const findings = scanned.findings;
    const prints = fingerprintsOf(
      await identitiesOf(findings, codeOf(scanned, this.options.analyser), this.folder),
    );
    return findings
      .map((finding, i): NamedFinding => {
        const { hash, order } = prints[i]!;
        return {
          id: `${hash.slice(0, 12)}-${order}`,
          finding,
          analysis: scanned.analyses.get(finding.file)!,
        };
      })
      .sort((a, b) => compareUrgency(a.finding, b.finding));
  }

  #notesOf({ notes }: ScanResult): string[] {
    const messages = notes.filter(({ kind }) => kind !== 'withheld fix').map(({ message }) => message);
    return [...new Set(messages)].sort(compareText).slice(0, 5);
  }
}

/** 1-based line of where a finding begins. */
export function lineOf({ finding, analysis }: Pick<NamedFinding, 'finding' | 'analysis'>): number {
  return new LineIndex(analysis.text).lineAt(finding.span.start) + 1;
}
