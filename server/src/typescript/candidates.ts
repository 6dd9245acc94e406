import ts from 'typescript';
import { joining } from '../../../rules/typescript/growth/joins';
import { elementSizes } from '../../../rules/typescript/types/value-type';

/**
 * What each rule could report at, in TypeScript's own tree: what the parser has before it converts it into ESTree, which
 * costs several times the parse. A file without a candidate is not converted. A test may say yes where the rule says
 * nothing, and must never say no where it reports; a rule that is not here is looked at wherever its words occur. The
 * node of a `hot only` rule must stand where it is as hot as what is reported.
 */
type Test = (node: ts.Node) => boolean;

const { SyntaxKind: K } = ts;

/** Without what ESTree has no node for, or rules look through. */
export function bare(node: ts.Node): ts.Node {
  let at = node;
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isSatisfiesExpression(at) ||
    ts.isTypeAssertionExpression(at)
  )
    at = at.expression;
  return at;
}

/** The next node out that is more than brackets and types. */
function outer(node: ts.Node): ts.Node {
  let at = node.parent;
  while (bare(at) !== at) at = at.parent;
  return at;
}

/** `name` of `x.name` and `x['name']`. */
function memberName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (!ts.isElementAccessExpression(node)) return undefined;
  const key = bare(node.argumentExpression);
  return ts.isStringLiteral(key) ? key.text : undefined;
}

/** The method's name when the node is a call `x.name(…)`. */
const method = (node: ts.Node): string | undefined =>
  ts.isCallExpression(node) ? memberName(bare(node.expression)) : undefined;

/** What a method is called on. */
const receiver = (call: ts.CallExpression): ts.Node =>
  bare((bare(call.expression) as ts.PropertyAccessExpression).expression);

const isNamed = (node: ts.Node | undefined, ...names: string[]): boolean =>
  node !== undefined && ts.isIdentifier(node) && names.includes(node.text);

const argument = (call: ts.CallExpression | ts.NewExpression, index: number): ts.Node | undefined => {
  const found = call.arguments?.[index];
  return found && bare(found);
};

/** Something below the node, functions inside included. */
function contains(node: ts.Node, test: Test): boolean {
  return test(node) || ts.forEachChild(node, (child) => contains(child, test) || undefined) === true;
}

const isWrapper = (node: ts.Node): node is ts.ObjectLiteralExpression | ts.ArrayLiteralExpression =>
  ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node);

/** A spread, `concat` or `Object.assign` of the name. */
function copies(node: ts.Node, name: string): boolean {
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) return isNamed(bare(node.expression), name);
  if (!ts.isCallExpression(node)) return false;
  const called = method(node);
  return (
    (called === 'concat' && isNamed(receiver(node), name)) ||
    (called === 'assign' && isNamed(argument(node, 1), name))
  );
}

const hasSpread = (node: ts.Node): boolean =>
  (ts.isArrayLiteralExpression(node) && node.elements.some(ts.isSpreadElement)) ||
  (ts.isObjectLiteralExpression(node) && node.properties.some(ts.isSpreadAssignment));

const isAssignment = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === K.EqualsToken;

const constant: Test = (value) =>
  ts.isLiteralExpression(value) ||
  ts.isIdentifier(value) ||
  ts.isPropertyAccessExpression(value) ||
  (ts.isPrefixUnaryExpression(value) && value.operator === K.MinusToken) ||
  value.kind === K.TrueKeyword ||
  value.kind === K.FalseKeyword ||
  value.kind === K.NullKeyword;

/** `return …`, `=> …`, on the way out of conditions, arrays and objects. */
function isReturned(node: ts.Node): boolean {
  for (let at = outer(node); ; at = outer(at)) {
    if (ts.isReturnStatement(at) || ts.isArrowFunction(at)) return true;
    if (
      !ts.isConditionalExpression(at) &&
      !ts.isBinaryExpression(at) &&
      !ts.isPropertyAssignment(at) &&
      !isWrapper(at)
    )
      return false;
  }
}

/** A shorter function is smaller than what ts/wrapper-return takes for too large to be inlined. Characters. */
const inlinable = 250;

/**
 * Of a function that returns nothing but objects and arrays written in place, null, false, undefined, and its own calls:
 * several of them, or a function that is not small.
 */
