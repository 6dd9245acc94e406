import type { Node } from 'web-tree-sitter';
import type { Span } from '../../../rules/model';
import type {
  Decision,
  EmittedCall,
  FlowStep,
  GoFacts,
  HeapReason,
  ParameterFlow,
  PlacedCall,
} from '../../../rules/go/rule';
import { enclosingDeclaration, isFunction, unparenthesised } from '../../../rules/go/syntax/nodes';
import type { CompilerPosition, CompilerRecord, RawFlowStep } from './compile/record';
import type { ParsedFile } from './syntax';
import { Families, mergeShapes, mergeText, symbolBase } from './compile/symbols';

/** From a file as the compiler names it to the absolute path of a file of the package; undefined for other files. */
export type ResolveFile = (file: string) => string | undefined;

interface RawDecision {
  readonly line: number;
  readonly column: number;
  readonly subject: 'moved' | 'expression';
  readonly text: string;
  outcome: 'heap' | 'stack';
}

interface FileRecords {
  readonly decisions: Map<string, RawDecision>;
  readonly flows: Map<string, readonly RawFlowStep[]>;
  /** A bare `p does not escape` may be a parameter or a boxed variable; the syntax tells. */
  readonly parameters: Map<string, { line: number; column: number; name: string; flow: ParameterFlow }>;
  readonly inlined: Map<string, { line: number; column: number; callee: string }>;
  readonly free: { line: number; column: number; name: string | undefined }[];
}

/** Calls of one symbol: `line \t callee` or, for lines outside the package, `0 \t callee` → count. */
type CallCounts = Map<string, number>;

/** Calls that say nothing about allocation and that every function has. */
const noise =
  /^runtime\.(morestack|gcWriteBarrier|panic|goPanic|deferreturn|wbMove|wbZero|memmove|memequal|memclr|typedmem|duff|race|asan|msan)/;

/** From Go 1.27 a small object of known size is allocated by a function of its size class: `mallocgcSmallNoScanSC2`. */
const sizedMalloc = /^runtime\.mallocgc(?:Tiny|Small)\w*$/;

/**
 * Collects the compiler's records of one package, compactly, in one pass. The package and its test variant are both
 * compiled and say the same things twice; generic functions say them once per shape: both are merged here.
 */
export class PackageRecords {
  readonly #files = new Map<string, FileRecords>();
  /** normalised symbol → absolute file or '' → counts */
  readonly #calls = new Map<string, Map<string, CallCounts>>();
  readonly #families = new Families();
  #symbol: string | undefined;
  #package = '';
  #pending = new Map<string, CallCounts>();
  #strings = new Map<string, string>();

  constructor(readonly resolve: ResolveFile) {}

  add(record: CompilerRecord): void {
    if (record.kind === 'call') return this.#addCall(record);
    if (record.kind === 'package') {
      this.#flush();
      this.#package = record.importPath;
      return;
    }
    if (record.kind === 'error' || record.kind === 'unaccounted') return;
    const { line, column } = record.at;
    const path = this.resolve(record.at.file);
    if (path === undefined || column === 0) return;
    const file = this.#file(path);
    const at = `${line}:${column}`;
    switch (record.kind) {
      case 'expression':
      case 'moved': {
        const moved = record.kind === 'moved';
        const text = moved ? record.name : record.text;
        const outcome = moved ? 'heap' : record.outcome;
        const key = decisionKey(at, moved ? 'moved' : 'expression', text);
        const known = file.decisions.get(key);
        if (!known) {
          const subject = moved ? 'moved' : 'expression';
          file.decisions.set(key, { line, column, subject, text: mergeText(text), outcome });
        } else if (outcome === 'heap') known.outcome = 'heap';
        break;
      }
      case 'explanation': {
        const key = `${at}:${explanationText(record.text)}`;
        if (!file.flows.has(key)) file.flows.set(key, record.flow);
        break;
      }
      case 'parameter': {
        const flow = parameterFlow(record);
        const known = file.parameters.get(at);
        if (!known || rank(flow) > rank(known.flow))
          file.parameters.set(at, { line, column, name: record.name, flow });
        break;
      }
      case 'inlined':
        if (!file.inlined.has(at)) file.inlined.set(at, { line, column, callee: record.callee });
        break;
      case 'heap closure': {
        // A wrapper that `go x.M()` or a deferred call in a loop makes has an explanation, but no summary.
        const key = decisionKey(at, 'expression', 'func literal');
        if (!file.decisions.has(key)) {
          file.decisions.set(key, {
            line,
            column,
            subject: 'expression',
            text: 'func literal',
            outcome: 'heap',
          });
        }
        break;
      }
      case 'free':
        if (/global|zero/.test(record.text)) file.free.push({ line, column, name: record.name });
        break;
    }
  }

