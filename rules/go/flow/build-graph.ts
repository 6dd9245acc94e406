import type { Node } from 'web-tree-sitter';
import { statementsOf, unparenthesised } from '../syntax/nodes';
import { operandsOf } from './evaluation';
import { Block, Graph, type EdgeKind, type Region } from './graph';

/** How a call ends that never comes back; undefined: it may come back. */
export type Ending = 'panic' | 'ends' | undefined;

/**
 * Builds the graph of a function declaration, method declaration or function literal. `endingOf` is asked about calls that
 * are statements. A declaration without body has an empty graph.
 */
export function buildGraph(fn: Node, endingOf: (call: Node) => Ending): Graph {
  return new Builder(fn, endingOf).graph();
}

/** Where jumps out of a statement go. */
interface Target {
  readonly label: string | undefined;
  readonly onBreak: Block;
  /** Loops only. */
  readonly onContinue?: Block;
  /** Clauses of a switch only. */
  readonly onFallthrough?: Block | undefined;
}

/** Statements that are nested deeper are one step, whatever they hold: texts like that are made to break a reader. */
const deepest = 1000;
const deepestExpression = 100;

class Builder {
  readonly #entry: Block;
  readonly #exit: Block;
  readonly #panicked: Block;
  readonly #ended: Block;
  readonly #starts = new Map<number, { block: Block; index: number }>();
  readonly #steps = new Set<number>();
  readonly #deferred: Node[] = [];
  readonly #labels = new Map<string, Block>();
  #targets: Target[] = [];
  #region: Region | undefined;
  #current: Block;
  #depth = 0;

  constructor(
    private readonly fn: Node,
    private readonly endingOf: (call: Node) => Ending,
  ) {
    this.#entry = this.#current = this.#block();
    this.#exit = this.#block();
    this.#panicked = this.#block();
    this.#ended = this.#block();
  }

  graph(): Graph {
    const body = this.fn.childForFieldName('body');
    if (body) this.#statement(body, undefined);
    this.#edge(this.#exit, 'next');
    return new Graph({
      fn: this.fn,
      entry: this.#entry,
      exit: this.#exit,
      panicked: this.#panicked,
      ended: this.#ended,
      deferred: this.#deferred,
      starts: this.#starts,
    });
  }

  #block(): Block {
    const block = new Block((node) => this.#steps.has(node.id));
    block.region = this.#region;
    return block;
  }

