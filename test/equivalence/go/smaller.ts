import type { Node } from 'web-tree-sitter';
import type { GoSyntax } from '../../../server/src/go/facts/syntax-trees';
import { applyEdits } from '../../../server/src/text/edits';
import type { TextEdit } from '../../../rules/model';
import type { Program } from './program';
import { goFile } from './text';

/** Statements that go away as a whole; blocks and clauses go with what they belong to. */
const statements = /^(?:.*_statement|.*_declaration|block)$/;

/**
 * Programs that are smaller by one statement, declaration, branch, argument or parameter, those that lose most first. Some may not
 * compile.
 */
export function smaller(program: Program, syntax: GoSyntax): Program[] {
  const parsed = syntax.parse('program.go', program.text);
  if (!parsed) return [];
  try {
    const under = /(\w+)$/.exec(program.calls.callee)![1]!;
    const edits: TextEdit[] = [];
    const visit = (node: Node): void => {
      const parent = node.parent;
      const inBlock =
        parent !== null &&
        /^(?:block|statement_list|expression_case|default_case|communication_case|source_file)$/.test(
          parent.type,
        );
      // What waits for a goroutine stays, or the figures are those of a race.
      const waits = /<-|\bclose\(|\.Wait\(\)|\.Done\(\)|Lock\(\)/.test(node.text);
      const removable =
        !waits && statements.test(node.type) && inBlock && !/^(?:import|package)/.test(node.type);
      const isUnder = node.type === 'function_declaration' && node.childForFieldName('name')?.text === under;
      if (removable && !isUnder && node.childForFieldName('name')?.text !== under) {
        edits.push({ span: { start: node.startIndex, end: node.endIndex }, newText: '' });
        const body = node.childForFieldName('body') ?? node.childForFieldName('consequence');
        if (body && !/^(?:function|method)_declaration$/.test(node.type)) {
          edits.push({
            span: { start: node.startIndex, end: node.endIndex },
            newText: body.text.slice(1, -1).trim(),
          });
        }
      }
      if (node.type === 'binary_expression') {
        for (const side of ['left', 'right']) {
          edits.push({
            span: { start: node.startIndex, end: node.endIndex },
            newText: node.childForFieldName(side)?.text ?? '',
          });
        }
      }
      for (const child of node.namedChildren) if (child) visit(child);
    };
    visit(parsed.root);
    edits.sort((a, b) => lost(b) - lost(a));
    const programs = edits.map((edit) => withText(program, applyEdits(program.text, [edit])));
    return [...programs, ...withoutParameters(program), ...withPlainArguments(program)];
  } finally {
    parsed.release();
  }
}

const lost = ({ span, newText }: TextEdit): number => span.end - span.start - newText.length;

/** The program with another text, whose imports are those that it uses. */
export function withText(program: Program, text: string): Program {
  const body = text.replace(/^package p\n/, '').replace(/^\s*import (?:"[^"]*"|\([^)]*\))\n/, '');
  return { ...program, text: goFile(body) };
}

/** Without a parameter that nothing reads. */
function withoutParameters(program: Program): Program[] {
  const { calls, text } = program;
  return calls.parameters.flatMap(({ name, type }, at) => {
    const declared = new RegExp(`\\b${name} ${escaped(type)}(?:, )?`);
    const uses = text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
    if (uses !== 1 || !declared.test(text) || type === 'any') return [];
    const less = text.replace(declared, '').replace(/, \) /, ') ');
    const without = <T>(list: readonly T[]): T[] => list.filter((_, i) => i !== at);
    const inputs = calls.inputs.map(without);
    return [
      { ...withText(program, less), calls: { ...calls, parameters: without(calls.parameters), inputs } },
    ];
  });
}

/** With simpler arguments. */
function withPlainArguments(program: Program): Program[] {
  const { calls } = program;
  const plain: Record<string, string> = {
    'func() bool': 'o.Never()',
    'func(any)': 'o.See()',
    int: '1',
    string: '"a"',
  };
  return calls.parameters.flatMap(({ type }, at) => {
    const value = plain[type];
    if (value === undefined || calls.inputs.every((input) => input[at]!.length <= value.length)) return [];
    return [{ ...program, calls: { ...calls, inputs: calls.inputs.map((input) => input.with(at, value)) } }];
  });
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