  #addCall(record: CompilerRecord & { kind: 'call' }): void {
    if (record.symbol !== this.#symbol) {
      this.#flush();
      this.#symbol = record.symbol;
    }
    if (noise.test(record.callee)) return;
    const path = this.resolve(record.at.file);
    let counts = this.#pending.get(path ?? '');
    if (!counts) this.#pending.set(path ?? '', (counts = new Map()));
    const callee = mergeShapes(record.callee.replace(sizedMalloc, 'runtime.newobject'));
    const key = this.#intern(`${path === undefined ? 0 : record.at.line}\t${callee}`);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  /** The same symbol listed again (another shape, the test variant) adds nothing that was already counted. */
  #flush(): void {
    // Every program's functions are `main.F`: told apart by the package that is being listed.
    const symbol =
      this.#symbol === undefined
        ? undefined
        : mergeShapes(
            this.#symbol.startsWith('main.') ? this.#package + this.#symbol.slice(4) : this.#symbol,
          );
    if (symbol !== undefined && this.#pending.size > 0) {
      let files = this.#calls.get(symbol);
      if (!files) {
        this.#calls.set(symbol, (files = new Map()));
        this.#families.add(symbol);
      }
      for (const [path, counts] of this.#pending) {
        const known = files.get(path);
        if (!known) files.set(path, counts);
        else for (const [key, n] of counts) known.set(key, Math.max(n, known.get(key) ?? 0));
      }
      this.#pending = new Map();
    }
    this.#symbol = undefined;
  }

  #file(path: string): FileRecords {
    let file = this.#files.get(path);
    if (!file) {
      file = { decisions: new Map(), flows: new Map(), parameters: new Map(), inlined: new Map(), free: [] };
      this.#files.set(path, file);
    }
    return file;
  }

  #intern(text: string): string {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    this.#strings.set(text, text);
    return text;
  }

  /** True when the compiler said anything about the file. */
  has(path: string): boolean {
    this.#flush();
    return this.#files.has(path);
  }

  /** Symbols with calls that are the function `base` or belong to it: `example.com/p.F`, `example.com/p.F.func1`. */
  family(base: string): readonly string[] {
    this.#flush();
    return this.#families.of(base);
  }

  /** Emitted calls of a symbol: callee → how often it stands in the listing. */
  callees(symbol: string): Map<string, number> {
    this.#flush();
    const sums = new Map<string, number>();
    for (const counts of this.#calls.get(symbol)?.values() ?? []) {
      for (const [key, n] of counts) {
        const callee = key.slice(key.indexOf('\t') + 1);
        sums.set(callee, (sums.get(callee) ?? 0) + n);
      }
    }
    return sums;
  }

  /** Emitted calls of the symbols, on lines of the file. */
  calls(symbols: Iterable<string>, path: string): EmittedCall[] {
    this.#flush();
    const calls: EmittedCall[] = [];
    for (const symbol of symbols) {
      for (const [key, n] of this.#calls.get(symbol)?.get(path) ?? []) {
        const tab = key.indexOf('\t');
        const call = { callee: key.slice(tab + 1), line: Number(key.slice(0, tab)) - 1, symbol };
        for (let i = 0; i < n; i++) calls.push(call);
      }
    }
    return calls;
  }

  /** Emitted calls of the symbols, wherever the code was inlined from. */
  placedCalls(symbols: Iterable<string>): PlacedCall[] {
    this.#flush();
    const calls: PlacedCall[] = [];
    for (const symbol of symbols) {
      for (const [file, counts] of this.#calls.get(symbol) ?? []) {
        for (const [key, n] of counts) {
          const tab = key.indexOf('\t');
          const at = file === '' ? undefined : { file, line: Number(key.slice(0, tab)) - 1 };
          for (let i = 0; i < n; i++) calls.push({ callee: key.slice(tab + 1), symbol, at });
        }
      }
    }
    return calls;
  }

  records(path: string): FileRecords | undefined {
    return this.#files.get(path);
  }
}