function returnsWrappers(fn: ts.FunctionLikeDeclaration): boolean {
  const { body, parent } = fn;
  if (
    !body ||
    fn.asteriskToken ||
    ts.getModifiers(fn as ts.ArrowFunction)?.some(({ kind }) => kind === K.AsyncKeyword)
  )
    return false;
  const name = ts.isFunctionDeclaration(fn)
    ? fn.name
    : ts.isVariableDeclaration(parent)
      ? parent.name
      : undefined;
  if (!name || !ts.isIdentifier(name)) return false;
  let wrappers = 0;
  let nothing = false;
  let others = false;
  const result = (value: ts.Node | undefined): void => {
    if (value && ts.isParenthesizedExpression(value)) result(value.expression);
    else if (value && ts.isConditionalExpression(value)) {
      result(value.whenTrue);
      result(value.whenFalse);
    } else if (value && isWrapper(value)) wrappers++;
    else if (value && ts.isCallExpression(value)) others ||= !isNamed(bare(value.expression), name.text);
    else if (
      !value ||
      value.kind === K.NullKeyword ||
      value.kind === K.FalseKeyword ||
      isNamed(value, 'undefined')
    )
      nothing = true;
    else others = true;
  };
  const visit = (node: ts.Node): void => {
    if (others || ts.isFunctionLike(node)) return;
    if (ts.isReturnStatement(node)) result(node.expression);
    else ts.forEachChild(node, visit);
  };
  if (ts.isBlock(body)) visit(body);
  else result(body);
  if (wrappers === 0 || others) return false;
  return (
    wrappers > 1 ||
    nothing ||
    body.end - body.pos > inlinable ||
    contains(body, (node) => isNamed(node, name.text))
  );
}

/** A statement of the loop's body, or the body itself, is `x.push(y)`, and x starts empty beside the loop. */
function pushes(loop: ts.ForStatement | ts.ForOfStatement): boolean {
  const { parent } = loop;
  const counts = ts.isForOfStatement(loop)
    ? ts.isIdentifier(bare(loop.expression))
    : loop.initializer !== undefined &&
      ts.isVariableDeclarationList(loop.initializer) &&
      loop.condition !== undefined;
  if (!counts) return false;
  if (!ts.isBlock(parent) && !ts.isSourceFile(parent) && !ts.isModuleBlock(parent)) return false;
  const statements = ts.isBlock(loop.statement) ? loop.statement.statements : [loop.statement];
  const targets = statements.flatMap((statement) => {
    const call = ts.isExpressionStatement(statement) ? bare(statement.expression) : statement;
    if (method(call) !== 'push') return [];
    const target = receiver(call as ts.CallExpression);
    return ts.isIdentifier(target) ? [target.text] : [];
  });
  if (targets.length === 0) return false;
  return parent.statements.some(
    (statement) =>
      ts.isVariableStatement(statement) &&
      statement.declarationList.declarations.some(({ name, initializer }) => {
        const value = initializer && bare(initializer);
        return (
          isNamed(name, ...targets) &&
          !!value &&
          ts.isArrayLiteralExpression(value) &&
          value.elements.length === 0
        );
      }),
  );
}

/** In a loop of the function. */
function isInLoop(node: ts.Node): boolean {
  for (let at = node.parent; at && !ts.isFunctionLike(at); at = at.parent)
    if (ts.isIterationStatement(at, false)) return true;
  return false;
}

/** In a loop of the function, or in a callback of forEach(). */
function isRepeated(node: ts.Node): boolean {
  if (isInLoop(node)) return true;
  let at = node.parent;
  while (at && !ts.isFunctionLike(at)) at = at.parent;
  return at !== undefined && method(outer(at)) === 'forEach';
}

/** Not where the name's own declaration shows that the file does not write its properties out. */
function mayHaveWrittenShape(name: ts.Identifier): boolean {
  const declared = declarationOf(name);
  if (!declared) return true;
  const { type } = declared;
  if (!type) {
    // The element of an array: in a callback, or in for-of.
    return ts.isParameter(declared)
      ? ts.isCallExpression(outer(declared.parent))
      : ts.isForOfStatement(declared.parent.parent);
  }
  // A type of the file; in arrays and the like, of what is in them.
  if (!ts.isTypeReferenceNode(type) || type.typeArguments || !ts.isIdentifier(type.typeName)) return true;
  return declaredTypes(name.getSourceFile()).has(type.typeName.text);
}

