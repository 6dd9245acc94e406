/** A profile that cannot be used. The message is a sentence for the user that does not name the file. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
}
