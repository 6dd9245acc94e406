import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../model';
import { isAppender } from './flow/appenders';
import { contractOf } from './memory/contracts';
import { sizeOf } from './types/declared-types';
import { keepsItsArgument } from './memory/lifetime';
import { lifeOf } from './pools/life';
import { calledKey, type Release } from './pools/wrappers';
import { receiverType } from './syntax/signatures';
import { declarationsOf, pooledVariables, putOf, type Pooled } from './pools/variables';
import { pooledPut } from './pools/pools';
import type { GoFile, GoFix, GoPackage, GoRule } from './rule';
import { argumentsOf, calleeText, descendants, spanOf, unparenthesised } from './syntax/nodes';
import {
  callOf,
  enclosingStatement,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from './syntax/names';
import { loopsAround } from './flow/loops';
import { statementsAt } from './edit/layout';
import { packageNames } from './syntax/package-names';
import { keptAtMost } from './pools/buffer-pool';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/pool-unbounded-retention',
    summary: 'buffers that grow with the input go back into the pool whatever their size',
    fix: 'suggestion',
    recipe: 'Before Put, drop the buffer if its capacity is over a limit that ordinary inputs stay under',
    reports: 'allocation',
    sample: 'go/poolretention',
  },
  check(file, report) {
    if (!file.facts) return;
    for (const site of sitesOf(file.pkg)) {
      if (site.file !== file) continue;
      const fix = file.generated ? undefined : buildFix(site);
      report({
        node: site.put,
        message: `${code(site.name)} goes back into ${code(site.pool)} whatever its size`,
        allocation: {
          kind: site.shape === 'buffer' ? 'buffer' : 'append growth',
          cost: 'unknown',
          reason:
            'it grows with the input, and a pool keeps it until two garbage collections have passed without a Get of it (golang/go#23199)',
          evidence: [{ kind: 'emitted call', callee: 'sync.(*Pool).Put', count: 1 }],
        },
        related: [
          {
            location: { file: site.grownIn.path, span: spanOf(site.growth) },
            message: `it grows with the input here`,
          },
        ],
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

type Shape = 'buffer' | 'slice' | 'slice pointer';

/** A `pool.Put(x)` that takes whatever size x has. */
interface Site {
  readonly file: GoFile;
  readonly put: Node;
  readonly pool: string;
  /** The variable or parameter that is put. */
  readonly name: string;
  readonly shape: Shape;
  /** Of a slice. */
  readonly element: Node | undefined;
  readonly elementFile: GoFile;
  readonly growth: Node;
  readonly grownIn: GoFile;
}

const cache = new WeakMap<GoPackage, readonly Site[]>();

/** The Put may stand in a function that other functions call with what they have filled: the whole package is looked at. */
function sitesOf(pkg: GoPackage): readonly Site[] {
  const known = cache.get(pkg);
  if (known) return known;
  const sites = new Map<string, Site>();
  const guarded = new Set<string>();
  for (const file of pkg.files) {
    if (file.path.endsWith('_test.go')) continue;
    for (const declaration of declarationsOf(file)) {
      for (const object of pooledVariables(file, declaration)) {
        if (!object.got) continue;
        const shape = shapeOf(object);
        if (!shape) continue;
        const growth = growthOf(file, object, shape);
        // Memory that somebody else still uses is another trouble than its size.
        if (growth && (lifeOf(file, object)?.misuses.length ?? 0) > 0) continue;
        for (const { node } of object.binding.uses) {
          const put = putOf(file, node);
          const site = put && growth && siteOf(file, object, shape, put.call, put.release, growth);
          if (!site) continue;
          const key = `${site.file.path}:${site.put.startIndex}`;
          if (isGuarded(file, object.binding, object.binding.owner)) guarded.add(key);
          else if (!sites.has(key)) sites.set(key, site);
        }
      }
    }
  }
  const found = [...sites].filter(([key]) => !guarded.has(key)).map(([, site]) => site);
  cache.set(pkg, found);
  return found;
}

function shapeOf({ type, typeFile }: Pooled): Shape | undefined {
  if (type.type === 'slice_type') return 'slice';
  const named = type.type === 'pointer_type' ? type.firstNamedChild : undefined;
  if (named?.type === 'slice_type') return 'slice pointer';
  // A strings.Builder gives its memory away when it is reset.
  return named?.text === 'bytes.Buffer' && typeFile.imports.get('bytes') === 'bytes' ? 'buffer' : undefined;
}

function siteOf(
  file: GoFile,
  object: Pooled,
  shape: Shape,
  call: Node,
  release: Release,
  growth: Node,
): Site | undefined {
  const slice = shape === 'slice pointer' ? object.type.firstNamedChild : object.type;
  const element = shape === 'buffer' ? undefined : (slice?.childForFieldName('element') ?? undefined);
  const common = { shape, element, elementFile: object.typeFile, growth, grownIn: file };
  const { by } = release;
  if (!by) {
    // The argument of a deferred call is the slice before it grew.
    if (shape === 'slice' && call.parent?.type === 'defer_statement') return undefined;
    return { ...common, file, put: call, pool: pooledPut(file, call)!.pool.text, name: object.binding.name };
  }
  if (isGuarded(by.file, by.parameter, by.fn)) return undefined;
  const inner = by.parameter.uses.flatMap(({ node }) => {
    const found = putOf(by.file, node);
    const pooled = found && !found.release.by ? pooledPut(by.file, found.call) : undefined;
    return found && pooled ? [{ call: found.call, pool: pooled.pool.text }] : [];
  });
  const only = inner[0];
  if (!only || inner.length > 1) return undefined;
  return { ...common, file: by.file, put: only.call, pool: only.pool, name: by.parameter.name };
}

/** The size is asked for, or the memory is replaced, somewhere in the function or in what it calls with the object. */
function isGuarded(file: GoFile, object: Binding, fn: Node): boolean {
  const { name } = object;
  const asks = new RegExp(
    String.raw`\bcap\(|\.Cap\(\)|\blen\(\W*${name}\)\s*[<>]|\b${name}\.Len\(\)\s*[<>]|\*${name}\s*=\s*(?:nil|make|bytes\.Buffer)|\b(?:min|max)\(`,
  );
  if (asks.test(fn.text)) return true;
  return object.uses.some(({ node }) => {
    if (isAssigned(node) && !/\bappend\w*\(|\[:0\]/i.test(node.parent?.parent?.text ?? '')) return true;
    const parent = parenthesized(node).parent;
    const call =
      parent?.type === 'argument_list' || parent?.type === 'selector_expression' ? parent.parent : null;
    if (call?.type !== 'call_expression' || putOf(file, node)) return false;
    const key = calledKey(file, call);
    const called = key === undefined ? undefined : functionOf(file.pkg, key);
    // A function of the package that gets the object may see to its size.
    return called !== undefined && /\bcap\(|\.Cap\(\)|\blen\(/.test(called.text);
  });
}

/** The function `name` or the method `Type.name` of the package. */
function functionOf(pkg: GoPackage, key: string): Node | undefined {
  const { functions, methods } = packageNames(pkg);
  const own = methods.find(
    ({ node }) => `${receiverType(node)}.${node.childForFieldName('name')?.text}` === key,
  );
  return functions.get(key)?.node ?? own?.node;
}

/** Where as much is written as a parameter, or something read, brings along. */
function growthOf(file: GoFile, object: Pooled, shape: Shape): Node | undefined {
  for (const { node } of object.binding.uses) {
    if (shape === 'buffer') {
      const growth = bufferGrowth(file, node);
      if (growth) return growth;
      continue;
    }
    const star = parenthesized(node).parent;
    if (shape === 'slice pointer' && star?.type !== 'unary_expression') continue;
    const target = shape === 'slice' ? node : parenthesized(star!);
    if (!isAssigned(target)) continue;
    const value = target.parent?.parent?.childForFieldName('right')?.firstNamedChild;
    const growth = value && sliceGrowth(file, unparenthesised(value));
    if (growth) return growth;
  }
  return undefined;
}

function sliceGrowth(file: GoFile, value: Node): Node | undefined {
  if (value.type === 'identifier') {
    // `*v = b`: b grew before.
    const local = namesAround(file.root, value).resolve(value);
    for (const { node } of local?.uses ?? []) {
      if (!isAssigned(node)) continue;
      const right = node.parent?.parent?.childForFieldName('right')?.firstNamedChild;
      const grown = right?.type === 'call_expression' ? sliceGrowth(file, right) : undefined;
      if (grown) return grown;
    }
    return undefined;
  }
  if (value.type !== 'call_expression' || !isAppender(file, value)) return undefined;
  const spread = argumentsOf(value).find((argument) => argument.type === 'variadic_argument');
  if (spread && isInput(file, spread)) return value;
  return isInInputLoop(file, value) ? value : undefined;
}

function bufferGrowth(file: GoFile, node: Node): Node | undefined {
  const value = parenthesized(node);
  const parent = value.parent;
  if (parent?.type === 'selector_expression') {
    const call = callOf(parent);
    const method = parent.childForFieldName('field')?.text ?? '';
    if (!call) return undefined;
    if (method === 'ReadFrom') return call;
    if (!/^Write(?:String|Byte|Rune)?$/.test(method)) return undefined;
    const argument = argumentsOf(call)[0];
    const whole = /^Write(?:String)?$/.test(method) && argument && isInput(file, argument);
    return whole || isInInputLoop(file, call) ? call : undefined;
  }
  if (parent?.type !== 'argument_list' || parent.parent?.type !== 'call_expression') return undefined;
  const call = parent.parent;
  if (argumentsOf(call)[0]?.id !== value.id) return undefined;
  const contract = contractOf(file, call, value, 'stream', (method) => keepsItsArgument(file, method));
  const callee = calleeText(call) ?? '';
  if (
    !contract ||
    !/^(?:fmt\.Fprint(?:f|ln)?|io\.WriteString|io\.Copy|json\.NewEncoder|xml\.NewEncoder)$/.test(callee)
  )
    return undefined;
  if (/^io\.Copy$/.test(callee)) return call;
  const encoded = /NewEncoder$/.test(callee) ? call.parent?.parent : call;
  return encoded?.type === 'call_expression' && isInput(file, encoded) ? call : undefined;
}

/** The expression reads a parameter or the receiver of its function that is no number, or ranges over one. */
function isInput(file: GoFile, expression: Node): boolean {
  const names = namesAround(file.root, expression);
  for (const node of descendants(expression)) {
    if (node.type !== 'identifier') continue;
    const binding = names.resolve(node);
    if (!binding) continue;
    // The length of a number's text is bounded.
    const type = binding.declaration.parent?.childForFieldName('type')?.text ?? '';
    if (binding.kind === 'parameter' && !/^(?:u?int\d*|float\d+|bool|byte|rune|time\.\w+)$/.test(type))
      return true;
    const clause = binding.declaration.parent?.parent;
    const ranged = clause?.type === 'range_clause' ? clause.childForFieldName('right') : undefined;
    if (
      ranged &&
      clause!.childForFieldName('left')?.namedChild(1)?.id === binding.declaration.id &&
      isInput(file, ranged)
    )
      return true;
  }
  return false;
}

/** Repeated as often as the input is long. */
function isInInputLoop(file: GoFile, node: Node): boolean {
  return loopsAround(file, node).some(({ statement }) => {
    const header = statement?.namedChildren.find(({ type }) => type !== 'block' && type !== 'comment');
    return header !== undefined && isInput(file, header);
  });
}

function buildFix(site: Site): GoFix | undefined {
  const { file, put, name, shape } = site;
  const bytes = site.element ? sizeOf(site.element, site.elementFile) : 1;
  if (bytes === undefined || bytes < 1) return undefined;
  const limit = `${Math.max(1, Math.floor(keptAtMost / 1024 / bytes))}<<10`;
  const size = shape === 'buffer' ? `${name}.Cap()` : shape === 'slice' ? `cap(${name})` : `cap(*${name})`;
  const guarded = `if ${size} <= ${limit} {\n\t${put.text}\n}`;
  const parent = put.parent;
  let edit: FileEdit;
  if (parent?.type === 'defer_statement') {
    const text = `defer func() {\n\t${guarded.replaceAll('\n', '\n\t')}\n}()`;
    edit = { file: file.path, span: spanOf(parent), newText: statementsAt(file, parent.startIndex, [text]) };
  } else {
    const statement = enclosingStatement(put);
    if (statement?.text !== put.text || put.text.includes('\n')) return undefined;
    edit = {
      file: file.path,
      span: spanOf(statement),
      newText: statementsAt(file, statement.startIndex, [guarded]),
    };
  }
  return {
    title: `Put ${code(name)} back only up to ${shape === 'buffer' || bytes === 1 ? '64 KiB' : `${limit} elements`}: a larger one is left to the garbage collector (choose the limit)`,
    kind: 'suggestion',
    edits: [edit],
  };
}
