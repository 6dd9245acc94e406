import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../../model';
import { lifeOf } from './life';
import { pooledGet, pooledPut } from './pools';
import { parameterNames } from '../syntax/signatures';
import type { GoFile, GoFix, Obligation } from '../rule';
import {
  argumentsOf,
  contains as covers,
  descendants,
  enclosingDeclaration,
  enclosingFunction,
  spanOf,
  statementsOf,
  topLevel,
  unparenthesised,
} from '../syntax/nodes';
import {
  callOf,
  enclosingStatement,
  isAssigned,
  namesAround,
  occurrences,
  type Binding,
} from '../syntax/names';
import { enclosingLoop, loopsAround } from '../flow/loops';
import { freshName, statementsAt } from '../edit/layout';
import { atLeast } from '../syntax/version';
import { packageNames } from '../syntax/package-names';
import { code } from '../../wording';

/**
 * A pool of values becomes a pool of pointers: New, every Get and every Put of the package, the functions that get or
 * put for their callers, and their calls, all at once. Whatever is not understood ends it.
 */

/** `v := pool.Get().(T)`, `v, ok := pool.Get().(T)`, or `v := get()`. */
interface Get {
  readonly file: GoFile;
  readonly variable: Binding;
  readonly statement: Node;
  /** `pool.Get().(T)`, `get()`. */
  readonly expression: Node;
  /** T where it is asserted. */
  readonly type: Node | undefined;
  /** The second name of a checked assertion. */
  readonly ok: Node | undefined;
}

/** `pool.Put(v)`, or `put(v)` of a function that puts its parameter. */
interface Put {
  readonly file: GoFile;
  readonly call: Node;
  readonly value: Node;
}

/** An unexported function that puts its parameter. */
interface Putter {
  readonly file: GoFile;
  readonly fn: Node;
  readonly parameter: Binding;
  readonly put: Put;
}

class Unknown extends Error {}

