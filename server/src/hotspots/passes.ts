import { readChunks, sizeOf } from '../host/files';
import type { ProfileFile } from './origin';

/**
 * The bytes of a profile that is read several times from the start, telling how much of it all is done.
 * @param passes how often it will be read
 * @returns what opens it for the next pass
 */
export function passesOf(
  { path, name, progress }: ProfileFile,
  passes: number,
): () => AsyncGenerator<Uint8Array> {
  let [done, told] = [0, -1];
  return async function* () {
    const whole = passes * Math.max(1, await sizeOf(path));
    for await (const chunk of readChunks(path)) {
      yield chunk;
      done += chunk.length;
      const percentage = Math.min(100, Math.floor((100 * done) / whole));
      if (percentage > told) progress?.(`reading ${name}`, (told = percentage));
    }
  };
}
