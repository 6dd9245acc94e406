import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../../model';
import { importedFunction } from '../syntax/universe';
import { typeOf } from '../types/types';
import type { GoFile, GoFix, Obligation } from '../rule';
import { argumentsOf, enclosingDeclaration, spanOf, unparenthesised } from '../syntax/nodes';
import { enclosingStatement, namesAround } from '../syntax/names';
import { canImportAt } from '../edit/imports';
import { importedAs } from '../edit/imports';
import { atLeast } from '../syntax/version';
import { packageNames } from '../syntax/package-names';

/** A call of log/slog with keys and values, which LogAttrs does without boxing them. */
export interface TypedLog {
  /** The values that become interfaces and allocate. */
  readonly boxed: readonly Node[];
  readonly fix: GoFix | undefined;
}

/** A key and its value, or an Attr that stands alone. */
interface Pair {
  readonly key: Node | undefined;
  readonly value: Node;
}

/** `slog.Info("…", "key", value)` and the methods of a Logger; error levels are left out. */
export function typedLog(file: GoFile, call: Node): TypedLog | undefined {
  const callee = call.childForFieldName('function');
  const field = callee?.type === 'selector_expression' ? callee.childForFieldName('field') : undefined;
  const [, level, context] = /^(Debug|Info|Warn)(Context)?$/.exec(field?.text ?? '') ?? [];
  if (!callee || !field || level === undefined || !atLeast(file.pkg.toolchain, 1, 21)) return undefined;
  if (!isSlog(file, call, callee, field.text) || isGuarded(call)) return undefined;
  const args = argumentsOf(call);
  const first = context === undefined ? 1 : 2;
  const boxed = args.slice(first).filter((argument) => {
    const decision = file.facts?.decision(argument);
    return decision?.outcome === 'heap' && !decision.free && !isConstant(file, argument);
  });
  const emitted = (file.facts?.emitted(call) ?? []).filter(({ callee: name }) =>
    /^runtime\.convT/.test(name),
  );
  if (boxed.length === 0 || emitted.length === 0) return undefined;
  return { boxed, fix: buildFix(file, call, field, level, args, first, boxed) };
}

function isSlog(file: GoFile, call: Node, callee: Node, name: string): boolean {
  const imported = importedFunction(file, callee);
  if (imported !== undefined) return imported === `log/slog.${name}`;
  if (file.facts?.inlined(call) === `slog.(*Logger).${name}`) return true;
  return (
    file.facts?.emitted(call).some(({ callee: emitted }) => emitted === `log/slog.(*Logger).${name}`) ?? false
  );
}

