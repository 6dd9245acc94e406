/** A profile that cannot be used. The message is a sentence; the readers of formats leave it to `hotspots/` to name the file. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
}
