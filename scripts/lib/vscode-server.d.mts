import type { ChildProcess } from 'node:child_process';

export type BuildName = 'minimum' | 'newest';

export interface VscodeServer {
  /** The Node that runs it. */
  readonly node: string;
  /** Its entry script. */
  readonly main: string;
  /** "1.100.3" */
  readonly version: string;
}

export interface RunningServer {
  readonly url: string;
  readonly process: ChildProcess;
  log(): string;
  stop(): Promise<void>;
}

export const builds: Readonly<
  Record<BuildName, { readonly vscode: string; readonly codeServer: string; readonly node: number }>
>;
export const cache: string;
export function installVscodeServer(name: BuildName): Promise<VscodeServer>;
export function freePort(): Promise<number>;
export function installExtension(vscode: VscodeServer, vsix: string, dataFolder: string): Promise<void>;
export function startVscodeServer(
  vscode: VscodeServer,
  options: { dataFolder: string; port?: number; env?: NodeJS.ProcessEnv },
): Promise<RunningServer>;
export function productOf(vscode: VscodeServer): Promise<{ nameLong?: string; nameShort?: string }>;
