import type { EmittedCall, ParameterFlow, PlacedCall } from '../../../../rules/go/rule';
import type { CompilerRecord, RawFlowStep } from './record';
import { Families, listedName, mergeShapes, mergeText } from './symbols';

/** From a file as the compiler names it to the absolute path of a file of the package; undefined for other files. */
export type ResolveFile = (file: string) => string | undefined;

/** A decision at its point: line 1-based, column in UTF-8 bytes, 1-based. */
export interface RawDecision {
  readonly line: number;
  readonly column: number;
  readonly subject: 'moved' | 'expression';
  readonly text: string;
  outcome: 'heap' | 'stack';
  /** How often the compiler said `escapes to heap`: for each expression of this spelling at the point, shape and compile. */
  heapLines: number;
}

/** Said by `escapedebug` or `closure`: a value of that name, or without one, needs no memory of its own. */
export interface RawFree {
  readonly line: number;
  readonly column: number;
  /** As the compiler prints the operand; `.stmp_3` for a value that it laid out itself. */
  readonly name: string | undefined;
  readonly closure: boolean;
}

export interface RawParameter {
  readonly line: number;
  readonly column: number;
  readonly name: string;
  readonly flow: ParameterFlow;
}

/** Calls of one symbol: `line \t callee` or, for lines outside the package, `0 \t callee` → count. */
type CallCounts = Map<string, number>;

export interface FileRecords {
  readonly decisions: Map<string, RawDecision>;
  readonly flows: Map<string, readonly RawFlowStep[]>;
  /** A bare `p does not escape` may be a parameter or a boxed variable; the syntax tells. */
  readonly parameters: Map<string, RawParameter>;
  readonly inlined: Map<string, { line: number; column: number; callee: string }>;
  readonly free: RawFree[];
  /** Lines, 1-based, of values on the heap for which the compiler tells no column: it counts to 254. */
  readonly unplaced: Set<number>;
}

/** `example.com/p.F[...]`. */
function isGeneric(symbol: string): boolean {
  return symbol.includes('[...]');
}

/** Calls that say nothing about allocation and that every function has. */
const noise =
  /^runtime\.(morestack|gcWriteBarrier|panic|goPanic|deferreturn|wbMove|wbZero|memmove|memequal|memclr|typedmem|duff|race|asan|msan)/;

/** From Go 1.27 a small object of known size is allocated by a function of its size class: `mallocgcSmallNoScanSC2`. */
const sizedMalloc = /^runtime\.mallocgc(?:Tiny|Small)\w*$/;

function decisionKey(at: string, subject: string, text: string): string {
  return `${at}:${subject}:${mergeText(text)}`;
}

/** The explanation of an append prints the whole expression, its summary only `append`. */
function explanationText(text: string): string {
  return text.startsWith('append(') ? 'append' : mergeText(text);
}

/** The widest flow wins when shapes disagree. */
function rank(flow: ParameterFlow): number {
  if (flow.kind === 'stays') return 0;
  if (flow.kind === 'leaks to result') return 1;
  return flow.content ? 2 : 3;
}

function addDecision({ decisions }: FileRecords, key: string, decision: RawDecision): void {
  const known = decisions.get(key);
  if (!known) decisions.set(key, decision);
  else if (decision.outcome === 'heap') {
    known.outcome = 'heap';
    known.heapLines += decision.heapLines;
  }
}

function addParameter({ parameters }: FileRecords, at: string, one: RawParameter): void {
  const known = parameters.get(at);
  if (!known || rank(one.flow) > rank(known.flow)) parameters.set(at, one);
}

