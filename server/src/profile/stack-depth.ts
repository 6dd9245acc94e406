import { ProfileError } from './profile-error';

/** Frames of one stack, what is inlined included. Go records 128 places, V8 128 functions. */
export const deepest = 10_000;

/** What a stack of more frames than that is. */
export function tooDeep(): ProfileError {
  return new ProfileError(`It is damaged: a stack has more than ${deepest} frames.`);
}
