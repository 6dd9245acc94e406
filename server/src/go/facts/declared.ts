import type { Node } from 'web-tree-sitter';
import { isFunction } from '../../../../rules/go/syntax/nodes';
import { Declared, type DeclaredIn } from '../compile/declared';
import type { GoSyntax, ParsedFile } from './syntax-trees';

/**
 * The declarations of a file, as `Comparison` takes them. Undefined where lines do not tell them apart: two on one line, a line
 * directive, an error.
 */
export function declaredIn({ root, text }: Pick<ParsedFile, 'root' | 'text'>): DeclaredIn | undefined {
  if (root.hasError || /\/[/*]line /.test(text)) return undefined;
  const found: Declared[] = [];
  let last = 0;
  let comments: Node[] = [];
  for (const node of root.namedChildren) {
    if (node.type === 'comment') {
      comments.push(node);
      continue;
    }
    const directed = comments.some((comment) => comment.text.startsWith('//go:'));
    const from = directed ? comments[0]! : node;
    comments = [];
    const first = from.startPosition.row + 1;
    if (first <= last || from.startPosition.column > 0) return undefined;
    last = node.endPosition.row + 1;
    if (node.type === 'package_clause' || node.type === 'import_declaration') continue;
    found.push(declared(node, from.startIndex, text, first, last));
  }
  // Directives behind all declarations may be about any of them.
  return comments.some((comment) => comment.text.startsWith('//go:')) ? undefined : found;
}

/** As `declaredIn`, of a text. @param key what its tree is kept under: a path, or another word for a text that nobody edits */
export function declaredInText(syntax: GoSyntax, key: string, text: string): DeclaredIn | undefined {
  const parsed = syntax.parse(key, text);
  try {
    return parsed && declaredIn(parsed);
  } finally {
    parsed?.release();
  }
}

function declared(node: Node, start: number, file: string, first: number, last: number): Declared {
  const text = file.slice(start, node.endIndex);
  if (!isFunction(node)) return new Declared('other', text, start, first, last, namesIn(node), text, false);
  const name = node.childForFieldName('name')?.text ?? '';
  const body = node.childForFieldName('body');
  const signature = body ? file.slice(start, body.startIndex) : text;
  const receiver = node.childForFieldName('receiver');
  const generic =
    node.childForFieldName('type_parameters') !== null ||
    (receiver?.descendantsOfType('generic_type').length ?? 0) > 0;
  const names = node.type === 'function_declaration' && name === 'init' ? [] : named([name]);
  const type = receiver?.descendantsOfType('type_identifier')[0]?.text;
  return new Declared('function', text, start, first, last, names, signature, generic, type);
}

function namesIn(node: Node): string[] {
  const specs = node.descendantsOfType(['const_spec', 'var_spec', 'type_spec', 'type_alias']);
  return named(specs.flatMap((spec) => spec.childrenForFieldName('name').map(({ text }) => text)));
}

function named(names: readonly string[]): string[] {
  return names.filter((name) => name !== '_');
}
