import { execFileSync } from 'node:child_process';
import { writeModule } from './go-module';

/** Runs git as a user with a name would, with no settings but the repository's own. */
export function git(folder: string, ...args: readonly string[]): string {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  return execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A repository in a temporary folder, with one commit of these files; goes with the test. */
export function writeRepository(
  t: { after(action: () => void): void },
  files: Record<string, string>,
): string {
  const folder = writeModule(t, files);
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-qm', 'one');
  return folder;
}

/** Writes all files as they are on the disk into a commit. */
export function commitAll(folder: string, message: string): void {
  git(folder, 'add', '-A');
  git(folder, 'commit', '-qm', message);
}
