import type { Node } from 'web-tree-sitter';
import type { Allocation, FileEdit } from '../model';
import { constructorForms, type ConstructorForm } from './stdlib/constructor-forms';
import { proofOf, type ConstructorProof } from './stdlib/constructor-proof';
import { contractOf } from './memory/contracts';
import { importedFunction } from './syntax/universe';
import { spelledType } from './types/types';
import { isBetterDirect } from './hash-interface';
import { isHot } from './heat/static-heat';
import { keepsItsArgument } from './memory/lifetime';
import type { GoFile, GoFix, GoRule, Obligation } from './rule';
import { argumentsOf, qualified, spanOf, statementsOf, topLevel, unparenthesised } from './syntax/nodes';
import { runsOnce } from './syntax/signatures';
import { typedBinary } from './stdlib/typed-binary';
import {
  callOf,
  enclosingStatement,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from './syntax/names';
import { enclosingLoop } from './flow/loops';
import { byPlace, statementsAt } from './edit/layout';
import { canImportAt } from './edit/imports';
import { PackageVariables, type PackageVariable } from './edit/package-variables';
import { poolText } from './pools/pool-text';
import { importedAs } from './edit/imports';
import { packageNames } from './syntax/package-names';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/per-call-constructor',
    summary: 'a compressor, buffered stream or hash made on every call that could be reused',
    fix: 'safe',
    recipe:
      'Keep the object in a `sync.Pool` and call its Reset with the new reader or writer before each use',
    reports: 'allocation',
    sample: 'go/perconstructor',
  },
  check(file, report) {
    if (file.path.endsWith('_test.go')) return;
    const variables = new PackageVariables(file);
    for (const call of file.root.descendantsOfType('call_expression')) {
      const made = constructorAt(file, call);
      if (!made || isBetterDirect(file, call) || isWrittenTyped(file, made)) continue;
      const contracts = staysInCall(file, made);
      const ends = contracts ? 'nothing keeps it' : isEndedHere(made) ? 'closes it' : undefined;
      if (ends === undefined) continue;
      const fix = buildFix(file, made, variables, contracts !== undefined);
      const { form, callee, variable, evidence } = made;
      report({
        node: call,
        message: `Each call makes a ${form.what} for ${code(variable.name)}, and ${ends}`,
        allocation: {
          kind: 'call',
          cost: 'always',
          reason: `${code(callee.text)} allocates the state of the ${form.what} anew, and it has a \`Reset\``,
          evidence: [evidence],
          ...chargedLater(made),
        },
        restsOn: contracts,
        ...(fix && { fixes: [fix] }),
        noFix:
          fix || contracts
            ? undefined
            : 'it is handed on, and what gets it must not use it when the next call has it',
      });
    }
  },
};

/** Compressors make tables at their first write and at their end, decompressors while they read: the pool spares those, too. */
function chargedLater({ name, variable }: Made): Pick<Allocation, 'alsoAt'> {
  if (!/^compress\/(?:flate|gzip|zlib)\./.test(name)) return {};
  return {
    alsoAt: variable.uses.map(({ node }) => ({ span: spanOf(outermostCall(node)), by: 'compress/flate' })),
  };
}

/** The outermost call of the statement that the node takes part in. */
function outermostCall(node: Node): Node {
  let call = node;
  for (let at = node.parent; at && !/_statement$|^block$|_literal$/.test(at.type); at = at.parent)
    if (at.type === 'call_expression') call = at;
  return call;
}

/** A hash that leaves the function only into calls for which go/interface-boxing has a form that keeps it there. */
function isWrittenTyped(file: GoFile, { variable, form }: Made): boolean {
  if (!form.methods.has('Sum')) return false;
  return variable.uses.some(({ node }) => {
    const call = parenthesized(node).parent?.parent;
    return call?.type === 'call_expression' && typedBinary(file, call) !== undefined && isHot(file, call);
  });
}

interface Made extends ConstructorProof {
  readonly call: Node;
  readonly callee: Node;
  /** `compress/gzip.NewReader`. */
  readonly name: string;
  readonly form: ConstructorForm;
  readonly statement: Node;
  readonly variable: Binding;
  /** The identifier that takes the error. */
  readonly error: Node | undefined;
  readonly fn: Node;
}

