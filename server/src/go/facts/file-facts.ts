import type { Node } from 'web-tree-sitter';
import type { Span } from '../../../../rules/model';
import type {
  Decision,
  EmittedCall,
  FlowStep,
  GoFacts,
  HeapReason,
  ParameterFlow,
  PlacedCall,
} from '../../../../rules/go/rule';
import { enclosingDeclaration, isFunction, unparenthesised } from '../../../../rules/go/syntax/nodes';
import type { CompilerPosition, RawFlowStep } from '../compile/record';
import type { ParsedFile } from './syntax-trees';
import { symbolBase } from '../compile/symbols';
import type { FileRecords, PackageRecords, ResolveFile } from '../compile/records';
import { nodeAt, parenthesisOf, switchAlias } from './node-at';

/** Columns saturate in the compiler's position tables (cmd/internal/src, colMax). */
const lastColumn = 255;

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
