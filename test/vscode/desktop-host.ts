import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath } from '@vscode/test-electron';
import { settingsFor, type Host, type OpenOptions, type OpenWindow } from './host';
import { vscodeServer } from './repository';

/** The desktop VS Code that @vscode/test-electron downloads, driven through Electron's debugging protocol. */
export async function desktopHost(build: 'minimum' | 'newest', vsix: string): Promise<Host> {
  const { builds, cache } = await vscodeServer();
  const version = build === 'minimum' ? builds.minimum.vscode : 'stable';
  const executablePath = await downloadAndUnzipVSCode({ version, cachePath: cache });
  const [cli, ...leading] = resolveCliArgsFromVSCodeExecutablePath(executablePath);
  return {
    name: `VS Code ${version} on ${process.platform}`,
    version,
    async open(options: OpenOptions): Promise<OpenWindow> {
      const data = await mkdtemp(join(tmpdir(), 'al-'));
      const user = join(data, 'u', 'User');
      await mkdir(user, { recursive: true });
      const settings = {
        ...settingsFor(options),
        // The operating system's title bar and dialogs cannot be driven.
        'window.titleBarStyle': 'custom',
        'window.dialogStyle': 'custom',
        'files.hotExit': 'off',
        'window.confirmBeforeClose': 'never',
      };
      await writeFile(join(user, 'settings.json'), JSON.stringify(settings));
      const own = [`--user-data-dir=${join(data, 'u')}`, `--extensions-dir=${join(data, 'e')}`];
      const install = [vsix, ...(options.beside ?? [])].flatMap((one) => ['--install-extension', one]);
      const installed = spawnSync(cli!, [...leading, ...own, ...install, '--force'], {
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
      if (installed.status !== 0)
        throw new Error(`The extension could not be installed: ${installed.stdout}${installed.stderr}`);
      const app = await _electron.launch({
        executablePath,
        args: [
          ...own,
          '--no-sandbox',
          '--disable-gpu-sandbox',
          '--disable-updates',
          '--skip-welcome',
          '--skip-release-notes',
          '--use-inmemory-secretstorage',
          '--disable-telemetry',
          options.folder,
        ],
        env: { ...(process.env as Record<string, string>), ...options.env },
        timeout: 120_000,
      });
      let log = '';
      for (const stream of [app.process().stdout, app.process().stderr])
        stream?.on('data', (text: Buffer) => (log += text.toString()));
      const page = await app.firstWindow({ timeout: 120_000 });
      return {
        page,
        log: () => log,
        async close() {
          const { pid } = app.process();
          // A dialog about unsaved text would keep a polite end waiting.
          const killer = setTimeout(() => pid !== undefined && process.kill(pid, 'SIGKILL'), 5000);
          await app.close().catch(() => undefined);
          clearTimeout(killer);
          await rm(data, { recursive: true, force: true, maxRetries: 5 });
        },
      };
    },
    async dispose() {
      // Nothing is shared between windows.
    },
  };
}
