// Child processes for the scripts. Node's own modules only: this runs before `npm ci`.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** True where the environment says that a missing tool is a failure and nobody sits in front of the screen. */
export const ci = /^(1|true|yes)$/i.test(process.env.CI ?? '');

/** Prints the headline of a step. */
export function step(text) {
  process.stdout.write(`\n${process.stdout.isTTY ? `\x1b[1m▸ ${text}\x1b[0m` : `▸ ${text}`}\n`);
}

/** An error whose message alone is what the person has to read. */
export class Sentence extends Error {}

/**
 * Runs a program to its end with inherited output; resolves to its exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function status(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** Runs a program to its end; rejects when it fails. */
export async function run(command, args, options) {
  const code = await status(command, args, options);
  if (code !== 0) throw new Sentence(`\`${[command, ...args].join(' ')}\` failed with exit code ${code}.`);
}

/**
 * Runs a program quietly and resolves to what it printed; rejects with its whole output when it fails.
 * @returns {Promise<string>}
 */
export function output(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let all = '';
    child.stdout.on('data', (data) => {
      out += data;
      all += data;
    });
    child.stderr.on('data', (data) => (all += data));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Sentence(`\`${[command, ...args].join(' ')}\` failed with exit code ${code}:\n${all}`));
    });
  });
}

/**
 * npm's command line as `[program, ...leading arguments]`. npm's own script when npm started us, so that no shell is
 * needed on Windows, where `npm` is a `.cmd` file.
 * @returns {[string, ...string[]]}
 */
export function npm() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return [process.execPath, script];
  if (process.platform !== 'win32') return ['npm'];
  return [process.execPath, join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')];
}

/** The absolute path of a program on the PATH, or undefined. */
export function which(name) {
  const endings = process.platform === 'win32' ? (process.env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    for (const ending of endings) {
      const file = join(folder, name + ending);
      try {
        if (!statSync(file).isFile()) continue;
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}
