import { readText, readTextSync, type DiskText } from '../host/files';
import type { SourceDocument } from './engine';
import { languageIdOf } from './languages';

/** A file of the disk as editors show it. */
export type DiskFile = SourceDocument & DiskText;

/** @throws UnreadError whose message is a sentence */
export async function readSource(path: string): Promise<DiskFile> {
  return { path, languageId: languageIdOf(path) ?? '', version: 0, ...(await readText(path)) };
}

/** The text of a file that was not analysed itself, such as one that a fix reaches into; empty when it is gone. */
export function textOnDisk(path: string): string {
  try {
    return readTextSync(path).text;
  } catch {
    return '';
  }
}
