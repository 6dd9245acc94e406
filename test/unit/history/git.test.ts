import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Repository } from '../../../server/src/history/git';
import { nullLogger } from '../../../server/src/host/logger';
import { ProcessRunner } from '../../../server/src/host/process';
import { TemporaryFolder } from '../../../server/src/host/temporary-folder';
import { TrustGate } from '../../../server/src/host/trust';
import { git, writeRepository } from '../../support/git-repository';
import { trustedRunner } from '../../support/go-module';

const signal = new AbortController().signal;

async function setUp(t: TestContext, files: Record<string, string>) {
  const folder = writeRepository(t, files);
  const repository = await Repository.at(folder, trustedRunner, signal);
  const temporary = await TemporaryFolder.create();
  t.after(() => temporary.dispose());
  return { folder, repository, temporary };
}

/** Every file of a folder with its text, `.git` among them. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), readFileSync(file, 'latin1')]),
  );
}

test('the files of a commit are written elsewhere, and the repository stays as it is, to the last byte', async (t) => {
  const { folder, repository, temporary } = await setUp(t, { 'a/b.go': 'package a\n', 'c.ts': 'c' });
  const first = await repository.commit('HEAD');
  writeFileSync(path.join(folder, 'a/b.go'), 'package changed\n');
  const before = contents(folder);
  const copy = await repository.checkOut(first, temporary);
  assert.equal(readFileSync(path.join(copy, 'a/b.go'), 'utf8'), 'package a\n');
  assert.equal(readFileSync(path.join(copy, 'c.ts'), 'utf8'), 'c');
  assert.ok(!copy.startsWith(folder));
  assert.deepEqual(contents(folder), before);
});

test('what differs: between commits, and up to the disk with what git does not know', async (t) => {
  const { folder, repository } = await setUp(t, {
    '.gitignore': 'ignored.go\n',
    'a.go': '1',
    'b.go': '1',
    'ü b.go': '1',
  });
  writeFileSync(path.join(folder, 'a.go'), '2');
  git(folder, 'rm', '-q', 'ü b.go');
  git(folder, 'commit', '-qam', 'two');
  const [one, two] = [await repository.commit('HEAD~1'), await repository.commit('HEAD')];
  const changed = async (...args: Parameters<Repository['changed']>): Promise<string[]> =>
    (await repository.changed(...args)).map((file) => path.relative(repository.root, file));
  assert.deepEqual(await changed(one, two), ['a.go', 'ü b.go']);
  assert.deepEqual(await changed(two, undefined), []);
  writeFileSync(path.join(folder, 'new.go'), '');
  writeFileSync(path.join(folder, 'ignored.go'), '');
  writeFileSync(path.join(folder, 'b.go'), '2');
  assert.deepEqual(await changed(two, undefined), ['b.go', 'new.go']);
});

test('no hook, filter, monitor or external diff of the repository runs', async (t) => {
  const { folder, temporary } = await setUp(t, {
    '.gitattributes': '*.go filter=evil diff=evil\n',
    'a.go': 'package a\n',
  });
  const ran = path.join(folder, 'ran');
  const program = path.join(folder, '.git', 'evil.sh');
  writeFileSync(program, `#!/bin/sh\ntouch '${ran}'\ncat\n`, { mode: 0o755 });
  mkdirSync(path.join(folder, '.git', 'hooks'), { recursive: true });
  for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction', 'fsmonitor-watchman'])
    writeFileSync(path.join(folder, '.git', 'hooks', hook), `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
  const settings = {
    'filter.evil.smudge': program,
    'filter.evil.clean': program,
    'filter.evil.process': program,
    'filter.evil.required': 'true',
    'core.fsmonitor': program,
    'diff.evil.command': program,
    'diff.evil.textconv': program,
    'diff.external': program,
  };
  for (const [key, value] of Object.entries(settings)) git(folder, 'config', key, value);
  writeFileSync(path.join(folder, 'a.go'), 'package b\n');
  const repository = await Repository.at(folder, trustedRunner, signal);
  const head = await repository.commit('HEAD');
  const copy = await repository.checkOut(head, temporary);
  assert.equal(readFileSync(path.join(copy, 'a.go'), 'utf8'), 'package a\n');
  assert.ok((await repository.changed(head, undefined)).includes(path.join(repository.root, 'a.go')));
  assert.ok(!existsSync(ran));
});

test('variables of a hook that runs AllocLens do not lead to another repository', async (t) => {
  const { folder } = await setUp(t, { 'a.go': '1' });
  const environment = { ...process.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere/index' };
  const repository = await Repository.at(folder, trustedRunner, signal, environment);
  assert.equal((await repository.commit('HEAD')).hash.length, 40);
});

test('what is not there is said in a sentence, and names that look like options are names', async (t) => {
  const { repository, folder } = await setUp(t, { 'a.go': '1' });
  for (const revision of ['nothing', '--all', '-n1', 'HEAD^{tree}', 'a.go'])
    await assert.rejects(repository.commit(revision), /^GitError: There is no commit .* shallow clone/);
  await assert.rejects(Repository.at(path.parse(folder).root, trustedRunner, signal), /not a git repository/);
  await assert.rejects(
    Repository.at(folder, trustedRunner, signal, { PATH: '' }),
    /^GitError: There is no git on the PATH/,
  );
});

test('without trust git is not started', async (t) => {
  const folder = writeRepository(t, { 'a.go': '1' });
  const runner = new ProcessRunner(new TrustGate(false), nullLogger);
  await assert.rejects(
    Repository.at(folder, runner, signal),
    /“git” was not started because this workspace is not trusted/,
  );
});
