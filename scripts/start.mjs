// npm start: installs, builds, packages, scans samples/, prints the report, and opens VS Code on samples/ with the
// extension. With CI=true, or `npm start -- --report`, it ends after the report.
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

/** Scans the samples with the packaged command line. */
async function report() {
  const go = await findGo();
  const folders = [...('go' in go ? ['samples/go'] : []), 'samples/typescript'];
  step(`Scan ${folders.join(' and ')}${'go' in go ? ` (Go ${go.version})` : ''}`);
  if ('problem' in go) console.log(`The Go half is skipped. ${go.problem}\n`);
  for (const folder of folders)
    if (!existsSync(join(root, folder))) throw new Sentence(`${folder} is missing.`);
  const code = await status(process.execPath, ['dist/cli.js', 'scan', ...folders]);
  // 1: there are findings, and there should be.
  if (code > 1) throw new Sentence(`\`alloclens scan\` could not do its job (exit code ${code}).`);
}
