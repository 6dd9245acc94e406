/**
 * `npm run test:corpus`: what is found in an edit of code that nobody here wrote, when the compiler is called without the go
 * command, is what an engine finds that has only the go command. ALLOCLENS_PROJECT names one project.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { typeChecker } from '../support/go';
import { GoEditing, type Edited } from '../support/go-editing';
import { checkOut, projects, sourceFiles } from './projects';

const named = process.env['ALLOCLENS_PROJECT'];

function told({ files }: Edited): unknown {
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, { findings, hidden, notes }]) => ({
      file,
      findings,
      hidden,
      notes: notes.map(({ message }) => message).sort(),
    }));
}

/** The text with a slice that grows in the function in its middle. */
function withGrowth(text: string): string {
  const functions = [...text.matchAll(/^func [^\n]*\{\n/gm)];
  const found = functions[functions.length >> 1];
  if (!found) return text;
  const at = found.index + found[0].length;
  const lines = [
    'var grown []int',
    'for i := 0; i < 300; i++ {',
    '\tgrown = append(grown, i)',
    '}',
    '_ = grown',
  ];
  return `${text.slice(0, at)}${lines.map((line) => `\t${line}\n`).join('')}${text.slice(at)}`;
}

describe('an edit of the corpus', () => {
  for (const project of projects) {
    if (project.kind === 'npm' || (named !== undefined && project.name !== named)) continue;
    it(project.name, async (t) => {
      const checkout = checkOut(project);
      const sources = sourceFiles(project, checkout).filter((file) => !file.endsWith('_test.go'));
      const firsts = new Map(sources.map((file) => [path.dirname(file), path.relative(checkout.cwd, file)]));
      for (const name of firsts.values()) {
        const options = { types: { sources: typeChecker } };
        const editing = await GoEditing.open(checkout.cwd, options);
        const other = await GoEditing.open(checkout.cwd, options);
        try {
          await editing.edit(name);
          const original = editing.text(name);
          for (const text of [`${original}\n// An edit.\n`, withGrowth(original)]) {
            const edited = await editing.edit(name, text);
            const whole = await other.edit(name, text);
            t.diagnostic(`${name}: ${edited.steps.join(', ')}`);
            assert.deepEqual(told(edited), told(whole), name);
          }
        } finally {
          await editing.engine.dispose();
          await other.engine.dispose();
        }
      }
    });
  }
});
