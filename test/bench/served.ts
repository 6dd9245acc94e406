import { spawn, type ChildProcess } from 'node:child_process';
import { inRepository } from '../support/repository';
import { FakeEditor } from '../support/fake-editor';

/** The language server as it ships, and an editor that speaks to it. */
export interface Served {
  readonly editor: FakeEditor;
  readonly server: ChildProcess;
}

/**
 * Starts a server for one trusted folder.
 * @param settings the user's; the toolchain is the local one
 * @param more flags of Node, variables, and what the editor waits for an answer, in milliseconds
 */
export async function serve(
  folder: string,
  settings: Readonly<Record<string, unknown>>,
  more: {
    readonly flags?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
    readonly patience?: number;
  } = {},
): Promise<Served> {
  const { flags = [], env, patience } = more;
  const server = spawn(process.execPath, [...flags, inRepository('dist', 'server.js'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const editor = await FakeEditor.over(server.stdout, server.stdin, {
    folders: [folder],
    ...(patience !== undefined && { patience }),
    initializationOptions: { trusted: true },
    settings: () => ({ ...settings, go: { environment: { GOTOOLCHAIN: 'local' } } }),
  });
  return { editor, server };
}

/** Ends the server, after five seconds by force. */
export async function quit({ editor, server }: Served): Promise<void> {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  void editor.quit().catch(() => undefined);
  const timer = setTimeout(() => server.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}