/** `x := pkg.New(…)` or `x, err := pkg.New(…)` of a known constructor that really allocates here. */
function constructorAt(file: GoFile, call: Node): Made | undefined {
  const callee = call.childForFieldName('function');
  const name = callee ? importedFunction(file, callee) : undefined;
  const form = name === undefined ? undefined : constructorForms[name];
  if (!callee || name === undefined || !form) return undefined;
  const list = call.parent;
  const statement = list?.type === 'expression_list' ? list.parent : undefined;
  if (statement?.type !== 'short_var_declaration' || list!.namedChildCount !== 1) return undefined;
  if (statement.parent?.type !== 'statement_list') return undefined;
  const targets = statement.childForFieldName('left')?.namedChildren ?? [];
  const [target, error] = targets;
  if (!target || targets.length !== (form.fails ? 2 : 1)) return undefined;
  const variable = namesAround(file.root, target).resolve(target);
  if (variable?.declaration.id !== target.id) return undefined;
  const fn = variable.owner;
  if (runsOnce(fn)) return undefined;
  const proof = proofOf(file, call, name);
  return proof && { call, callee, name, form, statement, variable, error, fn, ...proof };
}

/**
 * The obligations under which nothing keeps the value beyond the call; undefined when something may. A closed list of
 * uses: known methods, calls whose contract forbids to keep the argument, decoders that live in one expression, and
 * functions of the package that the compiler says do not keep the parameter.
 */
function staysInCall(file: GoFile, { variable, form, fn }: Made): readonly Obligation[] | undefined {
  const obligations: Obligation[] = [];
  for (const { node, owner } of variable.uses) {
    if (owner.id !== fn.id && !isDeferredHere(owner, fn)) return undefined;
    if (isAssigned(node)) return undefined;
    const outer = parenthesized(node);
    const parent = outer.parent;
    if (parent?.type === 'selector_expression') {
      const member = parent.childForFieldName('field')?.text ?? '';
      const call = callOf(parent);
      if (call) {
        if (!form.methods.has(member) || call.parent?.type === 'go_statement') return undefined;
      } else if (!form.fields?.has(member) || isAddress(parent) || isAssigned(parent)) return undefined;
      continue;
    }
    const call = parent?.type === 'argument_list' ? parent.parent : undefined;
    if (call?.type !== 'call_expression' || /^(?:go|defer)_statement$/.test(call.parent?.type ?? ''))
      return undefined;
    const contract = contractOf(file, call, outer, 'stream', (method) => keepsItsArgument(file, method));
    if (contract) {
      if (contract.obligation) obligations.push(contract.obligation);
    } else if (!isChainedDecoder(file, call) && !parameterStays(file, call, outer)) return undefined;
  }
  return obligations;
}

/**
 * The function that makes the value also closes it, whatever else gets it in between: behind Close there is nothing to be
 * done with it.
 */
function isEndedHere({ variable, form, fn }: Made): boolean {
  if (!form.methods.has('Close')) return false;
  let closed = false;
  for (const { node, owner } of variable.uses) {
    if (owner.id !== fn.id && !isDeferredHere(owner, fn)) return false;
    if (isAssigned(node) || isAddress(node)) return false;
    const selector = parenthesized(node).parent;
    if (enclosingStatement(node)?.type === 'return_statement' && selector?.type !== 'selector_expression')
      return false;
    closed ||=
      selector?.type === 'selector_expression' && selector.childForFieldName('field')?.text === 'Close';
  }
  return closed;
}

function isAddress(node: Node): boolean {
  const parent = parenthesized(node).parent;
  return parent?.type === 'unary_expression' && parent.childForFieldName('operator')?.text === '&';
}

/** `defer func() { … }()` of the function itself: it runs before what was deferred earlier. */
function isDeferredHere(literal: Node, fn: Node): boolean {
  const call = literal.parent;
  if (call?.type !== 'call_expression' || call.childForFieldName('function')?.id !== literal.id) return false;
  if (call.parent?.type !== 'defer_statement') return false;
  for (let at = call.parent.parent; at; at = at.parent) {
    if (at.id === fn.id) return true;
    if (at.type === 'func_literal') return false;
  }
  return false;
}

/** `json.NewDecoder(r).Decode(&v)`: the decoder lives no longer than the expression. */
function isChainedDecoder(file: GoFile, call: Node): boolean {
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  const selector = call.parent;
  if (!name || !/^encoding\/(?:json|xml|gob)\.NewDecoder$/.test(name)) return false;
  return (
    selector?.type === 'selector_expression' &&
    selector.childForFieldName('field')?.text === 'Decode' &&
    callOf(selector) !== undefined
  );
}

