import path from 'node:path';
import type { Span } from '../../../../rules/model';
import { nameOfImport } from '../../../../rules/go/edit/imports';
import { enclosingDeclaration } from '../../../../rules/go/syntax/nodes';
import { runsOnce } from '../../../../rules/go/syntax/signatures';
import type { Node } from 'web-tree-sitter';
import type { Skeleton } from '../../service/engine';
import { nodeOf } from '../facts/node-at';
import type { ParsedFile } from '../facts/syntax-trees';
import { inputsFromTests, simpleValue, type Input } from './inputs';

/**
 * Benchmarks of the function around a place, for when there is none that reaches it: with the inputs of the package's tests first, then with
 * simple values.
 * @param file with the place
 * @param tests of the package and its external ones
 * @returns a sentence when a benchmark needs a person
 */
export function skeletonsFor(
  file: ParsedFile,
  span: Span,
  tests: readonly ParsedFile[],
): readonly Skeleton[] | string {
  const at = nodeOf(file.root, span) ?? file.root.descendantForIndex(span.start, span.end);
  const fn = at && enclosingDeclaration(at);
  if (!at || !fn) return 'The place is in no function that a benchmark could call.';
  const name = fn.childForFieldName('name')!.text;
  const receiver = fn.childForFieldName('receiver')?.firstNamedChild?.childForFieldName('type');
  if (fn.childForFieldName('type_parameters') || (receiver && /\[/.test(receiver.text)))
    return `${name} is generic, so a benchmark has to say with which types.`;
  if (runsOnce(fn)) return `${name} runs when the program starts, and no benchmark can call it.`;
  const types = parameterTypes(fn);
  const simple = types.map((type) => simpleValue(type, file.imports));
  const variants: (readonly Input[])[] = [];
  const found = inputsFromTests(name, types.length, receiver !== undefined, file.packageName, tests);
  if (found) variants.push(found);
  if (simple.every((input) => input !== undefined)) variants.push(simple);
  if (variants.length === 0)
    return `${name} takes ${types[simple.indexOf(undefined)]}, and no test of the package calls it with values that could be copied.`;
  const mark = markAt(at, fn);
  return variants.map((inputs) =>
    written(file, { fn, name, receiver: receiver?.text, types, inputs, tests, mark }),
  );
}

interface Parts {
  readonly fn: Node;
  readonly name: string;
  readonly receiver: string | undefined;
  readonly types: readonly string[];
  readonly inputs: readonly Input[];
  readonly tests: readonly ParsedFile[];
  /** UTF-16 offset before which a statement may stand. */
  readonly mark: number | undefined;
}

function written(file: ParsedFile, { fn, name, receiver, types, inputs, tests, mark }: Parts): Skeleton {
  const type = receiver?.replace(/^\*/, '');
  const title = `${type === undefined ? '' : `${capital(type)}_`}${capital(name)}`;
  const taken = tests.map(({ text }) => text).join('\n');
  const benchmark = [`Benchmark${title}`, `Benchmark${title}Made`].find(
    (one) => !new RegExp(`\\b${one}\\b`).test(taken),
  )!;
  const results = resultTypes(fn);
  const sink = (i: number): string => `sinkOf${title}${results.length === 1 ? '' : i + 1}`;
  const inLoop = (i: number): boolean => inputs[i]!.each === true || types[i]!.startsWith('...');
  const args = inputs.map((input, i) => (inLoop(i) ? input.text : `arg${i + 1}`));
  const call = `${receiver === undefined ? '' : 'receiver.'}${name}(${args.join(', ')})`;
  const made = inputs.flatMap(({ text }, i) => {
    if (inLoop(i)) return [];
    const type = types[i]!;
    // A constant would get a type of its own.
    const says = text.startsWith(type) || (type === 'string' && /^["`]/.test(text));
    return [says ? `\targ${i + 1} := ${text}` : `\tvar arg${i + 1} ${type} = ${text}`];
  });
  const body = [
    ...(receiver === undefined
      ? []
      : [`\treceiver := ${receiver.startsWith('*') ? `new(${type!})` : `*new(${type!})`}`]),
    ...made,
    '\tb.ReportAllocs()',
    '\tb.ResetTimer()',
    '\tfor i := 0; i < b.N; i++ {',
    `\t\t${results.length === 0 ? '' : `${results.map((_, i) => sink(i)).join(', ')} = `}${call}`,
    '\t}',
  ].join('\n');
  const sinks = results.map((result, i) => `var ${sink(i)} ${result}\n`).join('');
  const imports = importsFor(`${sinks}\n${body}`, [file, ...tests]);
  const text = (end: string): string =>
    `package ${file.packageName ?? 'main'}\n\n${imports}\n${sinks}${sinks === '' ? '' : '\n'}func ${benchmark}(b *testing.B) {\n${body}\n${end}}\n`;
  const base = file.path.replace(/\.go$/, `_${title.toLowerCase()}`);
  const usual = `${base}_bench_test.go`;
  const target = tests.some((test) => test.path === usual) ? `${base}_made_bench_test.go` : usual;
  return {
    benchmark,
    file: target,
    text: text(''),
    ...(mark !== undefined && {
      check: {
        text: text(`\tif ${runs} == 0 {\n\t\tb.Fatal("${notReached}")\n\t}\n`),
        marked: `${file.text.slice(0, mark)}${runs}++; ${file.text.slice(mark)}\n\nvar ${runs} int\n`,
      },
    }),
    notes: [...new Set(inputs.map(({ from }) => from))].map((from) =>
      from === undefined
        ? `${benchmark} was made for this run with simple values: put in those that matter`
        : `${benchmark} was made for this run with the inputs of ${path.basename(from)}`,
    ),
  };
}

/** How often the place ran. */
const runs = 'alloclensRuns';
export const notReached = 'its inputs do not lead to the place';

const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** One for each parameter, "...T" for the last of a variadic function. */
function parameterTypes(fn: Node): string[] {
  const list = fn.childForFieldName('parameters');
  return list ? typesIn(list) : [];
}

function resultTypes(fn: Node): string[] {
  const result = fn.childForFieldName('result');
  if (!result) return [];
  return result.type === 'parameter_list' ? typesIn(result) : [result.text];
}

function typesIn(list: Node): string[] {
  return list.namedChildren.flatMap((declaration) => {
    const type = declaration.childForFieldName('type')?.text;
    if (type === undefined) return [];
    if (declaration.type === 'variadic_parameter_declaration') return [`...${type}`];
    const names = declaration.namedChildren.filter((child) => child.type === 'identifier').length;
    return Array.from({ length: Math.max(1, names) }, () => type);
  });
}

/** Where the innermost statement around a place begins. */
function markAt(at: Node, fn: Node): number | undefined {
  for (let node: Node | null = at; node && node.id !== fn.id; node = node.parent) {
    if (node.parent?.type === 'statement_list' || node.parent?.type === 'block') return node.startIndex;
  }
  return undefined;
}

/** Imports of the packages whose names the code mentions, as the files that it comes from import them. */
function importsFor(code: string, from: readonly ParsedFile[]): string {
  const specs = new Set(['"testing"']);
  const own: Readonly<Record<string, string>> = { context: 'context', io: 'io', strings: 'strings' };
  for (const [, name] of code.matchAll(/\b([A-Za-z_]\w*)\./g)) {
    if (name === 'b' || name === 'receiver') continue;
    const found =
      from.map(({ imports }) => imports.get(name!)).find((one) => one !== undefined) ?? own[name!];
    if (found === undefined) continue;
    specs.add(nameOfImport(found) === name ? `"${found}"` : `${name} "${found}"`);
  }
  const sorted = [...specs].sort();
  return sorted.length === 1
    ? `import ${sorted[0]!}\n`
    : `import (\n${sorted.map((spec) => `\t${spec}\n`).join('')})\n`;
}
