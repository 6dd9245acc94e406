/** `npm run test:equivalence`: as many programs as one likes. Exits 1 when a fix changed one, 2 when asked wrongly. */
import { halves } from './halves';
import { parseOptions, usage, type Options } from './options';
import { problemsOf, statistics } from './report';

async function main(): Promise<void> {
  let options: Options;
  try {
    options = parseOptions(
      process.argv.slice(2),
      halves.flatMap(({ rules }) => rules),
    );
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  console.log(`seed ${options.seed}, ${options.programs} programs a rule`);
  const problems: string[] = [];
  for (const half of halves) {
    const rules = half.rules.filter((id) => options.rules.length === 0 || options.rules.includes(id));
    if (rules.length === 0) continue;
    await half.run({ ...options, rules }, (report) => {
      console.log(statistics(report));
      problems.push(...problemsOf(report));
    });
  }
  for (const problem of problems) console.log(`\n${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

void main();
