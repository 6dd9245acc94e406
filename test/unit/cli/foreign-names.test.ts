/** Names and texts that would steer a terminal, break a patch or a report: everything that is printed is plain. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Log } from 'sarif';
import { setUp } from '../../support/fake-cli';

const posix = {
  skip: process.platform === 'win32' && 'names with control characters exist on POSIX systems only',
};

/** What a terminal obeys, and what hides in a line. */
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/;

const title = '\u001b]0;PWNED\u0007';
const names = {
  'a title': `esc${title}.ts`,
  'a C1 sequence': 'esc\u009b31m.ts',
  'a line end': 'a\nerror: x.ts',
  'a carriage return and a tab': 'a\r\tb.ts',
  'the other direction': 'a\u202Est.x.ts',
  'a line separator': 'a\u2028b.ts',
};

describe('a name with', posix, () => {
  for (const [what, name] of Object.entries(names)) {
    for (const args of [
      ['scan'],
      ['scan', '--format', 'json'],
      ['scan', '--format', 'sarif'],
      ['fix'],
      ['scan', '--verbose'],
    ])
      it(`${what} is made visible by ${args.join(' ')}`, async (t) => {
        const { alloclens } = setUp(t, { [name]: 'alloc() // broken' });
        const { out, err } = await alloclens(args);
        assert.doesNotMatch(out + err, steering);
        assert.notEqual(out, '');
      });

    it(`${what} stands in JSON and SARIF as it is`, async (t) => {
      const { alloclens, folder } = setUp(t, { [name]: 'alloc()' });
      const json = JSON.parse((await alloclens(['scan', '--format', 'json'])).out) as {
        findings: { file: string }[];
      };
      assert.equal(json.findings[0]!.file, name);
      const log = JSON.parse((await alloclens(['scan', '--format', 'sarif'])).out) as Log;
      const { uri } = log.runs[0]!.results![0]!.locations![0]!.physicalLocation!.artifactLocation!;
      const base = log.runs[0]!.originalUriBaseIds!['SRCROOT']!.uri!;
      assert.equal(fileURLToPath(new URL(uri!, base)), join(folder, name));
    });

    it(`${what} gives a patch that git applies to that file`, async (t) => {
      const { alloclens, folder } = setUp(t, { [name]: 'alloc()\n' });
      const { out } = await alloclens(['fix', '--dry-run']);
      assert.doesNotMatch(out.split('\n').slice(0, 2).join(''), /[^\t -~]/);
      execFileSync('git', ['apply', '-p1', '-'], { cwd: folder, input: out });
      assert.equal(readFileSync(join(folder, name), 'utf8'), 'reuse()\n');
    });

    it(`${what} is made visible in refusals`, async (t) => {
      const { alloclens, folder } = setUp(t, {});
      writeFileSync(join(folder, `${name}.txt`), '');
      for (const args of [
        ['scan', `${name}.txt`],
        ['scan', `none-${name}`],
        ['scan', `--${name}`],
        ['scan', '--rule', name],
      ]) {
        const { err, code } = await alloclens(args);
        assert.equal(code, 2);
        assert.doesNotMatch(err, steering, args.join(' '));
      }
    });
  }
});

describe('names that are no trouble for people but for patches and URIs', posix, () => {
  for (const name of ['a b.ts', ' a.ts', 'a"b.ts', 'größe.ts', 'a#b?c.ts', 'c:d.ts', '100%25.ts', '日本.ts'])
    it(name, async (t) => {
      const { alloclens, folder } = setUp(t, { [name]: 'alloc()\n' });
      const log = JSON.parse((await alloclens(['scan', '--format', 'sarif'])).out) as Log;
      const run = log.runs[0]!;
      const { uri, uriBaseId } = run.results![0]!.locations![0]!.physicalLocation!.artifactLocation!;
      assert.equal(uriBaseId, 'SRCROOT');
      assert.equal(fileURLToPath(new URL(uri!, run.originalUriBaseIds!['SRCROOT']!.uri)), join(folder, name));
      const { out } = await alloclens(['fix', '--dry-run']);
      execFileSync('git', ['apply', '-p1', '-'], { cwd: folder, input: out });
      assert.equal(readFileSync(join(folder, name), 'utf8'), 'reuse()\n');
    });
});

describe('a text that would steer a terminal', () => {
  const text = `/* ${title} */ alloc()\r\n\tx\n`;

  it('is a part of the patch, but not on a terminal', async (t) => {
    const { alloclens, folder } = setUp(t, { 'a.ts': text });
    const { out } = await alloclens(['fix', '--dry-run']);
    execFileSync('git', ['apply', '-p1', '-'], { cwd: folder, input: out });
    assert.equal(readFileSync(join(folder, 'a.ts'), 'utf8'), text.replace('alloc()', 'reuse()'));
    writeFileSync(join(folder, 'a.ts'), text);
    const stdout = Object.assign(new PassThrough(), { isTTY: true });
    await alloclens(['fix', '--dry-run'], { stdout });
    const shown = (stdout.read() as Buffer).toString();
    assert.match(shown, /\+\/\* \\u\{1b\}\]0;PWNED\\u\{7\} \*\/ reuse\(\)\r\n \tx\n/);
  });

  it('is visible in messages, reasons and titles, whatever quotes it', async (t) => {
    const { alloclens } = setUp(t, { 'a.ts': `alloc() // says ${title}\u202e` });
    for (const args of [['scan'], ['scan', '--format', 'json'], ['scan', '--format', 'sarif'], ['fix']]) {
      const { out, err } = await alloclens(args);
      assert.doesNotMatch(out + err, steering);
    }
  });

  it('makes no link in a SARIF message', async (t) => {
    const { alloclens } = setUp(t, { 'a.ts': 'alloc() // says [x](https://evil.test)' });
    const log = JSON.parse((await alloclens(['scan', '--format', 'sarif'])).out) as Log;
    const [result] = log.runs[0]!.results!;
    for (const text of [result!.message.text, result!.fixes![0]!.description!.text])
      assert.match(text!, /\[x\] \(https:/);
  });
});

describe('lines', () => {
  it('end at a lone carriage return in every report', async (t) => {
    const { alloclens } = setUp(t, { 'a.ts': 'a\rb\r\nc\n  alloc()' });
    assert.match((await alloclens(['scan'])).out, /^ {2}4:3 .*\n {6}4 \| {3}alloc\(\)$/m);
    const json = JSON.parse((await alloclens(['scan', '--format', 'json'])).out) as {
      findings: { range: { start: object } }[];
    };
    assert.deepEqual(json.findings[0]!.range.start, { line: 3, character: 2 });
    const log = JSON.parse((await alloclens(['scan', '--format', 'sarif'])).out) as Log;
    assert.deepEqual(log.runs[0]!.newlineSequences, ['\r\n', '\n', '\r']);
    assert.equal(log.runs[0]!.results![0]!.locations![0]!.physicalLocation!.region!.startLine, 4);
  });
});
