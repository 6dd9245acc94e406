import { Uri, type Command } from 'vscode';
import type { Step } from './status-view';

/** What the status offers, as commands: their titles are those of the status' link. */
export const steps: Readonly<Record<Step, Command>> = {
  levels: { command: 'alloclens.selectLevel', title: 'Select Level' },
  trust: { command: 'workbench.trust.manage', title: 'Manage Trust' },
  goPath: { command: 'alloclens.setGoPath', title: 'Set the Path of Go' },
  install: {
    command: 'vscode.open',
    arguments: [Uri.parse('https://go.dev/doc/install')],
    title: 'Install Go',
  },
  log: { command: 'alloclens.showOutput', title: 'Open the Log' },
};