function decisionKey(at: string, subject: string, text: string): string {
  return `${at}:${subject}:${mergeText(text)}`;
}

/** The explanation of an append prints the whole expression, its summary only `append`. */
function explanationText(text: string): string {
  return text.startsWith('append(') ? 'append' : mergeText(text);
}

function parameterFlow(record: CompilerRecord & { kind: 'parameter' }): ParameterFlow {
  if (record.leak === 'none') return { kind: 'stays' };
  if (record.leak === 'result') {
    return { kind: 'leaks to result', result: record.result ?? '', level: record.level };
  }
  return { kind: 'leaks', content: record.leak === 'content' };
}

/** The widest flow wins when shapes disagree. */
function rank(flow: ParameterFlow): number {
  if (flow.kind === 'stays') return 0;
  if (flow.kind === 'leaks to result') return 1;
  return flow.content ? 2 : 3;
}

/** Columns saturate in the compiler's position tables (cmd/internal/src, colMax). */
const lastColumn = 255;

/**
 * The node that a compiler position means. The compiler puts a call, `make` and `new` at its `(`, a composite literal at
 * its `{`, a binary expression at its operator, a selector at its dot, an index or slice expression at its `[`, a
 * conversion where its operand is, everything else at its first byte. (cmd/compile/internal/syntax; Go 1.21-1.27 agree.)
 */
export function nodeAt(root: Node, offset: number, text: string): Node | undefined {
  const leaf = root.descendantForIndex(offset, offset + 1);
  if (!leaf || leaf.startIndex !== offset) return undefined;
  const node = leaf.isNamed ? leaf : ownerOf(leaf, text);
  return node && (conversionOf(node, text) ?? node);
}

function ownerOf(token: Node, text: string): Node | undefined {
  const parent = token.parent;
  if (!parent) return undefined;
  switch (parent.type) {
    case 'argument_list':
      return text.startsWith('... ') ? parent : (parent.parent ?? undefined);
    case 'literal_value':
      return parent.parent?.type === 'composite_literal' ? parent.parent : parent;
    case 'parenthesized_expression':
      return unparenthesised(parent);
    default:
      return parent;
  }
}

/** `[]byte(s)`, reported at s as `([]byte)(s)`: the words tell it from a decision about s. */
function conversionOf(operand: Node, text: string): Node | undefined {
  if (!text.endsWith(')')) return undefined;
  let inner = operand;
  while (inner.parent?.type === 'parenthesized_expression') inner = inner.parent;
  const list = inner.parent;
  const call = list?.type === 'argument_list' && list.namedChildCount === 1 ? list.parent : list;
  if (call?.type !== 'call_expression' && call?.type !== 'type_conversion_expression') return undefined;
  const type = call.childForFieldName(call.type === 'call_expression' ? 'function' : 'type');
  if (!type || type.equals(inner)) return undefined;
  const said = text.replace(/\s/g, '');
  const head = type.text.replace(/\s/g, '').replace(/^\((.*)\)$/, '$1');
  const spelled = said.startsWith(`${head}(`) || said.startsWith(`(${head})(`);
  return spelled || said.endsWith(`(${operand.text.replace(/\s/g, '')})`) ? call : undefined;
}

/** Where the compiler puts a call or conversion: its opening parenthesis. */
function parenthesisOf(call: Node): number {
  const list = call.childForFieldName('arguments');
  if (list) return list.startIndex;
  return call.children.find((child) => child.type === '(')?.startIndex ?? call.startIndex;
}

/** The variable that a type switch declares is positioned at the type (or `default`) of the clause that moved it. */
function switchAlias(node: Node, name: string): Node | undefined {
  for (let at: Node | null = node; at; at = at.parent) {
    if (at.type !== 'type_switch_statement') continue;
    const alias = at.childForFieldName('alias')?.namedChild(0);
    if (alias?.text === name) return alias;
  }
  return undefined;
}

