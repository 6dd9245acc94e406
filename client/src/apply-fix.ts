import { applyFixRequest, type ApplyFixResult, type FindingReference } from '../../server/src/lsp/protocol';
import type { LanguageServer } from './language-server';
import { reached } from './milestones';
import { inform } from './say';

/** Applies the first fix of the finding at a place, or says why not. */
export async function applyFix(reference: FindingReference, server: LanguageServer): Promise<void> {
  const client = await server.start();
  const { applied, reason } = await client.sendRequest<ApplyFixResult>(applyFixRequest, reference);
  if (applied) void reached('fixApplied');
  else if (reason !== undefined) void inform(reason);
}
