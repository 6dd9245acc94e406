/** Names of temporary files and folders tell whose they are, so that the next process can remove what a killed one left. */
import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Tells where process ids mean the same: containers and machines can share a folder. Twelve hexadecimal digits, the same
 * for all processes that see each other.
 */
export const processSpace: string = (() => {
  let space = '';
  try {
    space = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has more than one space on a machine.
  }
  return createHash('sha256').update(`${hostname()} ${space}`).digest('hex').slice(0, 12);
})();

/** How the names of this process begin; what follows must not be guessable. */
export function ownName(prefix: string): string {
  return `${prefix}${processSpace}-${process.pid}-`;
}

/** Whose a name is: of a process that lives or is gone, or one that cannot be seen from here. */
export function ownerOf(prefix: string, name: string): 'alive' | 'gone' | 'elsewhere' | undefined {
  const made = /^([0-9a-f]{12})-(\d+)-/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '');
  if (!made) return undefined;
  if (made[1] !== processSpace) return 'elsewhere';
  return isAlive(Number(made[2])) ? 'alive' : 'gone';
}

/** Of this user; always, where the system does not tell users apart. */
export function isOwn({ uid }: { readonly uid: number }): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
