import ts from 'typescript';

/**
 * Bytes that a node allocates in V8 when it runs, callees left out: sizes of objects where the text has them, else of what is made there as
 * a rule (lists of ten, texts of twenty characters). Only for putting places in order.
 */

const word = 8;
const header = 16;
const ofList = header + 10 * word;
const closure = 64;
const text = 40;

const methods = new Map<string, number>([
  ...['split', 'matchAll', 'flatMap', 'flat'].map((name) => [name, 2 * ofList] as const),
  ...['concat', 'slice', 'splice', 'toSorted', 'toReversed', 'match', 'exec'].map((name) => [name, ofList] as const),
  ...['padStart', 'padEnd', 'repeat', 'toFixed', 'toISOString', 'toLowerCase', 'toUpperCase', 'join', 'substring', 'trim', 'replace', 'replaceAll'].map((name) => [name, text] as const),
  ['map', ofList],
  ['filter', ofList],
  ['bind', closure],
  ['subarray', 96],
  ['toLocaleString', 1_000],
  ['toLocaleDateString', 1_000],
  ['toLocaleTimeString', 1_000],
]); // prettier-ignore

const statics = new Map<string, number>([
  ['Object.keys', ofList],
  ['Object.values', ofList],
  ['Object.entries', 5 * ofList],
  ['Object.fromEntries', 2 * ofList],
  ['Object.assign', ofList],
  ['Array.from', ofList],
  ['Math.hypot', 64],
  ['JSON.parse', 500],
  ['JSON.stringify', 200],
  ['Buffer.alloc', 200],
  ['Buffer.allocUnsafe', 200],
  ['Buffer.from', 200],
  ['Buffer.concat', 400],
]);

const classes = new Map<string, number>([
  ['Error', 700],
  ['Map', 200],
  ['Set', 200],
  ['RegExp', 500],
  ['URL', 500],
  ['Array', ofList],
  ['DateTimeFormat', 5_000],
  ['NumberFormat', 5_000],
  ['Collator', 5_000],
]);

export function bytesAt(node: ts.Node): number {
  switch (node.kind) {
    case ts.SyntaxKind.ObjectLiteralExpression: {
      const { properties } = node as ts.ObjectLiteralExpression;
      if (isPattern(node)) return 0;
      return 3 * word + properties.length * word + (properties.some(ts.isSpreadAssignment) ? ofList : 0);
    }
    case ts.SyntaxKind.ArrayLiteralExpression: {
      const { elements } = node as ts.ArrayLiteralExpression;
      if (isPattern(node)) return 0;
      return 2 * header + elements.length * word + (elements.some(ts.isSpreadElement) ? ofList : 0);
    }
    case ts.SyntaxKind.ArrowFunction:
    case ts.SyntaxKind.FunctionExpression:
      return closure;
    case ts.SyntaxKind.TemplateExpression:
      return text;
    case ts.SyntaxKind.BinaryExpression: {
      const { operatorToken, left, right } = node as ts.BinaryExpression;
      const joins =
        operatorToken.kind === ts.SyntaxKind.PlusToken ||
        operatorToken.kind === ts.SyntaxKind.PlusEqualsToken;
      return joins && (isText(left) || isText(right)) ? 32 : 0;
    }
    case ts.SyntaxKind.NewExpression: {
      const { expression } = node as ts.NewExpression;
      const name = ts.isIdentifier(expression)
        ? expression.text
        : ts.isPropertyAccessExpression(expression)
          ? expression.name.text
          : '';
      if (name.endsWith('Error')) return classes.get('Error')!;
      return classes.get(name) ?? (name.endsWith('Array') ? 200 : 64);
    }
    case ts.SyntaxKind.CallExpression: {
      const { expression } = node as ts.CallExpression;
      if (ts.isIdentifier(expression)) return expression.text === 'structuredClone' ? 1_000 : 0;
      if (!ts.isPropertyAccessExpression(expression)) return 0;
      const name = expression.name.text;
      if (ts.isIdentifier(expression.expression)) {
        const found = statics.get(`${expression.expression.text}.${name}`);
        if (found !== undefined) return found;
      }
      return methods.get(name) ?? 0;
    }
    default:
      return 0;
  }
}

const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** The left side of a destructuring assignment. */
function isPattern(node: ts.Node): boolean {
  const { parent } = node;
  return (
    (ts.isBinaryExpression(parent) &&
      parent.left === node &&
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) ||
    (ts.isForOfStatement(parent) && parent.initializer === node)
  );
}
