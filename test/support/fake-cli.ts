import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import type { RuleMeta } from '../../rules/model';
import { run } from '../../server/src/cli/program';
import type { Surroundings } from '../../server/src/cli/surroundings';
import { temporaryFolder } from './fake-editor';
import { FakeEngine } from './fake-engine';

const rule = (id: RuleMeta['id'], reports: RuleMeta['reports'] = 'allocation'): RuleMeta => ({
  id,
  summary: `summary of ${id}`,
  fix: 'safe',
  recipe: 'Do it by hand',
  reports,
  sample: 'go/x',
});
export const rules = [
  rule('go/per-call-buffer'),
  rule('go/leaked-buffer', 'bug'),
  rule('ts/per-call-buffer'),
];

/** The command line with fake engines, in a folder with these files. */
export function setUp(t: TestContext, files: Record<string, string>) {
  const { folder, remove } = temporaryFolder(files);
  t.after(remove);
  const go = new FakeEngine('go');
  const typescript = new FakeEngine('typescript');
  const alloclens = async (args: string[], more: Partial<Surroundings> = {}) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const code = await run(args, {
      cwd: folder,
      stdin: Readable.from([]),
      stdout,
      stderr,
      color: false,
      signal: new AbortController().signal,
      rules,
      recorder: 'none',
      version: '1.2.3',
      engines: { go: () => Promise.resolve(() => go), typescript: () => Promise.resolve(() => typescript) },
      ...more,
    });
    const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
    return { code, out: text(stdout), err: text(stderr) };
  };
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { alloclens, folder, read, go, typescript };
}
