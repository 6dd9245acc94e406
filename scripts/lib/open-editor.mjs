// Opens VS Code with the packaged extension: a desktop one where there is a screen, else one in the browser. Its
// settings and extensions are its own, below the cache folder; the user's VS Code is left as it is.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, installExtension, installVscodeServer, startVscodeServer } from './vscode-server.mjs';
import { output, step, which } from './run.mjs';

/** The folder that we open is ours, so nobody is asked whether to trust it. */
const settings = { 'security.workspace.trust.enabled': false, 'workbench.startupEditor': 'none' };

/**
 * Resolves when a desktop window is open; with VS Code in the browser, when the user ends it.
 * @param {string} vsix
 * @param {string} folder
 */
export async function openEditor(vsix, folder) {
  const desktop = await findDesktop();
  if (desktop) {
    step(`Open ${desktop}`);
    return openDesktop(desktop, vsix, folder);
  }
  step('Open VS Code in the browser');
  await openBrowser(vsix, folder);
}

async function findDesktop() {
  if (process.env.ALLOCLENS_EDITOR === 'browser') return undefined;
  const screen =
    process.platform !== 'linux' ||
    process.env.DISPLAY !== undefined ||
    process.env.WAYLAND_DISPLAY !== undefined;
  if (!screen) return undefined;
  const installed = which('code');
  if (installed) return installed;
  try {
    const { downloadAndUnzipVSCode, resolveCliPathFromVSCodeExecutablePath } =
      await import('@vscode/test-electron');
    const executable = await downloadAndUnzipVSCode({ version: 'stable', cachePath: cache, timeout: 15_000 });
    return resolveCliPathFromVSCodeExecutablePath(executable);
  } catch (error) {
    console.log(`VS Code could not be downloaded: ${error.message}`);
    return undefined;
  }
}

async function openDesktop(command, vsix, folder) {
  const data = join(cache, 'start', 'desktop');
  await mkdir(join(data, 'user', 'User'), { recursive: true });
  await writeFile(join(data, 'user', 'User', 'settings.json'), JSON.stringify(settings));
  const own = ['--user-data-dir', join(data, 'user'), '--extensions-dir', join(data, 'extensions')];
  // `code` is a .cmd file on Windows, which only a shell runs.
  const options = { shell: process.platform === 'win32' };
  const quoted = (args) => (options.shell ? args.map((arg) => `"${arg}"`) : args);
  await output(quoted([command])[0], quoted([...own, '--install-extension', vsix, '--force']), options);
  await output(quoted([command])[0], quoted([...own, '--new-window', folder]), options);
}

async function openBrowser(vsix, folder) {
  const vscode = await installVscodeServer('newest');
  const dataFolder = join(cache, 'start', 'browser');
  for (const scope of ['User', 'Machine']) {
    await mkdir(join(dataFolder, 'data', scope), { recursive: true });
    await writeFile(join(dataFolder, 'data', scope, 'settings.json'), JSON.stringify(settings));
  }
  await installExtension(vscode, vsix, dataFolder);
  const port = process.env.PORT === undefined ? undefined : Number(process.env.PORT);
  const server = await startVscodeServer(vscode, { dataFolder, ...(port && { port }) });
  console.log(`VS Code ${vscode.version}: ${server.url}/?folder=${encodeURIComponent(folder)}`);
  console.log('Press Ctrl+C to end it.');
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
    server.process.once('exit', resolve);
  });
  await server.stop();
}
