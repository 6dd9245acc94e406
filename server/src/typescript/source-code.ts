import { Linter } from 'eslint/universal';
import type { SourceCode } from 'eslint';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { ParseResult } from './parse';

/** A listener that LeanSourceCode calls: a node type, with `:exit` for after its children. */
export const listenerName = /^[A-Z]\w*(?::exit)?$/;

/** ESLint's class, which its package does not export for bundles: that of any text that was linted. */
function eslintClass(): typeof SourceCode {
  const linter = new Linter({ configType: 'flat' });
  const parse = () => ({ type: 'Program', body: [], tokens: [], comments: [], range: [0, 0], loc: { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } } }); // prettier-ignore
  linter.verify(
    '',
    { files: ['**/*'], languageOptions: { parser: { parse } as never } },
    { filename: 'any.js' },
  );
  return linter.getSourceCode().constructor as typeof SourceCode;
}

/** By source code, because instances are frozen: the names that some rule listens to. */
const listened = new WeakMap<SourceCode, ReadonlySet<string>>();

/**
 * Source code whose traversal makes no code path analysis and matches no selectors: no rule of ours needs either, and
 * they take 0.4 times as long as the parser (`npm run bench ts-latency`).
 */
class LeanSourceCode extends eslintClass() {
  /** Sets every node's parent; the steps are for the names that are listened to when they are iterated. */
  override traverse(): never {
    const events: (Node | undefined)[] = [];
    const keys = this.visitorKeys as Record<string, readonly string[]>;
    const visit = (node: Node, parent: Node | null): void => {
      (node as { parent: Node | null }).parent = parent;
      events.push(node);
      for (const key of keys[node.type] ?? []) {
        const child = (node as unknown as Record<string, Node | readonly Node[] | null | undefined>)[key];
        if (!child) continue;
        if (!Array.isArray(child)) visit(child as Node, node);
        else for (const each of child as readonly (Node | null)[]) if (each) visit(each, node);
      }
      events.push(undefined);
    };
    visit(this.ast as unknown as Node, null);
    return { [Symbol.iterator]: () => steps(events, listened.get(this)!) } as never;
  }
}

type Node = TSESTree.Node;

/** A step of ESLint's traversal (eslint/lib/linter/source-code-traverser.js): call what listens to the name. */
interface CallStep {
  readonly kind: 2;
  readonly target: string;
  readonly args: readonly [Node];
}

/** @param events nodes entered, and `undefined` where the last one not yet left is left */
function* steps(events: readonly (Node | undefined)[], names: ReadonlySet<string>): Generator<CallStep> {
  const exits = new Map(
    [...names].map((name) => [name.replace(/:exit$/, ''), name] as const).filter(([a, b]) => a !== b),
  );
  const open: Node[] = [];
  for (const node of events) {
    if (node) {
      open.push(node);
      if (names.has(node.type)) yield { kind: 2, target: node.type, args: [node] };
    } else {
      const left = open.pop()!;
      const exit = exits.get(left.type);
      if (exit !== undefined) yield { kind: 2, target: exit, args: [left] };
    }
  }
}

/**
 * The parsed text for the Linter.
 * @param names of the listeners; read when the tree is traversed, after the rules were created
 */
export function sourceCodeOf(
  text: string,
  { ast, scopeManager, visitorKeys }: ParseResult,
  names: ReadonlySet<string>,
): TSESLint.SourceCode {
  const sourceCode = new LeanSourceCode({
    text,
    ast,
    scopeManager,
    visitorKeys,
    parserServices: {},
  } as never);
  listened.set(sourceCode, names);
  return sourceCode as unknown as TSESLint.SourceCode;
}
