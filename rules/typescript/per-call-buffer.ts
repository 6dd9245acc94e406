import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { indentAt, newlineOf } from './edit/layout';
import { derivedName, moduleName } from './edit/names';
import { isSemicolonFree } from './edit/statements';
import { earliestRun } from './flow/module-load';
import { risksOfBuffer } from './hoist/construction';
import { noCycle } from './hoist/hoist';
import { declareConstants } from './hoist/place';
import { functionName } from './syntax/functions';
import { isModule } from './syntax/module';
import type { TextEdit } from '../model';
import { lifetimeOf, type Lifetime } from './memory/buffer-lifetime';
import { constantNumber, type ConstantNumber } from './types/constants';
import { hotThreshold } from './heat/static-heat';
import { tryAround } from './flow/completion';
import { comesFirst, mostly } from './flow/first-round';
import { listForeign } from './flow/effects';
import { loopsOutlivedBy, outermostLoopStatement } from './flow/loops';
import { comesBack } from './flow/mentions';
import { createRule, type ProposedFix } from './rule';
import {
  contains,
  enclosingFunction,
  isLoop,
  memberName,
  resolve,
  type FunctionNode,
  type LoopNode,
} from './syntax/nodes';
import { isBuiltIn } from './types/bindings';
import { elementSizes, isByteView } from './types/value-type';
import { typeOf } from './types/values';
import { code } from '../wording';

/** V8 keeps the bytes of a typed array inside the heap object up to this size (V8_TYPED_ARRAY_MAX_SIZE_IN_HEAP). */
const onHeapBytes = 64;
/** Larger scratch is not kept alive without being asked for. */
const largeBytes = 1 << 20;
/** Contents that must not outlive the call. */
const secret =
  /passw|passphrase|secret|token|credential|nonce|salt|private|(?:^|[^a-z])(?:key|iv|seed|pin|otp|auth)(?:$|[^a-z])|[a-z](?:Key|Iv|Seed|Auth|Pin)(?:$|[^a-z])|^(?:key|iv|seed)[A-Z]/i;

/** An initializer that this rule understands. */
interface Creation {
  readonly kind: 'buffer' | 'unsafe buffer' | 'typed array' | 'array buffer' | 'view of new buffer' | 'view';
  /** `Uint8Array`, `DataView`, `Buffer`. */
  readonly type: string;
  readonly bytes: number | undefined;
  readonly size: ConstantNumber | undefined;
  /** The argument that holds the size, or for a view the argument that holds the buffer. */
  readonly argument: TSESTree.Node;
}

