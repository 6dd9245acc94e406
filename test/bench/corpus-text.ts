import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from '../../server/src/typescript/parse';
import { checkOut, projects } from '../corpus/projects';

/**
 * Real code of about the wanted number of lines: whole files of the corpus (zod), smallest first, one after another, each
 * in a namespace of its own and without the imports and exports that only a module may have.
 * @returns a text that parses, at most a tenth longer or shorter than asked for
 */
export function corpusText(lines: number): string {
  const parts: string[] = [];
  let count = 0;
  for (const [index, source] of corpusFiles().entries()) {
    const length = source.split('\n').length + 2;
    if (count + length > lines * 1.1) continue;
    parts.push(`namespace n${index} {\n${source}\n}\n`);
    count += length;
    if (count >= lines * 0.95) break;
  }
  if (count < lines * 0.9) throw new Error(`the corpus has only ${count} lines of the ${lines} wanted`);
  return parts.join('');
}

let files: readonly string[] | undefined;

/** Sources that parse inside a namespace, each tried once. */
function corpusFiles(): readonly string[] {
  if (files) return files;
  const { cwd, target } = checkOut(projects.find(({ name }) => name === 'zod')!);
  const found: string[] = [];
  const names = readdirSync(path.join(cwd, target), { recursive: true, encoding: 'utf8' });
  for (const name of names
    .filter((each) => each.endsWith('.ts') && !/\btests?\b|locales/.test(each))
    .sort()) {
    const source = readFileSync(path.join(cwd, target, name), 'utf8').replace(
      /^(?:import|export (?:type )?(?:\*|\{))[^;]*;/gm,
      '',
    );
    try {
      parse(`namespace n {\n${source}\n}\n`, 'bench.ts');
      found.push(source);
    } catch {
      // `export default`, and what else stands only in modules.
    }
  }
  return (files = found);
}
