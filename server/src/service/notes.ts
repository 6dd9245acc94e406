import type { Note } from '../../../rules/model';

/** A note about many files names so many; the others are counted. */
const namedFiles = 3;

/** The files of each message, in the order of the notes: a package that does not compile says the same of each. */
export function byMessage(notes: readonly Note[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const { file, message } of notes) {
    let files = grouped.get(message);
    if (!files) grouped.set(message, (files = []));
    if (file !== undefined) files.push(file);
  }
  return grouped;
}

/** "a.go, b.go, c.go, 19997 more", or nothing. */
export function namesOf(files: readonly string[], name: (file: string) => string): string {
  const named = files.slice(0, namedFiles).map(name);
  if (files.length > namedFiles) named.push(`${files.length - namedFiles} more`);
  return named.join(', ');
}