/** The fix for the Puts of the pool in the file. */
export function keepPointers(file: GoFile, pool: Node): GoFix | undefined {
  if (pool.type !== 'identifier' || namesAround(file.root, pool).resolve(pool)) return undefined;
  const variable = packageNames(file.pkg).variables.get(pool.text);
  // Another package could get and put, too.
  if (!variable || /^\p{Lu}/u.test(pool.text)) return undefined;
  try {
    return new Conversion(file, pool.text, variable).fix();
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

class Conversion {
  private readonly gets: Get[] = [];
  private readonly puts: Put[] = [];
  /** `return pool.Get().(T)`: the asserted types. */
  private readonly returned: { file: GoFile; call: Node; type: Node }[] = [];
  private readonly edits: FileEdit[] = [];
  private readonly pointers = new Map<Binding, string>();
  private type = '';

  constructor(
    private readonly file: GoFile,
    private readonly pool: string,
    private readonly variable: { readonly spec: Node; readonly file: GoFile },
  ) {}

  fix(): GoFix | undefined {
    this.collect();
    const direct = [...this.puts];
    const types = [...this.gets.flatMap(({ type }) => type ?? []), ...this.returned.map(({ type }) => type)];
    const [first] = types;
    if (!first || first.type === 'pointer_type' || types.some(({ text }) => text !== first.text))
      return undefined;
    this.type = first.text;
    const putters = this.puttersOf(direct);
    const getters = this.gettersOf();
    const made = this.changeNew();
    for (const get of this.gets) this.changeGet(get, getters);
    for (const { file, type } of this.returned) this.insert(file, type.startIndex, '*');
    for (const getter of getters) this.changeGetter(getter);
    for (const putter of putters) this.changePutter(putter);
    for (const put of this.puts) if (!putters.some((one) => one.put === put)) this.changePut(put);
    const here = direct.filter(({ file }) => file === this.file);
    const within = new Map(
      here.flatMap(({ call }) => enclosingDeclaration(call) ?? []).map((fn) => [fn.id, fn] as const),
    );
    const callees = new Set(
      here
        .flatMap(({ call }) => this.file.facts!.emitted(call))
        .map(({ callee }) => callee)
        .filter((callee) => /^runtime\.convT/.test(callee)),
    );
    const place = (edit: FileEdit): number => (edit.file === this.file.path ? 0 : 1);
    return {
      title: `Keep pointers in ${code(this.pool)}: change New, every Get and every Put`,
      kind: 'safe',
      edits: this.edits.sort(
        (a, b) =>
          place(a) - place(b) ||
          (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
          a.span.start - b.span.start ||
          a.span.end - b.span.end,
      ),
      claim: { effect: 'removes', within: [...within.values()].map(spanOf), callees: [...callees] },
      obligations: made,
    };
  }

  /** Every mention of the pool is its declaration, a Get or a Put. */
  private collect(): void {
    for (const other of this.file.pkg.files) {
      for (const node of occurrences(other.root, other.text, this.pool)) {
        if (node.type !== 'identifier' || namesAround(other.root, node).resolve(node)) continue;
        if (node.parent?.id === this.variable.spec.id) continue;
        if (other.generated) throw new Unknown();
        const call = node.parent?.type === 'selector_expression' ? node.parent.parent : null;
        if (call?.type !== 'call_expression') throw new Unknown();
        const put = pooledPut(other, call);
        if (put) {
          this.puts.push({ file: other, call, value: put.value });
          continue;
        }
        let expression = call;
        while (
          expression.parent &&
          /^(?:type_assertion|parenthesized)_expression$/.test(expression.parent.type)
        )
          expression = expression.parent;
        const type = pooledGet(other, expression)?.type;
        if (!type) throw new Unknown();
        if (isReturned(expression)) this.returned.push({ file: other, call, type });
        else this.gets.push(getAt(other, expression, type));
      }
    }
  }

  /** The functions that put their parameter; their calls become puts. */
  private puttersOf(direct: readonly Put[]): Putter[] {
    const found: Putter[] = [];
    for (const put of direct) {
      const parameter = rootOf(put.file, put.value);
      if (parameter?.kind !== 'parameter') continue;
      const fn = parameter.owner;
      const declaration = parameter.declaration.parent;
      if (found.some((other) => other.parameter === parameter) || enclosingLoop(put.file, put.call))
        throw new Unknown();
      if (
        declaration?.type !== 'parameter_declaration' ||
        declaration.childrenForFieldName('name').length !== 1 ||
        declaration.childForFieldName('type')?.text !== this.type ||
        enclosingFunction(put.call)?.id !== fn.id
      )
        throw new Unknown();
      this.checkLife(put.file, parameter, declaration.childForFieldName('type')!);
      const index = parameterNames(fn).findIndex(({ id }) => id === parameter.declaration.id);
      for (const { file, call } of this.callsOf(put.file, fn)) {
        const value = argumentsOf(call)[index];
        if (!value) throw new Unknown();
        this.puts.push({ file, call, value });
      }
      found.push({ file: put.file, fn, parameter, put });
    }
    return found;
  }

  /** The functions that return what they got; their calls become gets. */
  private gettersOf(): { file: GoFile; fn: Node }[] {
    const found = new Map<number, { file: GoFile; fn: Node }>();
    const add = (file: GoFile, node: Node): void => {
      const fn = enclosingFunction(node);
      if (fn) found.set(fn.id, { file, fn });
    };
    for (const { file, call } of this.returned) add(file, call);
    for (const { file, variable, statement } of this.gets)
      if (variable.uses.some(({ node }) => isReturned(sliced(node)))) add(file, statement);
    for (const { file, fn } of found.values()) {
      const result = fn.childForFieldName('result');
      if (result?.text !== this.type) throw new Unknown();
      for (const { file: caller, call } of this.callsOf(file, fn))
        this.gets.push(getAt(caller, call, undefined));
    }
    return [...found.values()];
  }

  /** Every use of an unexported function of the package is a call. */
  private callsOf(file: GoFile, fn: Node): { file: GoFile; call: Node }[] {
    const name = fn.childForFieldName('name');
    if (fn.type !== 'function_declaration' || !name || /^\p{Lu}/u.test(name.text)) throw new Unknown();
    if (fn.childForFieldName('type_parameters')) throw new Unknown();
    const calls: { file: GoFile; call: Node }[] = [];
    for (const other of this.file.pkg.files) {
      for (const node of occurrences(other.root, other.text, name.text)) {
        if (node.type !== 'identifier' || (other === file && node.id === name.id)) continue;
        if (namesAround(other.root, node).resolve(node)) continue;
        const call = callOf(node);
        if (!call || other.generated) throw new Unknown();
        calls.push({ file: other, call });
      }
    }
    return calls;
  }

  /** New gives an address. A pool without New gets one that gives the zero value, which no Get could tell from none. */
  private changeNew(): Obligation[] {
    const { spec, file } = this.variable;
    if (file.generated) throw new Unknown();
    const made = this.changeReturn(file, spec);
    if (made)
      return [
        {
          file: file.path,
          states: `New gives a ${this.type} and not an interface that holds one`,
          at: made.statement.startIndex,
          code: `{ var _ ${this.type} = ${made.result.text} }`,
        },
      ];
    const unseen = this.gets.every(({ ok, type }) => type === undefined || ok?.text === '_');
    if (!unseen || this.returned.length > 0 || !atLeast(file.pkg.language, 1, 18)) throw new Unknown();
    const type = spec.childForFieldName('type');
    const value = spec.childForFieldName('value');
    const field = `New: func() any { return new(${this.type}) }`;
    const literal = value?.namedChildCount === 1 ? value.firstNamedChild : null;
    if (spec.childrenForFieldName('name').length !== 1) throw new Unknown();
    if (type && !value) this.replace(file, type, `= ${type.text}{${field}}`);
    else if (
      !type &&
      literal?.type === 'composite_literal' &&
      literal.childForFieldName('body')?.text === '{}'
    )
      this.replace(file, literal.childForFieldName('body')!, `{${field}}`);
    else throw new Unknown();
    return [];
  }

  /** `return x` in New becomes a variable and its address. */
  private changeReturn(file: GoFile, spec: Node): { result: Node; statement: Node } | undefined {
    const value = spec.childForFieldName('value');
    const literals = value ? [...descendants(value)].filter((node) => node.type === 'func_literal') : [];
    const body = literals[0]?.childForFieldName('body');
    if (literals.length === 0) return undefined;
    if (literals.length !== 1 || !body) throw new Unknown();
    const returns = body.descendantsOfType('return_statement');
    const statement = returns[0];
    if (returns.length !== 1 || !statement || statementsOf(body).at(-1)?.id !== statement.id)
      throw new Unknown();
    const result = statement.firstNamedChild?.namedChildren[0];
    if (!result || /\bnil\b/.test(result.text)) throw new Unknown();
    // A function value of another type than the asserted one would change what the pool holds.
    const node = unparenthesised(result);
    if (!/^(?:call_expression|composite_literal|identifier|type_conversion_expression)$/.test(node.type))
      throw new Unknown();
    if (node.type === 'identifier') {
      if (!namesAround(file.root, node).resolve(node)) throw new Unknown();
      this.replace(file, result, `&${node.text}`);
    } else {
      const name = freshName(file, ['v', 'value', 'pooled'], { within: topLevel(statement) });
      this.before(file, statement, `${name} := ${result.text}`);
      this.replace(file, result, `&${name}`);
    }
    return { result, statement };
  }

  private changeGet(get: Get, getters: readonly { fn: Node }[]): void {
    const { file, variable, statement, expression, type, ok } = get;
    const { text } = expression;
    const at = type ? type.startIndex - expression.startIndex : text.length;
    const got = type ? `${text.slice(0, at)}*${text.slice(at)}` : text;
    const inGetter = getters.some(({ fn }) => fn.id === variable.owner.id);
    const isPut = this.puts.some(
      ({ file: other, value }) => other === file && rootOf(other, value) === variable,
    );
    if (!type && !isPut) {
      // Nothing puts it back: the value will do.
      this.replace(file, expression, `*${text}`);
      return;
    }
    const returns = variable.uses.every(({ node }) => isReturned(node));
    if (inGetter && returns && !ok && type) {
      this.insert(file, type.startIndex, '*');
      this.pointers.set(variable, variable.name);
      return;
    }
    const pointer = freshName(file, [`${variable.name}p`, `${variable.name}Ptr`], {
      within: topLevel(statement),
    });
    this.pointers.set(variable, pointer);
    const asked = ok && ok.text !== '_' ? `${pointer}, ${ok.text} := ${got}` : `${pointer} := ${got}`;
    this.before(file, statement, asked);
    if (ok)
      this.edits.push({
        file: file.path,
        span: { start: variable.declaration.endIndex, end: ok.endIndex },
        newText: '',
      });
    this.replace(file, expression, `*${pointer}`);
  }

  /** The result type, and the returns of what was got into a variable. */
  private changeGetter({ file, fn }: { file: GoFile; fn: Node }): void {
    this.insert(file, fn.childForFieldName('result')!.startIndex, '*');
    for (const statement of fn.childForFieldName('body')?.descendantsOfType('return_statement') ?? []) {
      if (enclosingFunction(statement)?.id !== fn.id) continue;
      const value = statement.firstNamedChild?.namedChildren[0];
      if (!value) throw new Unknown();
      if (this.returned.some(({ type }) => contains(value, type))) continue;
      const variable = rootOf(file, value);
      const pointer = variable && this.pointers.get(variable);
      if (!variable || pointer === undefined) throw new Unknown();
      if (pointer === variable.name) continue;
      const changed = variable.uses.some(({ node }) => isAssigned(node));
      if (value.text !== variable.name || changed)
        this.before(file, statement, `*${pointer} = ${value.text}`);
      this.replace(file, value, pointer);
    }
  }

  private changePutter({ file, fn, parameter, put }: Putter): void {
    const declaration = parameter.declaration.parent!;
    this.insert(file, declaration.childForFieldName('type')!.startIndex, '*');
    const statement = enclosingStatement(put.call);
    const others = parameter.uses.filter(({ node }) => !contains(put.value, node));
    const { name } = parameter;
    if (statement?.text === put.call.text && others.length === 0) {
      if (put.value.text === name) return;
      const cut = unparenthesised(put.value);
      const operand = cut.childForFieldName('operand');
      if (cut.type !== 'slice_expression' || operand?.text !== name || parameter.uses.length !== 1)
        throw new Unknown();
      this.before(file, statement, `*${name} = (*${name})${cut.text.slice(operand.text.length)}`);
      this.replace(file, put.value, name);
      return;
    }
    const first = statementsOf(fn.childForFieldName('body')!)[0];
    if (!first) throw new Unknown();
    const pointer = freshName(file, [`${name}p`, `${name}Ptr`], { within: topLevel(fn) });
    this.replace(file, parameter.declaration, pointer);
    this.before(file, first, `${name} := *${pointer}`);
    this.putBack(put, parameter, pointer);
  }

  private changePut(put: Put): void {
    const { file, call, value } = put;
    const held = rootOf(file, value);
    const pointer = held && this.pointers.get(held);
    const get = this.gets.find((one) => one.variable === held);
    if (!held || pointer === undefined || pointer === held.name || !get) throw new Unknown();
    if (get.type) this.checkLife(file, held, get.type);
    else this.checkUses(put, held);
    // A loop around the Put alone would put one object many times; a Put that leaves the loop of the Get is fine.
    const around = loopsAround(file, get.statement);
    if (
      enclosingFunction(call)?.id === held.owner.id &&
      loopsAround(file, call).some((loop) => !around.includes(loop))
    )
      throw new Unknown();
    this.putBack(put, held, pointer);
  }

  /** Nothing is put twice or used after a Put. */
  private checkLife(file: GoFile, binding: Binding, type: Node): void {
    const got = { type, file, from: this.pool, pool: undefined, by: undefined };
    const life = lifeOf(file, {
      binding,
      type,
      typeFile: file,
      got: binding.kind === 'variable' ? got : undefined,
    });
    if (!life || life.misuses.length > 0) throw new Unknown();
  }

  /** Of a value from a function of the package, the same: its type is the pool's. */
  private checkUses({ file }: Put, held: Binding): void {
    const type = [...this.gets.flatMap((get) => get.type ?? []), ...this.returned.map((one) => one.type)][0]!;
    this.checkLife(file, held, type);
  }

  /** The Put writes the value back and puts the pointer. */
  private putBack({ file, call, value }: Put, held: Binding, pointer: string): void {
    const parent = call.parent;
    if (parent?.type === 'defer_statement') {
      if (enclosingFunction(call)?.id !== held.owner.id) throw new Unknown();
      // The argument of a deferred call is evaluated here.
      const same =
        value.text === held.name &&
        !held.uses.some(
          ({ node, owner }) =>
            isAssigned(node) && (node.startIndex < call.startIndex || owner.id !== held.owner.id),
        );
      if (!same) this.before(file, parent, `*${pointer} = ${value.text}`);
      this.replace(file, value, pointer);
      return;
    }
    const statement = enclosingStatement(call);
    const owner = enclosingFunction(call);
    const deferred = owner?.parent?.parent?.type === 'defer_statement';
    if (statement?.text !== call.text || (owner?.id !== held.owner.id && !deferred)) throw new Unknown();
    this.before(file, statement, `*${pointer} = ${value.text}`);
    this.replace(file, value, pointer);
  }

  private before(file: GoFile, statement: Node, line: string): void {
    this.insert(file, statement.startIndex, statementsAt(file, statement.startIndex, [line, '']));
  }

  private insert(file: GoFile, at: number, newText: string): void {
    this.edits.push({ file: file.path, span: { start: at, end: at }, newText });
  }

  private replace(file: GoFile, node: Node, newText: string): void {
    this.edits.push({ file: file.path, span: spanOf(node), newText });
  }
}

/** `v := …`, alone in its statement, or `v, ok := …` with an assertion. */
function getAt(file: GoFile, expression: Node, type: Node | undefined): Get {
  const list = expression.parent;
  const statement = list?.parent;
  if (statement?.type !== 'short_var_declaration' || statement.parent?.type !== 'statement_list')
    throw new Unknown();
  const [name, ok, ...more] = statement.childForFieldName('left')?.namedChildren ?? [];
  const names = name && namesAround(file.root, name);
  const variable = name && names?.resolve(name);
  if (!variable || variable.declaration.id !== name.id || more.length > 0 || (ok && !type))
    throw new Unknown();
  if (list?.namedChildCount !== 1) throw new Unknown();
  // An ok of an earlier declaration would be declared anew.
  if (ok && ok.text !== '_' && names!.resolve(ok)?.declaration.id !== ok.id) throw new Unknown();
  return { file, variable, statement, expression, type, ok };
}

/** `v` of `v` and `v[a:b]`. */
function rootOf(file: GoFile, value: Node): Binding | undefined {
  let node = unparenthesised(value);
  if (node.type === 'slice_expression') node = unparenthesised(node.childForFieldName('operand') ?? node);
  return node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
}

/** `v[a:b]` around v, or v. */
function sliced(node: Node): Node {
  const parent = node.parent;
  return parent?.type === 'slice_expression' && parent.childForFieldName('operand')?.id === node.id
    ? parent
    : node;
}

/** The expression is all that a return gives. */
function isReturned(expression: Node): boolean {
  const list = expression.parent;
  return (
    list?.type === 'expression_list' && list.namedChildCount === 1 && list.parent?.type === 'return_statement'
  );
}

function contains(outer: Node, inner: Node): boolean {
  return covers(spanOf(outer), spanOf(inner));
}
