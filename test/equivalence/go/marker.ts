import { formatTxtar, type Archive } from '../../support/txtar';
import type { Difference } from './compare';
import type { Fixed } from './fix';
import type { Program } from './program';
import { goFile } from './text';

/**
 * A counterexample with a single input as a marker case for test/markers/go: the findings that stand there, no fix, and a test that shows the
 * difference when it runs before and after one.
 */
export function markerCase(program: Program, fixed: Fixed, { text: difference, kind }: Difference): string {
  const lines = program.text.split('\n');
  for (const { span, ruleId, message } of [...fixed.findings].reverse()) {
    const line = program.text.slice(0, span.start).split('\n').length - 1;
    lines[line] += ` // want ${ruleId} "${escaped(message)}"`;
  }
  const { callee, parameters, results, inputs } = program.calls;
  const names = parameters.map((_, i) => `a${i}`);
  const values = Array.from({ length: results }, (_, i) => `r${i}`).join(', ');
  const test = [
    'func Test(t *testing.T) {',
    'observe.Print(func(o *observe.Run) ([]any, func() []any) {',
    ...parameters.map(({ type }, i) => `var a${i} ${type} = ${inputs[0]![i]}`),
    `return []any{${names.join(', ')}}, func() []any {`,
    `${values} := ${callee}(${names.join(', ')})`,
    `return []any{${values}}`,
    '}',
    '})',
    '}',
  ].join('\n');
  const what = kind === 'allocations' ? 'A fix would allocate more' : 'A fix would change what it does';
  const archive: Archive = {
    comment: `${what}: ${difference}\n`,
    files: new Map([
      ['a.go', lines.join('\n')],
      [`@nofix/${program.ruleId}/a.go`, ''],
      ['@run/a_test.go', goFile(test, 'p', ['testing', 'example.com/m/observe'])],
    ]),
  };
  return formatTxtar(archive);
}

/** For a marker's regular expression, which stands between double quotes. */
function escaped(message: string): string {
  return message.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('"', '\\"');
}
