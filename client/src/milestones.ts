import { commands } from 'vscode';

/** What a step of the walkthrough is completed by, as the context key `alloclens.<name>` (package.json). */
export type Milestone =
  'sampleOpened' | 'fixApplied' | 'fixProven' | 'profileLoaded' | 'toolchainFound' | 'levelSelected';

const passed = new Set<Milestone>();

/** Says that something has really happened, not that a button for it was pressed. */
export async function reached(milestone: Milestone): Promise<void> {
  if (passed.has(milestone)) return;
  passed.add(milestone);
  await commands.executeCommand('setContext', `alloclens.${milestone}`, true);
}
