import type { Node } from 'web-tree-sitter';
import { isFunction, statementsOf } from '../syntax/nodes';
import type { Binding } from '../syntax/names';

/** Where a local variable can be named, and the jumps that leave this part of the function. */
export class Scope {
  private constructor(
    /** Where the variable is declared; undefined for a parameter. */
    readonly declaration: Node | undefined,
    private readonly start: number,
    private readonly around: Node,
    /** What stands for the end of the scope: its last statement. */
    readonly end: Node,
  ) {}

  /** Undefined: a variable that no statement declares, such as that of a type switch. */
  static of({ declaration, kind, owner }: Binding): Scope | undefined {
    if (kind !== 'variable') {
      const body = owner.childForFieldName('body');
      return body ? new Scope(undefined, body.startIndex, body, body) : undefined;
    }
    let declares: Node | undefined;
    for (let at: Node | null = declaration; at && !isFunction(at); at = at.parent) {
      if (/^(?:var_declaration|short_var_declaration)$/.test(at.type)) {
        declares = at;
        const list = at.parent;
        if (list?.type === 'statement_list')
          return new Scope(at, at.endIndex, list, statementsOf(list).at(-1) ?? at);
      } else if (declares && /^(?:if|for|expression_switch|type_switch)_statement$/.test(at.type))
        // Declared in the header: the variable lives as long as the statement.
        return new Scope(declares, declares.endIndex, at, at);
    }
    return undefined;
  }

  contains(node: Node): boolean {
    return this.start <= node.startIndex && node.endIndex <= this.around.endIndex;
  }

  /** For a `return`, `break`, `continue` or `goto` in the scope. */
  isLeftBy(jump: Node): boolean {
    if (jump.type === 'return_statement') return true;
    const label = jump.namedChildren.find(({ type }) => type === 'label_name')?.text;
    if (jump.type === 'goto_statement')
      return !this.around
        .descendantsOfType('labeled_statement')
        .some((one) => this.contains(one) && one.childForFieldName('label')?.text === label);
    const target =
      jump.type === 'continue_statement'
        ? /^for_statement$/
        : /^(?:for|select|expression_switch|type_switch)_statement$/;
    for (let at = jump.parent; at; at = at.parent) {
      const isAround = at.id === this.around.id;
      // A variable of the header outlives an iteration, not the loop.
      if (isAround ? jump.type === 'break_statement' : !this.contains(at)) return true;
      const labelled = at.parent?.type === 'labeled_statement' ? at.parent : undefined;
      const isNamed = labelled?.childForFieldName('label')?.text === label;
      if (target.test(at.type) && (label === undefined || isNamed)) return false;
      if (isAround) return true;
    }
    return true;
  }
}
