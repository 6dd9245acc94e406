// node scripts/vscode.mjs [minimum|newest]: fetches VS Code from npm into the cache, so that a test run finds it there.
import { builds, installVscodeServer, productOf } from './lib/vscode-server.mjs';

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(builds)) {
  const started = performance.now();
  const vscode = await installVscodeServer(name);
  const product = await productOf(vscode);
  console.log(
    `${name}: ${product.nameLong ?? product.nameShort} ${vscode.version} in ${((performance.now() - started) / 1000).toFixed(1)} s (${vscode.main})`,
  );
}
