import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { settingsFor, type Host, type OpenOptions, type OpenWindow } from './host';
import { vscodeServer } from './repository';

/** Chromium's executable, or undefined. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return named;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
      const file = join(folder, name);
      if (folder !== '' && existsSync(file)) return file;
    }
  }
  return undefined;
}

/** VS Code's server from npm, with Chromium as its window. */
export async function browserHost(build: 'minimum' | 'newest', vsix: string): Promise<Host> {
  const server = await vscodeServer();
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error(
      'Chromium was not found on the PATH (chromium, chromium-browser, google-chrome); set CHROMIUM_PATH.',
    );
  const vscode = await server.installVscodeServer(build);
  let browser: Browser | undefined;
  return {
    name: `VS Code ${vscode.version} in Chromium`,
    version: vscode.version,
    async open(options: OpenOptions): Promise<OpenWindow> {
      const dataFolder = await mkdtemp(join(tmpdir(), 'alloclens-vscode-'));
      const user = join(dataFolder, 'data', 'User');
      const machine = join(dataFolder, 'data', 'Machine');
      for (const folder of [user, machine]) {
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, 'settings.json'), JSON.stringify(settingsFor(options), undefined, 2));
      }
      for (const one of [vsix, ...(options.beside ?? [])])
        await server.installExtension(vscode, one, dataFolder);
      const running = await server.startVscodeServer(vscode, {
        dataFolder,
        env: { ...process.env, ...options.env },
      });
      browser ??= await chromium.launch({
        executablePath,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          '--disable-quic',
        ],
      });
      const context = await browser.newContext({ viewport: { width: 1200, height: 720 } });
      const page = await context.newPage();
      await page.goto(`${running.url}/?folder=${encodeURIComponent(options.folder)}`);
      return {
        page,
        log: running.log,
        async close() {
          await context.close();
          await running.stop();
          await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
        },
      };
    },
    async dispose() {
      await browser?.close();
    },
  };
}
