import type { Node } from 'web-tree-sitter';
import type { Evidence, FileEdit, Span } from '../model';
import { allocates } from './sites/emitted-calls';
import { constantValue, onlyReads, type ConstantValue } from './types/constant-values';
import { contractOf } from './memory/contracts';
import { isHot, staticHeat } from './heat/static-heat';
import { keepsItsArgument } from './memory/lifetime';
import { changesItsArgument } from './flow/effects';
import { mayRunHiddenCode } from './flow/package-initialisers';
import type { GoFile, GoFix, GoReport, GoRule, Obligation } from './rule';
import {
  argumentsOf,
  contains,
  enclosingDeclaration,
  enclosingFunction,
  spanOf,
  topLevel,
} from './syntax/nodes';
import {
  callOf,
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  occurrences,
  parenthesized,
  type Binding,
} from './syntax/names';
import { enclosingLoop } from './flow/loops';
import { initializer } from './syntax/assignments';
import { importedFunction } from './syntax/universe';
import { checkWrite } from './write-format';
import { contentNames } from './edit/content-names';
import { byPlace, indentAt, ownerName, startsLine } from './edit/layout';
import { PackageVariables } from './edit/package-variables';
import { runsOnce } from './syntax/signatures';
import { code } from '../wording';

/** A value made of constants that each call builds anew, and that nothing changes. */
export const rule: GoRule = {
  meta: {
    id: 'go/hoist-constant',
    summary: 'a value of constants built on every call: a pattern, a template, a table',
    fix: 'safe',
    recipe:
      'Make the value once, in a package variable or behind `sync.OnceValue`, and only read it in the function',
    reports: 'allocation',
    sample: 'go/hoistconstant',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    const variables = new PackageVariables(file);
    let end = 0;
    for (const node of file.root.descendantsOfType([
      'call_expression',
      'composite_literal',
      'type_conversion_expression',
    ])) {
      // The parts of a value that was reported.
      if (node.startIndex < end) continue;
      const found = candidate(node, file);
      const field = found ? undefined : patternOfField(node, file);
      if (field) report(field);
      if (!found) continue;
      const { value, readings, emitted } = found;
      const repeated = enclosingLoop(file, node) ? 'each iteration' : 'each call';
      // Something may change it: then it is only said where it hurts.
      if (!readings && !(isBuilt(value) && enclosingLoop(file, node) && isHot(file, node))) continue;
      end = node.endIndex;
      const fix = readings && buildFix(file, found, readings, variables);
      const keepsError = readings && value.gives && !withoutError(found, file);
      const evidence: Evidence = { kind: 'emitted call', callee: emitted[0]!, count: 1 };
      report({
        node,
        message: `${what(value)} is made of constants, and ${repeated} builds it anew`,
        allocation: {
          kind: isBuilt(value) ? 'call' : 'composite literal',
          cost: 'always',
          reason: `${reasons[value.kind]}, although it is always the same`,
          evidence: [evidence, { kind: 'measured sample', sample: rule.meta.sample }],
        },
        // That a name of another package is a constant is believed, until the compiler agrees.
        restsOn: believed(found),
        ...(fix && { fixes: [fix] }),
        noFix: keepsError ? 'the error goes on, and a value that is made once has none' : undefined,
      });
    }
  },
};

const reasons: Readonly<Record<ConstantValue['kind'], string>> = {
  regexp: 'the pattern is parsed and compiled each time',
  template: 'the template is parsed each time',
  replacer: 'the replacer and its tables are built each time',
  checksum: 'the table of 256 entries is computed each time',
  map: 'the map is allocated and filled each time',
  slice: 'the slice leaves the function, so it is allocated and filled each time',
};

function what({ kind, made }: ConstantValue): string {
  if (kind === 'checksum') return 'This table';
  return kind === 'map' || kind === 'slice' ? `This ${code(made)}` : `This ${kind}`;
}

function isBuilt({ kind }: ConstantValue): boolean {
  return kind !== 'map' && kind !== 'slice';
}