export const perCallBuffer = createRule({
  id: 'ts/per-call-buffer',
  summary:
    'a buffer, typed array or DataView of constant size, made on each call, that never leaves the function',
  fix: 'suggestion',
  recipe: 'Keep one buffer for the module, or a free list where calls overlap',
  reports: 'hot only',
  sample: 'typescript/per-call-buffer',
  allocation: { kind: 'typed array', cost: 'always', reason: 'the memory is requested anew on each call' },
  words: [['Buffer', 'DataView', 'Array']],
  messages: {
    offHeap: '`{{name}}` takes {{bytes}} bytes off the V8 heap each time, only for {{where}}',
    pooled: '`{{name}}` is a new buffer object each time, only for {{where}}',
    view: '`{{name}}` is a new view each time, only for {{where}}',
    buffer: '`{{name}}` moves off the V8 heap each time, for its buffer is used',
  },
  check(context, report) {
    const { sourceCode } = context;
    /** Views that a report about their buffer covers. */
    const covered = new Set<TSESTree.Node>();
    return {
      VariableDeclarator(node) {
        if (covered.has(node) || node.id.type !== 'Identifier' || !node.init) return;
        const creation = creationOf(sourceCode, node.init);
        if (!creation) return;
        const place = new Place(sourceCode, node, creation, context.filename);
        if (!place.repeats) return;
        const small = creation.bytes !== undefined && creation.bytes <= onHeapBytes;
        if (small && (creation.kind === 'buffer' || creation.kind === 'unsafe buffer')) return;
        const lifetime = lifetimeOf(sourceCode, node);
        if (!lifetime) return;
        if (small && creation.kind === 'typed array' && !usesBuffer(lifetime)) return;
        if (creation.kind === 'view' && !place.viewedOutside()) return;
        // One allocation for a whole loop behind it matters only where the function itself is hot.
        if (!place.loop && onlyInLoops(node, lifetime) && context.heat(node).score < hotThreshold) return;
        const hotCall = place.loop !== undefined && context.heat(place.loop).score >= hotThreshold;
        for (const view of lifetime.views) covered.add(view);
        report({
          at: node.init,
          messageId:
            creation.kind === 'view'
              ? 'view'
              : creation.kind === 'unsafe buffer' && creation.bytes! < 4096
                ? 'pooled'
                : small && creation.kind === 'typed array'
                  ? 'buffer'
                  : 'offHeap',
          data: {
            bytes: creation.bytes ?? 0,
            name: node.id.name,
            where: place.where,
          },
          allocation: {
            kind: creation.type === 'Buffer' ? 'buffer' : 'typed array',
            reason:
              creation.kind === 'view'
                ? 'a view is an object of its own, and V8 does not remove it'
                : small
                  ? 'an ArrayBuffer always has its memory outside the V8 heap'
                  : `over ${onHeapBytes} bytes V8 takes the memory from outside its heap and frees it by garbage collection`,
          },
          related: [
            {
              at: node.id,
              message: `${code(node.id.name)} is used ${count(lifetime.uses.length)}, none of which keeps it`,
            },
          ],
          fixes: fixesFor(sourceCode, place, lifetime, hotCall),
        });
      },
    };
  },
});

const count = (uses: number): string => (uses === 1 ? 'once' : `${uses} times`);

function usesBuffer(lifetime: Lifetime): boolean {
  return lifetime.uses.some(
    ({ parent }) => parent?.type === 'MemberExpression' && memberName(parent) === 'buffer',
  );
}

function creationOf(sourceCode: TSESLint.SourceCode, init: TSESTree.Expression): Creation | undefined {
  if (init.type === 'CallExpression') {
    const { callee } = init;
    if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return undefined;
    if (callee.object.name !== 'Buffer' || !isBuiltIn(sourceCode, callee.object)) return undefined;
    const method = memberName(callee);
    if (method !== 'alloc' && method !== 'allocUnsafe' && method !== 'allocUnsafeSlow') return undefined;
    const argument = init.arguments[0];
    const size = constantNumber(sourceCode, argument);
    if (!argument || !size || !isSize(size.value)) return undefined;
    const kind = method === 'alloc' ? 'buffer' : 'unsafe buffer';
    return { kind, type: 'Buffer', bytes: size.value, size, argument };
  }
  if (init.type !== 'NewExpression' || init.callee.type !== 'Identifier') return undefined;
  const type = init.callee.name;
  const element = type === 'ArrayBuffer' || type === 'DataView' ? 1 : elementSizes.get(type);
  const argument = init.arguments[0];
  if (element === undefined || !argument || !isBuiltIn(sourceCode, init.callee)) return undefined;
  if (argument.type === 'NewExpression' && type !== 'ArrayBuffer' && init.arguments.length === 1) {
    const inner = creationOf(sourceCode, argument);
    if (inner?.kind !== 'array buffer' || !viewFits(sourceCode, init, inner.bytes)) return undefined;
    return { ...inner, kind: 'view of new buffer', type };
  }
  if (type === 'DataView') return { kind: 'view', type, bytes: undefined, size: undefined, argument };
  if (init.arguments.length !== 1) return undefined;
  const size = constantNumber(sourceCode, argument);
  if (!size || !isSize(size.value)) return undefined;
  const kind = type === 'ArrayBuffer' ? 'array buffer' : 'typed array';
  return { kind, type, bytes: size.value * element, size, argument };
}

