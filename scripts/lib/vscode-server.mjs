// A real VS Code from npm, for machines that cannot reach VS Code's download server: the npm package `code-server`
// carries VS Code's own server build (workbench and extension host), and a browser is its window.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { npm, output, root, Sentence, which } from './run.mjs';

/** The VS Codes that the tests drive: the oldest that the manifest's engine allows, and the newest on npm. */
export const builds = {
  minimum: { vscode: '1.100.3', codeServer: '4.100.3', node: 20 },
  newest: { vscode: '1.139.1', codeServer: '4.139.1', node: 24 },
};

/** Where downloads live; survives between runs, and may be shared by several clones. */
export const cache = resolve(process.env.ALLOCLENS_CACHE ?? join(root, '.vscode-test'));

const natives = [
  '@vscode/spdlog',
  'native-watchdog',
  '@vscode/native-watchdog',
  '@parcel/watcher',
  'node-pty',
];

/** Raised when the set-up steps below change, so that an older cache is not taken for a complete one. */
const recipe = 2;

/**
 * Installs VS Code's server from npm, once.
 * @param {keyof typeof builds} name
 * @returns {Promise<{ node: string, main: string, version: string }>} how to start it
 */
export async function installVscodeServer(name) {
  const build = builds[name];
  const folder = join(cache, `code-server-${build.codeServer}`);
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const main = join(vscode, 'out', 'server-main.js');
  const done = join(folder, `.complete-${recipe}`);
  if (!existsSync(done)) {
    const part = `${folder}.part-${process.pid}`;
    await rm(part, { recursive: true, force: true });
    try {
      await assemble(build, part);
      await writeFile(join(part, `.complete-${recipe}`), '');
      await rm(folder, { recursive: true, force: true });
      await rename(part, folder);
    } catch (error) {
      await rm(part, { recursive: true, force: true });
      throw error;
    }
  }
  return { node: await nodeOf(build.node), main, version: build.vscode };
}

async function assemble(build, folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  // Its own install script wants Kerberos headers and a download from GitHub; neither is needed to edit files.
  await npmIn(folder, 'install', '--ignore-scripts', `code-server@${build.codeServer}`);
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  await npmIn(vscode, 'install', '--ignore-scripts', '--omit=dev');
  // TypeScript for VS Code's own TypeScript extension, which complains loudly when it is missing.
  await npmIn(join(vscode, 'extensions'), 'install', '--ignore-scripts', '--omit=dev');
  for (const name of natives) {
    if (!existsSync(join(vscode, 'node_modules', name))) continue;
    try {
      await npmIn(vscode, 'rebuild', '--ignore-scripts=false', name);
    } catch (error) {
      // None of them is needed for what we do here, and node-pty's last step fails although the module is built.
      if (!existsSync(join(vscode, 'node_modules', name, 'build', 'Release')))
        process.stdout.write(
          `  ${name} was not built: ${
            String(error.message)
              .split('\n')
              .find((line) => /error/i.test(line)) ?? error
          }\n`,
        );
    }
  }
  if (!existsSync(join(vscode, 'node_modules.asar')))
    await symlink('node_modules', join(vscode, 'node_modules.asar'), 'dir');
  const rg = which('rg');
  const wanted = join(vscode, 'node_modules', '@vscode', 'ripgrep', 'bin', 'rg');
  if (rg && !existsSync(wanted)) {
    await mkdir(dirname(wanted), { recursive: true });
    await symlink(rg, wanted);
  }
}

async function npmIn(folder, ...args) {
  const [program, ...leading] = npm();
  const headers = resolve(dirname(process.execPath), '..');
  const env = { ...process.env };
  // Settings of the npm that started this script would be taken for settings of this install.
  for (const key of Object.keys(env))
    if (/^npm_(config_(?!registry|cache)|package_|lifecycle)/i.test(key)) delete env[key];
  // The headers beside this Node serve every module here (all are N-API), and spare a download.
  if (existsSync(join(headers, 'include', 'node', 'node_api.h'))) env.npm_config_nodedir = headers;
  await output(program, [...leading, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    env,
  });
}

/** A Node of that major version: this one, or one from npm. */
async function nodeOf(major) {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(cache, `node-${major}`);
  const file = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    await npmIn(folder, 'install', '--ignore-scripts', `${name}@${major}`);
    if (!existsSync(file)) throw new Sentence(`The npm package ${name}@${major} holds no ${file}.`);
  }
  return file;
}

/** A TCP port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Installs a packaged extension into a server's data folder.
 * @param {Awaited<ReturnType<typeof installVscodeServer>>} vscode
 */
export async function installExtension(vscode, vsix, dataFolder) {
  await output(vscode.node, [
    vscode.main,
    '--accept-server-license-terms',
    '--install-extension',
    vsix,
    '--force',
    '--server-data-dir',
    dataFolder,
  ]);
}

/**
 * Starts the server; resolves when it answers.
 * @param {Awaited<ReturnType<typeof installVscodeServer>>} vscode
 * @param {{ dataFolder: string, port?: number, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ url: string, process: import('node:child_process').ChildProcess, log: () => string, stop: () => Promise<void> }>}
 */
export async function startVscodeServer(vscode, options) {
  const port = options.port ?? (await freePort());
  const child = spawn(
    vscode.node,
    [
      vscode.main,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--without-connection-token',
      '--accept-server-license-terms',
      '--server-data-dir',
      options.dataFolder,
      '--telemetry-level',
      'off',
      // The environment it is started with counts, not what a login shell would make of it.
      '--force-disable-user-env',
    ],
    // Its own process group, so that stopping it takes the extension hosts and their children along.
    {
      cwd: dirname(vscode.main),
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    },
  );
  let log = '';
  const keep = (data) => (log = (log + data).slice(-200_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const kill = (signal) => {
    try {
      if (process.platform === 'win32') child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {
      // Already gone.
    }
  };
  const onExit = () => kill('SIGKILL');
  process.once('exit', onExit);
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) {
      kill('SIGKILL');
      throw new Sentence(`VS Code's server ${vscode.version} did not start:\n${log}`);
    }
    try {
      if ((await fetch(`${url}/version`)).ok) break;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    url,
    process: child,
    log: () => log,
    stop: async () => {
      process.off('exit', onExit);
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(timer);
      // The extension host outlives a polite end of its server for a while.
      kill('SIGKILL');
    },
  };
}

/** The manifest of an installed VS Code server, for what it calls itself. */
export async function productOf(vscode) {
  return JSON.parse(await readFile(join(dirname(dirname(vscode.main)), 'product.json'), 'utf8'));
}