/** Behind `if logger.Enabled(ctx, level)`. */
function isGuarded(call: Node): boolean {
  for (let at = call.parent; at; at = at.parent) {
    const condition = at.type === 'if_statement' ? at.childForFieldName('condition') : null;
    if (condition && /\bEnabled\(/.test(condition.text)) return true;
  }
  return false;
}

function isConstant(file: GoFile, argument: Node): boolean {
  const node = unparenthesised(argument);
  if (node.type === 'identifier') {
    const local = namesAround(file.root, node).resolve(node);
    return local ? local.kind === 'constant' : packageNames(file.pkg).constants.has(node.text);
  }
  return /_literal$|^(?:true|false|nil)$/.test(node.type) && !/^(?:composite|func)_literal$/.test(node.type);
}

function buildFix(
  file: GoFile,
  call: Node,
  field: Node,
  level: string,
  args: readonly Node[],
  first: number,
  boxed: readonly Node[],
): GoFix | undefined {
  const declaration = enclosingDeclaration(call);
  const statement = enclosingStatement(call);
  const message = args[first - 1];
  if (!declaration || !statement || !message || call.parent?.type !== 'expression_statement')
    return undefined;
  const slog = importedAs(file, 'log/slog');
  const imports = ['log/slog', ...(first === 1 ? ['context'] : [])];
  if (!imports.every((path) => canImportAt(file, path, call))) return undefined;
  const pairs = pairsOf(file, args.slice(first));
  if (!pairs) return undefined;
  const edits: FileEdit[] = [{ file: file.path, span: spanOf(field), newText: 'LogAttrs' }];
  const insert = (offset: number, newText: string): void => {
    edits.push({ file: file.path, span: { start: offset, end: offset }, newText });
  };
  const background = first === 1 ? `${importedAs(file, 'context')}.Background(), ` : '';
  insert(message.startIndex, `${background}${slog}.Level${level}, `);
  const obligations: Obligation[] = [];
  const logger = field.parent!.childForFieldName('operand')!;
  if (importedFunction(file, field.parent!) === undefined)
    obligations.push({
      states: `${logger.text} is a *slog.Logger`,
      at: statement.startIndex,
      code: `{ var _ *alloclensSlog.Logger = ${logger.text} }`,
      imports: { alloclensSlog: 'log/slog' },
    });
  let typed = 0;
  for (const { key, value } of pairs) {
    if (!key) {
      if (boxed.some(({ id }) => id === value.id)) typed++;
      continue;
    }
    const type = attributeOf(value, file);
    const attr = type === undefined ? undefined : attrs[type];
    insert(key.startIndex, `${slog}.${attr?.name ?? 'Any'}(`);
    if (!attr) {
      insert(value.endIndex, ')');
      continue;
    }
    if (attr.converted !== undefined) insert(value.startIndex, `${attr.converted}(`);
    insert(value.endIndex, attr.converted === undefined ? ')' : '))');
    if (boxed.some(({ id }) => id === value.id)) typed++;
    const time = type!.startsWith('time.');
    obligations.push({
      states: `${value.text} is a ${type!}`,
      at: statement.startIndex,
      code: `{ var _ ${time ? type!.replace('time', 'alloclensTime') : type!} = ${value.text} }`,
      ...(time && { imports: { alloclensTime: 'time' } }),
    });
  }
  if (typed === 0) return undefined;
  return {
    title: 'Use `LogAttrs` with typed attributes',
    kind: 'safe',
    edits,
    imports,
    claim: {
      effect: 'removes',
      within: [spanOf(declaration)],
      callees: ['convT', 'convTnoptr', 'convT16', 'convT32', 'convT64', 'convTstring'].map(
        (c) => `runtime.${c}`,
      ),
    },
    obligations,
  };
}

/** Keys that are literals, each with its value, and calls that make an Attr; undefined when there is anything else. */
function pairsOf(file: GoFile, args: readonly Node[]): Pair[] | undefined {
  const pairs: Pair[] = [];
  for (let i = 0; i < args.length; i++) {
    const first = args[i]!;
    const callee = first.type === 'call_expression' ? first.childForFieldName('function') : null;
    const made = callee ? importedFunction(file, callee) : undefined;
    if (made !== undefined && attrMakers.test(made)) {
      pairs.push({ key: undefined, value: first });
      continue;
    }
    const value = args[++i];
    if (!/^(?:interpreted|raw)_string_literal$/.test(first.type)) return undefined;
    if (!value || value.type === 'variadic_argument') return undefined;
    pairs.push({ key: first, value });
  }
  return pairs;
}

const attrMakers = /^log\/slog\.(?:String|Bool|Int|Int64|Uint64|Float64|Duration|Time|Any|Group)$/;

/** What slog.AnyValue makes of each type (log/slog/value.go), as the function that makes the same Attr. */
const attrs: Readonly<Record<string, { readonly name: string; readonly converted?: string }>> = {
  string: { name: 'String' },
  bool: { name: 'Bool' },
  int: { name: 'Int' },
  int64: { name: 'Int64' },
  uint64: { name: 'Uint64' },
  float64: { name: 'Float64' },
  int8: { name: 'Int64', converted: 'int64' },
  int16: { name: 'Int64', converted: 'int64' },
  int32: { name: 'Int64', converted: 'int64' },
  rune: { name: 'Int64', converted: 'int64' },
  uint: { name: 'Uint64', converted: 'uint64' },
  uint8: { name: 'Uint64', converted: 'uint64' },
  byte: { name: 'Uint64', converted: 'uint64' },
  uint16: { name: 'Uint64', converted: 'uint64' },
  uint32: { name: 'Uint64', converted: 'uint64' },
  float32: { name: 'Float64', converted: 'float64' },
  'time.Duration': { name: 'Duration' },
  'time.Time': { name: 'Time' },
};

/** The key in `attrs` of the value's type, as far as it can be told; the compiler has the last word. */
function attributeOf(value: Node, file: GoFile): string | undefined {
  const type = typeOf(value, file);
  const name = type?.named ? `${type.named.path}.${type.named.name}` : type?.basic;
  return name !== undefined && name in attrs ? name : undefined;
}
