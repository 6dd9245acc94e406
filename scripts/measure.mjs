// npm run measure [-- RULE… --language go|typescript --node MAJOR…]
// Measures every rule's sample before and after the tool's own fix, and writes the figures into the rules' pages and
// samples/MEASURED.md. Exits 1 when a fix does not reach its figure.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { root, run } from './lib/run.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    language: { type: 'string' },
    node: { type: 'string', multiple: true },
  },
});
const rules = positionals.length > 0 ? positionals : undefined;
const wanted = (language, prefix) =>
  (values.language === undefined || values.language === language) &&
  (rules === undefined || rules.some((id) => id.startsWith(prefix)));

/** `{ id, page, table, environment? }` for each rule, and sentences about what was not reached. */
const results = [];
const problems = [];
if (wanted('typescript', 'ts/')) {
  const { measureTypeScript } = await import('./measure/typescript.mjs');
  results.push(
    ...(await measureTypeScript({
      ...(rules && { rules }),
      ...(values.node && { majors: values.node.map(Number) }),
    })),
  );
}
if (wanted('go', 'go/')) {
  await run(process.execPath, ['esbuild.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { measureGo } = await import('./measure/go.mjs');
  const go = await measureGo({ ...(rules && { rules }) });
  results.push(...go.results);
  problems.push(...go.problems);
}

// Figures of a single major are a look, not a result: the pages keep those of all majors.
if (values.node) console.log(results.map((result) => `\n${result.id}\n${body(result)}`).join('\n'));
else {
  for (const result of results) await writePage(join(root, result.page), result);
  await writeOverview(results);
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function body({ table, environment }) {
  return environment === undefined ? table : `${environment}.\n\n${table}`;
}

/** Replaces what stands between the page's `<!-- measured -->` and `<!-- /measured -->`. */
async function writePage(page, result) {
  const text = await readFile(page, 'utf8');
  const section = /(<!-- measured -->\n)[^]*?(<!-- \/measured -->)/;
  if (!section.test(text)) throw new Error(`${page} has no <!-- measured --> section`);
  await write(
    page,
    text.replace(section, (_, open, close) => `${open}\n${body(result)}\n\n${close}`),
  );
}

/** samples/MEASURED.md: every rule's table. Rules that were not measured this time keep theirs. */
async function writeOverview(measured) {
  const file = join(root, 'samples', 'MEASURED.md');
  const sections = new Map();
  const known = existsSync(file) ? await readFile(file, 'utf8') : '';
  for (const section of known.split(/^(?=## )/m).slice(1)) {
    sections.set(/^## (\S+)/.exec(section)[1], section.trimEnd());
  }
  for (const result of measured) sections.set(result.id, `## ${result.id}\n\n${body(result)}`);
  const intro =
    '# Measured\n\nWritten by `npm run measure`: each sample before and after the tool’s own fix of the rule, figures as medians.';
  const sorted = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, section]) => section);
  await write(file, [intro, ...sorted].join('\n\n') + '\n');
}

async function write(file, text) {
  const options = await prettier.resolveConfig(file, { editorconfig: true });
  await writeFile(file, await prettier.format(text, { ...options, filepath: file }));
}
