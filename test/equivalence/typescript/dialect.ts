import ts from 'typescript';
import type { Random } from '../random';

/** How a file is written: which language, which kind of module, and with which habits. */
export interface Dialect {
  readonly extension: 'ts' | 'tsx' | 'mts' | 'cts' | 'js' | 'jsx' | 'mjs' | 'cjs';
  readonly module: 'esm' | 'commonjs' | 'script';
  readonly semicolons: boolean;
  readonly unit: '  ' | '    ' | '\t';
  readonly newline: '\n' | '\r\n';
  readonly byteOrderMark: boolean;
  /** Comments where nobody would write them. */
  readonly comments: number;
}

export const isTyped = ({ extension }: Pick<Dialect, 'extension'>): boolean => extension.includes('t');

export function pickDialect(random: Random, typedOnly: boolean): Dialect {
  const typed = typedOnly || random.chance(0.75);
  const extension = typed
    ? random.pick(['ts', 'ts', 'ts', 'ts', 'ts', 'tsx', 'mts', 'cts'] as const)
    : random.pick(['js', 'js', 'mjs', 'cjs', 'jsx'] as const);
  const module =
    extension === 'cjs' ? 'commonjs' : extension === 'js' ? random.pick(['esm', 'esm', 'commonjs', 'script'] as const) : 'esm'; // prettier-ignore
  return {
    extension,
    module,
    semicolons: random.chance(0.75),
    unit: random.pick(['  ', '  ', '    ', '\t']),
    newline: random.chance(0.1) ? '\r\n' : '\n',
    byteOrderMark: random.chance(0.05),
    comments: random.chance(0.12) ? 1 + random.below(4) : 0,
  };
}

/**
 * The text in the dialect.
 * @param text TypeScript with semicolons, a statement a line, indented anyhow
 */
export function inDialect(text: string, dialect: Dialect, random: Random): string {
  let written = indented(isTyped(dialect) ? text : withoutTypes(text), dialect.unit);
  if (!dialect.semicolons) written = withoutSemicolons(written);
  for (let n = dialect.comments; n > 0; n--) written = withComment(written, random);
  if (dialect.newline === '\r\n') written = written.replaceAll('\n', '\r\n');
  return dialect.byteOrderMark ? `\ufeff${written}` : written;
}

function withoutTypes(text: string): string {
  const { outputText } = ts.transpileModule(text, {
    fileName: 'a.ts',
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.Preserve,
      verbatimModuleSyntax: true,
      alwaysStrict: false,
    },
  });
  return outputText;
}

/** Lines indented by the brackets that are open where they begin. */
export function indented(text: string, unit: string): string {
  const lines: string[] = [];
  let depth = 0;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') {
      if (lines.at(-1) === '' || lines.length === 0) continue;
      lines.push('');
      continue;
    }
    const brackets = line
      .replace(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/.*/g, '')
      .replace(/[^()[\]{}]/g, '');
    const closing = /^[)\]}]*/.exec(line)![0].length;
    lines.push(unit.repeat(Math.max(0, depth - closing)) + line);
    for (const bracket of brackets) depth += '([{'.includes(bracket) ? 1 : -1;
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** As people write without semicolons: one stands only before a line that would continue the line above. */
function withoutSemicolons(text: string): string {
  const file = parsed(text);
  const tokens = tokensOf(file);
  const ends = new Set<number>();
  const visit = (node: ts.Node): void => {
    const ended =
      (ts.isStatement(node) && !ts.isEmptyStatement(node)) ||
      ts.isPropertyDeclaration(node) ||
      ts.isTypeElement(node);
    if (ended && text[node.end - 1] === ';') ends.add(node.end - 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const removed: [start: number, end: number, instead: string][] = [];
  tokens.forEach((token, i) => {
    if (!ends.has(token.getStart(file))) return;
    const next = tokens[i + 1];
    const start = token.getStart(file);
    const nextStart = next?.getStart(file) ?? text.length;
    const nextText = next?.getText(file) ?? '';
    if (nextText !== '}' && !text.slice(start, nextStart).includes('\n')) return;
    removed.push([start, start + 1, '']);
    if (/^[([`+\-/*,.]/.test(nextText)) removed.push([nextStart, nextStart, ';']);
  });
  return replaced(text, removed);
}

/** A comment between two tokens, or at the end of a line. */
function withComment(text: string, random: Random): string {
  const file = parsed(text);
  const tokens = tokensOf(file).filter((token) => !ts.isTemplateMiddleOrTemplateTail(token));
  const at = random.pick(tokens).getStart(file);
  if (random.chance(0.6)) return replaced(text, [[at, at, '/* odd */ ']]);
  const end = text.indexOf('\n', at);
  return /\/\/|`/.test(text.slice(text.lastIndexOf('\n', end - 1) + 1, end))
    ? text
    : replaced(text, [[end, end, ' // odd']]);
}

const parsed = (text: string): ts.SourceFile =>
  ts.createSourceFile('a.tsx', text, ts.ScriptTarget.Latest, true);

function tokensOf(file: ts.SourceFile): ts.Node[] {
  const tokens: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.EndOfFileToken || ts.isJSDoc(node)) return;
    const children = node.getChildren(file);
    if (children.length === 0) {
      if (node.end > node.getStart(file)) tokens.push(node);
    } else for (const child of children) visit(child);
  };
  visit(file);
  return tokens;
}

function replaced(text: string, edits: readonly (readonly [number, number, string])[]): string {
  let result = text;
  for (const [start, end, instead] of [...edits].sort((a, b) => b[0] - a[0]))
    result = result.slice(0, start) + instead + result.slice(end);
  return result;
}
