import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { commitAll, git, writeRepository } from '../support/git-repository';
import { inRepository } from '../support/repository';

interface Comment {
  url: string;
  body: string;
}

/** GitHub, as far as the action knows it. */
async function gitHub(t: TestContext, comments: Comment[], status = 200) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void answer(request).then((body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  const answer = async (request: IncomingMessage): Promise<unknown> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    seen.push(`${request.method} ${pathname}`);
    assert.equal(request.headers.authorization, 'Bearer secret');
    if (request.method === 'GET') {
      const page = Number(searchParams.get('page'));
      return comments.slice((page - 1) * 100, page * 100);
    }
    const { body } = JSON.parse(text) as { body: string };
    if (request.method === 'POST') comments.push({ url: `${address}/comments/${comments.length}`, body });
    else comments[Number(pathname.split('/').at(-1))]!.body = body;
    return {};
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, seen };
}

async function act(folder: string, api: string, more: Record<string, string> = {}) {
  const files = { GITHUB_EVENT_PATH: 'event.json', GITHUB_OUTPUT: 'output', GITHUB_STEP_SUMMARY: 'summary' };
  const at = (name: string): string => path.join(folder, '.git', name);
  writeFileSync(at('event.json'), JSON.stringify({ pull_request: { number: 7 } }));
  for (const name of ['output', 'summary']) writeFileSync(at(name), '');
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(files).map(([key, name]) => [key, at(name)])),
    GITHUB_API_URL: api,
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_WORKSPACE: folder,
    ALLOCLENS_BASE: git(folder, 'rev-parse', 'HEAD~1').trim(),
    ALLOCLENS_TOKEN: 'secret',
    ALLOCLENS_FAIL_ON: 'sites',
    ...more,
  };
  const args = [inRepository('scripts', 'action.mjs'), inRepository('out', 'server', 'src', 'cli.js')];
  const { code, out } = await new Promise<{ code: number; out: string }>((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
  });
  return {
    code,
    out,
    output: readFileSync(at('output'), 'utf8'),
    summary: readFileSync(at('summary'), 'utf8'),
  };
}

const repository = (t: TestContext, after: string): string => {
  const folder = writeRepository(t, { 'a.ts': 'export const f = (x: number) => x;\n', 'docs/x.md': 'x' });
  writeFileSync(path.join(folder, 'a.ts'), after);
  commitAll(folder, 'two');
  return folder;
};
const worse = 'export const f = (x: number) => [x];\n';
const same = '// The same.\nexport const f = (x: number) => x;\n';

