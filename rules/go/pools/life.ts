import type { Node } from 'web-tree-sitter';
import { isAppender } from '../flow/appenders';
import { fieldType, isPlainField } from './fields';
import { endingOf } from '../flow/functions';
import { isFresh, isReachedForSure, releaseAt, type Release } from './wrappers';
import { PooledUse } from './use';
import { putOf, putVariable, type Pooled } from './variables';
import type { GoFile } from '../rule';
import { argumentsOf, descendants, isFunction, statementsOf, unparenthesised } from '../syntax/nodes';
import { callOf, isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';

/**
 * The life of one local variable that holds a pooled object, path by path: where it is put back, used afterwards,
 * handed on, or lost. What cannot be followed (goto, closures that are kept, reassignment) ends the claim, not the walk.
 */

/** `held`: not put back yet. `gone`: somebody else owns it now, or nobody can tell. `none`: the pool had no object. */
export type Status = 'held' | 'put' | 'gone' | 'none';

interface State {
  readonly status: Status;
  /** A deferred call will put it: for sure, for sure but without its memory, maybe, or no. */
  readonly deferred: 'no' | 'maybe' | 'sure' | 'drops';
  /** Locals that share memory with the object here, by index into `aliases`. */
  readonly live: number;
}

export interface Put {
  readonly call: Node;
  readonly release: Release;
  readonly deferred: boolean;
}

/** Something that happens to an object that is, on every path to this place, put back already. */
export interface Misuse {
  readonly kind: 'used' | 'put twice' | 'returned' | 'escapes';
  readonly node: Node;
  /** The local that shares its memory, when it is not the variable itself. */
  readonly alias: Binding | undefined;
  /** `v.Bytes()`, `*v`, or the alias: the memory that is still used. */
  readonly memory: Node | undefined;
}

export interface Life {
  readonly puts: readonly Put[];
  readonly misuses: readonly Misuse[];
  /** Ways out on which the object is neither put back nor handed on: a return, or the last statement before the end. */
  readonly lost: readonly Node[];
  /** Ways out in all. */
  readonly exits: number;
  /** Places where the object, or memory of it, goes to another owner, or may. */
  readonly moves: readonly Node[];
}

class Unfollowable extends Error {}

interface Targets {
  readonly label: string | undefined;
  readonly kind: 'loop' | 'switch';
  breaks: State[];
  continues: State[];
}

const most = 256;

/** undefined: the function cannot be followed. */
export function lifeOf(file: GoFile, object: Pooled): Life | undefined {
  const walk = new Walk(file, object);
  try {
    return walk.run();
  } catch (error) {
    if (error instanceof Unfollowable) return undefined;
    throw error;
  }
}

class Walk {
  private readonly fn: Node;
  private readonly uses: PooledUse;
  private readonly aliases: Binding[] = [];
  private readonly puts = new Map<number, Put>();
  private readonly misuses = new Map<number, Misuse>();
  private readonly lost = new Map<number, Node>();
  private readonly exits = new Set<number>();
  private readonly moves = new Map<number, Node>();
  private readonly targets: Targets[] = [];
  /** Reports are made in the last pass over a loop only, when its states are complete. */
  private quiet = 0;

  constructor(
    private readonly file: GoFile,
    private readonly object: Pooled,
  ) {
    this.fn = object.binding.owner;
    this.uses = new PooledUse(file, object);
  }

  run(): Life | undefined {
    const { binding } = this.object;
    const start: State = { status: 'held', deferred: 'no', live: 0 };
    if (this.object.got) {
      const statement = scopeStatement((this.object.carrier ?? binding).declaration);
      if (!statement) return undefined;
      if (statement.type === 'var_declaration' || statement.type === 'short_var_declaration') {
        const list = statement.parent!;
        const rest = statementsOf(list).filter((other) => other.startIndex > statement.endIndex);
        const end = this.sequence(rest, [start]);
        this.finish(end, rest.at(-1) ?? statement);
      } else {
        // Declared in the header of an if, for or switch: it lives as long as that statement.
        const end = this.statement(statement, [start], undefined);
        this.finish(end, statement);
      }
    } else {
      const body = this.fn.childForFieldName('body');
      if (!body) return undefined;
      this.finish(this.statement(body, [start], undefined), body);
    }
    return {
      puts: [...this.puts.values()],
      misuses: [...this.misuses.values()],
      lost: [...this.lost.values()],
      exits: this.exits.size,
      moves: [...this.moves.values()],
    };
  }

  /** The object's variable, or the one that it was in before the type assertion. */
  private isObject(identifier: Node): boolean {
    const variable = namesAround(this.file.root, identifier).resolve(identifier);
    return variable !== undefined && (variable === this.object.binding || variable === this.object.carrier);
  }

  /** The variable goes out of scope. */
  private finish(states: readonly State[], at: Node): void {
    if (states.length === 0 || this.quiet > 0) return;
    this.exits.add(at.id);
    if (states.some((state) => state.status === 'held' && state.deferred === 'no')) this.lost.set(at.id, at);
  }

  private join(...sets: readonly (readonly State[])[]): State[] {
    const all = new Map<string, State>();
    for (const state of sets.flat()) all.set(`${state.status} ${state.deferred} ${state.live}`, state);
    if (all.size > most) throw new Unfollowable();
    return [...all.values()];
  }

  private sequence(statements: readonly Node[], states: readonly State[]): State[] {
    let now = [...states];
    for (const statement of statements) {
      if (now.length === 0 && !/^labeled/.test(statement.type)) break;
      now = this.statement(statement, now, undefined);
    }
    return now;
  }

  private statement(node: Node, states: readonly State[], label: string | undefined): State[] {
    switch (node.type) {
      case 'block':
      case 'statement_list':
        return this.sequence(statementsOf(node), states);
      case 'labeled_statement': {
        const inner = node.namedChildren.filter((child) => child.type !== 'comment').at(-1);
        const name = node.childForFieldName('label')?.text;
        return inner && inner.type !== 'label_name' ? this.statement(inner, states, name) : [...states];
      }
      case 'if_statement':
        return this.ifStatement(node, states);
      case 'for_statement':
        return this.forStatement(node, states, label);
      case 'expression_switch_statement':
      case 'type_switch_statement':
      case 'select_statement':
        return this.switchStatement(node, states, label);
      case 'return_statement': {
        const after = this.expressions(node, states);
        this.returned(node, after);
        return [];
      }
      case 'goto_statement':
        throw new Unfollowable();
      case 'fallthrough_statement':
        throw new Unfollowable();
      case 'break_statement':
      case 'continue_statement':
        this.jump(node, states);
        return [];
      case 'defer_statement':
        return this.deferStatement(node, states);
      case 'go_statement':
        return this.expressions(node, states);
      case 'expression_statement': {
        const call = unparenthesised(node.firstNamedChild ?? node);
        const after = this.expressions(node, states);
        return call.type === 'call_expression' && endingOf(this.file, call) ? [] : after;
      }
      case 'call_expression': {
        const after = this.expressions(node, states);
        return endingOf(this.file, node) ? [] : after;
      }
      default:
        return this.expressions(node, states);
    }
  }

  private ifStatement(node: Node, states: readonly State[]): State[] {
    const start = node.childForFieldName('initializer');
    const condition = node.childForFieldName('condition');
    const alternative = node.childForFieldName('alternative');
    let now = start ? this.expressions(start, states) : [...states];
    if (condition) now = this.expressions(condition, now);
    const text = condition?.text.replace(/\s/g, '');
    const { name } = this.object.binding;
    const nothing = (set: readonly State[]): State[] =>
      this.map(set, (state) => (state.status === 'held' ? { ...state, status: 'none' } : state));
    // Too small or too large to be used again on one of the ways: dropped on purpose.
    const names = [name, ...this.aliases.map((alias) => alias.name)].join('|');
    const sized = new RegExp(String.raw`\bcap\([*(]*(?:${names})\b|\b${name}(?:\.\w+)*\.Cap\(`).test(
      text ?? '',
    );
    const absent = this.absence(condition);
    const either = sized || absent === 'unknown' ? this.map(now, released) : now;
    const whenTrue = absent === 'true' ? nothing(now) : either;
    const whenFalse = absent === 'false' ? nothing(now) : either;
    const yes = this.statement(node.childForFieldName('consequence') ?? node, whenTrue, undefined);
    const no = alternative ? this.statement(alternative, whenFalse, undefined) : whenFalse;
    return this.join(...this.decided(now, [yes, no]));
  }

  /** When the condition is true, or false, the pool had no object; `unknown` when it asks for that and for more. */
  private absence(condition: Node | null): 'true' | 'false' | 'unknown' | undefined {
    const text = condition?.text.replace(/\s/g, '') ?? '';
    const { binding, carrier, checked } = this.object;
    const ok = checked?.ok;
    for (const name of [binding.name, ...(carrier ? [carrier.name] : [])]) {
      if (text === `${name}==nil`) return 'true';
      if (text === `${name}!=nil`) return 'false';
      if (new RegExp(String.raw`\b${name}[!=]=nil`).test(text)) return 'unknown';
    }
    const asked = ok?.uses.find(
      ({ node }) =>
        condition !== null && condition.startIndex <= node.startIndex && node.endIndex <= condition.endIndex,
    );
    if (!asked) return undefined;
    return text === ok!.name ? 'false' : text === `!${ok!.name}` ? 'true' : 'unknown';
  }

  /**
   * A branch that puts the object and goes on beside one that does not: the program decides whether to put, which is
   * not forgetting.
   */
  private decided(before: readonly State[], branches: readonly (readonly State[])[]): State[][] {
    const had = before.some(({ status, deferred }) => status === 'put' || deferred !== 'no');
    const puts = branches.some((set) =>
      set.some(({ status, deferred }) => status === 'put' || deferred !== 'no'),
    );
    return branches.map((set) => (puts && !had ? this.map(set, released) : [...set]));
  }

  private forStatement(node: Node, states: readonly State[], label: string | undefined): State[] {
    const body = node.childForFieldName('body');
    const header = node.namedChildren.filter((child) => child.type !== 'comment' && child.id !== body?.id)[0];
    const clause = header?.type === 'for_clause' ? header : undefined;
    const start = clause?.childForFieldName('initializer');
    const update = clause?.childForFieldName('update');
    const condition = clause
      ? clause.childForFieldName('condition')
      : header?.type === 'range_clause'
        ? null
        : header;
    let head = start ? this.expressions(start, states) : [...states];
    if (header?.type === 'range_clause') head = this.expressions(header, head);
    const endless = !condition && header?.type !== 'range_clause';
    const once = (from: readonly State[]): { next: State[]; out: State[] } => {
      const at = condition ? this.expressions(condition, from) : [...from];
      const targets: Targets = { label, kind: 'loop', breaks: [], continues: [] };
      this.targets.push(targets);
      const end = body ? this.statement(body, at, undefined) : at;
      this.targets.pop();
      let next = this.join(end, targets.continues);
      if (update) next = this.expressions(update, next);
      return { next, out: this.join(endless ? [] : at, targets.breaks) };
    };
    this.quiet++;
    for (let size = -1; size !== head.length;) {
      size = head.length;
      head = this.join(head, once(head).next);
    }
    this.quiet--;
    const { next, out } = once(head);
    const left = this.join(out, endless ? [] : next);
    // A body that gives the object away says nothing about the way around the body.
    const given =
      left.some(({ status }) => status !== 'held') && states.some(({ status }) => status === 'held');
    return given ? this.map(left, released) : left;
  }

  private switchStatement(node: Node, states: readonly State[], label: string | undefined): State[] {
    let now = [...states];
    for (const child of node.namedChildren)
      if (!/_case$|^comment$/.test(child.type)) now = this.expressions(child, now);
    const targets: Targets = { label, kind: 'switch', breaks: [], continues: [] };
    this.targets.push(targets);
    const ends: State[][] = [];
    let complete = node.type === 'select_statement';
    for (const clause of node.namedChildren) {
      if (!/_case$/.test(clause.type)) continue;
      if (clause.type === 'default_case') complete = true;
      let at = now;
      const body: Node[] = [];
      const heads = ['value', 'type', 'communication'].flatMap((field) => clause.childrenForFieldName(field));
      const isHead = (child: Node): boolean => heads.some((head) => head?.id === child.id);
      for (const child of clause.namedChildren) {
        if (child.type === 'comment') continue;
        if (isHead(child)) at = this.expressions(child, at);
        else body.push(...(child.type === 'statement_list' ? statementsOf(child) : [child]));
      }
      ends.push(this.sequence(body, at));
    }
    this.targets.pop();
    if (!complete) ends.push(now);
    return this.join(...this.decided(states, [...ends, targets.breaks]));
  }

  private jump(node: Node, states: readonly State[]): void {
    const label = node.descendantsOfType('label_name')[0]?.text;
    const leaves = node.type === 'break_statement';
    for (let i = this.targets.length - 1; i >= 0; i--) {
      const target = this.targets[i]!;
      if (label !== undefined ? target.label !== label : !leaves && target.kind !== 'loop') continue;
      if (leaves) target.breaks = this.join(target.breaks, states);
      else target.continues = this.join(target.continues, states);
      return;
    }
    // It leaves the scope of the variable.
    this.finish(states, node);
  }

  private returned(node: Node, states: readonly State[]): void {
    if (this.quiet > 0 || states.length === 0) return;
    this.exits.add(node.id);
    const { binding } = this.object;
    const values = node.firstNamedChild?.type === 'expression_list' ? node.firstNamedChild.namedChildren : [];
    const bare = node.namedChildCount === 0 && binding.kind === 'result';
    let escapes = bare;
    for (const value of values) {
      const left = this.memoryLeft(value, states);
      if (!left) continue;
      escapes = true;
      const willBePut = states.every(
        ({ status, deferred }) =>
          status === 'held' && (deferred === 'sure' || (deferred === 'drops' && !left.memory)),
      );
      if (willBePut && (left.alias === undefined || this.isLive(left.alias, states))) {
        const kind = left.memory ? 'escapes' : 'returned';
        this.misuses.set(left.node.id, { kind, ...left });
      }
    }
    // An unknown result of the object may hold its memory.
    const unknown = values.some(
      (value) => this.mentions(value) && !isPlainField(this.file, this.object, value) && !isCopy(value),
    );
    if (escapes || unknown) {
      this.moves.set(node.id, node);
      return;
    }
    if (states.some((state) => state.status === 'held' && state.deferred === 'no'))
      this.lost.set(node.id, node);
  }

  private isLive(alias: Binding, states: readonly State[]): boolean {
    const bit = 1 << this.aliases.indexOf(alias);
    return states.every(({ live }) => (live & bit) !== 0);
  }

  private mentions(node: Node): boolean {
    const names = namesAround(this.file.root, node);
    for (const inner of descendants(node)) {
      if (inner.type !== 'identifier') continue;
      const binding = names.resolve(inner);
      if (binding && (binding === this.object.binding || this.aliases.includes(binding))) return true;
    }
    return false;
  }

  /** What of the object a returned value gives to the caller: the object itself, or memory that it owns. */
  private memoryLeft(value: Node, states: readonly State[]): Omit<Misuse, 'kind'> | undefined {
    const node = unparenthesised(value);
    if (
      node.type === 'identifier' &&
      namesAround(this.file.root, node).resolve(node) === this.object.binding
    ) {
      const slice = this.object.type.type === 'slice_type';
      return { node, alias: undefined, memory: slice ? node : undefined };
    }
    const alias = this.memoryOf(node, states);
    if (alias !== undefined)
      return { node, alias: alias === this.object.binding ? undefined : alias, memory: node };
    if (node.type === 'unary_expression' && node.childForFieldName('operator')?.text === '&') {
      const operand = node.childForFieldName('operand');
      if (operand?.type === 'composite_literal') return this.memoryLeft(operand, states);
      return undefined;
    }
    if (node.type === 'composite_literal') {
      for (const element of node.childForFieldName('body')?.namedChildren ?? []) {
        const last = element.type === 'keyed_element' ? element.lastNamedChild : element;
        const inner = last?.type === 'literal_element' ? last.firstNamedChild : last;
        const left = inner && this.memoryLeft(inner, states);
        if (left) return left;
      }
    }
    return undefined;
  }

  /** The variable (the object's, or a live alias) whose memory the expression shares, however it is sliced. */
  private memoryOf(expression: Node, states: readonly State[]): Binding | undefined {
    const node = unparenthesised(expression);
    const { binding, type } = this.object;
    const names = namesAround(this.file.root, node);
    switch (node.type) {
      case 'identifier': {
        const variable = names.resolve(node);
        if (!variable) return undefined;
        if (variable === binding) return type.type === 'slice_type' ? binding : undefined;
        return this.aliases.includes(variable) && states.some(({ live }) => live & this.bit(variable))
          ? variable
          : undefined;
      }
      case 'slice_expression': {
        const operand = node.childForFieldName('operand');
        if (!operand) return undefined;
        return this.memoryOf(operand, states) ?? (this.ownedField(operand, 'array') ? binding : undefined);
      }
      case 'unary_expression': {
        const operand = node.childForFieldName('operand');
        if (!operand || node.childForFieldName('operator')?.text !== '*') return undefined;
        if (this.isReplaced(String.raw`\*\w+`)) return undefined;
        const pointer = unparenthesised(operand);
        const slice = type.type === 'pointer_type' && type.firstNamedChild?.type === 'slice_type';
        return slice && pointer.type === 'identifier' && names.resolve(pointer) === binding
          ? binding
          : undefined;
      }
      case 'call_expression': {
        const first = argumentsOf(node)[0];
        if (isAppender(this.file, node)) return first && this.memoryOf(first, states);
        const callee = node.childForFieldName('function');
        if (callee?.type !== 'selector_expression') return undefined;
        const method = callee.childForFieldName('field')?.text ?? '';
        const operand = callee.childForFieldName('operand');
        if (!operand || !/^(?:Bytes|Next|AvailableBuffer)$/.test(method)) return undefined;
        const receiver = unparenthesised(operand);
        if (receiver.type === 'identifier' && names.resolve(receiver) === binding)
          return this.isBuffer(type) && !this.isReplaced(String.raw`\*\w+`) ? binding : undefined;
        return this.ownedField(receiver, 'buffer') ? binding : undefined;
      }
      case 'selector_expression':
        return this.ownedField(node, 'slice') ? binding : undefined;
      default:
        return undefined;
    }
  }

  /** Each object gets new memory, here or where it is got: then the memory of the old one is nobody else's. */
  private isReplaced(place: string): boolean {
    const fresh = new RegExp(String.raw`${place}\s*=\s*(?:nil\b|make\(|&?[\w.\[\]]+\{)`);
    return fresh.test(this.fn.text) || fresh.test(this.object.got?.by?.fn.text ?? '');
  }

  private bit(alias: Binding): number {
    return 1 << this.aliases.indexOf(alias);
  }

  private isBuffer(type: Node): boolean {
    const named = type.type === 'pointer_type' ? type.firstNamedChild : type;
    return named?.text === 'bytes.Buffer' && this.object.typeFile.imports.get('bytes') === 'bytes';
  }

  /**
   * `v.f`, a field of the pooled struct whose memory stays with it: an array, a bytes.Buffer, or a slice that the
   * package empties with `[:0]` to fill it again.
   */
  private ownedField(node: Node, shape: 'slice' | 'array' | 'buffer'): boolean {
    if (
      shape !== 'array' &&
      this.isReplaced(String.raw`\.${unparenthesised(node).childForFieldName('field')?.text}`)
    )
      return false;
    const selector = unparenthesised(node);
    const operand = selector.type === 'selector_expression' ? selector.childForFieldName('operand') : null;
    const field = selector.childForFieldName('field')?.text;
    const { binding, type } = this.object;
    if (operand?.type !== 'identifier' || namesAround(this.file.root, operand).resolve(operand) !== binding)
      return false;
    const declared = field === undefined ? undefined : fieldType(this.file, type, field);
    if (!declared) return false;
    if (shape === 'array') return declared.type === 'array_type';
    if (shape === 'buffer') return this.isBuffer(declared) && declared.type !== 'pointer_type';
    return (
      declared.type === 'slice_type' &&
      this.file.pkg.files.some(({ text }) => new RegExp(String.raw`\.${field}\[:0\]`).test(text))
    );
  }

  private deferStatement(node: Node, states: readonly State[]): State[] {
    const call = node.namedChildren.find((child) => child.type === 'call_expression');
    if (!call) return [...states];
    const callee = call.childForFieldName('function');
    const { binding } = this.object;
    const literal = callee?.type === 'func_literal' ? callee : undefined;
    let found: { call: Node; release: Release } | undefined;
    let sure = false;
    let drops = false;
    if (!literal) {
      const release = releaseAt(this.file, call);
      const value = release && putVariable(release);
      if (release && value?.type === 'identifier' && this.isObject(value)) {
        found = { call, release };
        sure = release.sure;
        drops = this.liveAfter(release, 1) === 0;
      }
    } else {
      for (const use of [...binding.uses, ...(this.object.carrier?.uses ?? [])]) {
        if (use.node.startIndex < literal.startIndex || use.node.endIndex > literal.endIndex) continue;
        const put = putOf(this.file, use.node);
        if (!put) continue;
        found = put;
        sure = put.release.sure && isReachedForSure(this.file, put.call, literal, binding);
        drops =
          this.liveAfter(put.release, 1) === 0 ||
          new RegExp(String.raw`(?:\*${binding.name}|\b${binding.name}\.[\w.]+)\s*=(?!=)(?!.*\[:0\])`).test(
            literal.text,
          );
      }
    }
    if (!found) {
      // A deferred use runs after the rest: nothing is known about the order.
      if (literal) return this.capturedBy(literal, states);
      return this.expressions(call, states, true);
    }
    this.puts.set(found.call.id, { ...found, deferred: true });
    return this.map(states, (state) => ({ ...state, deferred: sure ? (drops ? 'drops' : 'sure') : 'maybe' }));
  }

  private capturedBy(literal: Node, states: readonly State[]): State[] {
    const { binding } = this.object;
    const inside = (use: Node): boolean =>
      literal.startIndex <= use.startIndex && use.endIndex <= literal.endIndex;
    const uses = [...binding.uses, ...(this.object.carrier?.uses ?? [])].filter((use) => inside(use.node));
    const shared = this.aliases.some((alias) => alias.uses.some((use) => inside(use.node)));
    if (uses.length === 0 && !shared) return [...states];
    this.moves.set(literal.id, literal);
    const assigns = uses.some((use) => isAssigned(use.node) || putOf(this.file, use.node));
    const deferred = callOf(literal)?.parent?.type === 'defer_statement';
    // A deferred closure that only uses the object leaves it where it is.
    if (deferred && !assigns && !shared) return [...states];
    return this.map(states, (state) => ({ ...state, status: 'gone', deferred: 'maybe' }));
  }

  private map(states: readonly State[], change: (state: State) => State): State[] {
    return this.join(states.map(change));
  }

  /** What the evaluation of the node does to the object, in Go's order as far as it matters here. */
  private expressions(node: Node, states: readonly State[], deferred = false): State[] {
    if (node.type === 'func_literal') {
      const call = callOf(node);
      if (!call || call.parent?.type === 'go_statement') return this.capturedBy(node, states);
      // Called on the spot: its returns are not ours.
      return this.capturedBy(node, states);
    }
    switch (node.type) {
      case 'assignment_statement':
      case 'short_var_declaration':
      case 'range_clause':
      case 'receive_statement':
        return this.assignment(node, states);
      case 'var_spec': {
        const value = node.childForFieldName('value');
        const now = value ? this.expressions(value, states) : [...states];
        return value
          ? this.bind(
              node.namedChildren.filter((c) => c.type === 'identifier'),
              value.namedChildren,
              now,
            )
          : now;
      }
      case 'call_expression': {
        const argument = node.childForFieldName('arguments');
        const callee = node.childForFieldName('function');
        const release = releaseAt(this.file, node);
        const value = release && putVariable(release);
        const own = value?.type === 'identifier' && this.isObject(value);
        let now = [...states];
        if (
          callee &&
          !(
            own &&
            callee.type === 'selector_expression' &&
            callee.childForFieldName('operand')?.id === value.id
          )
        )
          now = this.expressions(callee, now, deferred);
        for (const child of argument?.namedChildren ?? [])
          if (!own || !(child.startIndex <= value.startIndex && value.endIndex <= child.endIndex))
            now = this.expressions(child, now, deferred);
        return own ? this.put(node, release!, now, value) : now;
      }
      case 'identifier':
        return this.identifier(node, states);
      default: {
        let now = [...states];
        for (const child of node.namedChildren) now = this.expressions(child, now, deferred);
        return now;
      }
    }
  }

  private put(call: Node, release: Release, states: readonly State[], value: Node): State[] {
    this.puts.set(call.id, { call, release, deferred: false });
    const again =
      states.length > 0 &&
      states.every(
        ({ status, deferred }) =>
          status === 'put' || (status === 'held' && (deferred === 'sure' || deferred === 'drops')),
      );
    if (again && release.sure && this.quiet === 0)
      this.misuses.set(value.id, { kind: 'put twice', node: value, alias: undefined, memory: undefined });
    return this.map(states, (state) => {
      if (!release.sure) return { ...state, status: 'gone' };
      return { ...state, status: 'put', live: this.liveAfter(release, state.live) };
    });
  }

  /** A function that drops the object's memory before it puts it takes nothing away from whoever holds the memory. */
  private liveAfter({ by }: Release, live: number): number {
    if (!by) return live;
    const { fn, parameter } = by;
    const drops = parameter.uses.some(({ node }) => {
      let at = parenthesized(node);
      while (
        at.parent &&
        /^(?:selector_expression|unary_expression|index_expression|parenthesized_expression)$/.test(
          at.parent.type,
        )
      )
        at = at.parent;
      return isAssigned(at) && !/\[:0\]/.test(at.parent?.parent?.text ?? '');
    });
    const calls = fn.descendantsOfType('call_expression').length;
    return drops || calls > 3 ? 0 : live;
  }

  private assignment(node: Node, states: readonly State[]): State[] {
    const right = node.childForFieldName('right');
    const left = node.childForFieldName('left');
    let now = right ? this.expressions(right, states) : [...states];
    const targets = left?.namedChildren ?? [];
    const places = targets.filter((target) => target.type !== 'identifier');
    for (const place of places) now = this.expressions(place, now);
    const values = (right?.namedChildren ?? []).filter((child) => child.type !== 'comment');
    const assigns = node.type === 'assignment_statement' || node.type === 'short_var_declaration';
    // `out, v.f = v.f, nil`: the right side is evaluated first, and then out alone holds the memory.
    now = this.bind(targets, assigns ? values : [], now);
    for (const place of places) now = this.overwritten(place, values[targets.indexOf(place)], now);
    return now;
  }

  /** `*v = …`, `v.f = …`: unless it is memory of the object again, what was shared is the other holder's alone now. */
  private overwritten(target: Node, value: Node | undefined, states: readonly State[]): State[] {
    const { binding } = this.object;
    let root = unparenthesised(target);
    let depth = 0;
    while (/^(?:selector_expression|unary_expression)$/.test(root.type) && depth++ < 8)
      root = unparenthesised(root.childForFieldName('operand') ?? root);
    if (root.type !== 'identifier' || namesAround(this.file.root, root).resolve(root) !== binding)
      return [...states];
    if (value && this.memoryOf(value, states)) return [...states];
    return this.map(states, (state) => ({ ...state, live: 0 }));
  }

  /** The identifiers among the targets get new values. */
  private bind(targets: readonly Node[], values: readonly Node[], states: readonly State[]): State[] {
    let now = [...states];
    const names = targets[0] ? namesAround(this.file.root, targets[0]) : undefined;
    targets.forEach((target, i) => {
      const variable = target.type === 'identifier' ? names?.resolve(target) : undefined;
      if (!variable) return;
      const value = values.length === targets.length ? values[i] : undefined;
      if (variable === this.object.binding) {
        if (target.id === variable.declaration.id) return;
        if (value && this.object.type.type === 'slice_type' && this.memoryOf(value, now) === variable) return;
        // The pool had none: the new object is to be put like one of the pool.
        const none = now.every(({ status, deferred }) => status === 'none' && deferred === 'no');
        if (none && isFresh(value)) {
          now = this.map(now, (state) => ({ ...state, status: 'held' }));
          return;
        }
        this.moves.set(target.id, target);
        now = this.map(now, () => ({ status: 'gone', deferred: 'maybe', live: 0 }));
        return;
      }
      const shares = value !== undefined && this.memoryOf(value, now) !== undefined;
      if (shares && !this.aliases.includes(variable)) {
        if (this.aliases.length > 20) throw new Unfollowable();
        this.aliases.push(variable);
      }
      if (!this.aliases.includes(variable)) return;
      const bit = this.bit(variable);
      now = this.map(now, (state) => ({ ...state, live: shares ? state.live | bit : state.live & ~bit }));
    });
    return now;
  }

  private identifier(node: Node, states: readonly State[]): State[] {
    if (node.parent?.type === 'keyed_element' && node.parent.firstNamedChild?.id === node.id)
      return [...states];
    const variable = namesAround(this.file.root, node).resolve(node);
    if (!variable) return [...states];
    const isAlias = this.aliases.includes(variable);
    if (variable !== this.object.binding && !isAlias) return [...states];
    if (variable.declaration.id === node.id) return [...states];
    const use = this.uses.classify(node, isAlias || this.object.type.type === 'slice_type');
    if (use === 'nothing') return [...states];
    const after = states.length > 0 && states.every(({ status }) => status === 'put');
    if (after && (!isAlias || this.isLive(variable, states)) && this.quiet === 0) {
      const first = ![...this.misuses.values()].some(
        (other) => other.alias === (isAlias ? variable : undefined) && other.kind === 'used',
      );
      if (first)
        this.misuses.set(node.id, {
          kind: 'used',
          node,
          alias: isAlias ? variable : undefined,
          memory: isAlias ? node : undefined,
        });
    }
    if (use === 'move') {
      if (isAlias && !states.some(({ live }) => live & this.bit(variable))) return [...states];
      this.moves.set(node.id, node);
      return this.map(states, (state) => (state.status === 'held' ? { ...state, status: 'gone' } : state));
    }
    if (use === 'use of a method' && this.object.type.type === 'pointer_type')
      return this.map(states, (state) => ({ ...state, live: this.uses.keepsMemory(node) ? state.live : 0 }));
    return [...states];
  }
}

/** Nobody has to put it back any more, or nobody can tell. */
function released(state: State): State {
  return state.status === 'held' && state.deferred === 'no' ? { ...state, status: 'gone' } : state;
}

/** Results that are copies, whatever they come from: texts, lengths, comparisons, errors of writes. */
function isCopy(value: Node): boolean {
  const node = unparenthesised(value);
  if (node.type === 'binary_expression') return true;
  if (node.type === 'type_conversion_expression') return node.childForFieldName('type')?.text === 'string';
  if (node.type !== 'call_expression') return false;
  const callee = node.childForFieldName('function');
  if (callee?.type === 'identifier') return /^(?:len|cap|string|copy)$/.test(callee.text);
  return /^(?:String|Len|Cap|Err|Write|WriteString|WriteTo|ReadFrom|Close|Flush)$/.test(
    callee?.childForFieldName('field')?.text ?? '',
  );
}

/** The statement in whose scope the variable lives: its declaration in a list, or the if, for or switch around it. */
function scopeStatement(declaration: Node): Node | undefined {
  let declared = false;
  for (let at: Node | null = declaration; at && !isFunction(at); at = at.parent) {
    if (/^(?:var_declaration|short_var_declaration)$/.test(at.type)) {
      if (at.parent?.type === 'statement_list') return at;
      declared = true;
    } else if (declared && /^(?:if|for|expression_switch|type_switch)_statement$/.test(at.type)) return at;
  }
  return undefined;
}
