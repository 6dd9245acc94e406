import { firstIndex } from '../../../../rules/sorted';
import type { Node } from 'web-tree-sitter';
import type { Span } from '../../../../rules/model';
import type {
  Decision,
  EmittedCall,
  FlowStep,
  GoFacts,
  GoPackage,
  HeapReason,
  ParameterFlow,
  PlacedCall,
} from '../../../../rules/go/rule';
import { enclosingDeclaration, isFunction, unparenthesised } from '../../../../rules/go/syntax/nodes';
import type { Comparison } from '../compile/declared';
import type { CompilerPosition, RawFlowStep } from '../compile/record';
import type { ParsedFile } from './syntax-trees';
import type { FileRecords, PackageRecords, RawDecision, ResolveFile } from '../compile/records';
import { freeDecisions } from './free';
import { nodeAt, parenthesisOf, switchAlias } from './node-at';
import { symbolOf } from './symbol-of';
import { isTemporary, mentionsTemporary, sourceOf, spellTemporary, type Spelled } from './spelling';

/** Columns saturate in the compiler's position tables (cmd/internal/src, colMax). */
const lastColumn = 255;

const reasons: ReadonlySet<string> = new Set([
  'too large for stack',
  'too aligned for stack',
  'non-constant size',
  'zero-sized element',
]);

class JoinedDecision implements Decision {
  #flow: readonly FlowStep[] | undefined;

  readonly line: number;
  readonly outcome: 'heap' | 'stack';
  readonly subject: 'moved' | 'expression';

  constructor(
    readonly node: Node,
    raw: RawDecision,
    readonly text: string,
    readonly ofResult: boolean,
    readonly free: boolean,
    readonly reason: HeapReason | undefined,
    private readonly steps: readonly RawFlowStep[],
    private readonly locate: Locate,
  ) {
    this.line = raw.line - 1;
    this.outcome = raw.outcome;
    this.subject = raw.subject;
  }

  /** Worked out when asked: most decisions of a file are never shown. */
  get flow(): readonly FlowStep[] {
    return (this.#flow ??= this.steps.map(({ expression, why, at }) => {
      const place = at && this.locate(at, expression);
      const location = place && { file: place.file, span: place.span };
      const elsewhere = at !== undefined && !place;
      const words = mentionsTemporary(expression)
        ? spellTemporary(expression, place?.node)
        : { expression: sourceOf(expression, place?.node), of: undefined };
      return { expression: words.expression, of: words.of, printed: expression, why, location, elsewhere };
    }));
  }
}

/** Where a compiler position is, when it lies in a file of the package. */
export type Locate = (
  at: CompilerPosition,
  text: string,
) => { readonly file: string; readonly span: Span; readonly node: Node | undefined } | undefined;

/** A locator over the parsed files of a package. Spans of several lines are cut to their first. */
export function locator(resolve: ResolveFile, files: ReadonlyMap<string, ParsedFile>): Locate {
  return (at, text) => {
    const path = resolve(at.file);
    const file = path === undefined ? undefined : files.get(path);
    if (!file || at.column === 0) return undefined;
    const offset = file.lines.offsetAtBytes(at.line, at.column);
    const node = nodeAt(file.root, offset, text);
    const start = node ? Math.min(node.startIndex, offset) : offset;
    const lineEnd = file.lines.lineEnd(file.lines.lineAt(start));
    const end = Math.max(start, Math.min(node?.endIndex ?? offset, lineEnd));
    return { file: file.path, span: { start, end }, node };
  };
}

/** What is said of each place of a file. */
interface Joined {
  readonly decisions: readonly Decision[];
  readonly unplaced: readonly number[];
  readonly at: ReadonlyMap<number, readonly Decision[]>;
  readonly parameters: ReadonlyMap<number, ParameterFlow>;
  readonly inlined: ReadonlyMap<number, string>;
}

/** What is not known yet, and whether somebody has asked for it. */
export class Awaited {
  /** Since it was last set to false, something was asked that the listing may answer otherwise. */
  asked = false;

  constructor(private readonly comparison: Comparison) {}