const typesOf = new WeakMap<ts.SourceFile, Set<string>>();

/** Names of the interfaces and type aliases of a file. */
function declaredTypes(file: ts.SourceFile): ReadonlySet<string> {
  let names = typesOf.get(file);
  if (names) return names;
  typesOf.set(file, (names = new Set()));
  const found = names;
  contains(file, (node) => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) found.add(node.name.text);
    return false;
  });
  return found;
}

/** Not where the name's own declaration says that it is no typed array, or nothing. */
function mayBeBytes(name: ts.Identifier): boolean {
  const declared = declarationOf(name);
  if (!declared) return true;
  return declared.type ? isBytesType(declared.type) : ts.isVariableDeclaration(declared);
}

function isBytesType(type: ts.TypeNode): boolean {
  if (ts.isParenthesizedTypeNode(type)) return isBytesType(type.type);
  if (ts.isUnionTypeNode(type)) return type.types.some(isBytesType);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return false;
  const { text } = type.typeName;
  return elementSizes.has(text) || (text === 'Readonly' && type.typeArguments?.some(isBytesType) === true);
}

/** The parameter or block-scoped variable of the name; undefined where only scope analysis can tell. */
function declarationOf(name: ts.Identifier): ts.ParameterDeclaration | ts.VariableDeclaration | undefined {
  const named = <D extends ts.ParameterDeclaration | ts.VariableDeclaration>(
    all: readonly D[],
  ): D | undefined => all.find((each) => isNamed(each.name, name.text));
  for (let at: ts.Node = name.parent; at; at = at.parent) {
    let found: ts.ParameterDeclaration | ts.VariableDeclaration | undefined;
    if (ts.isFunctionLike(at)) found = named(at.parameters);
    else if (ts.isForOfStatement(at) && ts.isVariableDeclarationList(at.initializer))
      found = named(at.initializer.declarations);
    else if (ts.isBlock(at) || ts.isSourceFile(at))
      found = at.statements
        .filter(ts.isVariableStatement)
        .map(({ declarationList }) => named(declarationList.declarations))
        .find((each) => each !== undefined);
    if (found) return found;
  }
  return undefined;
}

const buffers = new Set([...elementSizes.keys(), 'ArrayBuffer', 'DataView']);