  #edge(to: Block, kind: EdgeKind, at?: Node, from = this.#current): void {
    const edge = { from, to, kind, at };
    from.out.push(edge);
    to.in.push(edge);
  }

  /** Control leaves the current block by a jump; what follows is reached by a label or not at all. */
  #jump(to: Block | undefined, kind: EdgeKind, at: Node): void {
    // A label that nobody declares: the file does not compile.
    if (to) this.#edge(to, kind, at);
    this.#current = this.#block();
  }

  #begin(node: Node): void {
    this.#starts.set(node.id, { block: this.#current, index: this.#current.steps.length });
  }

  #step(node: Node): void {
    this.#begin(node);
    this.#steps.add(node.id);
    this.#current.steps.push(node);
  }

  #statements(list: Node): void {
    for (const statement of statementsOf(list)) this.#statement(statement, undefined);
  }

  #statement(node: Node, label: string | undefined): void {
    if (this.#depth >= deepest) return this.#step(node);
    this.#depth++;
    this.#split(node, label);
    this.#depth--;
  }

  #split(node: Node, label: string | undefined): void {
    if (!/^(?:expression|assignment|return|inc|dec|send)_statement$/.test(node.type)) this.#begin(node);
    switch (node.type) {
      case 'block':
        return this.#statements(node);
      case 'labeled_statement':
        return this.#labelled(node);
      case 'if_statement':
        return this.#if(node);
      case 'for_statement':
        return this.#for(node, label);
      case 'expression_switch_statement':
      case 'type_switch_statement':
        return this.#switch(node, label);
      case 'select_statement':
        return this.#select(node, label);
      case 'return_statement':
        this.#simple(node);
        return this.#jump(this.#exit, 'return', node);
      case 'goto_statement':
        return this.#jump(this.#label(labelOf(node)!), 'goto', node);
      case 'break_statement':
        return this.#jump(this.#target(labelOf(node), 'onBreak'), 'break', node);
      case 'continue_statement':
        return this.#jump(this.#target(labelOf(node), 'onContinue'), 'continue', node);
      case 'fallthrough_statement':
        return this.#jump(this.#targets.at(-1)?.onFallthrough, 'fallthrough', node);
      case 'defer_statement':
        this.#deferred.push(node);
        return this.#simple(node);
      case 'expression_statement': {
        this.#simple(node);
        const call = unparenthesised(node.namedChild(0) ?? node);
        const ending = call.type === 'call_expression' ? this.endingOf(call) : undefined;
        if (ending) this.#jump(ending === 'panic' ? this.#panicked : this.#ended, ending, call);
        return;
      }
      case 'var_declaration':
        for (const spec of node.descendantsOfType('var_spec')) {
          // Not those of function literals in the values.
          const owner = spec.parent?.type === 'var_spec_list' ? spec.parent.parent : spec.parent;
          if (owner?.id === node.id) this.#simple(spec);
        }
        return;
      case 'const_declaration':
      case 'type_declaration':
      case 'empty_statement':
        return;
      default:
        return this.#simple(node);
    }
  }

  /** A step, and before it the parts that `&&` and `||` in it make conditional. */
  #simple(node: Node): void {
    if (mayHoldLogic(node)) this.#operands(node);
    this.#step(node);
  }

  /** Steps of what is evaluated in the node up to its last `&&` or `||`. */
  #operands(node: Node): void {
    if (isLogical(node)) {
      const after = this.#block();
      this.#condition(node, after, after);
      this.#current = after;
      return;
    }
    const operands = operandsOf(node);
    const last = operands.findLastIndex((operand) => holdsLogic(operand));
    operands.slice(0, last + 1).forEach((operand) => {
      if (holdsLogic(operand)) this.#operands(operand);
      // A call or a receive, which happens before the split.
      else if (/\(|<-/.test(operand.text)) this.#step(operand);
    });
  }

  /** Evaluates a condition; control goes on at one of the blocks, and the current one is at its end. */
  #condition(node: Node, whenTrue: Block, whenFalse: Block): void {
    this.#begin(node);
    const condition = unparenthesised(node);
    if (condition.id !== node.id) this.#begin(condition);
    if (condition.type === 'unary_expression' && condition.childForFieldName('operator')?.text === '!') {
      const operand = condition.childForFieldName('operand');
      if (operand && holdsLogic(operand)) return this.#condition(operand, whenFalse, whenTrue);
    }
    if (isLogical(condition)) {
      // `a && b && c` leans to the left, and may be long.
      const operator = condition.childForFieldName('operator')!.text;
      const operands: Node[] = [];
      let left: Node = condition;
      while (isLogical(left) && left.childForFieldName('operator')!.text === operator) {
        this.#begin(left);
        operands.unshift(left.childForFieldName('right')!);
        left = unparenthesised(left.childForFieldName('left')!);
      }
      operands.unshift(left);
      operands.forEach((operand, index) => {
        if (index === operands.length - 1) return this.#condition(operand, whenTrue, whenFalse);
        const next = this.#block();
        if (operator === '&&') this.#condition(operand, next, whenFalse);
        else this.#condition(operand, whenTrue, next);
        this.#current = next;
      });
      return;
    }
    this.#simple(condition);
    this.#edge(whenTrue, 'true', condition);
    this.#edge(whenFalse, 'false', condition);
  }

  #if(statement: Node): void {
    const after = this.#block();
    // else if, else if, …: not one level deeper each.
    for (let node: Node | null = statement; node;) {
      if (node.id !== statement.id) this.#begin(node);
      const [start, condition] = [node.childForFieldName('initializer'), node.childForFieldName('condition')];
      const alternative: Node | null = node.childForFieldName('alternative');
      if (start) this.#statement(start, undefined);
      const then = this.#block();
      const otherwise = alternative ? this.#block() : after;
      if (condition) this.#condition(condition, then, otherwise);
      this.#current = then;
      const consequence = node.childForFieldName('consequence');
      if (consequence) this.#statement(consequence, undefined);
      this.#edge(after, 'next');
      this.#current = otherwise;
      if (alternative && alternative.type !== 'if_statement') {
        this.#statement(alternative, undefined);
        this.#edge(after, 'next');
      }
      node = alternative?.type === 'if_statement' ? alternative : null;
    }
    this.#current = after;
  }

  #for(statement: Node, label: string | undefined): void {
    const body = statement.childForFieldName('body');
    const header = statement.namedChildren.find(({ type, id }) => type !== 'comment' && id !== body?.id);
    const clause = header?.type === 'for_clause' ? header : undefined;
    const range = header?.type === 'range_clause' ? header : undefined;
    const start = clause?.childForFieldName('initializer');
    const update = clause?.childForFieldName('update');
    const condition = clause ? clause.childForFieldName('condition') : range ? undefined : header;
    const ranged = range?.childForFieldName('right');
    if (header && header.id !== condition?.id) this.#begin(header);
    if (start) this.#statement(start, undefined);
    if (ranged) {
      // What the targets are made of is evaluated anew in each iteration.
      if (mayHoldLogic(ranged)) this.#operands(ranged);
      this.#step(ranged);
    }
    const done = this.#block();
    const outer = this.#region;
    const first = this.#block();
    this.#region = { statement, outer, header: first, done };
    first.region = this.#region;
    this.#edge(first, 'next');
    this.#current = first;
    const inside = this.#block();
    const next = update ? this.#block() : first;
    if (range) {
      this.#edge(inside, 'element', range);
      this.#edge(done, 'exhausted', range);
    } else if (condition) this.#condition(condition, inside, done);
    else this.#edge(inside, 'next');
    this.#current = inside;
    if (range) this.#step(range);
    this.#within({ label, onBreak: done, onContinue: next }, () => {
      if (body) this.#statement(body, undefined);
    });
    this.#edge(next, 'next');
    if (update) {
      this.#current = next;
      this.#statement(update, undefined);
      this.#edge(first, 'next');
    }
    this.#region = outer;
    this.#current = done;
  }

  #switch(statement: Node, label: string | undefined): void {
    const start = statement.childForFieldName('initializer');
    const value = statement.childForFieldName('value');
    if (start) this.#statement(start, undefined);
    if (value) this.#simple(value);
    const after = this.#block();
    const clauses = statement.namedChildren.filter(({ type }) => /_case$/.test(type));
    const bodies = clauses.map(() => this.#block());
    const byDefault = clauses.findIndex(({ type }) => type === 'default_case');
    clauses.forEach((clause, index) => {
      this.#begin(clause);
      const body = bodies[index]!;
      const values =
        clause.type === 'type_case'
          ? clause.childrenForFieldName('type')
          : operandsOf(clause.childForFieldName('value'));
      for (const test of values) {
        const next = this.#block();
        // Without a value each case is a condition.
        if (clause.type === 'expression_case' && !value) this.#condition(test, body, next);
        else {
          if (clause.type === 'expression_case') this.#simple(test);
          this.#edge(body, 'case', clause);
          this.#edge(next, 'next');
        }
        this.#current = next;
      }
    });
    this.#edge(bodies[byDefault] ?? after, byDefault < 0 ? 'next' : 'case', clauses[byDefault]);
    clauses.forEach((clause, index) => {
      this.#current = bodies[index]!;
      this.#within({ label, onBreak: after, onFallthrough: bodies[index + 1] }, () => this.#clause(clause));
      this.#edge(after, 'next');
    });
    this.#current = after;
  }

  /** Channels and values to send are evaluated at the start, in order; then one clause is chosen. */
  #select(statement: Node, label: string | undefined): void {
    const clauses = statement.namedChildren.filter(({ type }) => /_case$/.test(type));
    for (const clause of clauses) {
      this.#begin(clause);
      const communication = clause.childForFieldName('communication');
      const receive = communication?.childForFieldName('right');
      const operands =
        communication?.type === 'send_statement'
          ? operandsOf(communication)
          : receive
            ? operandsOf(unparenthesised(receive))
            : [];
      for (const operand of operands) this.#simple(operand);
    }
    const after = this.#block();
    const from = this.#current;
    for (const clause of clauses) {
      this.#current = this.#block();
      this.#edge(this.#current, 'case', clause, from);
      const communication = clause.childForFieldName('communication');
      if (communication) this.#simple(communication);
      this.#within({ label, onBreak: after }, () => this.#clause(clause));
      this.#edge(after, 'next');
    }
    this.#current = after;
  }

  /** The statements of a clause; the grammar puts them into a list. */
  #clause(clause: Node): void {
    for (const list of clause.namedChildren.filter(({ type }) => type === 'statement_list'))
      for (const statement of list.namedChildren.filter(({ type }) => type !== 'comment'))
        this.#statement(statement, undefined);
  }

  #labelled(node: Node): void {
    const label = node.childForFieldName('label');
    const inner = node.namedChildren.find(({ type, id }) => type !== 'comment' && id !== label?.id);
    const block = this.#label(label?.text ?? '');
    block.region = this.#region;
    this.#edge(block, 'next');
    this.#current = block;
    if (inner) this.#statement(inner, label?.text);
  }

  #label(name: string): Block {
    let block = this.#labels.get(name);
    if (!block) this.#labels.set(name, (block = this.#block()));
    return block;
  }

  #target(label: string | undefined, jump: 'onBreak' | 'onContinue'): Block | undefined {
    return this.#targets.findLast(
      (target) => target[jump] && (label === undefined || target.label === label),
    )?.[jump];
  }

  #within(target: Target, build: () => void): void {
    this.#targets.push(target);
    build();
    this.#targets.pop();
  }
}

function labelOf(jump: Node): string | undefined {
  return jump.namedChildren.find(({ type }) => type === 'label_name')?.text;
}

function isLogical(node: Node): boolean {
  return (
    node.type === 'binary_expression' && /^(?:&&|\|\|)$/.test(node.childForFieldName('operator')?.text ?? '')
  );
}

/** Cheap, and also true for texts in strings and function literals. */
function mayHoldLogic(node: Node): boolean {
  return /&&|\|\|/.test(node.text);
}

/** The node evaluates `&&` or `||`; those of function literals are not evaluated with it. */
function holdsLogic(node: Node, depth = 0): boolean {
  if (node.type === 'func_literal' || depth > deepestExpression || !mayHoldLogic(node)) return false;
  return isLogical(node) || operandsOf(node).some((operand) => holdsLogic(operand, depth + 1));
}
