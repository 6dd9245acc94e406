import { commands, Uri } from 'vscode';
import {
  proveRequest,
  type FindingReference,
  type ProofResult,
  type Site,
} from '../../../server/src/lsp/protocol';
import { fileName } from '../file-name';
import { applyFix } from '../apply-fix';
import type { LanguageServer } from '../language-server';
import { longRequest } from '../long-request';
import { inform } from '../say';
import type { ProofsView } from './proofs-view';

/** Applies the site's first fix, and opens the file that it changes. */
export async function applyFixOf(site: Site, server: LanguageServer): Promise<void> {
  const reference = fixOf(site);
  if (reference) await openAndApply(reference, server);
}

/** Opens the document, so that the fix is made from its present text, and applies the first fix of the finding there. */
export async function openAndApply(reference: FindingReference, server: LanguageServer): Promise<void> {
  await commands.executeCommand('vscode.open', Uri.parse(reference.uri, true), {
    selection: { start: reference.position, end: reference.position },
  });
  await applyFix(reference, server);
}

/** Runs the benchmarks that reach the site's first fix, before and after. */
export async function proveFixOf(site: Site, server: LanguageServer, proofs: ProofsView): Promise<void> {
  const reference = fixOf(site);
  if (!reference) return;
  const { uri, position } = reference;
  const place = `${fileName(uri)}:${position.line + 1}`;
  const client = await server.start();
  const result = await longRequest<ProofResult>(
    client,
    `proving the fix at ${place}`,
    proveRequest,
    reference,
  );
  await proofs.add(place, reference, result);
}

function fixOf({ uri, findings }: Site): FindingReference | undefined {
  const found = findings.find(({ fix }) => fix?.safe === true) ?? findings.find(({ fix }) => fix);
  if (!found) {
    void inform('No fix is offered for this place.');
    return undefined;
  }
  const { line, character, ruleId } = found;
  return { uri, ruleId, position: { line, character } };
}
