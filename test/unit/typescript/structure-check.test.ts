import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TSESLint } from '@typescript-eslint/utils';
import type { TextEdit } from '../../../rules/model';
import { applyEdits } from '../../../server/src/text/edits';
import { RuleLinter } from '../../../server/src/typescript/linter';
import { changedStructure } from '../../../server/src/typescript/structure-check';

const linter = new RuleLinter([]);

function parsed(text: string): TSESLint.SourceCode {
  const result = linter.run(text, 'a.ts', '.ts');
  assert.equal(result.kind, 'linted', `does not parse: ${text}`);
  return (result as Extract<typeof result, { kind: 'linted' }>).sourceCode;
}

/** `a «b→c» d`: the text `a b d`, with an edit that makes `c` of `b`. */
function marked(text: string): { text: string; edits: TextEdit[] } {
  const edits: TextEdit[] = [];
  let plain = '';
  let at = 0;
  for (const match of text.matchAll(/«([^→]*)→([^»]*)»/g)) {
    plain += text.slice(at, match.index);
    edits.push({ span: { start: plain.length, end: plain.length + match[1]!.length }, newText: match[2]! });
    plain += match[1]!;
    at = match.index + match[0].length;
  }
  return { text: plain + text.slice(at), edits };
}

const problem = (text: string): string | undefined => {
  const { text: before, edits } = marked(text);
  return changedStructure(parsed(before), parsed(applyEdits(before, edits)), edits);
};

describe('what the edits do not touch is read as before', () => {
  for (const [name, text] of [
    ['an expression', 'f(«a→b»)\ng()'],
    ['a guarded statement in a file without semicolons', 'f()\n«delete x.y→;(x as any).y = 1»\ng()'],
    ['a statement that is taken out', 'f();\n«g();\n→»(h)();'],
    ['a declaration before the rest', '«→const a = 1\n\n»f()'],
    ['a declaration behind an import', "import 'a'«→\n\nconst b = 1»\n\nf()"],
    ['a block around statements', 'function f() {\n  a()«→\n  try {»\n  b()\n  c()«→\n  } finally {}»\n}'],
    ['a block around a body', 'for (const x of xs) «→{ a(); »b()«→ }»\nc()'],
    ['a return that becomes two statements', 'function f() {\n  «return [a]→a.push(b)\n  return a»\n}'],
    ['an arrow body that becomes a block', 'f(() => «[a]→{ return a }»)\ng()'],
    ['a semicolon that is added', 'a()«→;»\nb()'],
    ['a class member', 'class A {\n  a = «1→2»\n  b() {}\n}'],
  ] as const) {
    it(name, () => assert.equal(problem(text), undefined));
  }

  for (const [name, text, message] of [
    ['a bracket', 'f()\n«delete x.y→(x as any).y = 1»', 'the statement in line 1'],
    ['a square bracket', 'f()\n«a = b→[a] = [b]»', 'the statement in line 1'],
    ['a template', 'f()\n«a()→`b`.c()»', 'the statement in line 1'],
    ['a sign', 'const a = f()\n«g()→-h()»', 'the statement in line 1'],
    ['a regular expression', 'const a = f\n«g()→/b/g.test(c)»', 'the statement in line 1'],
    ['the line behind', '«a();→const b = c»\n(d)', 'the statement in line 2'],
    ['a line behind that was ended by what stood there', 'x«++→»\n(f)()', 'the statement in line 2'],
    ['a declaration without a semicolon', "import 'a'«→\n\nconst b = c»\n\n;[1].map(f)\n", undefined],
    ['a declaration that goes on', "import 'a'«→\n\nconst b = c»\n\n[1].map(f)\n", 'the statement in line 3'],
    ['a comment', 'f(«a→b // now», c\n);', 'would be read otherwise'],
    ['a comment that is commented out', '«→// »f() // why\ng()', 'would be read otherwise'],
    ['a statement inside another', 'if (a) «b()→if (c) b()»\nelse d()', 'the statement in line 1'],
    ['a class member that goes on', 'class A {\n  a = «1;→b»\n  [c] = 2\n}', 'the statement in line 3'],
  ] as const) {
    it(`found: ${name}`, () => {
      const found = problem(text);
      if (message === undefined) assert.equal(found, undefined);
      else assert.ok(found?.includes(message), found ?? 'nothing was found');
    });
  }
});
