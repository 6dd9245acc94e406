// npm start: installs, builds, packages, prints the hotspots of the recorded services in samples/service and the findings of the samples, and
// opens VS Code on samples/ with the extension. With CI=true, or `npm start -- --report`, it ends after the report.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findGo, installDependencies, requireNode } from './lib/prerequisites.mjs';
import { ci, root, Sentence, status, step } from './lib/run.mjs';

try {
  requireNode();
  await installDependencies();
  // From here on packages may be loaded.
  const { packageExtension, vsix } = await import('./package.mjs');
  step('Build and package');
  await packageExtension();
  await report();
  if (!ci && !process.argv.includes('--report')) {
    const { openEditor } = await import('./lib/open-editor.mjs');
    await openEditor(vsix, join(root, 'samples'));
  }
} catch (error) {
  if (!(error instanceof Sentence)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

/** Shows what the services' recorded profiles say, then scans the samples, with the packaged command line. */
async function report() {
  const go = await findGo();
  const services = [
    ...('go' in go ? [['go', 'catalogue.pprof']] : []),
    ['typescript', 'catalogue.heapprofile'],
  ];
  for (const [language, profile] of services) {
    const folder = `samples/service/${language}`;
    step(`The heaviest lines of ${folder}, by ${profile}`);
    await alloclens('hotspots', folder, '--profile', `${folder}/${profile}`, '--top', '5');
  }
  const folders = [...('go' in go ? ['samples/go'] : []), 'samples/typescript'];
  step(`Scan ${folders.join(' and ')}${'go' in go ? ` (Go ${go.version})` : ''}`);
  if ('problem' in go) console.log(`The Go half is skipped. ${go.problem}\n`);
  for (const folder of folders)
    if (!existsSync(join(root, folder))) throw new Sentence(`${folder} is missing.`);
  await alloclens('scan', ...folders);
}

async function alloclens(command, ...args) {
  const code = await status(process.execPath, ['dist/cli.js', command, ...args]);
  // 1: something was found, and it should be.
  if (code > 1) throw new Sentence(`\`alloclens ${command}\` could not do its job (exit code ${code}).`);
}