/**
 * Making the view cannot throw, because its part of the memory is there and aligned.
 * @param bytes size of the memory, where it is known
 */
function viewFits(
  sourceCode: TSESLint.SourceCode,
  { callee, arguments: [, ...rest] }: TSESTree.NewExpression,
  bytes: number | undefined,
): boolean {
  const type = callee.type === 'Identifier' ? callee.name : '';
  const element = type === 'DataView' ? 1 : (elementSizes.get(type) ?? 0);
  const [offset = 0, length] = rest.map((part) => constantNumber(sourceCode, part)?.value ?? NaN);
  if (bytes === undefined) return rest.length === 0 && element === 1;
  if (!(offset >= 0) || offset % element !== 0) return false;
  return length === undefined
    ? offset <= bytes && (bytes - offset) % element === 0
    : length >= 0 && offset + length * element <= bytes;
}

const isSize = (value: number): boolean => Number.isInteger(value) && value > 0 && value <= 2 ** 31;

/** Where a creation stands, and where it could stand instead. */
class Place {
  readonly owner: FunctionNode | undefined;
  /** The outermost loop of the function around the declaration, which each iteration passes. */
  readonly loop: LoopNode | undefined;
  readonly name: string;
  /** The file may carry annotations. */
  readonly typed: boolean;

  constructor(
    readonly sourceCode: TSESLint.SourceCode,
    readonly declarator: TSESTree.VariableDeclarator,
    readonly creation: Creation,
    filename: string,
  ) {
    this.typed = /\.[cm]?tsx?$/.test(filename);
    this.owner = enclosingFunction(declarator);
    this.name = (declarator.id as TSESTree.Identifier).name;
    this.loop = outermostLoopStatement(declarator);
  }

  /** False for what runs once, and for the header of a loop. */
  get repeats(): boolean {
    const holder = this.declarator.parent.parent;
    if (holder.type !== 'BlockStatement' && holder.type !== 'Program') return false;
    return this.owner !== undefined || this.loop !== undefined;
  }

  /** For messages. */
  get where(): string {
    return this.description.endsWith(')') ? code(this.description) : this.description;
  }

  get description(): string {
    if (this.loop) return 'the loop';
    const name = this.owner && functionName(this.owner);
    return name === undefined ? 'the function' : `${name}()`;
  }

  /**
   * For a view of memory that is not made here: true when the memory is declared outside the loop, or at module level,
   * so that one view would do.
   */
  viewedOutside(): boolean {
    return this.viewTarget() !== undefined;
  }

  viewTarget(): 'loop' | 'module' | undefined {
    const { init } = this.declarator;
    if (init?.type !== 'NewExpression') return undefined;
    const [first, ...rest] = init.arguments;
    if (!first || rest.some((argument) => !constantNumber(this.sourceCode, argument))) return undefined;
    const root =
      first.type === 'Identifier'
        ? first
        : first.type === 'MemberExpression' &&
            first.object.type === 'Identifier' &&
            memberName(first) === 'buffer'
          ? first.object
          : undefined;
    const variable = root && resolve(this.sourceCode, root);
    const definition = variable?.defs.length === 1 ? variable.defs[0] : undefined;
    if (!variable || !definition) return undefined;
    if (variable.references.some((reference) => reference.isWrite() && !reference.init)) return undefined;
    const memory = definition.node as TSESTree.Node;
    const made =
      memory.type === 'VariableDeclarator' && memory.init
        ? creationOf(this.sourceCode, memory.init)
        : undefined;
    const type = typeOf(this.sourceCode, root);
    if (!isByteView(type) && type?.name !== 'ArrayBuffer') return undefined;
    if (!viewFits(this.sourceCode, init, made?.bytes)) return undefined;
    const declared = definition.name as TSESTree.Node;
    // transfer() and postMessage detach the memory; what is not seen here could do it.
    if (this.loop)
      return declared.range[1] <= this.loop.range[0] && !usedBare(variable, this.loop) ? 'loop' : undefined;
    const scope = variable.scope.type;
    return definition.type === 'Variable' &&
      (scope === 'module' || scope === 'global') &&
      !usedBare(variable, undefined)
      ? 'module'
      : undefined;
  }
}

