import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { SourceDocument } from '../service/engine';
import { languageIdOf } from '../service/languages';

/** A file of the disk: its text without the byte order mark, as editors show it. */
export interface DiskFile extends SourceDocument {
  readonly mark: boolean;
}

/**
 * Reads a source file.
 * @throws Error with a sentence when it cannot be read or is not UTF-8: a lossy text must not be written back
 */
export async function readSource(path: string): Promise<DiskFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new Error(`The file cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error('The file is not analysed because it is not UTF-8 text.', { cause: error });
  }
  const mark = text.startsWith('\uFEFF');
  return { path, languageId: languageIdOf(path) ?? '', version: 0, text: mark ? text.slice(1) : text, mark };
}

/** The text of a file that was not analysed itself, such as one that a fix reaches into; empty when it is gone. */
export function textOnDisk(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    return '';
  }
}
