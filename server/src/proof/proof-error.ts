/** Why a proof could not be had; the message is a sentence for the user. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
}
