import * as parser from '@typescript-eslint/parser';
import type { TSESTree } from '@typescript-eslint/utils';
import ts from 'typescript';

/**
 * The one seam to the parser: a faster one can take its place here. Gives what ESLint's Linter and the rules need (tree
 * with tokens and comments, scopes); throws the parser's error with `index` (UTF-16 offset) and `message`.
 */
export type ParseResult = ReturnType<typeof parser.parseForESLint>;

/** Extensions that this engine reads, without their dot. */
export const extensions = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'] as const;

const languageExtensions: Readonly<Record<string, string>> = {
  typescript: '.ts',
  typescriptreact: '.tsx',
  javascript: '.js',
  javascriptreact: '.jsx',
};

/** The extension that decides the syntax: the file's own, or the language's for a file without a known one. */
export function syntaxExtension(path: string, languageId: string): string | undefined {
  const own = /\.([cm]?[jt]s|[jt]sx)$/i.exec(path)?.[0].toLowerCase();
  return own ?? languageExtensions[languageId];
}

/** TypeScript's own tree of a module, with parents: what `parse` converts. */
export type SyntaxTree = ts.SourceFile;

/** Never throws: what does not parse is noted in the tree; see `hasErrors`. */
export function syntaxTree(text: string, filePath: string): SyntaxTree {
  const options: ts.CreateSourceFileOptions = {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    setExternalModuleIndicator: (file) => {
      (file as { externalModuleIndicator?: true }).externalModuleIndicator = true;
    },
  };
  return ts.createSourceFile(filePath, text, options, true);
}

/** Whether the text parses only as a script, or not at all. */
export function hasErrors(tree: SyntaxTree): boolean {
  // Where typescript-estree looks; the public way to these asks for a whole program.
  return (tree as unknown as { parseDiagnostics: readonly unknown[] }).parseDiagnostics.length > 0;
}

/**
 * @param filePath decides by its extension whether JSX and type syntax are read
 * @param tree of this text and path, when there is one
 */
export function parse(
  text: string,
  filePath: string,
  tree: SyntaxTree = syntaxTree(text, filePath),
): ParseResult {
  const options: parser.ParserOptions = {
    filePath,
    ecmaVersion: 'latest',
    ecmaFeatures: { jsx: /x$/i.test(filePath) },
    // Global types need no variables: what is not declared in the file is a global to the rules.
    lib: [],
    jsDocParsingMode: 'none',
    // The way back to TypeScript's nodes: nobody asks, and the maps take a third of the time.
    preserveNodeMaps: false,
    loggerFn: false,
    warnOnUnsupportedTypeScriptVersion: false,
  };
  try {
    return parser.parseForESLint(tree, { ...options, sourceType: 'module' });
  } catch (error) {
    // Sloppy scripts: `with`, `await` as a name. What they cannot be either is reported as a module's error.
    try {
      return parser.parseForESLint(text, { ...options, sourceType: 'script' });
    } catch {
      throw error;
    }
  }
}

/** As `parse`, with the comments that ESLint's Linter takes for directives adapted. */
export function parseForLinter(text: string, filePath: string, tree?: SyntaxTree): ParseResult {
  const result = parse(text, filePath, tree);
  for (const comment of result.ast.comments ?? []) adaptDirective(comment);
  return result;
}

const directive = /^\s*eslint(?:-(disable|enable|env)(?:-(?:next-)?line)?)?(?=\s|$)/;

/**
 * ESLint reads directives from comment nodes. In these nodes only, rules may be named by their AllocLens id
 * (`ts/accumulating-spread`), and configuration of other rules (`eslint no-console: "error"`) is taken out: the server
 * runs no rule but its own. The text itself, which fixes copy, is not touched.
 */
function adaptDirective(comment: TSESTree.Comment): void {
  const found = directive.exec(comment.value);
  if (!found) return;
  let value = comment.value.replace(/(?<![\w/-])ts\/(?=[a-z])/g, 'alloclens/');
  if (found[1] === 'env') value = '';
  if (found[1] === undefined && comment.type === 'Block') {
    const own = [...value.matchAll(/["']?(alloclens\/[\w-]+)["']?\s*:\s*["']?(off|warn|error|[012])\b/g)];
    value =
      own.length === 0
        ? ''
        : ` eslint ${own.map(([, id, level]) => `"${id}": ${/\d/.test(level!) ? level : `"${level}"`}`).join(', ')} `;
  }
  comment.value = value;
}