/** Whether the buffer itself is handed to something, which could transfer it. */
function usedBare(variable: TSESLint.Scope.Variable, within: TSESTree.Node | undefined): boolean {
  return variable.references.some((reference) => {
    const node = reference.identifier as TSESTree.Node;
    if (within && (node.range[0] < within.range[0] || node.range[1] > within.range[1])) return false;
    const { parent } = node;
    if (parent?.type === 'MemberExpression' && parent.object === node) {
      const name = memberName(parent);
      return name !== undefined && /^(?:transfer\w*|resize)$/.test(name);
    }
    if (parent?.type === 'NewExpression' && parent.callee.type === 'Identifier') {
      return !(parent.callee.name === 'DataView' || elementSizes.has(parent.callee.name));
    }
    return !(parent?.type === 'VariableDeclarator' && parent.id === node);
  });
}

/** What is made serves loops behind it, by itself and through views that are made beside it. */
function onlyInLoops(declarator: TSESTree.VariableDeclarator, lifetime: Lifetime): boolean {
  return lifetime.uses.every(
    (use) =>
      lifetime.views.some((view) => contains(view, use)) ||
      [...loopsOutlivedBy(use, declarator)].some(isLoop),
  );
}

/** @param hotCall the function around the loop is hot itself: moving the creation before the loop is not enough */
function fixesFor(
  sourceCode: TSESLint.SourceCode,
  place: Place,
  lifetime: Lifetime,
  hotCall: boolean,
): ProposedFix[] {
  const { declarator, creation, owner, name } = place;
  const ownerName = place.description;
  if (secret.test(name) || (owner && secret.test(ownerName))) return [];
  if (declarator.parent.declarations.length !== 1) return [];
  if (creation.kind === 'unsafe buffer' && usesBuffer(lifetime)) return [];
  if (filledWithRandom(lifetime) || mayNotMove(sourceCode, place)) return [];
  if (place.loop && !hotCall) return beforeLoop(sourceCode, place, lifetime);
  if (!owner || !isModule(sourceCode)) return [];
  const fixes: ProposedFix[] = [];
  // Where the file itself shows the way back, no condition is left to agree to.
  const shared =
    !lifetime.suspends && !lifetime.recursive && !comesBack(sourceCode, owner, lifetime.mayReenter);
  if (shared) fixes.push(...atModule(sourceCode, place, lifetime));
  if (lifetime.suspends || lifetime.mayReenter.some(({ how }) => how === 'call'))
    fixes.push(...fromFreeList(sourceCode, place, lifetime));
  return fixes;
}

/** A `try` catches today that there is no such memory, or no Buffer. */
function mayNotMove(sourceCode: TSESLint.SourceCode, { declarator, creation }: Place): boolean {
  if ((creation.bytes ?? 0) > largeBytes && tryAround(declarator)) return true;
  const token = sourceCode.getFirstToken(declarator.init!)!;
  const root = sourceCode.getNodeByRangeIndex(token.range[0]);
  return (
    creation.type === 'Buffer' &&
    root?.type === 'Identifier' &&
    risksOfBuffer(sourceCode, declarator, root) === undefined
  );
}

/** Random bytes are key material more often than not. */
function filledWithRandom(lifetime: Lifetime): boolean {
  return lifetime.uses.some(
    ({ parent }) =>
      parent?.type === 'CallExpression' &&
      /^(?:randomFillSync|getRandomValues)$/.test(
        parent.callee.type === 'Identifier'
          ? parent.callee.name
          : parent.callee.type === 'MemberExpression'
            ? (memberName(parent.callee) ?? '')
            : '',
      ),
  );
}

/** What the shared memory is, what stands in for it where it was made, and what clears it. */
interface Scratch {
  readonly declarations: string[];
  readonly edits: TextEdit[];
  /** It takes one object more than a single use did: a byte view, to clear what cannot be filled. */
  readonly extra: boolean;
}

