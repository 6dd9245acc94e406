/**
 * Every rule of the plugin over code that none of us wrote: what the installed packages ship. ESLint ends its whole run where a
 * rule throws, so none may, whatever the code looks like.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import * as typescriptParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import plugin from '../../rules/typescript/plugin';
import { inRepository } from '../support/repository';

/** Of each package the largest file of a kind, since large files have the rarest code. */
const kinds: readonly { readonly name: string; readonly is: RegExp; readonly least: number }[] = [
  { name: 'declarations', is: /\.d\.[cm]?ts$/, least: 100 },
  { name: 'TypeScript', is: /(?<!\.d)\.[cm]?tsx?$/, least: 5 },
  { name: 'minified JavaScript', is: /[.-]min\.[cm]?js$/, least: 10 },
  { name: 'ECMAScript modules', is: /(?:\.mjs|\/(?:esm?|module|dist-es)\/.*\.js)$/, least: 30 },
  { name: 'JavaScript', is: /\.c?js$/, least: 200 },
];

/** Bytes, so that the whole takes seconds. */
const largest = 20_000;

const config: Linter.Config[] = [
  { files: ['**/*.{js,cjs,mjs}'], languageOptions: { sourceType: 'module' } },
  {
    files: ['**/*.{ts,cts,mts,tsx}'],
    languageOptions: { parser: typescriptParser as unknown as Linter.Parser },
  },
  { ...(plugin.configs.recommended as unknown as Linter.Config), settings: { alloclens: { show: 'all' } } },
];

describe('the rules on code of installed packages', () => {
  const files = packages().flatMap((folder) => largestOfEachKind(folder));
  for (const { name, least } of kinds) {
    const own = files.filter(({ kind }) => kind === name);
    it(`${name}: no rule throws`, (t) => {
      const linter = new Linter({ configType: 'flat' });
      const thrown: string[] = [];
      let [read, findings] = [0, 0];
      for (const { file } of own) {
        const text = readFileSync(file, 'utf8');
        const relative = path.relative(inRepository('node_modules'), file);
        try {
          const messages = linter.verify(text, config, { filename: path.basename(file) });
          // CommonJS may have what no module may; it is read as a script then.
          if (!messages.some(({ fatal }) => fatal)) read++;
          findings += messages.filter(({ ruleId }) => ruleId?.startsWith('alloclens/')).length;
        } catch (error) {
          thrown.push(`${relative}: ${(error as Error).stack ?? String(error)}`);
        }
      }
      t.diagnostic(`${read} of ${own.length} files, ${findings} findings`);
      assert.equal(thrown.join('\n\n'), '');
      assert.ok(read >= least, `only ${read} files: ${name} of other packages must be looked for`);
    });
  }
});

function packages(): string[] {
  const modules = inRepository('node_modules');
  return readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.')) return [];
    const folder = path.join(modules, name);
    return name.startsWith('@') ? readdirSync(folder).map((inner) => path.join(folder, inner)) : [folder];
  });
}

function largestOfEachKind(folder: string): { readonly kind: string; readonly file: string }[] {
  const chosen = new Map<string, { readonly file: string; readonly size: number }>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const below = file.slice(folder.length);
    const kind = entry.isFile() && !below.includes('node_modules') && kinds.find(({ is }) => is.test(below));
    if (!kind) continue;
    const { size } = statSync(file);
    if (size <= largest && size > (chosen.get(kind.name)?.size ?? 0)) chosen.set(kind.name, { file, size });
  }
  return [...chosen].map(([kind, { file }]) => ({ kind, file }));
}
