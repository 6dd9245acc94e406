/**
 * `npm run test:profile`, second part: what AllocLens says of the lines that allocate most in the benchmarks of modules that nobody here
 * wrote, and of the functions of four TypeScript packages. Arguments: `[NAME…]` modules whose name contains the word, `--no-proof`, `--lines FILE` for the lines as Markdown.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { print } from '../../bench/table';
import { modules } from './modules';
import { packages } from './packages';
import { measureModule, measurePackage, type HeavyLine, type Measured } from './yardstick';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { lines: { type: 'string' }, 'no-proof': { type: 'boolean', default: false } },
  });
  const isChosen = ({ name }: { readonly name: string }): boolean =>
    positionals.length === 0 || positionals.some((word) => name.includes(word));
  const say = (what: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${what}`);
  const measurements = [
    ...modules.filter(isChosen).map((one) => () => measureModule(one, !values['no-proof'], say)),
    ...packages.filter(isChosen).map((one) => () => measurePackage(one, say)),
  ];
  if (measurements.length === 0) throw new Error(`No module is called like ${positionals.join(', ')}.`);
  if (values.lines !== undefined) writeFileSync(values.lines, '');
  const all: Measured[] = [];
  for (const measure of measurements) {
    const measured = await measure();
    all.push(measured);
    if (values.lines !== undefined) appendFileSync(values.lines, linesOf(measured));
  }
  table(all);
  const lines = all.flatMap((one) => one.lines);
  if (!lines.every(isJoined) || !lines.every(isExplained)) process.exitCode = 1;
}

const isJoined = ({ joined }: HeavyLine): boolean => joined !== 'nothing';
/** A list of what it may be counts; that nothing is known to allocate does not. */
const isExplained = (line: HeavyLine): boolean =>
  isJoined(line) && !/^Nothing in the function/.test(line.why);
const hasRule = ({ rules }: HeavyLine): boolean => rules.length > 0;
const hasFix = ({ fixes }: HeavyLine): boolean => fixes.length > 0;

function table(all: readonly Measured[]): void {
  const parts = (lines: readonly HeavyLine[]): string[] =>
    [isJoined, isExplained, hasRule, hasFix].map((has) => {
      const found = lines.filter(has);
      const bytes = found.reduce((sum, { share }) => sum + share, 0) / sum(lines);
      return `${found.length} of ${lines.length} (${percent(bytes)})`;
    });
  const rows = all.map(({ name, lines, share, auc, precision, benchmarks, fixes }) => [
    name,
    percent(share),
    ...parts(lines),
    benchmarks ? `${benchmarks.lower} ↓ ${benchmarks.higher} ↑ of ${benchmarks.all} (${fixes} fixes)` : '–',
    auc?.toFixed(2) ?? '–',
    precision?.toFixed(2) ?? '–',
  ]);
  const lines = all.flatMap((one) => one.lines);
  const total = (of: (benchmarks: NonNullable<Measured['benchmarks']>) => number): number =>
    all.reduce((sum, { benchmarks }) => sum + (benchmarks ? of(benchmarks) : 0), 0);
  rows.push([
    'all',
    '',
    ...parts(lines),
    `${total(({ lower }) => lower)} ↓ ${total(({ higher }) => higher)} ↑ of ${total((one) => one.all)}`,
    mean(all.map(({ auc }) => auc)),
    mean(all.map(({ precision }) => precision)),
  ]);
  const head = ['module', 'top 10', 'joined', 'explained', 'rule', 'fix', 'benchmarks', 'AUC', 'p@10'];
  print('The ten heaviest lines of each module: count (part of their bytes)', head, rows);
  for (const { name, notes } of all) for (const note of new Set(notes)) console.log(`${name}: ${note}`);
}

const sum = (lines: readonly HeavyLine[]): number => lines.reduce((all, { share }) => all + share, 0) || 1;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function mean(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? '–' : (known.reduce((a, b) => a + b, 0) / known.length).toFixed(2);
}

/** The lines of a module for people who look for the shapes that are missed. */
function linesOf({ name, lines }: Measured): string {
  const out = [`## ${name}`, ''];
  for (const one of lines) {
    out.push(
      `- **${(100 * one.share).toFixed(1)} %** ${one.file}:${one.line} ${one.function}`,
      `  \`\`${one.text}\`\``,
      `  - ${one.joined}: ${one.why}`,
      `  - rules: ${one.rules.join(', ') || 'none'}; fixes: ${one.fixes.join(' | ') || 'none'}`,
      `  - what: ${one.what.join(' | ')}`,
    );
  }
  return `${out.join('\n')}\n\n`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