function parameterStays(file: GoFile, call: Node, argument: Node): boolean {
  const callee = call.childForFieldName('function');
  if (callee?.type !== 'identifier' || namesAround(file.root, callee).resolve(callee)) return false;
  const fn = packageNames(file.pkg).functions.get(callee.text);
  const index = argumentsOf(call).findIndex((other) => other.id === argument.id);
  const names = (fn?.node.childForFieldName('parameters')?.namedChildren ?? []).flatMap((parameter) =>
    parameter.type === 'parameter_declaration' ? parameter.childrenForFieldName('name') : [],
  );
  const name = names[index];
  return name != null && fn!.file.facts?.parameter(name)?.kind === 'stays';
}

function buildFix(file: GoFile, made: Made, variables: PackageVariables, stays: boolean): GoFix | undefined {
  const { call, callee, form, statement, variable, error, fn, claimed } = made;
  if (file.generated || form.pool === '' || enclosingLoop(file, call)) return undefined;
  if (statement.descendantsOfType('comment').length > 0) return undefined;
  const imports = ['sync', ...(form.imports ?? [])];
  if (!imports.every((path) => canImportAt(file, path, fn))) return undefined;
  const [stream, ...options] = argumentsOf(call);
  // `r := bufio.NewReader(r)`: behind the new declaration r would mean the pooled one.
  if (mentions(call, variable.name)) return undefined;
  if (form.passesThrough && !(stream && isOfAnotherType(file, stream))) return undefined;
  if (options.some((option) => !isConstant(file, option))) return undefined;
  const failure = errorStatements(made);
  if (form.fails && !failure) return undefined;

  const alias = importedAs(file, made.name.slice(0, made.name.lastIndexOf('.')));
  const fill = (text: string): string =>
    text
      .replaceAll('@', variable.name)
      .replace(/\$(?=\.)/g, alias)
      .replace(/\$(\d)/g, (_, i) =>
        i === '0' ? (stream?.text ?? '') : (options[Number(i) - 1]?.text ?? ''),
      );
  const type = named(file, fill(form.type));
  const pool = poolOf(file, made, fill(form.make), variables);

  const release = form.release && fill(form.release);
  const reset = fill(form.reset);
  const statements = [
    `${variable.name} := ${pool.name}.Get().(${type})`,
    release === undefined
      ? `defer ${pool.name}.Put(${variable.name})`
      : `defer func() {\n\t${release}\n\t${pool.name}.Put(${variable.name})\n}()`,
    form.fails === 'reset' && error ? `${error.text} ${declares(file, error) ? ':=' : '='} ${reset}` : reset,
  ];
  const edits: FileEdit[] = [
    ...pool.edits,
    {
      file: file.path,
      span: spanOf(statement),
      newText: statementsAt(file, statement.startIndex, statements),
    },
  ];
  edits.sort(byPlace);
  return {
    title: `Reuse ${code(variable.name)} from a \`sync.Pool\`${stays ? '' : ' (if nothing that gets it uses it after the call)'}`,
    kind: stays ? 'safe' : 'suggestion',
    edits,
    imports: [
      ...imports,
      callee.text.includes('.') ? made.name.slice(0, made.name.lastIndexOf('.')) : 'sync',
    ],
    // bufio's Reset is inlined with a make for a buffer that it does not find; one of the pool has it.
    claim: {
      effect: form.passesThrough ? 'runs less' : 'moves',
      within: [spanOf(fn)],
      callees: [claimed],
      // What a constructor allocates behind its calls, nobody counts: gzip.NewReader makes six objects.
      uncounted: true,
    },
  };
}

/** `hash.Hash`, `io.ReadCloser` under the names that the file has for these packages. */
function named(file: GoFile, type: string): string {
  return type.replace(/^(hash|io)(?=\.)/, (path) => importedAs(file, path));
}

function declares(file: GoFile, identifier: Node): boolean {
  return namesAround(file.root, identifier).resolve(identifier)?.declaration.id === identifier.id;
}

