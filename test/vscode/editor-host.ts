import { join } from 'node:path';
import { browserHost } from './browser-host';
import { desktopHost } from './desktop-host';
import type { Host } from './host';
import { repository } from './repository';

/** The host of this run: VS Code in Chromium, or with ALLOCLENS_VSCODE=desktop the desktop one. */
export function editorHost(build: 'minimum' | 'newest'): Promise<Host> {
  const open = process.env['ALLOCLENS_VSCODE'] === 'desktop' ? desktopHost : browserHost;
  return open(build, join(repository, 'dist', 'alloclens.vsix'));
}