  /** What is asked meanwhile does not count. */
  aside<T>(run: () => T): T {
    const { asked } = this;
    const result = run();
    this.asked = asked;
    return result;
  }

  look(path: string, first: number, last: number): void {
    this.asked ||= this.comparison.isOpenIn(path, first, last);
  }

  /** Of the declaration around the line, 1-based, not even the decisions are complete: it is generic, or makes package variables. */
  isVague(path: string, line: number): boolean {
    const at = this.comparison.at(path, line);
    return (
      at !== undefined && this.comparison.isOpen(at) && (at.declared.generic || at.declared.kind === 'other')
    );
  }
}

/** The compiler's words about one file, joined to its syntax when somebody first asks for them. */
export class FileFacts implements GoFacts {
  /** Emitted calls of a function on lines of the file, by symbol, in the order of the lines. */
  readonly #calls = new Map<string, readonly EmittedCall[]>();
  #known: Joined | undefined;

  constructor(
    private readonly file: ParsedFile,
    private readonly records: PackageRecords,
    private readonly pkg: GoPackage,
    private readonly locate: Locate,
    private readonly awaited?: Awaited,
  ) {}

  get decisions(): readonly Decision[] {
    return this.#joined.decisions;
  }

  /** Lines, 1-based, of values on the heap whose place the compiler does not tell. */
  get unplaced(): readonly number[] {
    return this.#joined.unplaced;
  }

  get #joined(): Joined {
    return (this.#known ??= this.#joinAll());
  }