describe('the GitHub Action', () => {
  it('fails for what the pull request adds, comments it, and changes that comment the next time', async (t) => {
    const folder = repository(t, worse);
    const comments: Comment[] = Array.from({ length: 150 }, () => ({ url: 'x', body: 'hello' }));
    const { address } = await gitHub(t, comments);
    const first = await act(folder, address);
    assert.equal(first.code, 1, first.out);
    assert.equal(first.output, 'status=1\n');
    assert.match(first.summary, /### Allocations: 1 added/);
    assert.equal(comments.length, 151);
    assert.equal(comments[150]!.body, first.summary);

    writeFileSync(path.join(folder, 'a.ts'), same);
    const second = await act(folder, address);
    assert.equal(second.code, 0, second.out);
    assert.equal(comments.length, 151);
    assert.match(comments[150]!.body, /### Allocations: no change/);
  });

  it('passes without a word where nothing changed and nothing was said', async (t) => {
    const { address, seen } = await gitHub(t, []);
    const { code, summary } = await act(repository(t, same), address);
    assert.equal(code, 0);
    assert.deepEqual(seen, ['GET /repos/o/r/issues/7/comments']);
    assert.match(summary, /no change/);
  });

  it('runs the benchmarks that reach the change when told so, and fails for one that allocates more', async (t) => {
    const made = (size: number): string =>
      `package p\n\nfunc Make() []byte { return make([]byte, ${size}) }\n\nfunc Other() []byte { return make([]byte, ${size}) }\n`;
    const folder = writeRepository(t, {
      'go.mod': 'module example.com/p\n\ngo 1.21\n',
      'p.go': made(100),
      'p_test.go':
        'package p\n\nimport "testing"\n\nvar sink []byte\n\nfunc BenchmarkMake(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tsink = Make()\n\t}\n}\n',
    });
    writeFileSync(path.join(folder, 'p.go'), made(100_000));
    commitAll(folder, 'two');
    const { address } = await gitHub(t, []);
    const inputs = { ALLOCLENS_FAIL_ON: 'none', ALLOCLENS_COMMENT: 'false' };
    const unproven = await act(folder, address, inputs);
    assert.equal(unproven.code, 0, unproven.out);
    assert.doesNotMatch(unproven.summary, /BenchmarkMake/);
    const proven = await act(folder, address, { ...inputs, ALLOCLENS_PROVE: 'true' });
    assert.equal(proven.code, 1, proven.out);
    assert.match(proven.summary, /^\| BenchmarkMake \| B\/op \| /m);
    const other = await act(folder, address, {
      ...inputs,
      ALLOCLENS_PROVE: 'true',
      ALLOCLENS_BENCH: '--no-such-benchmark',
    });
    assert.deepEqual([other.code, other.output], [3, 'status=3\n'], other.out);
  });

  it('says that it measured nothing, or could not, and does not pass', async (t) => {
    const folder = repository(t, worse);
    const { address, seen } = await gitHub(t, []);
    const none = await act(folder, address, { ALLOCLENS_PATHS: 'docs' });
    assert.deepEqual([none.code, none.output], [3, 'status=3\n']);
    assert.match(none.out, /there is nothing to compare/);
    for (const [more, sentence] of [
      [{ ALLOCLENS_BASE: '' }, /::error title=AllocLens::there is no commit to compare with/],
      [{ ALLOCLENS_BASE: '0'.repeat(40) }, /there is no commit to compare with/],
      [{ ALLOCLENS_BASE: '1234567' }, /There is no commit 1234567 .* fetch-depth: 0/],
      [{ ALLOCLENS_PATHS: '--verbose' }, /paths has --verbose, which is no path/],
      [{ ALLOCLENS_FAIL_ON: 'always' }, /Allowed choices are/],
    ] as const) {
      const { code, out } = await act(folder, address, more);
      assert.equal(code, 2, out);
      assert.match(out, sentence);
    }
    assert.deepEqual(seen, []);
  });

  it('does not fail because a comment may not be written, and writes none when told so', async (t) => {
    const folder = repository(t, worse);
    const { address, seen } = await gitHub(t, [], 403);
    const refused = await act(folder, address, { ALLOCLENS_FAIL_ON: 'none' });
    assert.equal(refused.code, 0);
    assert.match(
      refused.out,
      /::warning title=AllocLens::The comment was not written: GET .* was answered with 403\./,
    );
    assert.equal(seen.length, 1);
    await act(folder, address, { ALLOCLENS_COMMENT: 'false' });
    assert.equal(seen.length, 1);
  });

  it('gives inputs to the script through the environment only', () => {
    const text = readFileSync(inRepository('action.yml'), 'utf8');
    const [inputs, runs] = text.split('\nruns:\n') as [string, string];
    for (const [, script] of runs.matchAll(/^ +run: (.*)$/gm)) assert.doesNotMatch(script!, /\$\{\{/);
    const declared = [...inputs.split('\noutputs:')[0]!.matchAll(/^ {2}([\w-]+):$/gm)].map(
      ([, name]) => name,
    );
    const used = [...runs.matchAll(/\$\{\{ inputs\.([\w-]+) \}\}/g)].map(([, name]) => name);
    assert.deepEqual(used.sort(), declared.sort());
  });

  it('the pre-commit entry is a command that there is', () => {
    const text = readFileSync(inRepository('.pre-commit-hooks.yaml'), 'utf8');
    assert.match(text, /^ {2}entry: alloclens diff HEAD --fail-on hot$/m);
    assert.match(text, /^ {2}pass_filenames: false$/m);
  });
});
