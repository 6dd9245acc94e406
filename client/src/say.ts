import { window, type Progress } from 'vscode';
import { plainText } from '../../server/src/text/foreign';

/**
 * Notifications. Nothing else shows one (eslint.config.mjs): VS Code makes links of `[text](command:…)` in them, and what
 * they say names files, folders and settings of the workspace.
 */

export function inform(message: string, ...choices: string[]): Thenable<string | undefined> {
  return window.showInformationMessage(sentence(message), ...choices);
}

export function warn(message: string, ...choices: string[]): Thenable<string | undefined> {
  return window.showWarningMessage(sentence(message), ...choices);
}

export function fail(message: string, ...choices: string[]): Thenable<string | undefined> {
  return window.showErrorMessage(sentence(message), ...choices);
}

/** Says how far the work is: by how many hundredths further, and at what. */
export function report(progress: Progress<ProgressStep>, increment: number, what: string): void {
  progress.report({ increment, message: plainText(what) });
}

interface ProgressStep {
  readonly increment: number;
  readonly message: string;
}

function sentence(message: string): string {
  return `AllocLens: ${plainText(message, 600)}`;
}
