// npm run measure [-- --language go|typescript] [--rule ID]… [--node MAJOR]…
// Measures every rule's sample before and after the tool's own fix and writes the figures into the rules' pages.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    language: { type: 'string' },
    rule: { type: 'string', multiple: true },
    node: { type: 'string', multiple: true },
  },
});
const wanted = (language) => values.language === undefined || values.language === language;

const results = [];
if (wanted('typescript')) {
  const { measureTypeScript } = await import('./measure/typescript.mjs');
  results.push(
    ...(await measureTypeScript({
      ...(values.rule && { rules: values.rule }),
      ...(values.node && { majors: values.node.map(Number) }),
    })),
  );
}
if (wanted('go') && existsSync(join(import.meta.dirname, 'measure', 'go.mjs'))) {
  const { measureGo } = await import('./measure/go.mjs');
  results.push(...(await measureGo({ ...(values.rule && { rules: values.rule }) })));
}

// Figures of a single major are a look, not a result: the pages keep those of all majors.
if (values.node) console.log(results.map(({ id, table }) => `\n${id}\n${table}`).join('\n'));
else for (const { page, table } of results) await writeTable(join(root, page), table);

/** Replaces what stands between the page's `<!-- measured -->` and `<!-- /measured -->`. */
async function writeTable(page, table) {
  const text = await readFile(page, 'utf8');
  const written = text.replace(
    /(<!-- measured -->\n)[^]*?(<!-- \/measured -->)/,
    (_, open, close) => `${open}\n${table}\n\n${close}`,
  );
  if (written === text && !text.includes(table)) throw new Error(`${page} has no <!-- measured --> section`);
  await writeFile(page, written);
}
