// node scripts/package.mjs: bundles, and packages dist/alloclens.vsix.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { output, root, run, Sentence } from './lib/run.mjs';

/** The packaged extension. */
export const vsix = join(root, 'dist', 'alloclens.vsix');

/** Bundles and packages; a warning of the packager is an error, because nobody reads it later. */
export async function packageExtension() {
  await run(process.execPath, ['esbuild.mjs']);
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const printed = await output(process.execPath, [vsce, 'package', '--no-dependencies', '--out', vsix]);
  if (/warning/i.test(printed)) throw new Sentence(`\`vsce package\` warned:\n${printed}`);
  console.log(`dist/alloclens.vsix: ${((await stat(vsix)).size / 1024).toFixed(0)} KiB`);
}

if (process.argv[1] === import.meta.filename) await packageExtension();