/**
 * Names and texts of the declarations, and the edits at the old place.
 * @param outside true where only module-level names may be used
 */
function scratchOf(
  sourceCode: TSESLint.SourceCode,
  place: Place,
  lifetime: Lifetime,
  outside: boolean,
): Scratch | undefined {
  const { declarator, creation, name } = place;
  const init = declarator.init!;
  const scratch = moduleName(sourceCode, derivedName(name, 'Scratch'));
  const end = isSemicolonFree(sourceCode) ? '' : ';';
  const eol = newlineOf(sourceCode.text);
  const declarations: string[] = [];
  const edits: TextEdit[] = [];
  let extra = false;
  const replace = (node: TSESTree.Node, newText: string): void => {
    edits.push({ span: { start: node.range[0], end: node.range[1] }, newText });
  };
  const declared = creationText(sourceCode, place, outside);
  if (declared === undefined) return undefined;
  declarations.push(`const ${scratch} = ${declared}`);

  const views = lifetime.views.filter((view) => hoistable(sourceCode, view, declarator, creation.bytes));
  const clear = !writtenFirst(sourceCode, declarator, creation, views);
  const big = creation.type.startsWith('Big');
  if (creation.kind === 'view' || creation.kind === 'unsafe buffer' || !clear) replace(init, scratch);
  else if (creation.kind === 'buffer' || creation.kind === 'typed array') {
    replace(init, `${scratch}.fill(${fillArguments(sourceCode, init) ?? (big ? '0n' : '0')})`);
  } else if (creation.kind === 'view of new buffer' && creation.type !== 'DataView') {
    replace(init, `${scratch}.fill(${big ? '0n' : '0'})`);
  } else {
    // An ArrayBuffer or a DataView cannot be filled: a byte view of it can.
    extra = true;
    const bytes = moduleName(sourceCode, derivedName(name, 'Bytes'));
    declarations.push(
      `const ${bytes} = new Uint8Array(${creation.kind === 'array buffer' ? scratch : `${scratch}.buffer`})`,
    );
    const statement = declarator.parent;
    const at = statement.range[0];
    edits.push({
      span: { start: at, end: at },
      newText: `${bytes}.fill(0)${end}${eol}${indentAt(sourceCode.text, at)}`,
    });
    replace(init, scratch);
  }
  for (const view of views) {
    const made = view.init as TSESTree.NewExpression;
    const [first, ...rest] = made.arguments;
    const viewScratch = moduleName(sourceCode, derivedName((view.id as TSESTree.Identifier).name, 'Scratch'));
    const memory = first!.type === 'MemberExpression' ? `${scratch}.buffer` : scratch;
    const more = rest.map((argument) => `, ${constantNumber(sourceCode, argument)!.value}`).join('');
    declarations.push(`const ${viewScratch} = new ${sourceCode.getText(made.callee)}(${memory}${more})`);
    replace(made, viewScratch);
  }
  return { declarations, edits: edits.sort((a, b) => a.span.start - b.span.start), extra };
}

/** The creation as it can be written elsewhere; allocUnsafe becomes alloc, which owns its memory. */
function creationText(sourceCode: TSESLint.SourceCode, place: Place, outside: boolean): string | undefined {
  const { creation, declarator } = place;
  const init = declarator.init as TSESTree.CallExpression | TSESTree.NewExpression;
  if (creation.kind === 'view') return sourceCode.getText(init);
  const { size, argument } = creation;
  const loop = place.loop;
  const reachable = size!.from.every(
    (from) =>
      from.parent.parent.type === 'Program' ||
      from.parent.parent.type === 'ExportNamedDeclaration' ||
      (!outside && from.range[0] < loop!.range[0]),
  );
  const length = reachable ? sourceCode.getText(argument) : String(size!.value);
  if (creation.type === 'Buffer') return `Buffer.alloc(${length})`;
  if (creation.kind === 'view of new buffer') return `new ${creation.type}(new ArrayBuffer(${length}))`;
  return `new ${creation.type}(${length})`;
}