function poolOf(
  file: GoFile,
  { fn, form }: Made,
  make: string,
  variables: PackageVariables,
): PackageVariable {
  const owner = topLevel(fn).childForFieldName('name')?.text ?? 'shared';
  const base = form.pool;
  // With two results only the first is wanted: the arguments are constants that the constructor accepts.
  const lines = /NewWriterLevel|flate.*NewWriter\(|^\w+\.NewWriter\(nil, /.test(make)
    ? [`w, _ := ${make}`, 'return w']
    : [`return ${make}`];
  return variables.holding(
    poolText(file, lines),
    [base, `${owner[0]!.toLowerCase()}${owner.slice(1)}${base[0]!.toUpperCase()}${base.slice(1)}`],
    fn,
  );
}

/** The variable's name occurs in the arguments. */
function mentions(call: Node, name: string): boolean {
  return (call.childForFieldName('arguments')?.descendantsOfType('identifier') ?? []).some(
    (identifier) => identifier.text === name,
  );
}

/** Compression levels of package flate, which gzip repeats; other values make the constructor fail. */
const levels = /^(?:NoCompression|BestSpeed|BestCompression|DefaultCompression|HuffmanOnly)$/;

/** A constant that every call gives alike and that the constructor accepts. */
function isConstant(file: GoFile, option: Node): boolean {
  const node = unparenthesised(option);
  if (node.type === 'int_literal') return true;
  if (node.type === 'unary_expression') return /^-[12]$/.test(node.text);
  if (node.type === 'selector_expression') {
    const target = qualified(node, file.imports);
    if (target?.path === 'compress/lzw') return /^[LM]SB$/.test(target.name);
    return target !== undefined && /^compress\/(?:gzip|flate)$/.test(target.path) && levels.test(target.name);
  }
  if (node.type === 'identifier' && !namesAround(file.root, node).resolve(node))
    return packageNames(file.pkg).constants.get(node.text)?.type === 'int_literal';
  return (
    node.type === 'binary_expression' &&
    [node.childForFieldName('left'), node.childForFieldName('right')].every(
      (side) => side && isConstant(file, side),
    )
  );
}

/**
 * True when the error is handled as a pooled value needs it: of a Reset, by leaving the function without using the value;
 * of a constructor with constants, by ignoring it.
 */
function errorStatements({ form, call, error, statement, variable }: Made): boolean {
  if (!form.fails || !error) return false;
  if (form.fails === 'constructor') {
    const level = argumentsOf(call)[1];
    const valid =
      level?.type === 'int_literal'
        ? Number(level.text) <= 9
        : /^(?:unary|selector)_expression$/.test(level?.type ?? '');
    return error.text === '_' && valid;
  }
  if (error.text === '_') return false;
  let next = statement.nextNamedSibling;
  while (next?.type === 'comment') next = next.nextNamedSibling;
  const condition = next?.type === 'if_statement' ? next.childForFieldName('condition')?.text : undefined;
  const block = next?.childForFieldName('consequence');
  if (!next || !block || next.childForFieldName('initializer') || condition !== `${error.text} != nil`)
    return false;
  const last = statementsOf(block).at(-1);
  const inside = variable.uses.some(
    ({ node }) => next.startIndex <= node.startIndex && node.endIndex <= next.endIndex,
  );
  return last?.type === 'return_statement' && !inside;
}

/** Types that no *bufio.Reader or *bufio.Writer can be, so that the constructor never gives its argument back. */
const otherTypes = new Map<string, RegExp>([
  ['os', /^\*\w+\.File$/],
  ['net', /^(?:\w+\.Conn|\*\w+\.(?:TCP|UDP|Unix|IP)Conn)$/],
  ['bytes', /^\*\w+\.(?:Reader|Buffer)$/],
  ['strings', /^\*\w+\.(?:Reader|Builder)$/],
  ['io', /^\w+\.(?:\w+Closer|\w+Seeker)$/],
  ['net/http', /^\w+\.ResponseWriter$/],
]);

function isOfAnotherType(file: GoFile, stream: Node): boolean {
  const node = unparenthesised(stream);
  const known = (type: string): boolean => {
    const local = /^\*?(\w+)\./.exec(type)?.[1];
    const path = local === undefined ? undefined : file.imports.get(local);
    return path !== undefined && (otherTypes.get(path)?.test(type) ?? false);
  };
  if (node.type === 'unary_expression' && node.childForFieldName('operator')?.text === '&') {
    const operand = node.childForFieldName('operand');
    const type =
      operand?.type === 'composite_literal'
        ? operand.childForFieldName('type')?.text
        : operand && spelledType(operand, file);
    return type != null && known(`*${type}`);
  }
  if (node.type === 'selector_expression') {
    const name = importedFunction(file, node);
    if (name !== undefined) return /^os\.Std(?:in|out|err)$/.test(name);
    const owner = node.childForFieldName('operand');
    const type = owner && spelledType(owner, file);
    const local = type ? /^\*(\w+)\.(?:Request|Response)$/.exec(type)?.[1] : undefined;
    if (local !== undefined && file.imports.get(local) === 'net/http')
      return node.childForFieldName('field')?.text === 'Body';
  }
  if (node.type === 'call_expression') {
    const callee = node.childForFieldName('function');
    const name = callee && importedFunction(file, callee);
    return name != null && /^(?:strings|bytes)\.NewReader$/.test(name);
  }
  const type = spelledType(node, file);
  return type !== undefined && known(type);
}
