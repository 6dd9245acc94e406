// Every rule is complete: its file, its registry entry, its page, marker cases, and a measured sample.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** Files beside the rules that are not rules say so by exporting no `meta`. */
const languages = [
  { folder: 'go', prefix: 'go', registry: 'goRules' },
  { folder: 'typescript', prefix: 'ts', registry: 'typescriptRules' },
];

/**
 * What is missing, one sentence each.
 * @param {readonly { id: string, sample: string }[]} rules as the registries list them
 * @returns {string[]}
 */
export function registryProblems(rules) {
  const problems = [];
  for (const { folder, prefix, registry } of languages) {
    const own = rules.filter(({ id }) => id.startsWith(`${prefix}/`));
    const ids = own.map(({ id }) => id);
    if (ids.join() !== [...ids].sort().join())
      problems.push(`${registry} in rules/${folder}/index.ts is not in alphabetical order.`);
    for (const { id, sample } of own) {
      const name = id.slice(prefix.length + 1);
      for (const file of [`rules/${folder}/${name}.ts`, `rules/${folder}/${name}.md`])
        if (!existsSync(join(root, file))) problems.push(`${id} has no ${file}.`);
      if (cases(join(root, 'test', 'markers', folder, name)) === 0)
        problems.push(`${id} has no marker case in test/markers/${folder}/${name}/.`);
      if (!existsSync(join(root, 'samples', sample)))
        problems.push(`${id} has no sample in samples/${sample}.`);
    }
    // A page about a rule that nobody registered.
    for (const file of readdirSync(join(root, 'rules', folder)).filter((name) => name.endsWith('.md'))) {
      const about = /^# ((?:go|ts)\/\S+)/.exec(readFileSync(join(root, 'rules', folder, file), 'utf8'))?.[1];
      if (about !== undefined && !ids.includes(about))
        problems.push(`rules/${folder}/${file} is about ${about}, which is not in ${registry}.`);
    }
  }
  return problems;
}

function cases(folder) {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txtar')).length : 0;
}
