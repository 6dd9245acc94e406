import { readChunks, sizeOf } from '../host/files';

/**
 * The bytes of a file that is read several times from the start, telling how much of it all is done.
 * @param file absolute path
 * @param passes how often it will be read
 * @param progress hears whole percentages, each once, in their order
 * @returns what opens it for the next pass
 */
export function passesOf(
  file: string,
  passes: number,
  progress: (percentage: number) => void,
): () => AsyncGenerator<Uint8Array> {
  let [done, told] = [0, -1];
  return async function* () {
    const whole = passes * Math.max(1, await sizeOf(file));
    for await (const chunk of readChunks(file)) {
      yield chunk;
      done += chunk.length;
      const percentage = Math.min(100, Math.floor((100 * done) / whole));
      if (percentage > told) progress((told = percentage));
    }
  };
}
