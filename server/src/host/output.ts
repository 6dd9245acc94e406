/** Files that a person asked for by name, such as a recording. */
import { writeFile } from 'node:fs/promises';

/** @throws Error whose message is a sentence that does not name the file */
export async function writeOutput(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw new Error(`It cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  });
}