  #joinAll(): Joined {
    const { file, records, locate } = this;
    const found = records.records(file.path);
    const byStart = new Map<number, Decision[]>();
    const parameters = new Map<number, ParameterFlow>();
    const inlined = new Map<number, string>();
    const decisions: Decision[] = [];
    const unplaced = [...(found?.unplaced ?? [])];
    if (found) {
      const raw = [...found.decisions.values()];
      for (const { line, column, name, flow } of found.parameters.values()) {
        const node = this.#node(line, column, name);
        if (node?.type === 'identifier' && declaresParameter(node)) parameters.set(node.startIndex, flow);
        else if (flow.kind === 'stays') {
          raw.push({ line, column, subject: 'expression', text: name, outcome: 'stack', heapLines: 0 });
        }
      }
      const free = freeDecisions(raw, found.free);
      const freeVariables = this.#freeVariables(found);
      for (const decision of raw) {
        const joined = this.#join(decision);
        if (!joined) {
          if (decision.outcome === 'heap' && decision.column >= lastColumn) unplaced.push(decision.line);
          continue;
        }
        const { line, column, subject, text } = decision;
        const steps = found.flows.get(`${line}:${column}:${text}`) ?? [];
        const reason = steps.find(({ why }) => reasons.has(why))?.why as HeapReason | undefined;
        const isFree =
          subject === 'expression' &&
          (reason === 'zero-sized element' || free.has(decision) || freeVariables(joined.node, text));
        const { node, expression, of } = joined;
        const result = new JoinedDecision(
          node,
          decision,
          expression,
          of === 'result',
          isFree,
          reason,
          steps,
          locate,
        );
        decisions.push(result);
        const others = byStart.get(node.startIndex);
        if (others) others.push(result);
        else byStart.set(node.startIndex, [result]);
      }
      for (const { line, column, callee } of found.inlined.values()) {
        const offset = file.lines.offsetAtBytes(line, column);
        if (!inlined.has(offset)) inlined.set(offset, callee);
      }
    }
    decisions.sort(
      (a, b) =>
        a.node.startIndex - b.node.startIndex ||
        a.node.endIndex - b.node.endIndex ||
        (a.text < b.text ? -1 : 1),
    );
    return { decisions, unplaced, at: byStart, parameters, inlined };
  }

  #node(line: number, column: number, text: string): Node | undefined {
    if (column >= lastColumn) return undefined;
    return nodeAt(this.file.root, this.file.lines.offsetAtBytes(line, column), text);
  }

  /** The node that the decision is about and its words; undefined when no expression of the source stands there. */
  #join({ line, column, subject, text }: RawDecision): (Spelled & { readonly node: Node }) | undefined {
    const at = this.#node(line, column, text);
    if (!at) return undefined;
    if (isTemporary(text)) {
      const spelled = spellTemporary(text, at);
      return { ...spelled, node: spelled.node ?? at };
    }
    // A variable of an inlined callee is reported at the call; the callee may have no body of its own left.
    const moved = subject === 'moved' && at.text !== text && at.type !== 'call_expression';
    const node = moved ? switchAlias(at, text) : at;
    // At the name of a generic function stands the copy in its dictionary wrapper.
    const wrapper = subject === 'expression' && at.parent?.childForFieldName('body') && isFunction(at.parent);
    return node && !wrapper ? { node, expression: text } : undefined;
  }

  /** `convert:` lines stand at the operand; for a plain variable that is its declaration, so its name decides. */
  #freeVariables(found: FileRecords): (node: Node, text: string) => boolean {
    const names = new Map<string, Span[]>();
    for (const { line, column, name } of found.free) {
      if (name === undefined) continue;
      const node = this.#node(line, column, name);
      const scope = node && enclosingDeclaration(node);
      if (node?.text !== name || !scope) continue;
      const spans = names.get(name) ?? [];
      spans.push({ start: node.startIndex, end: scope.endIndex });
      names.set(name, spans);
    }
    return (node, text) =>
      node.type === 'identifier' &&
      (names.get(text)?.some(({ start, end }) => start < node.startIndex && node.endIndex <= end) ?? false);
  }

  decision(expression: Node): Decision | undefined {
    const node = unparenthesised(expression);
    const candidates = this.#joined.at
      .get(node.startIndex)
      ?.filter(
        (d) => d.subject === 'expression' && d.node.endIndex === node.endIndex && d.node.type === node.type,
      );
    if (!candidates?.length) return undefined;
    const own = candidates.filter((d) => isOwn(d, node));
    return own.find((d) => d.outcome === 'heap') ?? own[0];
  }

  moved(declaration: Node): Decision | undefined {
    return this.#joined.at
      .get(declaration.startIndex)
      ?.find((d) => d.subject === 'moved' && d.node.equals(declaration));
  }

  parameter(declaration: Node): ParameterFlow | undefined {
    return declaration.type === 'identifier'
      ? this.#joined.parameters.get(declaration.startIndex)
      : undefined;
  }

  emitted(node: Node, line?: number): readonly EmittedCall[] {
    const { lines, path } = this.file;
    const first = line ?? lines.lineAt(node.startIndex);
    const last = line ?? lines.lineAt(Math.max(node.startIndex, node.endIndex - 1));
    this.awaited?.look(path, first + 1, last + 1);
    const base = symbolOf(this.pkg, this.file, enclosingDeclaration(node));
    // Rules ask for each of the thousand lines that a function may have.
    let calls = this.#calls.get(base);
    if (!calls) this.#calls.set(base, (calls = byLine(this.records.calls(this.records.family(base), path))));
    return calls.slice(
      firstIndex(calls, (call) => call.line >= first),
      firstIndex(calls, (call) => call.line > last),
    );
  }

  emittedFor(declaration: Node): readonly PlacedCall[] {
    const { startPosition, endPosition } = declaration;
    this.awaited?.look(this.file.path, startPosition.row + 1, endPosition.row + 1);
    const base = symbolOf(this.pkg, this.file, declaration);
    return this.records.placedCalls(this.records.family(base));
  }

  inlined(call: Node): string | undefined {
    return this.#joined.inlined.get(parenthesisOf(call));
  }
}

function byLine(calls: readonly EmittedCall[]): EmittedCall[] {
  return [...calls].sort(
    (a, b) => a.line - b.line || (a.callee < b.callee ? -1 : a.callee > b.callee ? 1 : 0),
  );
}

function declaresParameter(node: Node): boolean {
  const parent = node.parent?.type;
  return parent === 'parameter_declaration' || parent === 'variadic_parameter_declaration';
}

/** At a call stand decisions about the call, about its variadic slice, and about what was inlined into it. */
function isOwn({ text, ofResult }: Decision, node: Node): boolean {
  if (ofResult) return false;
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
