import type { Node } from 'web-tree-sitter';
import type { TextEdit } from '../../model';
import { importedAs } from '../edit/imports';
import type { GoFile } from '../rule';
import { initializer, startedWith } from '../syntax/assignments';
import { isAddressTaken, isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';
import { argumentsOf, spanOf, unparenthesised } from '../syntax/nodes';
import { importedFunction, isBuiltin } from '../syntax/universe';
import { conversionNodes, conversionOf, emittedConversion, type Conversion } from './conversions';
import { mirrorOf } from './mirror-functions';
import { withoutConversion } from './plain-forms';

/** A text that is copied to bytes only to be cut into pieces and looked at: the string can be cut as well, and cutting it copies nothing. */
export interface CutText {
  /** `[]byte(s)`, for which the compiler emits a copy. */
  readonly conversion: Conversion;
  /** The local variables that hold the text and its pieces. */
  readonly variables: readonly Binding[];
  /** Pieces for which the compiler emits a copy to a string: in comparisons and look-ups it emits none. */
  readonly copied: readonly Conversion[];
  /** Every piece ends where the text before it does, or earlier: bytes may be cut up to their capacity. */
  readonly endsInside: boolean;
  readonly edits: readonly TextEdit[];
}

export function cutTexts(file: GoFile): CutText[] {
  const found: CutText[] = [];
  if (!file.imports.has('bytes')) return found;
  for (const node of file.root.descendantsOfType(conversionNodes)) {
    const conversion = conversionOf(node, file);
    if (conversion?.to !== 'bytes' || conversion.node.id !== node.id) continue;
    const variable = startedWith(node, namesAround(file.root, node).bindings);
    if (variable?.kind !== 'variable' || !emittedConversion(conversion, file)) continue;
    const cut = new Cut(variable, file);
    // One that is not cut has simpler remedies.
    if (!cut.follow() || !cut.isCut || cut.edits.size === 0) continue;
    found.push({
      conversion,
      variables: cut.variables,
      copied: cut.copied,
      endsInside: cut.endsInside,
      edits: [...cut.edits.values()],
    });
  }
  return found;
}

/** Functions of bytes whose result is a piece of their first argument, with a twin in strings that says the same. */
const trimming = /^bytes\.Trim(?:Space|Left|Right|Prefix|Suffix)?$/;

/** Follows a variable, and those that pieces of it are assigned to, until one is used as only bytes can be. */
class Cut {
  readonly variables: Binding[] = [];
  readonly copied: Conversion[] = [];
  readonly edits = new Map<string, TextEdit>();
  endsInside = true;
  isCut = false;

  constructor(
    private readonly first: Binding,
    private readonly file: GoFile,
  ) {
    this.variables.push(first);
  }

  /** False when some use needs bytes. */
  follow(): boolean {
    for (const variable of this.variables)
      if (!this.#declared(variable) || !this.#used(variable)) return false;
    return true;
  }

  #edit(...edits: readonly TextEdit[]): void {
    for (const edit of edits) this.edits.set(`${edit.span.start}:${edit.span.end}`, edit);
  }

  #declared({ declaration, kind }: Binding): boolean {
    if (kind !== 'variable') return false;
    const spec = declaration.parent;
    if (spec?.type !== 'var_spec') return this.#values(declaration);
    const type = spec.childForFieldName('type');
    if (type && (type.text !== '[]byte' || spec.childrenForFieldName('name').length > 1)) return false;
    if (type) this.#edit({ span: spanOf(type), newText: 'string' });
    return spec.childForFieldName('value') === null || this.#values(declaration);
  }

  /** What is given to the variable at this mention of it is a piece, or a text. */
  #values(target: Node): boolean {
    const statement = target.parent?.parent;
    if (target.parent?.type !== 'expression_list' && statement?.type !== 'var_declaration') return false;
    const left = target.parent!;
    const from =
      left.type === 'var_spec' ? left.childForFieldName('value') : statement?.childForFieldName('right');
    const operator = statement?.childForFieldName('operator')?.text ?? '=';
    const index = left.type === 'var_spec' ? 0 : left.namedChildren.findIndex(({ id }) => id === target.id);
    if (
      !from ||
      operator !== '=' ||
      (left.type !== 'var_spec' && from.namedChildCount !== left.namedChildCount)
    )
      return false;
    return this.#isPiece(from.namedChildren[index]!);
  }

  #isPiece(value: Node): boolean {
    const node = unparenthesised(value);
    const conversion = conversionOf(node, this.file);
    if (conversion?.to === 'bytes') {
      this.#edit(...withoutConversion(conversion));
      return true;
    }
    if (node.type === 'slice_expression') return this.#isPiece(node.childForFieldName('operand')!);
    if (node.type === 'call_expression') {
      const [text] = argumentsOf(node);
      return trimming.test(this.#callee(node)) && text !== undefined && this.#isPiece(text);
    }
    const variable = node.type === 'identifier' ? namesAround(this.file.root, node).resolve(node) : undefined;
    if (!variable) return false;
    this.#add(variable);
    return true;
  }

  #callee(call: Node): string {
    const callee = call.childForFieldName('function');
    return (callee && importedFunction(this.file, callee)) ?? '';
  }

  #add(variable: Binding): void {
    if (!this.variables.includes(variable)) this.variables.push(variable);
  }

  #used({ uses, owner }: Binding): boolean {
    return uses.every(({ node, owner: by }) => {
      if (by.id !== owner.id || owner.id !== this.first.owner.id || isAddressTaken(node)) return false;
      return isAssigned(node) ? this.#values(node) : this.#piece(node);
    });
  }

  /** What is done with a piece. */
  #piece(piece: Node): boolean {
    const node = parenthesized(piece);
    const parent = node.parent;
    switch (parent?.type) {
      case 'slice_expression':
        return this.#sliced(parent, node);
      case 'index_expression':
        return (
          parent.childForFieldName('operand')?.id === node.id &&
          !isAssigned(parent) &&
          !isAddressTaken(parent)
        );
      case 'argument_list':
        return this.#argument(parent.parent!, node);
      case 'type_conversion_expression':
        return this.#toString(parent);
      case 'expression_list':
        return this.#assigned(node, parent);
      default:
        return false;
    }
  }

  #sliced(slice: Node, node: Node): boolean {
    if (slice.childForFieldName('operand')?.id !== node.id || slice.childForFieldName('capacity'))
      return false;
    this.isCut = true;
    const end = slice.childForFieldName('end');
    this.endsInside &&= !end || this.#isInside(end, node);
    return this.#piece(slice);
  }

  /** `v[:0]`, `v[:len(v)-n]`, `v[:i]` with an index that was found in v. */
  #isInside(end: Node, text: Node): boolean {
    if (
      end.text === '0' ||
      new RegExp(String.raw`^len\(${escaped(text.text)}\)(?: *- *\d+)?$`).test(end.text)
    )
      return true;
    const index = end.type === 'identifier' ? namesAround(this.file.root, end).resolve(end) : undefined;
    const value = index && initializer(index);
    const variable = text.type === 'identifier' ? namesAround(this.file.root, text).resolve(text) : undefined;
    if (value?.type !== 'call_expression' || !variable || index!.uses.some(({ node }) => isAssigned(node)))
      return false;
    if (!/^bytes\.(?:Last)?Index\w*$/.test(this.#callee(value)) || argumentsOf(value)[0]?.text !== text.text)
      return false;
    const statement = text.parent!.parent!.parent;
    return !variable.uses.some(
      ({ node }) =>
        isAssigned(node) &&
        node.startIndex > value.endIndex &&
        node.endIndex < text.startIndex &&
        node.parent?.parent?.id !== statement?.id,
    );
  }

  #argument(call: Node, node: Node): boolean {
    if (call.type === 'type_conversion_expression' || conversionOf(call, this.file))
      return this.#toString(call);
    if (isBuiltin(this.file, call, 'len')) return true;
    const args = argumentsOf(call);
    // `copy(dst, piece)` takes strings, too.
    if (isBuiltin(this.file, call, 'copy')) return args[1]?.id === node.id;
    if (trimming.test(this.#callee(call))) return this.#trimmed(call, args, node);
    const mirror = mirrorOf(call, this.file);
    if (mirror?.from !== 'bytes' || mirror.receiver || mirror.inCallee) return false;
    if (args.length !== mirror.parameters.length) return false;
    this.#edit(...mirror.edits);
    return args.every(
      (argument, i) => mirror.parameters[i] === 'same' || argument.id === node.id || this.#isPiece(argument),
    );
  }

  #trimmed(call: Node, args: readonly Node[], node: Node): boolean {
    const [text, other] = args;
    if (text?.id !== node.id) return false;
    const operand = call.childForFieldName('function')!.childForFieldName('operand')!;
    this.#edit({ span: spanOf(operand), newText: importedAs(this.file, 'strings') });
    this.isCut = true;
    const isText = /(?:Prefix|Suffix)$/.test(this.#callee(call));
    return (!other || !isText || this.#isPiece(other)) && this.#piece(call);
  }

  #toString(node: Node): boolean {
    const conversion = conversionOf(node, this.file);
    if (conversion?.to !== 'string') return false;
    if (emittedConversion(conversion, this.file)) this.copied.push(conversion);
    this.#edit(...withoutConversion(conversion));
    return true;
  }

  /** The piece is given to another variable, which holds one from then on. */
  #assigned(node: Node, list: Node): boolean {
    const statement = list.parent;
    if (statement?.type !== 'short_var_declaration' && statement?.type !== 'assignment_statement')
      return false;
    if (statement.childForFieldName('right')?.id !== list.id) return false;
    const target =
      statement.childForFieldName('left')?.namedChildren[
        list.namedChildren.findIndex(({ id }) => id === node.id)
      ];
    if (target?.type !== 'identifier') return false;
    if (target.text === '_') return true;
    const variable = namesAround(this.file.root, target).resolve(target);
    if (!variable) return false;
    this.#add(variable);
    return true;
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
