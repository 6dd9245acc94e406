// node scripts/generate.mjs [--check]: writes what follows from the settings' schema, the tools for agents and the rules: the manifest's
// settings, restricted settings and language-model tools, and the README's tables. With --check it writes nothing and fails on a difference.
// It reads the compiled sources: run `tsc -b` first, or `npm run generate`.
import { createRequire } from 'node:module';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './lib/run.mjs';
import { registryProblems } from './lib/registry.mjs';

const require = createRequire(import.meta.url);
const out = join(root, 'out');
const { languageModelTools } = require(join(out, 'server', 'src', 'agent', 'language-model-tools.js'));
const settings = require(join(out, 'server', 'src', 'service', 'settings.js'));
const { goRules } = require(join(out, 'rules', 'go', 'index.js'));
const { typescriptRules } = require(join(out, 'rules', 'typescript', 'index.js'));

/** @type {{ id: string, summary: string, fix: string, reports: string, sample: string }[]} */
const rules = [
  ...goRules.map((rule) => rule.meta),
  ...typescriptRules.map((rule) => rule.meta.docs ?? rule.meta),
];

const check = process.argv.includes('--check');
const problems = registryProblems(rules);

await generated('package.json', (text) => {
  const manifest = JSON.parse(text);
  manifest.contributes.configuration = settings.manifestConfiguration(rules);
  manifest.contributes.languageModelTools = languageModelTools();
  manifest.capabilities.untrustedWorkspaces.restrictedConfigurations = settings.restrictedSettings();
  return JSON.stringify(manifest, undefined, 2);
});
await generated('README.md', (text) =>
  between(between(text, 'settings', settings.settingsTable()), 'rules', rulesTable()),
);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

/** Rewrites a file, formatted as `npm run format` would, or says that it is out of date. */
async function generated(name, change) {
  const file = join(root, name);
  if (!existsSync(file)) return void problems.push(`${name} is missing.`);
  const before = readFileSync(file, 'utf8');
  const after = await format(change(before), { ...(await resolveConfig(file)), filepath: file });
  if (before === after) return;
  if (check) problems.push(`${name} is not what the settings and the rules say: run \`npm run generate\`.`);
  else writeFileSync(file, after);
}

function between(text, name, content) {
  const block = new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`);
  if (!block.test(text)) {
    problems.push(`README.md has no place for the table of ${name}: <!-- ${name} --> … <!-- /${name} -->.`);
    return text;
  }
  return text.replace(block, (_, open, close) => `${open}\n\n${content}\n\n${close}`);
}

function rulesTable() {
  const fixes = { safe: 'safe', suggestion: 'suggestion', none: '' };
  const reports = {
    contract: 'everywhere, as an error',
    bug: 'everywhere, as a warning',
    allocation: 'by heat',
    'hot only': 'hot code only',
    'measured only': 'where a profile weighs it, `show: all`',
    'on request': 'hover, `show: all`, hottest code',
  };
  const rows = rules.map(({ id, summary, fix, reports: when }) => {
    const page = `rules/${id.replace(/^ts\//, 'typescript/')}.md`;
    return `| [\`${id}\`](${page}) | ${summary} | ${reports[when]} | ${fixes[fix]} |`;
  });
  return ['| Rule | What it reports | Where | Fix |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
