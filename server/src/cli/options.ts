import { usualRun } from '../proof/measure';
import { InvalidArgumentError, Option } from 'commander';
import type { RuleMeta } from '../../../rules/model';
import type { Show } from '../service/ranking';

/** Options that several commands share. */

export interface CommonOptions {
  readonly show: Show;
  readonly rule: readonly string[];
  readonly verbose: boolean;
}

export interface BenchmarkOptions {
  readonly bench?: RegExp;
  readonly benchFile?: string;
  readonly count: number;
  readonly benchtime: string;
  /** Seconds. */
  readonly timeout: number;
}

export function ruleOption(rules: readonly RuleMeta[]): Option {
  const ids: readonly string[] = rules.map(({ id }) => id);
  return new Option('--rule <id>', 'only this rule; may be given several times')
    .argParser((id: string, before: readonly string[]) => {
      if (!ids.includes(id))
        throw new InvalidArgumentError(`There is no such rule. The rules are ${ids.join(', ')}.`);
      return [...before, id];
    })
    .default([], 'all rules');
}

export function showOption(): Option {
  return new Option('--show <heat>', 'how warm code must be to be reported')
    .choices(['hot', 'likely', 'all'])
    .default('likely');
}

export function verboseOption(): Option {
  return new Option('--verbose', 'log to standard error').default(false);
}

/** The first format is the one that is not asked for. */
export function formatOption(...formats: readonly string[]): Option {
  return new Option('--format <format>', 'form of the report').choices(formats).default(formats[0]);
}

/** What `prove` and `fix --proved` run. */
export function benchmarkOptions(): Option[] {
  return [
    new Option(
      '--bench <regexp>',
      'benchmarks to run, by name; all that reach the code in question',
    ).argParser(regularExpression),
    new Option(
      '--bench-file <file>',
      'JavaScript or TypeScript file whose benchmarks are run, or that is one; those that import the code in question',
    ),
    new Option('--count <n>', 'runs of each benchmark before and after, in turns')
      .default(usualRun.count)
      .argParser(wholeNumber),
    benchtimeOption(usualRun.benchtime),
    new Option('--timeout <seconds>', 'a benchmark that prints nothing for so long is ended')
      .default(usualRun.patience / 1000)
      .argParser(wholeNumber),
  ];
}

export function benchtimeOption(usual: string): Option {
  return new Option('--benchtime <t>', 'length of a run, as "go test" takes it')
    .default(usual)
    .argParser((text: string) => {
      if (!/^(?:\d+x|\d+(?:\.\d+)?(?:ms|s|m))$/.test(text))
        throw new InvalidArgumentError(
          'It is a duration such as 100ms or 1s, or a number of iterations such as 500x.',
        );
      return text;
    });
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It is a whole number from 1.');
  return number;
}

function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is not a regular expression: ${(error as Error).message}.`);
  }
}
