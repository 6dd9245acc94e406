// What has to be on the machine, and what the scripts install themselves. Node's own modules only.
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ci, npm, output, root, run, Sentence, step, which } from './run.mjs';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The oldest Go that the Go half works with. */
const oldestGo = [1, 21];

/** Ends with a sentence when this Node is older than the manifest asks for. */
export function requireNode() {
  const wanted = manifest.engines.node.replace('>=', '');
  if (!atLeast(process.versions.node.split('.').map(Number), wanted.split('.').map(Number)))
    throw new Sentence(
      `AllocLens needs Node ${wanted} or newer; this is ${process.versions.node} (${process.execPath}). Get one from https://nodejs.org/.`,
    );
}

/** Runs `npm ci` unless what the lock file names is installed. */
export async function installDependencies() {
  const folder = join(root, 'node_modules');
  const missing = missingPackage(folder);
  if (missing === undefined) return;
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Sentence(
      `node_modules is a link, and ${missing} is missing behind it or has another version: run \`npm ci\` there.`,
    );
  step('Install the development dependencies (npm ci)');
  const [program, ...leading] = npm();
  await run(program, [...leading, 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** The first package that the lock file names and node_modules does not hold in that version. */
function missingPackage(folder) {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const record = join(folder, '.package-lock.json');
  const installed = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).packages : {};
  return Object.keys(wanted).find(
    (path) => path !== '' && !wanted[path].optional && installed[path]?.version !== wanted[path].version,
  );
}

/**
 * The `go` command, or why there is none that can be used.
 * @returns {Promise<{ go: string, version: string } | { problem: string }>}
 */
export async function findGo() {
  const places = [
    '/usr/local/go/bin/go',
    '/usr/lib/go/bin/go',
    '/opt/homebrew/bin/go',
    join(homedir(), 'go', 'bin', 'go'),
  ];
  const go = which('go') ?? places.find((file) => existsSync(file));
  const advice = `Install Go ${oldestGo.join('.')} or newer from https://go.dev/dl/.`;
  if (!go) return { problem: `Go was not found on the PATH. ${advice}` };
  const version = /go(\d+(?:\.\d+)*)/.exec(await output(go, ['version']).catch(() => ''))?.[1];
  if (!version) return { problem: `${go} does not say its version. ${advice}` };
  if (!atLeast(version.split('.').map(Number), oldestGo))
    return { problem: `${go} is Go ${version}, which is too old. ${advice}` };
  return { go, version };
}

/**
 * Fetches the older and newer Go toolchains that tests compile with, through the module proxy. With CI=true none may be
 * missing; elsewhere the tests that need one skip themselves.
 */
export async function fetchGoToolchains(go) {
  const names = JSON.parse(readFileSync(join(root, 'test', 'toolchains.json'), 'utf8'));
  const fetched = await Promise.all(
    names.map((name) =>
      output(go, ['version'], { env: { ...process.env, GOTOOLCHAIN: name } }).then(
        () => undefined,
        (error) => `${name} could not be fetched: ${error.message}`,
      ),
    ),
  );
  for (const problem of fetched.filter((sentence) => sentence !== undefined)) {
    if (ci) throw new Sentence(`${problem} With CI=true nothing is skipped.`);
    console.log(problem);
  }
}

/** Installs Debian packages that are missing, where this is Debian and we may. Never fails: who needs them says so. */
export async function installDebianPackages(programs) {
  const missing = Object.entries(programs).filter(([program]) => which(program) === undefined);
  if (missing.length === 0 || process.platform !== 'linux' || process.getuid?.() !== 0) return;
  if (!existsSync('/etc/debian_version') || which('apt-get') === undefined) return;
  const packages = missing.map(([, name]) => name);
  step(`Install ${packages.join(' and ')} (apt-get)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await output('apt-get', ['update', '-qq'], { env });
    await output('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
  }
}

function atLeast(version, wanted) {
  for (let i = 0; i < wanted.length; i++) {
    if ((version[i] ?? 0) !== wanted[i]) return (version[i] ?? 0) > wanted[i];
  }
  return true;
}
