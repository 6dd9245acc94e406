/**
 * What calls may do, without a compiler. In test/flow/effects/*.txtar the comment behind the head of a function says what it
 * does: `never returns`, `panics`, `recovers` (a panic in it may be recovered), `unknown` (code runs that is not known), `reads x`,
 * `writes x` of variables around it, `keeps p`, `changes p`, `returns p` of its parameters and receiver. Without a comment it
 * does none of that.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Node } from 'web-tree-sitter';
import { effectsOfFunction, mayRecover, useOfOwnParameter, type Variable } from '../../rules/go/flow/effects';
import { endingOfFunction } from '../../rules/go/flow/functions';
import type { GoFile } from '../../rules/go/rule';
import { namesAround } from '../../rules/go/syntax/names';
import { parameterNames } from '../../rules/go/syntax/signatures';
import { GoSyntax } from '../../server/src/go/facts/syntax-trees';
import { grammar } from '../support/go';
import { withPackage } from '../support/go-syntax';
import { inRepository } from '../support/repository';
import { parseTxtar } from '../support/txtar';

const folder = inRepository('test', 'flow', 'effects');

describe('what a call may do', () => {
  let syntax: GoSyntax;
  before(async () => {
    syntax = await GoSyntax.load(grammar);
  });
  after(() => syntax.dispose());

  for (const name of readdirSync(folder).sort()) {
    test(name, () => {
      const { files } = parseTxtar(readFileSync(`${folder}/${name}`, 'utf8'));
      withPackage(syntax, files, (pkg) => {
        for (const file of pkg.files) {
          assert.ok(!file.root.hasError, 'the case does not parse');
          const found = file.root
            .descendantsOfType(['function_declaration', 'method_declaration', 'func_literal'])
            .map((fn) => {
              const head = fn.childForFieldName('body')!.startPosition.row;
              const line = file.text.split('\n')[head]!;
              return {
                line: line.trim(),
                said: / \/\/ (.*)$/.exec(line)?.[1] ?? '',
                does: effects(file, fn),
              };
            });
          assert.deepEqual(
            found.map(({ line, does }) => ({ line, does })),
            found.map(({ line, said }) => ({ line, does: said })),
          );
        }
      });
    });
  }

  function effects(file: GoFile, fn: Node): string {
    const own = { fn, file };
    const { panics, unknown, reads, writes } = effectsOfFunction(own);
    const listed = (word: string, variables: ReadonlySet<Variable>): string[] =>
      [...variables].map((variable) => `${word} ${typeof variable === 'string' ? variable : variable.name}`);
    const receiver = fn.childForFieldName('receiver')?.descendantsOfType('identifier')[0];
    const parameters = [...(receiver ? [receiver] : []), ...parameterNames(fn)].flatMap((name) => {
      const use = useOfOwnParameter(own, namesAround(file.root, name).resolve(name)!);
      return (['keeps', 'changes', 'returns'] as const).flatMap((word) =>
        use[word] ? [`${word} ${name.text}`] : [],
      );
    });
    return [
      ...(endingOfFunction(own) ? ['never returns'] : []),
      ...(panics ? ['panics'] : []),
      ...(mayRecover(file, fn) ? ['recovers'] : []),
      ...(unknown ? ['unknown'] : []),
      ...listed('reads', reads).sort(),
      ...listed('writes', writes).sort(),
      ...parameters,
    ].join('; ');
  }
});