function fillArguments(sourceCode: TSESLint.SourceCode, init: TSESTree.Expression): string | undefined {
  if (init.type !== 'CallExpression' || init.arguments.length < 2) return undefined;
  return init.arguments
    .slice(1)
    .map((argument) => sourceCode.getText(argument))
    .join(', ');
}

/** A view in the same block as its memory, of a constant part of it. */
function hoistable(
  sourceCode: TSESLint.SourceCode,
  view: TSESTree.VariableDeclarator,
  memory: TSESTree.VariableDeclarator,
  bytes: number | undefined,
): boolean {
  if (view.parent.parent !== memory.parent.parent || view.parent.declarations.length !== 1) return false;
  if (view.id.type !== 'Identifier' || view.init?.type !== 'NewExpression') return false;
  const [first, ...rest] = view.init.arguments;
  const root = first?.type === 'MemberExpression' ? first.object : first;
  if (root?.type !== 'Identifier' || resolve(sourceCode, root)?.defs[0]?.node !== memory) return false;
  if (!rest.every((argument) => constantNumber(sourceCode, argument) !== undefined)) return false;
  return viewFits(sourceCode, view.init, bytes);
}

/** Whether plain statements behind the declaration write each byte before anything reads one. */
function writtenFirst(
  sourceCode: TSESLint.SourceCode,
  declarator: TSESTree.VariableDeclarator,
  creation: Creation,
  views: readonly TSESTree.VariableDeclarator[],
): boolean {
  if (creation.bytes === undefined || creation.bytes > 256) return false;
  const names = new Map<string, string>([[(declarator.id as TSESTree.Identifier).name, creation.type]]);
  const block = declarator.parent.parent as TSESTree.BlockStatement | TSESTree.Program;
  const written = new Uint8Array(creation.bytes);
  for (const statement of block.body.slice(block.body.indexOf(declarator.parent) + 1)) {
    const view =
      statement.type === 'VariableDeclaration' ? views.find((v) => v.parent === statement) : undefined;
    if (view) {
      const made = view.init as TSESTree.NewExpression;
      if (made.arguments.length !== 1) return false;
      names.set((view.id as TSESTree.Identifier).name, sourceCode.getText(made.callee));
      continue;
    }
    if (statement.type !== 'ExpressionStatement') return false;
    const store = storeOf(sourceCode, statement.expression, names);
    if (!store || store.start + store.size > written.length || mentions(sourceCode, store.value, names))
      return false;
    written.fill(1, store.start, store.start + store.size);
    if (written.every((byte) => byte === 1)) return true;
  }
  return false;
}