/** `regexp.MustCompile(x.pattern)` in a method of x: the pattern could be compiled where the field is set. */
function patternOfField(node: Node, file: GoFile): GoReport | undefined {
  if (node.type !== 'call_expression') return undefined;
  const callee = node.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  if (name == null || !/^regexp\.(?:Must)?Compile(?:POSIX)?$/.test(name)) return undefined;
  const [pattern, ...rest] = argumentsOf(node);
  const owner = pattern?.type === 'selector_expression' ? pattern.childForFieldName('operand') : undefined;
  const binding = owner?.type === 'identifier' ? namesAround(file.root, owner).resolve(owner) : undefined;
  if (binding?.kind !== 'receiver' || rest.length > 0 || isAssigned(pattern!)) return undefined;
  // What is compiled to be kept, or to find out whether it can be, is compiled where it has to be.
  const list = parenthesized(node).parent;
  const target =
    list?.type === 'expression_list' ? list.parent?.childForFieldName('left')?.namedChild(0) : undefined;
  if (!target || target.type !== 'identifier' || target.text === '_') return undefined;
  const compiled = namesAround(file.root, target).resolve(target);
  if (compiled?.declaration.id !== target.id) return undefined;
  const value = { kind: 'regexp', made: name, source: node.text, believed: [] } as const;
  if (!compiled.uses.every((use) => callsOnly(use.node, value))) return undefined;
  const emitted = emittedFor(node, value, file);
  if (emitted.length === 0 || staticHeat(file, node).score <= 0.1) return undefined;
  return {
    node,
    message: `Each call compiles the pattern in ${code(pattern!.text)} anew`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason: reasons.regexp,
      evidence: [
        { kind: 'emitted call', callee: emitted[0]!, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    noFix: `the field may be set to another pattern: compile it where ${code(pattern!.text)} is set, and keep both`,
  };
}

interface Candidate {
  readonly node: Node;
  readonly value: ConstantValue;
  /** The variable that holds nothing else, if there is one. */
  readonly variable: Binding | undefined;
  /** What takes the error that comes with the value. */
  readonly error: Node | undefined;
  /** Undefined when some use may change the value or hand it to code that may. */
  readonly readings: Readings | undefined;
  /** Runtime functions or constructors that the compiler emits for it, at least one. */
  readonly emitted: readonly string[];
}

/** Where the value is used, and what must hold for each use to be a reading. */
interface Readings {
  readonly uses: readonly Node[];
  readonly obligations: readonly Obligation[];
}

function candidate(node: Node, file: GoFile): Candidate | undefined {
  const value = constantValue(node, file);
  const fn = value && enclosingFunction(node);
  const declaration = enclosingDeclaration(node);
  // Code that runs once builds it once.
  if (!value || !fn || !declaration || staticHeat(file, node).score <= 0.1) return undefined;
  if (runsOnce(declaration)) return undefined;
  // A few bytes cost little.
  if (value.kind === 'slice' && !isHot(file, node)) return undefined;
  const emitted = emittedFor(node, value, file);
  if (emitted.length === 0) return undefined;
  const outer = parenthesized(node);
  const [target, error] = value.gives ? targetsOf(outer) : [];
  const variable =
    value.gives?.also === 'answer'
      ? undefined
      : namesAround(file.root, node).bindings.find((binding) =>
          value.gives ? binding.declaration.id === target?.id : initializer(binding)?.id === outer.id,
        );
  if (variable && variable.declaration.parent?.childForFieldName('type')) return undefined;
  const uses = variable ? variable.uses.map((use) => use.node) : [node];
  if (uses.length === 0) return undefined;
  const obligations: Obligation[] = [];
  const read = uses.every((use) => {
    const reading = readingOf(use, value, file);
    if (reading && reading !== true) obligations.push(reading);
    return reading !== undefined;
  });
  return { node, value, variable, error, readings: read ? { uses, obligations } : undefined, emitted };
}

/** The targets of `v, err := f()`. */
function targetsOf(call: Node): readonly Node[] {
  const list = call.parent;
  const statement = list?.type === 'expression_list' && list.namedChildCount === 1 ? list.parent : undefined;
  const targets = statement?.childForFieldName('left')?.namedChildren ?? [];
  return /^(?:short_var_declaration|assignment_statement)$/.test(statement?.type ?? '') &&
    targets.length === 2
    ? targets
    : [];
}

function readingOf(use: Node, value: ConstantValue, file: GoFile): true | Obligation | undefined {
  // The value is made and asked in one call.
  if (value.gives?.also === 'answer') return true;
  if (value.kind === 'checksum') return isChecksum(use, file) ? true : undefined;
  return isBuilt(value) ? callsOnly(use, value) : isRead(use, value, file);
}

/** The table is given to a function of the package that makes it: none of them changes it. */
function isChecksum(use: Node, file: GoFile): boolean {
  const list = parenthesized(use).parent;
  const callee = list?.type === 'argument_list' ? list.parent?.childForFieldName('function') : undefined;
  const name = callee && importedFunction(file, callee);
  return name != null && /^hash\/crc(?:32|64)\.(?:Checksum|Update|New)$/.test(name);
}

/** What the compiler says: small and passing values cost nothing, and are silent. */
function emittedFor(node: Node, { kind, made }: ConstantValue, file: GoFile): string[] {
  const facts = file.facts!;
  const here = [...new Set(facts.emitted(node).map(({ callee }) => callee))];
  switch (kind) {
    case 'regexp': {
      const inlined = facts.inlined(node) === made ? facts.emittedFor(topLevel(node)) : [];
      return [
        ...here.filter((callee) => callee === made),
        ...new Set(inlined.flatMap(({ callee }) => (/^regexp\.[cC]ompile$/.test(callee) ? [callee] : []))),
      ];
    }
    case 'checksum': {
      const path = made.slice(0, made.lastIndexOf('.'));
      const inlined = facts.inlined(node) === made ? facts.emittedFor(topLevel(node)) : [];
      return [
        ...here.filter((callee) => callee === made),
        ...new Set(
          inlined.flatMap(({ callee, at }) =>
            callee.startsWith(`${path}.`) ||
            (allocates(callee) && at?.file.endsWith(`${path}/${path.slice(5)}.go`))
              ? [callee]
              : [],
          ),
        ),
      ];
    }
    case 'template': {
      const path = made.split('.')[0]!;
      return here.filter((callee) => callee === `${path}.(*Template).Parse`);
    }
    case 'replacer':
      if (here.includes(made)) return [made];
      return facts.inlined(node) === made
        ? [
            ...new Set(
              facts
                .emittedFor(topLevel(node))
                .filter(({ callee, at }) => allocates(callee) && at?.file.endsWith('strings/replace.go'))
                .map(({ callee }) => callee),
            ),
          ]
        : [];
    case 'map':
      return facts.decision(node) ? here.filter((callee) => /^runtime\.makemap/.test(callee)) : [];
    case 'slice': {
      const decision = facts.decision(node);
      return decision?.outcome === 'heap' && !decision.free
        ? here.filter((callee) => /^runtime\.(?:newobject|malloc\w*|stringtoslicebyte)$/.test(callee))
        : [];
    }
  }
}

/** Methods that change nothing that a user can see; `Longest`, `Parse` and `Funcs` do. All are safe for concurrent use. */
const methods: Readonly<Record<'regexp' | 'template' | 'replacer', RegExp>> = {
  regexp:
    /^(?:Match(?:String|Reader)?|Find\w*|ReplaceAll\w*|Split|String|Expand(?:String)?|NumSubexp|SubexpNames|SubexpIndex|LiteralPrefix)$/,
  template: /^(?:Execute|ExecuteTemplate|Name)$/,
  replacer: /^(?:Replace|WriteString)$/,
};

function callsOnly(use: Node, { kind }: ConstantValue): true | undefined {
  const selector = parenthesized(use).parent;
  if (selector?.type !== 'selector_expression' || !callOf(selector)) return undefined;
  const method = selector.childForFieldName('field')?.text ?? '';
  return methods[kind as keyof typeof methods].test(method) ? true : undefined;
}

/** True when the use reads elements or the length; an obligation when a contract forbids the callee to write. */
function isRead(use: Node, { kind }: ConstantValue, file: GoFile): true | Obligation | undefined {
  if (isAssigned(use) || isAddressTaken(use)) return undefined;
  const outer = parenthesized(use);
  const parent = outer.parent;
  switch (parent?.type) {
    case 'index_expression': {
      if (parent.childForFieldName('operand')?.id !== outer.id || isAssigned(parent)) return undefined;
      const around = parenthesized(parent).parent?.type;
      if (isAddressTaken(parent)) return undefined;
      // `s[i].f = 1` writes to the slice; of a map it does not compile.
      return kind === 'slice' && /^(?:selector|index|slice)_expression$/.test(around ?? '')
        ? undefined
        : true;
    }
    case 'range_clause':
      return parent.childForFieldName('right')?.id === outer.id ? true : undefined;
    case 'variadic_argument':
    case 'argument_list': {
      const argument = parent.type === 'variadic_argument' ? parent : outer;
      const call = argument.parent?.parent;
      if (call?.type !== 'call_expression') return undefined;
      if (onlyReads(call, argument, file)) return true;
      if (kind !== 'slice' || parent.type === 'variadic_argument' || checkWrite(call, file)) return undefined;
      const method = call.childForFieldName('function')?.childForFieldName('field')?.text ?? '';
      if (!/^Write(?:At)?$/.test(method) || argumentsOf(call)[0]?.id !== outer.id) return undefined;
      // A writer of the package that breaks the contract could be the one.
      const breaks = (name: string): boolean =>
        keepsItsArgument(file, name) || changesItsArgument(file, name);
      return contractOf(file, call, outer, 'slice', breaks)?.obligation;
    }
    default:
      return undefined;
  }
}

const suffixes: Readonly<Record<ConstantValue['kind'], string>> = {
  regexp: 'Regexp',
  template: 'Template',
  replacer: 'Replacer',
  checksum: 'Table',
  map: 'Table',
  slice: 'Values',
};

interface Replacement {
  readonly span: Span;
  /** `@` stands for the new variable. */
  readonly newText: string;
}

/**
 * The edits that take away the error that comes with the value, and its check: nothing is left to fail. Undefined where
 * somebody else uses the error.
 */
function withoutError({ node, value, error }: Candidate, file: GoFile): Replacement[] | undefined {
  if (!value.gives) return [];
  const outer = parenthesized(node);
  const list = outer.parent;
  if (
    value.gives.also === 'answer' &&
    list?.parent?.type === 'return_statement' &&
    list.namedChildCount === 1
  )
    return [{ span: { start: outer.endIndex, end: outer.endIndex }, newText: ', nil' }];
  if (!error) return undefined;
  const [target] = targetsOf(outer);
  const left = { span: { start: target!.endIndex, end: error.endIndex }, newText: '' };
  if (error.text === '_') return [left];
  const binding = namesAround(file.root, error).resolve(error);
  const statement = enclosingStatement(error);
  let check = statement?.nextNamedSibling;
  while (check?.type === 'comment') check = check.nextNamedSibling;
  if (binding?.declaration.id !== error.id || check?.type !== 'if_statement') return undefined;
  if (check.childForFieldName('initializer') || check.childForFieldName('alternative')) return undefined;
  if (check.childForFieldName('condition')?.text !== `${error.text} != nil`) return undefined;
  if (binding.uses.some(({ node: use }) => !contains(spanOf(check), spanOf(use)))) return undefined;
  const lines = wholeLines(check, file);
  return lines && check.descendantsOfType('comment').length === 0
    ? [left, { span: lines, newText: '' }]
    : undefined;
}

/** The lines of the statement, with the blank line in front of it; undefined when it shares one. */
function wholeLines(statement: Node, { text }: GoFile): Span | undefined {
  const newline = text.indexOf('\n', statement.endIndex);
  if (newline < 0 || !startsLine(text, statement.startIndex)) return undefined;
  if (text.slice(statement.endIndex, newline).trim() !== '') return undefined;
  return { start: text.lastIndexOf('\n', statement.startIndex - 1) + 1, end: newline + 1 };
}

function buildFix(
  file: GoFile,
  found: Candidate,
  { uses, obligations }: Readings,
  variables: PackageVariables,
): GoFix | undefined {
  const { node, value, variable, emitted } = found;
  const error = withoutError(found, file);
  if (file.generated || !error) return undefined;
  const declaration = topLevel(node);
  const suffix = /^\[\](?:byte|uint8)$/.test(value.made) ? 'Bytes' : suffixes[value.kind];
  const own = variable && variable.name.length > 2 ? variable.name : undefined;
  const [first = '', ...rest] = own ?? suffix;
  const removed = variable && replacements(variable, uses, file);
  const shared = variables.holding(
    dedented(value.source, node, file),
    [
      ...(removed && own !== undefined ? [own] : []),
      ...contentNames(node),
      `${ownerName(node)}${first.toUpperCase()}${rest.join('')}`,
    ],
    node,
    removed ? [variable.declaration, ...uses] : [],
    (other) => isReadOnly(other, value, file),
  );
  const { name } = shared;
  const [, asked] = value.gives?.also === 'answer' ? argumentsOf(node) : [];
  const put = asked && value.gives?.also === 'answer' ? `@.${value.gives.method}(${asked.text})` : '@';
  // A declaration that goes takes the name of the error along.
  const replaced = removed
    ? [...removed, ...error.slice(1)]
    : [{ span: spanOf(node), newText: put }, ...error];
  const edits: FileEdit[] = [
    ...shared.edits,
    ...replaced
      .map(({ span, newText }) => ({ file: file.path, span, newText: newText.replace('@', name) }))
      .filter(({ span, newText }) => newText !== file.text.slice(span.start, span.end)),
  ];
  edits.sort(byPlace);
  const conditions = [
    ...(value.kind === 'regexp' || value.kind === 'template' ? ['when the program starts, used or not'] : []),
    ...(mayRunHiddenCode(file.pkg) ? ['if nothing calls this while the package is initialised'] : []),
  ];
  return {
    title: `${shared.edits.length > 0 ? 'Build it once, in the package-level' : 'Take it from the package-level'} ${code(name)}${conditions.length > 0 ? ` (${conditions.join(', and ')})` : ''}`,
    kind: conditions.length > 0 ? 'suggestion' : 'safe',
    edits,
    claim: {
      effect: 'moves',
      within: [spanOf(declaration)],
      callees: emitted,
      uncounted: value.kind !== 'slice',
    },
    obligations,
  };
}

function believed({ node, value }: Candidate): Obligation[] {
  return value.believed.map((constant) => ({
    states: `${constant} is a constant`,
    at: enclosingStatement(node)?.startIndex ?? node.startIndex,
    code: `{ const _ = ${constant} }`,
  }));
}

/**
 * The declaration taken away, and `@` for each of its uses; undefined where the variable has to stay: it shares its line,
 * or a comment belongs to it.
 */
function replacements(
  variable: Binding,
  uses: readonly Node[],
  file: GoFile,
): { span: { start: number; end: number }; newText: string }[] | undefined {
  const statement = enclosingStatement(variable.declaration);
  if (!statement || !/^(?:short_var|var)_declaration$/.test(statement.type)) return undefined;
  const specs = statement.descendantsOfType('var_spec').filter(({ parent }) => parent?.id === statement.id);
  if (statement.type === 'var_declaration' && specs.length !== 1) return undefined;
  const { text } = file;
  const start = text.lastIndexOf('\n', statement.startIndex - 1) + 1;
  const newline = text.indexOf('\n', statement.endIndex);
  if (newline < 0 || !startsLine(text, statement.startIndex)) return undefined;
  if (text.slice(statement.endIndex, newline).trim() !== '') return undefined;
  const before = statement.previousNamedSibling ?? statement.parent?.previousNamedSibling;
  if (before?.type === 'comment' && before.endPosition.row === statement.startPosition.row - 1)
    return undefined;
  let end = newline + 1;
  // A block does not begin with a blank line.
  if (/\{[ \t]*\r?\n$/.test(text.slice(0, start)))
    end += /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0;
  return [{ span: { start, end }, newText: '' }, ...uses.map((use) => ({ span: spanOf(use), newText: '@' }))];
}

/** Nothing in the package changes the value of its variable. */
function isReadOnly(name: string, value: ConstantValue, file: GoFile): boolean {
  return file.pkg.files.every((other) =>
    occurrences(other.root, other.text, name).every((node) => {
      const parent = node.parent?.type;
      if (node.type !== 'identifier' || namesAround(other.root, node).resolve(node)) return true;
      if (parent === 'var_spec' && node.parent!.childForFieldName('value')?.startIndex !== node.startIndex)
        return true;
      return readingOf(node, { ...value, gives: undefined }, other) !== undefined;
    }),
  );
}

/**
 * The text without the function's indentation, lines ending with LF; as it is indented where a string has several lines.
 */
function dedented(source: string, node: Node, file: GoFile): string {
  const text = source.replaceAll('\r\n', '\n');
  if (node.descendantsOfType('raw_string_literal').some((string) => string.text.includes('\n'))) return text;
  const indent = indentAt(file.text, node.startIndex);
  return text.replaceAll(`\n${indent}`, '\n');
}