/** By rule, by the kind of node. */
const tests: Readonly<Record<string, readonly (readonly [ts.SyntaxKind, Test])[]>> = {
  'accumulating-spread': [
    [
      K.CallExpression,
      (node) => {
        if (!/^reduce(?:Right)?$/.test(method(node) ?? '')) return false;
        const callback = argument(node as ts.CallExpression, 0);
        if (!callback || !(ts.isArrowFunction(callback) || ts.isFunctionExpression(callback))) return false;
        const name = callback.parameters[0]?.name;
        return !!name && ts.isIdentifier(name) && contains(callback.body, (at) => copies(at, name.text));
      },
    ],
    [
      K.CallExpression,
      (node) => {
        const value = argument(node as ts.CallExpression, 1);
        return method(node) === 'set' && value !== undefined && hasSpread(bare(value)) && isRepeated(node);
      },
    ],
    [
      K.BinaryExpression,
      (node) => {
        if (!isAssignment(node)) return false;
        const [left, right] = [bare(node.left), bare(node.right)];
        if (ts.isPropertyAccessExpression(left) || ts.isElementAccessExpression(left))
          return hasSpread(right) || method(right) === 'assign';
        if (!ts.isIdentifier(left) || !isRepeated(node)) return false;
        if (ts.isObjectLiteralExpression(right)) return right.properties.some((at) => copies(at, left.text));
        if (ts.isArrayLiteralExpression(right)) return right.elements.some((at) => copies(at, left.text));
        return copies(right, left.text);
      },
    ],
  ],
  'bytes-to-read': [
    [
      K.CallExpression,
      (node) => {
        const use = outer(node);
        const name = memberName(use);
        if (method(node) === 'slice' || method(node) === 'subarray') return name === 'toString';
        if (method(node) !== 'from' && method(node) !== 'encode') return false;
        return name === 'length' || name === 'byteLength' || method(use) === 'update';
      },
    ],
  ],
  'chained-arrays': [
    [
      K.CallExpression,
      (node) => {
        const called = method(node);
        if (called !== 'filter' && called !== 'map') return false;
        const use = outer(node);
        const name = memberName(use);
        if (name !== undefined)
          return /^(?:length|at|shift|pop|includes|(?:last)?[iI]ndexOf|forEach|reduce)$/.test(name);
        return ts.isElementAccessExpression(use) || ts.isSpreadElement(use) || ts.isForOfStatement(use);
      },
    ],
  ],
  'concat-in-loop': [
    [
      K.CallExpression,
      (node) => {
        const callee = bare((node as ts.CallExpression).expression);
        const name = ts.isIdentifier(callee) ? callee.text : memberName(callee);
        return joining.test(name ?? '');
      },
    ],
    [
      K.NewExpression,
      (node) => {
        const size = argument(node as ts.NewExpression, 0);
        return (
          size !== undefined &&
          (ts.isBinaryExpression(size) || hasSpread(size)) &&
          isNamed(bare((node as ts.NewExpression).expression), ...buffers)
        );
      },
    ],
  ],
  'constant-collection-per-call': [
    [
      K.NewExpression,
      (node) => {
        const { expression } = node as ts.NewExpression;
        const first = argument(node as ts.NewExpression, 0);
        if (!first) return false;
        if (isNamed(bare(expression), 'RegExp')) return ts.isStringLiteral(first);
        return isNamed(bare(expression), 'Set', 'Map') && ts.isArrayLiteralExpression(first);
      },
    ],
    [
      K.ObjectLiteralExpression,
      (node) => {
        const { properties } = node as ts.ObjectLiteralExpression;
        return (
          properties.length >= 8 &&
          properties.every(
            (property) =>
              ts.isShorthandPropertyAssignment(property) ||
              (ts.isPropertyAssignment(property) && constant(bare(property.initializer))),
          )
        );
      },
    ],
  ],
  'copy-for-view': [
    [
      K.CallExpression,
      (node) => {
        if (method(node) !== 'slice') return false;
        const bytes = receiver(node as ts.CallExpression);
        if (ts.isIdentifier(bytes) && !mayBeBytes(bytes)) return false;
        const use = outer(node);
        if (ts.isVariableDeclaration(use)) return ts.isIdentifier(bytes);
        const name = memberName(use);
        if (name !== undefined) return /^(?:at|includes|indexOf|lastIndexOf|join)$/.test(name);
        return ts.isSpreadElement(use) || ts.isArrayLiteralExpression(use) || ts.isCallExpression(use);
      },
    ],
  ],
  'deep-clone': [
    [
      K.CallExpression,
      (node) => {
        const call = node as ts.CallExpression;
        if (isNamed(bare(call.expression), 'structuredClone')) return true;
        const text = argument(call, 0);
        return method(call) === 'parse' && text !== undefined && method(text) === 'stringify';
      },
    ],
  ],
  'delete-property': [
    [
      K.DeleteExpression,
      (node) => ts.isPropertyAccessExpression(bare((node as ts.DeleteExpression).expression)),
    ],
  ],
  'entries-destructuring': [
    [
      // What the loop binds stands where its body does.
      K.VariableDeclarationList,
      ({ parent }) => ts.isForOfStatement(parent) && method(bare(parent.expression)) === 'entries',
    ],
  ],
  'eager-log-text': [[K.CallExpression, (node) => /^(?:stringify|inspect)$/.test(method(node) ?? '')]],
  'error-per-call': [
    [
      K.NewExpression,
      (node) => {
        const callee = bare((node as ts.NewExpression).expression);
        if (!ts.isIdentifier(callee) || !callee.text.endsWith('Error')) return false;
        if (!ts.isThrowStatement(outer(node))) return isReturned(node);
        for (let at = node.parent; at && !ts.isFunctionLike(at); at = at.parent)
          if (ts.isTryStatement(at)) return true;
        return false;
      },
    ],
  ],
  'format-then-append': [
    [
      K.CallExpression,
      (node) => {
        const called = method(node);
        return (
          called === 'encode' ||
          ((called === 'from' || called === 'concat') &&
            isNamed(receiver(node as ts.CallExpression), 'Buffer'))
        );
      },
    ],
  ],
  hypot: [[K.CallExpression, (node) => method(node) === 'hypot']],
  'per-call-buffer': [
    [
      K.VariableDeclaration,
      (node) => {
        const { initializer } = node as ts.VariableDeclaration;
        const made = initializer && bare(initializer);
        if (!made) return false;
        if (ts.isNewExpression(made)) {
          const callee = bare(made.expression);
          return ts.isIdentifier(callee) && buffers.has(callee.text);
        }
        return method(made)?.startsWith('alloc') === true;
      },
    ],
  ],
  'pessimised-iteration': [
    [
      K.CallExpression,
      (node) =>
        method(node) === 'from' &&
        (node as ts.CallExpression).arguments.length === 2 &&
        isNamed(receiver(node as ts.CallExpression), 'Array'),
    ],
  ],
  'preallocate-array': [
    [K.ForStatement, (node) => pushes(node as ts.ForStatement)],
    [K.ForOfStatement, (node) => pushes(node as ts.ForOfStatement)],
  ],
  'setup-per-call': [
    [K.NewExpression, () => true],
    [K.CallExpression, () => true],
  ],
  'shift-drain': [
    [
      K.CallExpression,
      (node) =>
        method(node) === 'shift' && (node as ts.CallExpression).arguments.length === 0 && isInLoop(node),
    ],
  ],
  'split-index': [
    [
      K.CallExpression,
      (node) => {
        if (method(node) !== 'split') return false;
        const use = outer(node);
        return (
          ts.isElementAccessExpression(use) ||
          ts.isVariableDeclaration(use) ||
          /^(?:pop|at|map)$/.test(memberName(use) ?? '')
        );
      },
    ],
  ],
  'spread-known-shape': [
    [
      K.ObjectLiteralExpression,
      (node) => {
        const [first] = (node as ts.ObjectLiteralExpression).properties;
        if (!first || !ts.isSpreadAssignment(first)) return false;
        let root = bare(first.expression);
        while (ts.isPropertyAccessExpression(root)) root = bare(root.expression);
        return ts.isIdentifier(root) && mayHaveWrittenShape(root);
      },
    ],
  ],
  'whole-collection': [
    [
      K.CallExpression,
      (node) =>
        /^(?:from|keys|values|entries|fromEntries|sort|toSorted|has|stringify|match)$/.test(
          method(node) ?? '',
        ),
    ],
    [K.ArrayLiteralExpression, (node) => hasSpread(node)],
  ],
  'frame-garbage': [
    [K.NewExpression, () => true],
    [K.ArrowFunction, () => true],
    [K.FunctionExpression, () => true],
    [K.CallExpression, (node) => /^(?:bind|clone|create|fromValues)$/.test(method(node) ?? '')],
  ],
  'wrapper-return': [K.FunctionDeclaration, K.FunctionExpression, K.ArrowFunction].map(
    (kind) => [kind, (node: ts.Node) => returnsWrappers(node as ts.FunctionLikeDeclaration)] as const,
  ),
};

/** Names of the rules that a tree is to be searched for, by the kinds of nodes that show them. */
export class CandidateTests {
  readonly #byKind = new Map<ts.SyntaxKind, { readonly rule: string; readonly test: Test }[]>();

  constructor(rules: readonly string[]) {
    for (const rule of rules) {
      for (const [kind, test] of tests[rule] ?? []) {
        const list = this.#byKind.get(kind);
        if (list) list.push({ rule, test });
        else this.#byKind.set(kind, [{ rule, test }]);
      }
    }
  }

  /** Whether the rule's candidates can be recognised at all. */
  static knows(rule: string): boolean {
    return rule in tests;
  }

  /** Calls `found` with each rule that the node is a candidate of. */
  at(node: ts.Node, found: (rule: string) => void): void {
    for (const { rule, test } of this.#byKind.get(node.kind) ?? []) if (test(node)) found(rule);
  }
}
