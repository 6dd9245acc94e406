import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import type { RuleId } from '../../rules/model';
import { inRepository, root } from '../support/repository';

/** What looks after a precondition, and what it does once it is taken out. */
interface Part {
  /** The function that looks after it: its file, relative to the repository, and its name. */
  readonly file: string;
  readonly function: string;
  /** The statements that take the place of its body: `return false;` */
  readonly body: string;
}

/** A precondition that is taken out of a rule, to see that the programs miss it. */
export interface Fault extends Part {
  /** What the rule forgets, for the test's name. */
  readonly forgets: string;
  readonly rule: RuleId;
  /** The second line of defence, where there is one: it is taken out as well. */
  readonly behind?: Part;
}

/**
 * The rule's module, bundled anew with the fault in it. Everything of the project that it imports is part of the bundle, so
 * that a fault in a shared mechanism reaches it; packages are the test's own.
 * @param entry another module to bundle, relative to the repository, where it takes more than the rule
 * @throws Error with a sentence when the function is not there, or not part of the rule: the table of faults is out of date
 */
export async function loadWithFault(
  fault: Fault,
  entry = `rules/${fault.rule.startsWith('go/') ? 'go' : 'typescript'}/${fault.rule.slice(3)}.ts`,
): Promise<Record<string, unknown>> {
  const parts = new Map(
    [fault, ...(fault.behind ? [fault.behind] : [])].map((part) => [
      inRepository(...part.file.split('/')),
      part,
    ]),
  );
  const result = await build({
    absWorkingDir: root,
    entryPoints: [inRepository(...entry.split('/'))],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'fault',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, async (file) => {
            const part = parts.get(file.path);
            if (!part) return undefined;
            parts.delete(file.path);
            return {
              loader: 'ts',
              contents: withBody(await readFile(file.path, 'utf8'), part, fault.forgets),
            };
          });
        },
      },
    ],
  });
  for (const { file } of parts.values())
    throw new Error(`${file} is not a part of ${entry}: mend the table of faults.`);
  // Packages are looked up from the repository.
  const module = { exports: {} as Record<string, unknown> };
  const run = compileFunction(result.outputFiles[0]!.text, ['module', 'exports', 'require']) as (
    ...scope: readonly unknown[]
  ) => void;
  run(module, module.exports, createRequire(inRepository('package.json')));
  return module.exports;
}

/** The text with the function's body replaced. */
function withBody(text: string, part: Part, forgets: string): string {
  const source = ts.createSourceFile(part.file, text, ts.ScriptTarget.Latest, true);
  const bodies: ts.Block[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name?.text === part.function && node.body)
      bodies.push(node.body);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const [body] = bodies;
  if (!body || bodies.length > 1) {
    throw new Error(
      `${part.file} has ${bodies.length} functions ${part.function}, and the fault “${forgets}” needs one: mend the table of faults.`,
    );
  }
  return `${text.slice(0, body.getStart())}{ ${part.body} }${text.slice(body.end)}`;
}
