/** Files that a person asked for by name, such as a recording. */
import { writeFile } from 'node:fs/promises';

/** @throws Error whose message is a sentence that does not name the file */
export async function writeOutput(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw new Error(`It cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  });
}

/**
 * A file that was not there before.
 * @returns false when something is
 * @throws as `writeOutput`
 */
export async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new Error(`It cannot be written: ${code ?? String(error)}.`, { cause: error });
  }
}
