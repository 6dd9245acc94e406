// An esbuild plugin that bundles, of TypeScript's compiler, only what the typescript-eslint parser runs to parse a file:
// the checker, the emitter and the language service are three quarters of the compiler, and a parser has no program to
// check. A test compares what the bundle parses with what the whole compiler parses (test/package/parser.test.ts).
//
// TypeScript ships as one file, one function around every declaration, whose statements a bundler must keep because they
// may have effects. The plugin takes the function away and says which statements have none, as if TypeScript had shipped
// as modules; esbuild then leaves out what nothing uses.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import ts from 'typescript';

/** What needs a program. The typescript-eslint parser calls these only when it is given a project, and here it never is. */
const needsProgram = new Set([
  'createAbstractBuilder',
  'createCompilerHost',
  'createProgram',
  'createWatchCompilerHost',
  'createWatchProgram',
  'formatDiagnostics',
  'getConfigFileParsingDiagnostics',
  'getParsedCommandLineOfConfigFile',
  'readConfigFile',
  'server',
]);

/** Calls whose only effect is an entry in a table of the language service. */
const registers = new Set(['registerCodeFix', 'registerRefactor']);

/** @returns {import('esbuild').Plugin} */
export function typescriptParserOnly() {
  return {
    name: 'typescript-parser-only',
    setup(context) {
      const { entryPoints, absWorkingDir, plugins } = context.initialOptions;
      const others = plugins.filter(({ name }) => name !== 'typescript-parser-only');
      context.onLoad(
        { filter: /[\\/]node_modules[\\/]typescript[\\/]lib[\\/]typescript\.js$/ },
        async ({ path }) => {
          const names = await mentionedNames({ entryPoints, absWorkingDir, plugins: others });
          const source = await readFile(path, 'utf8');
          return { contents: asModule(path, source, (name) => names.has(name) && !needsProgram.has(name)) };
        },
      );
    },
  };
}

/** Every `.name` in what is bundled beside TypeScript: more than what is asked of it, never less. */
async function mentionedNames(options) {
  const { metafile } = await build({
    ...options,
    bundle: true,
    platform: 'node',
    external: ['typescript'],
    metafile: true,
    write: false,
    outdir: 'dist',
    logLevel: 'silent',
  });
  const names = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    if (!/\.[cm]?[jt]s$/.test(input)) continue;
    const text = await readFile(`${options.absWorkingDir}/${input}`, 'utf8').catch(() => '');
    for (const [, name] of text.matchAll(/\.([A-Za-z_$][\w$]*)/g)) names.add(name);
  }
  return names;
}

/**
 * TypeScript's file as an ES module whose unused declarations a bundler may leave out.
 * @param {(name: string) => boolean} wanted which of TypeScript's exports the module has
 */
function asModule(path, source, wanted) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const text = (node) => source.slice(node.getStart(file), node.end);
  const pure = (body) => `/* @__PURE__ */ (() => { ${body} })()`;
  const out = [];
  let exported;
  /** The place of the last declaration of a variable; what is said of it later becomes part of it. */
  const place = new Map();
  const declare = (name, text) => {
    place.set(name, out.length);
    out.push(text);
  };
  const extend = (name, statement) => {
    const at = place.get(name);
    out[at] = `var ${name} = ${pure(`${out[at]}\n${statement}\nreturn ${name};`)};`;
  };

  for (const statement of wrapper(file, path).body.statements) {
    const expression = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    const call = expression && ts.isCallExpression(expression) ? expression : undefined;
    const callee = call && text(call.expression);
    const argument = call?.arguments[0];
    const namespace = argument && ts.isBinaryExpression(argument) ? text(argument.left) : undefined;
    const member = /^(\w+)\.\w+ = /.exec(text(statement))?.[1];

    if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (text(name) === 'Diagnostics') out.push(...messages(initializer, text));
        declare(
          text(name),
          initializer ? `var ${text(name)} = ${pure(`return ${text(initializer)};`)};` : `var ${text(name)};`,
        );
      }
    } else if (callee === '__export' && text(argument) === 'typescript_exports') {
      exported = call.arguments[1].properties.map(({ name, initializer }) => [
        text(name),
        text(initializer.body),
      ]);
    } else if (callee === '__export') extend(text(argument), text(statement));
    // `var X; ((X2) => { … })(X || (X = {}));`
    else if (place.has(namespace)) extend(namespace, text(statement));
    else if (expression && place.has(member)) extend(member, text(statement));
    else if (!registers.has(callee) && !/^(0 && \(?)?module\.exports\b/.test(text(statement)))
      out.push(text(statement));
  }
  if (exported === undefined) throw new Error(`${path} lists no exports where this plugin looks for them`);
  const kept = exported.filter(([name]) => wanted(name));
  // One variable a message, so that the messages of what is left out go, too.
  const body = out.join('\n').replace(/\bDiagnostics\.(\w+)/g, 'Diagnostics_$1');
  // By name and as the default, because the parser's CommonJS modules ask for it in both ways.
  return `${body}
export { ${kept.map(([name, local]) => `${local} as ${name}`).join(', ')} };
export default { ${kept.map(([name, local]) => `${name}: ${local}`).join(', ')} };
`;
}

function messages(table, text) {
  return table.properties.map(
    ({ name, initializer }) => `var Diagnostics_${text(name)} = /* @__PURE__ */ ${text(initializer)};`,
  );
}

/** `var ts = {}; ((module) => { … })(…)`: the function. */
function wrapper(file, path) {
  for (const statement of file.statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) continue;
    const callee = ts.skipParentheses(statement.expression.expression);
    if (ts.isArrowFunction(callee)) return callee;
  }
  throw new Error(`${path} is not one function any more: typescript-parser-only.mjs must follow`);
}
