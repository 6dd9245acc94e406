import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as VscodeServer from '../../scripts/lib/vscode-server.mjs' with { 'resolution-mode': 'import' };

/** The repository's root: compiled tests lie in out/test/vscode. */
export const repository = dirname(dirname(dirname(__dirname)));

export const artifacts = join(repository, 'test-artifacts');

/** The scripts are ES modules beside the sources; compiled tests reach them by their place in the repository. */
export async function vscodeServer(): Promise<typeof VscodeServer> {
  const url = pathToFileURL(join(repository, 'scripts', 'lib', 'vscode-server.mjs')).href;
  return (await import(url)) as typeof VscodeServer;
}