function parameterFlow(record: CompilerRecord & { kind: 'parameter' }): ParameterFlow {
  if (record.leak === 'none') return { kind: 'stays' };
  if (record.leak === 'result') {
    return { kind: 'leaks to result', result: record.result ?? '', level: record.level };
  }
  return { kind: 'leaks', content: record.leak === 'content' };
}

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
  readonly #packages = new Set<string>();
  #pending = new Map<string, CallCounts>();
  #strings = new Map<string, string>();

  constructor(readonly resolve: ResolveFile) {}

  add(record: CompilerRecord): void {
    if (record.kind === 'call') return this.#addCall(record);
    if (record.kind === 'package') {
      this.#flush();
      this.#package = record.importPath;
      this.#packages.add(record.importPath);
      return;
    }
    if (record.kind === 'error' || record.kind === 'unaccounted') return;
    const { line, column } = record.at;
    const path = this.resolve(record.at.file);
    if (path === undefined) return;
    const file = this.#file(path);
    if (column === 0) {
      const heap = record.kind === 'moved' || (record.kind === 'expression' && record.outcome === 'heap');
      if (heap) file.unplaced.add(line);
      return;
    }
    const at = `${line}:${column}`;
    switch (record.kind) {
      case 'expression':
      case 'moved': {
        const moved = record.kind === 'moved';
        const text = moved ? record.name : record.text;
        const outcome = moved ? 'heap' : record.outcome;
        const key = decisionKey(at, moved ? 'moved' : 'expression', text);
        const heapLines = outcome === 'heap' ? 1 : 0;
        const subject = moved ? 'moved' : 'expression';
        addDecision(file, key, { line, column, subject, text: mergeText(text), outcome, heapLines });
        break;
      }
      case 'explanation': {
        const key = `${at}:${explanationText(record.text)}`;
        if (!file.flows.has(key)) file.flows.set(key, record.flow);
        break;
      }
      case 'parameter': {
        addParameter(file, at, { line, column, name: record.name, flow: parameterFlow(record) });
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
            heapLines: 1,
          });
        }
        break;
      }
      case 'free':
        if (/global|zero/.test(record.text)) {
          const closure = record.text.startsWith('closure');
          file.free.push({ line, column, name: record.name, closure });
        }
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

  #flush(): void {
    const symbol = this.#symbol === undefined ? undefined : listedName(this.#symbol, this.#package);
    if (symbol !== undefined && this.#pending.size > 0) {
      this.#addCounts(symbol, this.#pending);
      this.#pending = new Map();
    }
    this.#symbol = undefined;
  }

  /** The same symbol listed again (another shape, the test variant) adds nothing that was already counted. */
  #addCounts(symbol: string, counts: ReadonlyMap<string, CallCounts>): void {
    let files = this.#calls.get(symbol);
    if (!files) {
      this.#calls.set(symbol, (files = new Map()));
      this.#families.add(symbol);
    }
    for (const [path, more] of counts) {
      const known = files.get(path);
      if (!known) files.set(path, new Map(more));
      else for (const [key, n] of more) known.set(key, Math.max(n, known.get(key) ?? 0));
    }
  }

  /**
   * Adds what another compile said, as if its records followed here.
   * @param files absolute; of others nothing is taken. All when absent
   */
  merge(other: PackageRecords, files?: ReadonlySet<string>): this {
    this.#flush();
    other.#flush();
    for (const name of other.#packages) this.#packages.add(name);
    for (const [path, more] of other.#files) {
      if (files && !files.has(path)) continue;
      const file = this.#file(path);
      for (const [key, decision] of more.decisions) addDecision(file, key, { ...decision });
      for (const [at, parameter] of more.parameters) addParameter(file, at, parameter);
      for (const [key, flow] of more.flows) if (!file.flows.has(key)) file.flows.set(key, flow);
      for (const [at, inlined] of more.inlined) if (!file.inlined.has(at)) file.inlined.set(at, inlined);
      file.free.push(...more.free);
      for (const line of more.unplaced) file.unplaced.add(line);
    }
    for (const [symbol, counts] of other.#calls) {
      const taken = files ? new Map([...counts].filter(([path]) => files.has(path))) : counts;
      if (taken.size > 0) this.#addCounts(symbol, taken);
    }
    return this;
  }

  /**
   * Whether another compile of the files, with more beside them, says more about them than this one: generic functions that are
   * used only there.
   */
  addsTo(files: ReadonlySet<string>, other: PackageRecords): boolean {
    this.#flush();
    other.#flush();
    const isNew = <V>(known: ReadonlyMap<string, V> | undefined, more: ReadonlyMap<string, V>): boolean =>
      [...more.keys()].some((key) => !known?.has(key));
    for (const [path, more] of other.#files) {
      if (!files.has(path)) continue;
      const known = this.#files.get(path);
      if (isNew(known?.decisions, more.decisions) || isNew(known?.parameters, more.parameters)) return true;
      for (const [key, { outcome }] of more.decisions)
        if (outcome === 'heap' && known!.decisions.get(key)!.outcome === 'stack') return true;
      for (const [at, { flow }] of more.parameters)
        if (rank(flow) > rank(known!.parameters.get(at)!.flow)) return true;
      if (isNew(known?.inlined, more.inlined) || isNew(known?.flows, more.flows)) return true;
    }
    for (const [symbol, counts] of other.#calls) {
      const known = this.#calls.get(symbol);
      // A function of the tests, into which one of the package may be inlined: all others were compiled without them.
      if (!known && !isGeneric(symbol)) continue;
      for (const [path, more] of counts) {
        const before = known?.get(path);
        if (files.has(path) && [...more].some(([key, n]) => n > (before?.get(key) ?? 0))) return true;
      }
    }
    return false;
  }

  #file(path: string): FileRecords {
    let file = this.#files.get(path);
    if (!file) {
      file = {
        decisions: new Map(),
        flows: new Map(),
        parameters: new Map(),
        inlined: new Map(),
        free: [],
        unplaced: new Set(),
      };
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

  /** True when the compiler said anything while it compiled the package. */
  hasPackage(importPath: string): boolean {
    return this.#packages.has(importPath);
  }

  /** Symbols with calls that begin with the package's path. */
  symbolsOf(importPath: string): readonly string[] {
    this.#flush();
    return [...this.#calls.keys()].filter((symbol) => symbol.startsWith(`${importPath}.`));
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