function storeOf(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Expression,
  names: ReadonlyMap<string, string>,
): { start: number; size: number; value: TSESTree.Node } | undefined {
  if (
    node.type === 'AssignmentExpression' &&
    node.operator === '=' &&
    node.left.type === 'MemberExpression'
  ) {
    const { object, property, computed } = node.left;
    const size = object.type === 'Identifier' ? elementSizes.get(names.get(object.name) ?? '') : undefined;
    const index = computed ? constantNumber(sourceCode, property)?.value : undefined;
    return size === undefined || index === undefined || index < 0
      ? undefined
      : { start: index * size, size, value: node.right };
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const { object } = node.callee;
  if (object.type !== 'Identifier' || names.get(object.name) !== 'DataView') return undefined;
  const bits = /^set(?:Int|Uint|Float|BigInt|BigUint)(8|16|32|64)$/.exec(memberName(node.callee) ?? '')?.[1];
  const start = constantNumber(sourceCode, node.arguments[0])?.value;
  const value = node.arguments[1];
  return bits === undefined || start === undefined || start < 0 || !value
    ? undefined
    : { start, size: Number(bits) / 8, value };
}

const mentions = (
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
  names: ReadonlyMap<string, string>,
): boolean => sourceCode.getTokens(node).some((token) => names.has(token.value));

function beforeLoop(sourceCode: TSESLint.SourceCode, place: Place, lifetime: Lifetime): ProposedFix[] {
  let statement: TSESTree.Node = place.loop!;
  while (statement.parent?.type === 'LabeledStatement') statement = statement.parent;
  const holder = statement.parent?.type;
  if (holder !== 'BlockStatement' && holder !== 'Program') return [];
  if (place.creation.kind === 'view' && place.viewTarget() !== 'loop') return [];
  const scratch = scratchOf(sourceCode, place, lifetime, false);
  if (!scratch) return [];
  const at = statement.range[0];
  const eol = newlineOf(sourceCode.text);
  const end = isSemicolonFree(sourceCode) ? '' : ';';
  const indent = indentAt(sourceCode.text, at);
  const conditions: string[] = [];
  // A loop that ends before it comes to the memory would have it made for nothing.
  if (scratch.extra || !comesFirst(sourceCode, place.declarator.init!, place.loop!)) {
    const bytes = place.creation.bytes ?? 0;
    const size = bytes > largeBytes ? `: it takes ${bytes} bytes` : '';
    conditions.push(`${mostly}${size}`);
    const needed = neededBy(sourceCode, place);
    const early = needed.length > 0 ? earliestRun(sourceCode, place.declarator, needed) : 'later';
    if (early === 'too early') return [];
    if (early === 'in an import cycle') conditions.push(noCycle);
  }
  return [
    {
      title: `Make ${code(place.name)} once, before the loop${conditions.length > 0 ? ` (if ${conditions.join(', and ')})` : ''}`,
      kind: conditions.length > 0 ? 'suggestion' : 'safe',
      edits: [
        {
          span: { start: at, end: at },
          newText: scratch.declarations.map((text) => `${text}${end}${eol}${indent}`).join(''),
        },
        ...scratch.edits,
      ],
    },
  ];
}

function atModule(sourceCode: TSESLint.SourceCode, place: Place, lifetime: Lifetime): ProposedFix[] {
  if (place.creation.kind === 'view' && place.viewTarget() !== 'module') return [];
  const scratch = scratchOf(sourceCode, place, lifetime, true);
  if (!scratch) return [];
  const conditions: string[] = [];
  if (lifetime.mayReenter.length > 0) {
    const foreign = listForeign(sourceCode, lifetime.mayReenter);
    conditions.push(`${foreign} never calls back into ${place.where}`);
  }
  const needed = neededBy(sourceCode, place);
  const early = needed.length > 0 ? 'later' : earliestRun(sourceCode, place.declarator);
  if (early === 'too early') return [];
  if (early === 'in an import cycle') conditions.push(noCycle);
  if ((place.creation.bytes ?? 0) > largeBytes)
    conditions.push(`${place.creation.bytes} bytes may stay allocated`);
  const condition = conditions.length > 0 ? ` (if ${conditions.join(' and ')})` : '';
  return [
    {
      title: `Reuse one module-level \`${place.creation.type}\` for ${code(place.name)}${condition}`,
      kind: conditions.length > 0 ? 'suggestion' : 'safe',
      edits: [declareConstants(sourceCode, scratch.declarations, needed), ...scratch.edits],
    },
  ];
}

/** Statements of the module's body that the creation needs in front of it. */
function neededBy(sourceCode: TSESLint.SourceCode, { creation }: Place): TSESTree.Node[] {
  const needed: TSESTree.Node[] = (creation.size?.from ?? []).map((from) => from.parent);
  if (creation.kind === 'view') {
    const token = sourceCode.getFirstToken(creation.argument)!;
    const root = sourceCode.getNodeByRangeIndex(token.range[0]) as TSESTree.Identifier;
    const declared = resolve(sourceCode, root)?.defs[0]?.node as TSESTree.Node | undefined;
    if (declared?.parent) needed.push(declared.parent);
  }
  return needed
    .map((node) => (node.parent?.type === 'ExportNamedDeclaration' ? node.parent : node))
    .filter((node) => node.parent?.type === 'Program');
}

/** `pool.pop() ?? make()`, given back in `finally`: right for overlapping and nested calls, too. */
function fromFreeList(sourceCode: TSESLint.SourceCode, place: Place, lifetime: Lifetime): ProposedFix[] {
  const { declarator, creation, name } = place;
  if (creation.kind !== 'buffer' && creation.kind !== 'unsafe buffer' && creation.kind !== 'typed array')
    return [];
  if (creation.bytes! < 1024 || usesBuffer(lifetime)) return [];
  const statement = declarator.parent;
  const block = statement.parent;
  if (block.type !== 'BlockStatement') return [];
  const rest = block.body.slice(block.body.indexOf(statement) + 1);
  const last = rest.at(-1);
  if (!last || rest.some((s) => s.type === 'FunctionDeclaration' || s.type === 'ClassDeclaration')) return [];
  const made = creationText(sourceCode, place, true);
  if (made === undefined) return [];
  const free = moduleName(sourceCode, derivedName(name, 'Pool'));
  const end = isSemicolonFree(sourceCode) ? '' : ';';
  const eol = newlineOf(sourceCode.text);
  const init = declarator.init as TSESTree.CallExpression | TSESTree.NewExpression;
  const fill = fillArguments(sourceCode, init);
  const clear =
    creation.kind === 'unsafe buffer'
      ? ''
      : `?.fill(${fill ?? (creation.type.startsWith('Big') ? '0n' : '0')})`;
  const fresh = fill === undefined ? made : sourceCode.getText(init);
  const indent = indentAt(sourceCode.text, statement.range[0]);
  const step = indent.includes('\t')
    ? '\t'
    : /^( *)/.exec(indentAt(sourceCode.text, block.range[0]))![1]!.length + 4 <= indent.length
      ? '    '
      : '  ';
  const edits: TextEdit[] = [
    { span: { start: init.range[0], end: init.range[1] }, newText: `${free}.pop()${clear} ?? ${fresh}` },
    { span: { start: statement.range[1], end: statement.range[1] }, newText: `${eol}${indent}try {` },
    ...reindented(sourceCode, statement.range[1], last.range[1], step),
    {
      span: { start: last.range[1], end: last.range[1] },
      newText: `${eol}${indent}} finally {${eol}${indent}${step}${free}.push(${name})${end}${eol}${indent}}`,
    },
  ];
  const pool = `const ${free}${place.typed ? `: ${creation.type}[]` : ''} = []`;
  const needed = neededBy(sourceCode, place);
  const early = needed.length > 0 ? 'later' : earliestRun(sourceCode, place.declarator);
  if (early === 'too early') return [];
  const why = [
    lifetime.suspends
      ? 'calls overlap at its await or yield'
      : 'it may be entered again while the memory is in use',
    'freed memory stays allocated',
    ...(early === 'later' ? [] : [`if ${noCycle}`]),
  ].join('; ');
  return [
    {
      title: `Take ${code(name)} from a free list and give it back in finally (${why})`,
      kind: 'suggestion',
      edits: [declareConstants(sourceCode, [pool], needed), ...edits].sort(
        (a, b) => a.span.start - b.span.start,
      ),
    },
  ];
}

/** One step of indentation for each line that begins between two offsets, but not inside template literals. */
function reindented(sourceCode: TSESLint.SourceCode, start: number, end: number, step: string): TextEdit[] {
  const { text } = sourceCode;
  const literal = (sourceCode.ast.tokens ?? []).filter(
    (token) => token.type === 'Template' && token.range[0] < end && token.range[1] > start,
  );
  const edits: TextEdit[] = [];
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    const line = at + 1;
    if (text[line] === '\n' || text[line] === '\r') continue;
    if (literal.some((token) => token.range[0] < line && line < token.range[1])) continue;
    edits.push({ span: { start: line, end: line }, newText: step });
  }
  return edits;
}
