import type { Node } from 'web-tree-sitter';
import type { FileEdit, TextEdit } from '../model';
import { code } from '../wording';
import { freshName, indentAt, lineEnd, startsLine } from './edit/layout';
import { graphAround } from './flow/functions';
import { isFirstOf } from './flow/order';
import { mayFollow } from './flow/paths';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { initializer } from './syntax/assignments';
import {
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from './syntax/names';
import {
  argumentsOf,
  descendants,
  enclosingFunction,
  spanOf,
  topLevel,
  unparenthesised,
} from './syntax/nodes';
import { packageNames } from './syntax/package-names';
import { importedFunction, isBuiltin } from './syntax/universe';
import { atLeast } from './syntax/version';
import { checked } from './types/types';

/** A text that is split into a slice of parts, of which only one or two are looked at, or each in turn. */
export const rule: GoRule = {
  meta: {
    id: 'go/needless-split',
    summary: 'a slice of all parts of a text, made to look at one, at two, or at each in turn',
    fix: 'safe',
    recipe:
      'Take one part off with `strings.Cut`, again for each further one; `SplitSeq` and `FieldsSeq` (Go 1.24) give them one by one',
    reports: 'allocation',
    sample: 'go/needlesssplit',
  },
  check(file, report) {
    if (!file.facts) return;
    const names: Taken = new Map();
    for (const call of file.root.descendantsOfType('call_expression')) {
      const split = splitAt(call, file);
      const found = split && checkSplit(split, file, names);
      if (found) report(found);
    }
  },
};

/** Names that fixes bring, by the id of the top-level declaration. */
type Taken = Map<number, Set<string>>;

interface Split {
  readonly call: Node;
  /** The package as the file names it. */
  readonly local: string;
  readonly path: 'strings' | 'bytes';
  /** `Split`, `SplitN`, `Fields`, … */
  readonly name: string;
  readonly text: Node;
  /** Absent for `Fields`. */
  readonly separator: Node | undefined;
  /** Of `SplitN`: how many parts at most; undefined where that is no constant, or there is no bound. */
  readonly limit: number | undefined;
}

/** What each function calls, inlined or not: whichever is in the listing makes the slice. */
const makers = ['genSplit', 'Split', 'SplitN', 'SplitAfter', 'Fields'];

function splitAt(call: Node, file: GoFile): Split | undefined {
  const callee = call.childForFieldName('function');
  const target = callee && importedFunction(file, callee);
  const known = /^(strings|bytes)\.(Split|SplitN|SplitAfter|Fields)$/.exec(target ?? '');
  if (!callee || !known) return undefined;
  const [text, separator, limit, ...rest] = argumentsOf(call);
  const [path, name] = [known[1] as Split['path'], known[2]!];
  if (!text || rest.length > 0 || (name === 'Fields') !== (separator === undefined)) return undefined;
  const inlined = file.facts!.inlined(call);
  const isMade =
    inlined === target ||
    file.facts!.emitted(call).some(({ callee }) => makers.some((made) => callee === `${path}.${made}`));
  if (!isMade) return undefined;
  const bound =
    limit && (checked(limit, file)?.constant ?? (/^\d+$/.test(limit.text) ? limit.text : undefined));
  return {
    call,
    local: callee.childForFieldName('operand')!.text,
    path,
    name,
    text,
    separator,
    limit: bound === undefined ? undefined : Number(bound),
  };
}

function checkSplit(split: Split, file: GoFile, names: Taken): GoReport | undefined {
  const outer = parenthesized(split.call);
  const parent = outer.parent;
  if (parent?.type === 'range_clause') return ofRange(split, parent, undefined, file, names);
  if (parent?.type === 'index_expression' && parent.childForFieldName('operand')?.id === outer.id)
    return ofElement(split, parent, file, names);
  const call = parent?.type === 'argument_list' ? parent.parent : undefined;
  if (call && isBuiltin(file, call, 'len')) return ofLength(split, call, file);
  return ofVariable(split, file, names);
}

/** A loop that takes the parts one by one. */
interface PartsLoop {
  readonly range: Node;
  /** What each part is assigned to; undefined where the loop only repeats. */
  readonly part: Node | undefined;
  readonly body: Node;
  /** The variable that holds the parts; undefined where the loop ranges over the call. */
  readonly variable: Binding | undefined;
}

/** `for _, part := range strings.Split(text, ",")`, at once or through a variable that is used for nothing else. */
function ofRange(
  split: Split,
  range: Node,
  variable: Binding | undefined,
  file: GoFile,
  names: Taken,
): GoReport | undefined {
  if (split.name === 'SplitN') return undefined;
  const loop = range.parent;
  const targets = range.childForFieldName('left')?.namedChildren ?? [];
  const [index, part] = targets;
  // The parts are counted: a counter of one's own is no gain for the reader.
  if (loop?.type !== 'for_statement' || (index && index.text !== '_')) return undefined;
  const body = loop.childForFieldName('body');
  if (!body) return undefined;
  const taking = { range, part, body, variable };
  const fix = sequence(split, taking, file) ?? cutting(split, taking, file, names);
  return reportOf(split, file, {
    node: split.call,
    message: `${code(`${split.local}.${split.name}`)} makes a slice of all parts, and the loop takes them one by one`,
    fix,
    noFix: fix ? undefined : 'the parts are needed in a form that has no cheaper one here',
  });
}

/** `for part := range strings.SplitSeq(text, ",")`. */
function sequence(split: Split, { range, part, body }: PartsLoop, file: GoFile): GoFix | undefined {
  if (!atLeast(file.pkg.language, 1, 24) || !staysALoop(body, file)) return undefined;
  const { call, local, name, path } = split;
  const callee = call.childForFieldName('function')!;
  const edits: TextEdit[] = [{ span: spanOf(callee), newText: `${local}.${name}Seq` }];
  const left = range.childForFieldName('left');
  if (left && part && part.text !== '_') edits.push({ span: spanOf(left), newText: part.text });
  else if (left) edits.push({ span: { start: left.startIndex, end: rangeKeyword(range) }, newText: '' });
  const changes = path === 'bytes' ? ` (if the loop changes nothing in ${code(split.text.text)})` : '';
  return fixOf(split, file, {
    title: `Use ${code(`${local}.${name}Seq`)}${changes}`,
    kind: changes === '' ? 'safe' : 'suggestion',
    edits,
    copies: body,
  });
}

/** Where `range` stands in a clause `_ = range x`. */
function rangeKeyword(range: Node): number {
  return range.children.find((child) => child.type === 'range')?.startIndex ?? range.startIndex;
}

/** The body becomes a function: what is deferred, recovered or jumped to in it may be something else there. */
function staysALoop(body: Node, file: GoFile): boolean {
  for (const node of descendants(body)) {
    if (/^(?:defer|goto|labeled)_statement$/.test(node.type)) return false;
    if (node.type === 'call_expression' && isBuiltin(file, node, 'recover')) return false;
  }
  return true;
}

/** `for rest, more := text, true; more; {` and `part, rest, more = strings.Cut(rest, ",")`. */
function cutting(
  split: Split,
  { range, part, body, variable }: PartsLoop,
  file: GoFile,
  names: Taken,
): GoFix | undefined {
  const { path, name, separator, text, local } = split;
  if (path !== 'strings' || name !== 'Split' || variable || !separator || !isText(separator, file))
    return undefined;
  if (!atLeast(file.pkg.language, 1, 18)) return undefined;
  const defines = range.children.some(({ type }) => type === ':=');
  const binding = part && defines ? namesAround(file.root, part).resolve(part) : undefined;
  // Before Go 1.22 all iterations share the variable.
  if (binding?.uses.some(({ node, owner }) => owner.id !== binding.owner.id || isAddressTaken(node)))
    return undefined;
  if (part && !defines && part.type !== 'identifier') return undefined;
  const [rest, more] = ['rest', 'more'].map((wanted) => fresh(file, range, names, [wanted]));
  const target = part?.text ?? '_';
  const eol = lineEnd(file.text);
  const indent = `${indentAt(file.text, body.startIndex)}\t`;
  const declared = defines && target !== '_' ? `${eol}${indent}var ${target} string` : '';
  const header = `${rest} := ${text.text}, true`.replace(rest!, `${rest}, ${more}`);
  return fixOf(split, file, {
    title: `Take the parts off with ${code(`${local}.Cut`)}, one in each iteration`,
    kind: 'safe',
    edits: [
      { span: spanOf(range), newText: `${header}; ${more}; ` },
      {
        span: { start: body.startIndex + 1, end: body.startIndex + 1 },
        newText: `${declared}${eol}${indent}${target}, ${rest}, ${more} = ${local}.Cut(${rest}, ${separator.text})`,
      },
    ],
  });
}

/** `strings.Split(text, ",")[0]`. */
function ofElement(split: Split, element: Node, file: GoFile, names: Taken): GoReport | undefined {
  const index = element.childForFieldName('index')?.text;
  const { name, limit, path } = split;
  if (path !== 'strings' || !/^Split(?:N)?$/.test(name) || !/^[01]$/.test(index ?? '')) return undefined;
  if (name === 'SplitN' && (limit === undefined || limit === 0 || limit === 1)) return undefined;
  if (isAssigned(element) || isAddressTaken(element)) return undefined;
  const fix = index === '0' ? cutBefore(split, element, file, names) : undefined;
  return reportOf(split, file, {
    node: element,
    message: `${code(`${split.local}.${name}`)} makes a slice of all parts for the ${index === '0' ? 'first' : 'second'} alone`,
    fix,
    noFix: fix
      ? undefined
      : index === '1'
        ? 'where there is no second part the index panics, and `strings.Cut` gives an empty string'
        : 'the statement evaluates something before it',
  });
}

function cutBefore(split: Split, element: Node, file: GoFile, names: Taken): GoFix | undefined {
  const { separator, local } = split;
  const statement = enclosingStatement(element);
  if (!statement || !separator || !isText(separator, file) || !atLeast(file.pkg.language, 1, 18))
    return undefined;
  const args = `${local}.Cut(${split.text.text}, ${separator.text})`;
  const title = `Use ${code(`${local}.Cut`)}`;
  const list = parenthesized(element).parent;
  const assignment = list?.type === 'expression_list' && list.namedChildCount === 1 ? list.parent : undefined;
  if (
    assignment &&
    (assignment.type === 'short_var_declaration' ||
      (assignment.type === 'assignment_statement' &&
        assignment.childForFieldName('operator')?.text === '=')) &&
    assignment.childForFieldName('left')?.namedChildCount === 1
  ) {
    const left = assignment.childForFieldName('left')!;
    return fixOf(split, file, {
      title,
      kind: 'safe',
      edits: [
        { span: { start: left.endIndex, end: left.endIndex }, newText: ', _, _' },
        { span: spanOf(list!), newText: args },
      ],
    });
  }
  if (statement.type === 'for_statement' || statement.parent?.type === 'labeled_statement') return undefined;
  const graph = graphAround(file, element);
  if (!graph || !(isSettled(split.text, statement, file) || isFirstOf(file, graph, statement, split.text)))
    return undefined;
  const before = fresh(file, element, names, ['before']);
  const { text } = file;
  const at = statement.startIndex;
  const end = startsLine(text, at) ? `${lineEnd(text)}${indentAt(text, at)}` : '; ';
  return fixOf(split, file, {
    title,
    kind: 'safe',
    edits: [
      { span: { start: at, end: at }, newText: `${before}, _, _ := ${args}${end}` },
      { span: spanOf(element), newText: before },
    ],
  });
}

/** A local variable or a constant that nothing in the statement, and nobody else, changes. */
function isSettled(text: Node, statement: Node, file: GoFile): boolean {
  const node = unparenthesised(text);
  if (isText(node, file)) return true;
  const binding = node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
  if (
    !binding ||
    (binding.declaration.startIndex >= statement.startIndex &&
      binding.declaration.endIndex <= statement.endIndex)
  )
    return false;
  return !binding.uses.some(
    ({ node: use, owner }) =>
      isAddressTaken(use) ||
      (isAssigned(use) &&
        (owner.id !== binding.owner.id ||
          (statement.startIndex <= use.startIndex && use.endIndex <= statement.endIndex))),
  );
}

/** `len(strings.Split(text, ","))`. */
function ofLength(split: Split, call: Node, file: GoFile): GoReport | undefined {
  const { local, name, separator, text, path } = split;
  if (name !== 'Split' || !separator) return undefined;
  const isKnown = path === 'strings' ? isText(separator, file) : /^\[\]byte\(["`'].+\)$/.test(separator.text);
  if (!isKnown) return undefined;
  const outer = call.parent?.type;
  const sum = `${local}.Count(${text.text}, ${separator.text}) + 1`;
  const alone =
    outer === 'argument_list' || outer === 'expression_list' || outer === 'parenthesized_expression';
  return reportOf(split, file, {
    node: call,
    message: `${code(`${local}.Split`)} makes a slice of all parts to count them`,
    fix: fixOf(split, file, {
      title: `Use ${code(`${local}.Count`)}`,
      kind: 'safe',
      edits: [{ span: spanOf(call), newText: alone ? sum : `(${sum})` }],
    }),
    noFix: undefined,
  });
}

/** `kv := strings.SplitN(pair, "=", 2)`, of which only `kv[0]`, `kv[1]` and the length are used. */
function ofVariable(split: Split, file: GoFile, names: Taken): GoReport | undefined {
  const list = parenthesized(split.call).parent;
  const statement = list?.type === 'expression_list' ? list.parent : undefined;
  const target = statement?.childForFieldName('left')?.namedChildren ?? [];
  if (statement?.type !== 'short_var_declaration' || target.length !== 1) return undefined;
  const variable = namesAround(file.root, target[0]!).resolve(target[0]!);
  if (
    !variable ||
    variable.declaration.id !== target[0]!.id ||
    initializer(variable)?.id !== parenthesized(split.call).id
  )
    return undefined;
  const [only, ...others] = variable.uses;
  if (!only) return undefined;
  const ranged = parenthesized(only.node).parent;
  if (
    others.length === 0 &&
    ranged?.type === 'range_clause' &&
    ranged.childForFieldName('right')?.id === parenthesized(only.node).id
  )
    return isNextTo(statement, ranged.parent!) ? ofRange(split, ranged, variable, file, names) : undefined;
  return ofParts(split, statement, variable, file, names);
}

/** The loop runs once for each time that the variable is made. */
function isNextTo(statement: Node, loop: Node): boolean {
  return (
    enclosingStatement(loop)?.parent?.id === statement.parent?.id &&
    statement.parent?.type === 'statement_list'
  );
}

/** What is asked of the parts. */
interface PartUse {
  /** The expression that the question is: `kv[0]`, `len(kv) != 2`. */
  readonly node: Node;
  readonly asks: 'first' | 'second' | 'found' | 'not found';
}

function ofParts(
  split: Split,
  statement: Node,
  variable: Binding,
  file: GoFile,
  names: Taken,
): GoReport | undefined {
  const { name, limit, path, separator, local } = split;
  const pairs = name === 'SplitN' && limit === 2;
  const many = name === 'Split' || (name === 'SplitN' && limit !== undefined && (limit < 0 || limit > 2));
  if (path !== 'strings' || !(pairs || many)) return undefined;
  const uses: PartUse[] = [];
  for (const { node } of variable.uses) {
    const use = partUse(node, pairs, file);
    if (!use) return undefined;
    uses.push(use);
  }
  // Behind the first separator Cut gives the rest, and Split the second part.
  if (many && uses.some(({ asks }) => asks === 'second')) return undefined;
  if (!uses.some(({ asks }) => asks === 'first' || asks === 'second')) return undefined;
  const report = (fix: GoFix | undefined, noFix?: string): GoReport =>
    reportOf(split, file, {
      node: split.call,
      message: `${code(`${local}.${name}`)} makes a slice for ${pairs ? 'two parts' : 'the first part'}; \`Cut\` needs none`,
      fix,
      noFix,
    });
  if (!separator || !isText(separator, file))
    return report(undefined, 'the separator may be empty, which means something else to `strings.Cut`');
  if (!atLeast(file.pkg.language, 1, 18)) return report(undefined, '`strings.Cut` needs Go 1.18');
  const graph = graphAround(file, split.call);
  if (!graph) return undefined;
  const conditions = new Map(uses.map(({ node, asks }) => [node.id, asks]));
  const isChecked = (node: Node): boolean =>
    !mayFollow(graph, split.call, node, ({ kind, at }) => {
      const asked = at && conditions.get(unparenthesised(at).id);
      return (kind === 'true' && asked === 'found') || (kind === 'false' && asked === 'not found');
    });
  const seconds = uses.filter(({ asks }) => asks === 'second');
  const certain = seconds.every(({ node }) => isChecked(node));
  const gone = [variable.declaration, ...variable.uses.map(({ node }) => node)];
  const asked = (...wanted: readonly PartUse['asks'][]): boolean =>
    uses.some(({ asks }) => wanted.includes(asks));
  const isPair = /^["'`][=:]\s*["'`]$/.test(separator.text);
  const pick = (wanted: boolean, candidates: readonly string[]): string =>
    wanted ? fresh(file, statement, names, candidates, gone) : '_';
  const first = pick(asked('first'), isPair ? ['key', 'before'] : ['before']);
  const second = pick(asked('second'), isPair ? ['value', 'after'] : ['after']);
  const found = pick(asked('found', 'not found'), ['found', 'ok']);
  const texts = { first, second, found, 'not found': `!${found}` } as const;
  const edits: TextEdit[] = [
    {
      span: spanOf(statement),
      newText: `${first}, ${second}, ${found} := ${local}.Cut(${split.text.text}, ${separator.text})`,
    },
    ...uses.map(({ node, asks }) => ({ span: spanOf(node), newText: texts[asks] })),
  ];
  const condition = certain ? '' : ` (an empty string, where ${code(`${variable.name}[1]`)} panics)`;
  return report(
    fixOf(split, file, {
      title: `Use ${code(`${local}.Cut`)}${condition}`,
      kind: certain ? 'safe' : 'suggestion',
      edits,
    }),
  );
}

/** What a use of the slice asks; undefined for anything that needs a slice. */
function partUse(use: Node, pairs: boolean, file: GoFile): PartUse | undefined {
  const outer = parenthesized(use);
  const parent = outer.parent;
  if (parent?.type === 'index_expression' && parent.childForFieldName('operand')?.id === outer.id) {
    const index = parent.childForFieldName('index')?.text;
    if (isAssigned(parent) || isAddressTaken(parent)) return undefined;
    return index === '0'
      ? { node: parent, asks: 'first' }
      : index === '1'
        ? { node: parent, asks: 'second' }
        : undefined;
  }
  const call = parent?.type === 'argument_list' ? parent.parent : undefined;
  if (!call || !isBuiltin(file, call, 'len')) return undefined;
  const length = parenthesized(call);
  const comparison = length.parent;
  if (comparison?.type !== 'binary_expression') return undefined;
  const [left, right] = [comparison.childForFieldName('left'), comparison.childForFieldName('right')];
  const operator = comparison.childForFieldName('operator')?.text ?? '';
  if (left?.id !== length.id || !/^\d+$/.test(right?.text ?? '')) return undefined;
  const holds = (count: number): boolean | undefined => compare(count, operator, Number(right!.text));
  // One part: there is no separator. More than two tell how many there are.
  const [one, two, three] = [holds(1), holds(2), pairs ? holds(2) : holds(1000)];
  if (one === undefined || one === two || two !== three || (!pairs && holds(3) !== two)) return undefined;
  return { node: comparison, asks: two ? 'found' : 'not found' };
}

function compare(a: number, operator: string, b: number): boolean | undefined {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return undefined;
  }
}

/** A constant string that is not empty. */
function isText(node: Node, file: GoFile): boolean {
  const text = unparenthesised(node);
  const constant = checked(text, file)?.constant;
  if (constant !== undefined) return constant !== '' && constant !== '""';
  const named =
    text.type === 'identifier' && !namesAround(file.root, text).resolve(text)
      ? packageNames(file.pkg).constants.get(text.text)
      : undefined;
  const literal = named ?? text;
  return /^(?:interpreted|raw)_string_literal$/.test(literal.type) && literal.text.length > 2;
}

function fresh(
  file: GoFile,
  at: Node,
  names: Taken,
  candidates: readonly string[],
  gone: readonly Node[] = [],
): string {
  const top = topLevel(at);
  const taken = names.get(top.id) ?? new Set<string>();
  names.set(top.id, taken);
  const name = freshName(file, candidates, { within: top, taken, gone });
  taken.add(name);
  return name;
}

interface Planned {
  readonly title: string;
  readonly kind: GoFix['kind'];
  readonly edits: readonly TextEdit[];
  readonly copies?: Node;
}

function fixOf(
  { call, path }: Split,
  file: GoFile,
  { title, kind, edits, copies }: Planned,
): GoFix | undefined {
  const fn = enclosingFunction(call);
  if (file.generated || !fn || hasComment(edits, file)) return undefined;
  const placed: FileEdit[] = edits.map((edit) => ({ ...edit, file: file.path }));
  placed.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  return {
    title,
    kind,
    edits: placed,
    claim: {
      effect: 'removes',
      within: [spanOf(fn)],
      callees: makers.map((maker) => `${path}.${maker}`),
      ...(copies && { copies: spanOf(copies) }),
    },
  };
}

function hasComment(edits: readonly TextEdit[], file: GoFile): boolean {
  return edits.some(({ span }) =>
    file.root
      .descendantsOfType('comment', undefined, undefined)
      .some((comment) => span.start <= comment.startIndex && comment.endIndex <= span.end),
  );
}

function reportOf(
  { call, path, local, name }: Split,
  file: GoFile,
  {
    node,
    message,
    fix,
    noFix,
  }: {
    readonly node: Node;
    readonly message: string;
    readonly fix: GoFix | undefined;
    readonly noFix?: string | undefined;
  },
): GoReport {
  const callee = file.facts!.emitted(call).find((emitted) => emitted.callee.startsWith(`${path}.`))?.callee;
  return {
    node,
    message,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason: `${code(`${local}.${name}`)} allocates a slice with room for all parts, 16 bytes each`.replace(
        '16',
        path === 'strings' ? '16' : '24',
      ),
      evidence: [
        { kind: 'emitted call', callee: callee ?? `${path}.genSplit`, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    ...(fix && { fixes: [fix] }),
    noFix,
  };
}
