import { wordsOf } from './declared';
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
  /** Said only by the pass that follows escape analysis. */
  readonly late?: true;
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

function sameEntries(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number> | undefined): boolean {
  return a.size === b?.size && [...a].every(([key, n]) => b.get(key) === n);
}

/** Forgets the constants and the like that cost nothing, but for those that are kept. */
function keepFree({ free }: FileRecords, keeps: (one: RawFree) => boolean): void {
  const kept = free.filter(keeps);
  free.length = 0;
  for (const one of kept) free.push(one);
}

/** What is said of a file only when code is generated, but for its calls: each once, as not every compile counts them. */
function lateWords(file: FileRecords | undefined): string {
  const words = file?.free.map(freeWords) ?? [];
  for (const [key, { late }] of file?.decisions ?? []) if (late) words.push(key);
  return [...new Set(words)].sort().join('\n');
}

/** The same for the same place. The compiler numbers values without a name as it comes to them. */
function freeWords({ line, column, name = '', closure }: RawFree): string {
  return `${line}:${column} ${name.startsWith('.') ? '' : name} ${closure}`;
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
            late: true,
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
    // How values of a type are compared is nobody's code, and it is there for debuggers alone where nothing compares them.
    if (symbol !== undefined && this.#pending.size > 0 && !symbol.startsWith('type:'))
      this.#addCounts(symbol, this.#pending);
    if (this.#pending.size > 0) this.#pending = new Map();
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
   * What escape analysis said here, with what is said only when code is generated: the calls, the late decisions, and which values need
   * no memory, of which escape analysis alone knows some.
   */
  withListing(listing: PackageRecords): PackageRecords {
    const all = new PackageRecords(this.resolve).merge(this);
    listing.#flush();
    for (const name of listing.#packages) all.#packages.add(name);
    for (const [path, more] of listing.#files) {
      const file = all.#file(path);
      // Both know most of them, and the listing says the same of several copies once.
      const known = new Map<string, number>();
      for (const one of file.free) known.set(freeWords(one), (known.get(freeWords(one)) ?? 0) + 1);
      for (const one of more.free) {
        const left = known.get(freeWords(one)) ?? 0;
        if (left > 0) known.set(freeWords(one), left - 1);
        else file.free.push(one);
      }
      for (const [key, decision] of more.decisions)
        if (!file.decisions.has(key)) file.decisions.set(key, { ...decision });
    }
    all.#calls.clear();
    for (const [symbol, counts] of listing.#calls) all.#addCounts(symbol, counts);
    return all;
  }

  /**
   * What escape analysis said here, with what `before` had of the generated code where that was not compiled again.
   * @param moved where a line of a file, both 1-based, now is; undefined when it is not there any more
   * @param same whether the code of a line, 1-based, of the present text is that of before: then nothing else is said of it
   */
  withListingOf(
    before: PackageRecords,
    moved: (file: string, line: number) => number | undefined,
    same: (file: string, line: number) => boolean,
  ): PackageRecords {
    const all = new PackageRecords(this.resolve).merge(this);
    before.#flush();
    for (const [path, file] of all.#files) keepFree(file, ({ line }) => !same(path, line));
    for (const [path, more] of before.#files) {
      const file = all.#file(path);
      for (const free of more.free) {
        const line = moved(path, free.line);
        if (line !== undefined && same(path, line)) file.free.push({ ...free, line });
      }
      for (const decision of more.decisions.values()) {
        const line = decision.late && moved(path, decision.line);
        if (!line) continue;
        const key = decisionKey(`${line}:${decision.column}`, decision.subject, decision.text);
        if (!file.decisions.has(key)) file.decisions.set(key, { ...decision, line });
      }
    }
    for (const [symbol, files] of before.#calls) {
      const counts = new Map<string, CallCounts>();
      for (const [path, calls] of files) {
        const here = path === '' ? calls : new Map<string, number>();
        if (path !== '')
          for (const [key, n] of calls) {
            const tab = key.indexOf('\t');
            const line = moved(path, Number(key.slice(0, tab)));
            if (line !== undefined) here.set(all.#intern(`${line}${key.slice(tab)}`), n);
          }
        if (here.size > 0) counts.set(path, here);
      }
      if (counts.size > 0) all.#addCounts(symbol, counts);
    }
    return all;
  }

  /**
   * What is said here, but of some code what another listing says.
   * @param functions the symbols of that code, without those of closures
   * @param isLine whether a line of a file, 1-based, is of that code
   */
  withListingOfCode(
    listing: PackageRecords,
    functions: readonly string[],
    isLine: (file: string, line: number) => boolean,
  ): PackageRecords {
    const all = new PackageRecords(this.resolve).merge(this);
    listing.#flush();
    for (const [path, file] of all.#files) {
      keepFree(file, ({ line }) => !isLine(path, line));
      for (const [key, { late, line }] of file.decisions)
        if (late && isLine(path, line)) file.decisions.delete(key);
    }
    for (const [path, { free, decisions }] of listing.#files) {
      const file = all.#file(path);
      file.free.push(...free.filter(({ line }) => isLine(path, line)));
      for (const [key, decision] of decisions)
        if (decision.late && isLine(path, decision.line) && !file.decisions.has(key))
          file.decisions.set(key, { ...decision });
    }
    for (const base of functions) {
      for (const symbol of all.family(base)) all.#calls.get(symbol)?.clear();
      for (const symbol of listing.family(base)) all.#addCounts(symbol, listing.#calls.get(symbol)!);
      // What calls nothing any more is not in a listing.
      for (const symbol of all.family(base))
        if (all.#calls.get(symbol)?.size === 0) all.#calls.delete(symbol);
    }
    return all;
  }

  /** Whether both say the same of generated code. */
  hasListingOf(other: PackageRecords): boolean {
    this.#flush();
    other.#flush();
    if (this.#calls.size !== other.#calls.size) return false;
    for (const [symbol, files] of this.#calls) {
      const others = other.#calls.get(symbol);
      if (others?.size !== files.size) return false;
      for (const [path, counts] of files) if (!sameEntries(counts, others.get(path))) return false;
    }
    for (const path of new Set([...this.#files.keys(), ...other.#files.keys()]))
      if (lateWords(this.#files.get(path)) !== lateWords(other.#files.get(path))) return false;
    return true;
  }

  /** Whether escape analysis said the same of a file whose text is the same. */
  decidesAlike(other: PackageRecords, path: string): boolean {
    const [a, b] = [this.#files.get(path), other.#files.get(path)];
    if (!a || !b) return a === b;
    const early = ({ decisions }: FileRecords): number =>
      [...decisions.values()].reduce((sum, { late }) => sum + (late ? 0 : 1), 0);
    const isKnown = ([key, { late, outcome, heapLines }]: [string, RawDecision]): boolean => {
      const known = b.decisions.get(key);
      return late || (known?.outcome === outcome && known.heapLines === heapLines);
    };
    const flowsAlike = ([at, { name, flow }]: [string, RawParameter]): boolean => {
      const known = b.parameters.get(at);
      return known?.name === name && JSON.stringify(known.flow) === JSON.stringify(flow);
    };
    return (
      early(a) === early(b) &&
      [...a.decisions].every(isKnown) &&
      a.parameters.size === b.parameters.size &&
      [...a.parameters].every(flowsAlike) &&
      a.inlined.size === b.inlined.size &&
      [...a.inlined].every(([at, { callee }]) => b.inlined.get(at)?.callee === callee) &&
      a.unplaced.size === b.unplaced.size &&
      [...a.unplaced].every((line) => b.unplaced.has(line))
    );
  }

  /** Files that something is said about. */
  get files(): Iterable<string> {
    return this.#files.keys();
  }

  /**
   * What escape analysis said of parts of a file, as texts that are the same when it said the same.
   * @param partOf the part that a line, 1-based, belongs to, and its first line
   */
  decided<P>(
    path: string,
    partOf: (line: number) => { readonly part: P; readonly first: number } | undefined,
  ): Map<P, string> {
    const words = new Map<P, string[]>();
    const add = (line: number, text: string): void => {
      const at = partOf(line);
      if (!at) return;
      const known = words.get(at.part);
      const said = `${line - at.first}:${text}`;
      if (known) known.push(said);
      else words.set(at.part, [said]);
    };
    const file = this.#files.get(path);
    for (const { line, column, subject, text, outcome, heapLines, late } of file?.decisions.values() ?? [])
      if (!late) add(line, `${column} ${subject} ${text} ${outcome} ${heapLines}`);
    for (const { line, column, name, flow } of file?.parameters.values() ?? [])
      add(line, `${column} ${name} ${JSON.stringify(flow)}`);
    for (const { line, column, callee } of file?.inlined.values() ?? []) add(line, `${column} ${callee}`);
    for (const line of file?.unplaced ?? []) add(line, 'unplaced');
    return new Map([...words].map(([part, said]) => [part, said.sort().join('\n')]));
  }

  /** Words of the names of all functions that were inlined. */
  inlinedWords(): Set<string> {
    const words = new Set<string>();
    for (const { inlined } of this.#files.values())
      for (const { callee } of inlined.values()) for (const word of wordsOf(callee)) words.add(word);
    return words;
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
