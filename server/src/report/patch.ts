import { createTwoFilesPatch } from 'diff';

/**
 * A unified diff that `git apply` and `patch -p1` take.
 * @param name of the file, relative to where it is applied, with slashes
 * @param before with the byte order mark, if the file has one; `after` likewise
 */
export function patchText(name: string, before: string, after: string): string {
  // A tab ends a name that has spaces, as in git's own patches.
  const end = /\s/.test(name) ? '' : undefined;
  return createTwoFilesPatch(patchName(`a/${name}`), patchName(`b/${name}`), before, after, end, end, {
    context: 3,
  }).replace(/^=+\n/, '');
}

/** A name that would be taken for something else is quoted as git does it: in C's escapes, byte by byte. */
function patchName(name: string): string {
  if (!/["\\\p{C}\p{Zl}\p{Zp}]/u.test(name)) return name;
  const bytes = [...Buffer.from(name)].map((byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
      ? `\\${byte.toString(8).padStart(3, '0')}`
      : String.fromCharCode(byte),
  );
  return `"${bytes.join('')}"`;
}