const reasons: ReadonlySet<string> = new Set([
  'too large for stack',
  'too aligned for stack',
  'non-constant size',
  'zero-sized element',
]);

/** Boxed basic constants live in read-only data on every supported Go; before 1.25 no flag says so. */
const constant = /^(?:-?\d[\w.]*(?:e[+-]?\d+)?|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|true|false)$/;

class JoinedDecision implements Decision {
  #flow: readonly FlowStep[] | undefined;

  constructor(
    readonly node: Node,
    readonly outcome: 'heap' | 'stack',
    readonly subject: 'moved' | 'expression',
    readonly text: string,
    readonly free: boolean,
    readonly reason: HeapReason | undefined,
    private readonly steps: readonly RawFlowStep[],
    private readonly locate: Locate,
  ) {}

  /** Worked out when asked: most decisions of a file are never shown. */
  get flow(): readonly FlowStep[] {
    return (this.#flow ??= this.steps.map(({ expression, why, at }) => ({
      expression,
      why,
      location: at && this.locate(at, expression),
    })));
  }
}

/** The span that a compiler position means, when it lies in a file of the package. */
export type Locate = (at: CompilerPosition, text: string) => { file: string; span: Span } | undefined;

/** A locator over the parsed files of a package. Spans of several lines are cut to their first. */
export function locator(resolve: ResolveFile, files: ReadonlyMap<string, ParsedFile>): Locate {
  return (at, text) => {
    const path = resolve(at.file);
    const file = path === undefined ? undefined : files.get(path);
    if (!file || at.column === 0) return undefined;
    const offset = file.lines.offsetAtBytes(at.line, at.column);
    const node = nodeAt(file.root, offset, text);
    const start = node ? Math.min(node.startIndex, offset) : offset;
    const line = file.lines.lineAt(start);
    const lineEnd = line + 1 < file.lines.lineCount ? file.lines.lineStart(line + 1) - 1 : file.text.length;
    return {
      file: file.path,
      span: { start, end: Math.max(start, Math.min(node?.endIndex ?? offset, lineEnd)) },
    };
  };
}

/** The compiler's words about one file, joined to its syntax. */
export class FileFacts implements GoFacts {
  readonly decisions: readonly Decision[];
  readonly #at = new Map<number, Decision[]>();
  readonly #parameters = new Map<number, ParameterFlow>();
  readonly #inlined = new Map<number, string>();

  constructor(
    private readonly file: ParsedFile,
    private readonly records: PackageRecords,
    private readonly importPath: string,
    locate: Locate,
  ) {
    const found = records.records(file.path);
    const decisions: Decision[] = [];
    if (found) {
      const raw = [...found.decisions.values()];
      for (const { line, column, name, flow } of found.parameters.values()) {
        const node = this.#node(line, column, name);
        if (node?.type === 'identifier' && declaresParameter(node))
          this.#parameters.set(node.startIndex, flow);
        else if (flow.kind === 'stays') {
          raw.push({ line, column, subject: 'expression', text: name, outcome: 'stack' });
        }
      }
      const free = this.#freePositions(found);
      for (const { line, column, subject, text, outcome } of raw) {
        let node = this.#node(line, column, text);
        // A variable of an inlined callee is reported at the call; the callee may have no body of its own left.
        if (node && subject === 'moved' && node.text !== text && node.type !== 'call_expression')
          node = switchAlias(node, text);
        // At the name of a generic function stands the copy in its dictionary wrapper.
        if (
          !node ||
          (subject === 'expression' && node.parent?.childForFieldName('body') && isFunction(node.parent))
        ) {
          continue;
        }
        const at = `${line}:${column}`;
        const steps = found.flows.get(`${at}:${text}`) ?? [];
        const reason = steps.find(({ why }) => reasons.has(why))?.why as HeapReason | undefined;
        const isFree =
          subject === 'expression' &&
          (reason === 'zero-sized element' ||
            constant.test(text) ||
            free.at.has(at) ||
            free.isFree(node, text));
        const decision = new JoinedDecision(node, outcome, subject, text, isFree, reason, steps, locate);
        decisions.push(decision);
        const others = this.#at.get(node.startIndex);
        if (others) others.push(decision);
        else this.#at.set(node.startIndex, [decision]);
      }
      for (const { line, column, callee } of found.inlined.values()) {
        const offset = file.lines.offsetAtBytes(line, column);
        if (!this.#inlined.has(offset)) this.#inlined.set(offset, callee);
      }
    }
    decisions.sort(
      (a, b) =>
        a.node.startIndex - b.node.startIndex ||
        a.node.endIndex - b.node.endIndex ||
        (a.text < b.text ? -1 : 1),
    );
    this.decisions = decisions;
  }

  #node(line: number, column: number, text: string): Node | undefined {
    if (column >= lastColumn) return undefined;
    return nodeAt(this.file.root, this.file.lines.offsetAtBytes(line, column), text);
  }

