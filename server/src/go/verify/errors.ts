import path from 'path';
import type { CompileError } from '../compile/listed';

/** Lines move with the edits: an error is the same when file and words are. */
function key({ at, message }: CompileError): string {
  return `${at?.file ?? ''}\0${message}`;
}

/** Those that a change brought. */
export function newErrors(
  after: readonly CompileError[],
  before: readonly CompileError[],
): readonly CompileError[] {
  const old = new Set(before.map(key));
  return after.filter((error) => !old.has(key(error)));
}

export function concerns({ at }: CompileError, directory: string): boolean {
  return at === undefined || path.dirname(at.file) === directory;
}

export function brief(error: CompileError | undefined): string {
  if (!error) return 'the compiler gave no reason';
  const where = error.at ? `${path.basename(error.at.file)}:${error.at.line}: ` : '';
  // Another place in the message is one of the overlay.
  return (
    where +
    error.message
      .split('\n')[0]!
      .replaceAll(/(?<=^|\s)(?:\.{0,2}\/|[A-Za-z]:)\S*[\\/](?=[^\\/\s]+\.go:\d)/g, '')
  );
}
