import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(__dirname, '../../..');
const modules = join(root, 'node_modules');

/** Reported by `recommended`: hot code and an ordinary function, not the test callback. */
const source = `/** @hot */
export function squares(): number[] {
  const out: number[] = [];
  for (let i = 0; i < 64; i++) out.push(i * i);
  return out;
}
export function names(users: { name: string }[]) {
  return users.reduce<string[]>((acc, user) => [...acc, user.name], []);
}
export function plain(xs: number[]) {
  const out: number[] = [];
  for (let i = 0; i < xs.length; i++) out.push(xs[i]! * 2);
  return out;
}
it('is cold', () => [1].reduce<number[]>((acc, x) => [...acc, x], []));
declare function it(name: string, run: () => void): void;
`;

const fixed = `/** @hot */
export function squares(): number[] {
  const out: number[] = [];
  out.length = 64;
  for (let i = 0; i < 64; i++) out[i] = i * i;
  return out;
}
export function names(users: { name: string }[]) {
  return users.reduce<string[]>((acc, user) => {
    acc.push(user.name);
    return acc;
  }, []);
}
`;

describe('eslint-plugin-alloclens', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'alloclens-plugin-'));
    const plugin = join(folder, 'node_modules', 'eslint-plugin-alloclens');
    const built = spawnSync(process.execPath, [join(root, 'scripts', 'package-eslint-plugin.mjs'), plugin], {
      encoding: 'utf8',
    });
    assert.equal(built.status, 0, built.stderr);
    for (const name of ['@typescript-eslint', 'typescript']) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(modules, name), link, 'junction');
    }
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    for (const config of ['recommended', 'hot']) {
      writeFileSync(
        join(folder, `${config}.config.js`),
        `import parser from '@typescript-eslint/parser';
import alloclens from 'eslint-plugin-alloclens';
export default [{ files: ['**/*.ts'], languageOptions: { parser } }, alloclens.configs.${config}];
`,
      );
    }
    writeFileSync(
      join(folder, '.oxlintrc.json'),
      JSON.stringify({
        jsPlugins: ['eslint-plugin-alloclens'],
        categories: { correctness: 'off' },
        rules: { 'alloclens/accumulating-spread': 'warn', 'alloclens/preallocate-array': 'warn' },
      }),
    );
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (bin: string, ...args: string[]) => {
    writeFileSync(join(folder, 'a.ts'), source);
    const { stdout, stderr } = spawnSync(process.execPath, [join(modules, bin), ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { stdout, stderr };
  };

  for (const [name, bin] of [
    ['ESLint 9', 'eslint9/bin/eslint.js'],
    ['ESLint 10', 'eslint/bin/eslint.js'],
  ] as const) {
    const reported = (config: string): [string, number][] => {
      const { stdout, stderr } = run(bin, '-c', `${config}.config.js`, '-f', 'json', 'a.ts');
      assert.equal(stderr, '');
      const [file] = JSON.parse(stdout) as [{ messages: { ruleId: string; line: number }[] }];
      return file.messages.map(({ ruleId, line }) => [ruleId, line]);
    };

    it(`works in ${name}`, () => {
      assert.deepEqual(reported('recommended'), [
        ['alloclens/preallocate-array', 4],
        ['alloclens/accumulating-spread', 8],
      ]);
    });

    it(`has a config for hot code in ${name}`, () => {
      assert.deepEqual(
        reported('hot').map(([rule]) => rule),
        ['alloclens/preallocate-array', 'alloclens/accumulating-spread'],
      );
    });

    it(`fixes in ${name}`, () => {
      run(bin, '-c', 'recommended.config.js', '--fix', 'a.ts');
      const text = readFileSync(join(folder, 'a.ts'), 'utf8');
      assert.ok(
        text.includes(fixed.split('export function names')[0]!),
        `the safe fix was not applied:\n${text}`,
      );
    });
  }

  it('works as a JavaScript plugin of oxlint', () => {
    const { stdout, stderr } = run('oxlint/bin/oxlint', '-f', 'json', 'a.ts');
    assert.equal(stderr, '');
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { code: string; labels: { span: { line: number } }[] }[];
    };
    assert.deepEqual(
      diagnostics
        .map(({ code, labels }) => [code, labels[0]!.span.line])
        .sort((a, b) => Number(a[1]) - Number(b[1])),
      [
        ['alloclens(preallocate-array)', 4],
        ['alloclens(accumulating-spread)', 8],
      ],
    );
  });
});