  /** `convert:` lines stand at the operand; for a plain variable that is its declaration, so its name decides. */
  #freePositions(found: FileRecords): { at: Set<string>; isFree(node: Node, text: string): boolean } {
    const at = new Set<string>();
    const names = new Map<string, Span[]>();
    for (const { line, column, name } of found.free) {
      at.add(`${line}:${column}`);
      if (name === undefined) continue;
      const node = this.#node(line, column, name);
      const scope = node && enclosingDeclaration(node);
      if (node?.text !== name || !scope) continue;
      const spans = names.get(name) ?? [];
      spans.push({ start: node.startIndex, end: scope.endIndex });
      names.set(name, spans);
    }
    return {
      at,
      isFree: (node, text) =>
        node.type === 'identifier' &&
        (names.get(text)?.some(({ start, end }) => start < node.startIndex && node.endIndex <= end) ?? false),
    };
  }

  decision(expression: Node): Decision | undefined {
    const node = unparenthesised(expression);
    const candidates = this.#at
      .get(node.startIndex)
      ?.filter(
        (d) => d.subject === 'expression' && d.node.endIndex === node.endIndex && d.node.type === node.type,
      );
    if (!candidates?.length) return undefined;
    const own = candidates.filter((d) => isOwn(d, node));
    return own.find((d) => d.outcome === 'heap') ?? own[0];
  }

  moved(declaration: Node): Decision | undefined {
    return this.#at
      .get(declaration.startIndex)
      ?.find((d) => d.subject === 'moved' && d.node.equals(declaration));
  }

  parameter(declaration: Node): ParameterFlow | undefined {
    return declaration.type === 'identifier' ? this.#parameters.get(declaration.startIndex) : undefined;
  }

  emitted(node: Node): readonly EmittedCall[] {
    const { lines, path, packageName } = this.file;
    const first = lines.lineAt(node.startIndex);
    const last = lines.lineAt(Math.max(node.startIndex, node.endIndex - 1));
    const declaration = enclosingDeclaration(node);
    const base = symbolBase(this.importPath, packageName, declaration);
    return this.records
      .calls(this.records.family(base), path)
      .filter(({ line }) => first <= line && line <= last)
      .sort((a, b) => a.line - b.line || (a.callee < b.callee ? -1 : a.callee > b.callee ? 1 : 0));
  }

  emittedFor(declaration: Node): readonly PlacedCall[] {
    const base = symbolBase(this.importPath, this.file.packageName, declaration);
    return this.records.placedCalls(this.records.family(base));
  }

  inlined(call: Node): string | undefined {
    return this.#inlined.get(parenthesisOf(call));
  }
}

function declaresParameter(node: Node): boolean {
  const parent = node.parent?.type;
  return parent === 'parameter_declaration' || parent === 'variadic_parameter_declaration';
}

/** At a call stand decisions about the call, about its variadic slice, and about what was inlined into it. */
function isOwn({ text }: Decision, node: Node): boolean {
  if (text.startsWith('... ')) return node.type === 'argument_list';
  if (node.type !== 'call_expression') return true;
  const callee = node.childForFieldName('function')?.text;
  switch (callee) {
    case 'make':
    case 'new':
      return text.startsWith(`${callee}(`);
    case 'append':
      return text === 'append';
  }
  return /^~[rR]\d+$/.test(text) || (text.endsWith(')') && !/^(?:make|new|append)\(/.test(text));
}
