import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  adviceFor,
  explainFlow,
  explainStep,
  explainWhy,
  heapReasons,
  whyNotes,
} from '../../../rules/go/sites/explain';
import { parseCompilerOutput } from '../../../server/src/go/compile/output';
import { toolchainsFor } from '../../support/go-module';

const fixtures = path.resolve(__dirname, '../../../../test/fixtures/go-compiler-output');

/** The notes that cmd/compile/internal/escape writes, Go 1.27 (`callee operand` came between 1.21 and 1.24). */
const closedList = `address-of; appended slice...; appendee slice; array literal element; assign; assign-pair;
  assign-pair-dot-type; assign-pair-mapr; assign-pair-receive; call parameter; callee operand; captured by a closure;
  conversion to unsafe.Pointer; copied slice; dot; dot of pointer; fixed-array-index-of; //go:uintptrescapes;
  indirection; interface-converted; key of map put; map literal key; map literal value; range; range-deref; reference;
  reflect.Header.Data; return; send; slice; slice-literal-element; slice-to-array; spill; struct literal element;
  switch case`
  .split(';')
  .map((note) => note.trim());

const flowsOf = (name: string) =>
  parseCompilerOutput(readFileSync(path.join(fixtures, name))).flatMap((record) =>
    record.kind === 'explanation' ? [record] : [],
  );

describe('the notes of the compiler', () => {
  it('are all translated, and no others', () => {
    assert.deepEqual([...whyNotes.keys()].sort(), [...closedList].sort());
    assert.deepEqual([...heapReasons.keys()].sort(), [
      'non-constant size',
      'too aligned for stack',
      'too large for stack',
      'zero-sized element',
    ]);
  });

  for (const [why, explanation] of [...whyNotes, ...heapReasons]) {
    it(`${why}: a clause in plain words`, () => {
      const clause = explanation.says('`x`');
      assert.match(clause, /^[`a-z].{15,}[^.]$/);
      // The compiler's own words are not an explanation.
      if (why.includes('-')) assert.ok(!clause.includes(why), clause);
      assert.match(
        typeof explanation.brief === 'string' ? explanation.brief : explanation.brief('`f(x)`'),
        /^(?:its?|an?|the|what|append) .{8,40}[^.]$/,
      );
      if (explanation.advice) assert.match(explanation.advice, /^[a-z].{10,}[^.]$/);
    });
  }

  it('of the installed Go are the closed list', async (t) => {
    const { toolchain } = await toolchainsFor().for({
      folder: __dirname,
      moduleFile: undefined,
      workFile: undefined,
    });
    const folder = path.join(toolchain!.goroot, 'src', 'cmd', 'compile', 'internal', 'escape');
    let source = '';
    try {
      for (const name of readdirSync(folder)) {
        if (name.endsWith('.go') && !name.endsWith('_test.go'))
          source += readFileSync(path.join(folder, name), 'utf8');
      }
    } catch {
      return t.skip(`${toolchain!.versionText} came without the compiler's source`);
    }
    const calls = /\b(?:note|addr|deref|dotType|assignHeap|assignList)\([^"\n]*"([^"]+)"/g;
    const written = new Set([...source.matchAll(calls)].map((match) => match[1]!));
    for (const note of written) assert.ok(explainWhy(note), `“${note}” of ${toolchain!.versionText}`);
    assert.ok(written.size >= 30, 'the pattern finds the notes');
    const utils = /func HeapAllocReason[^]*?\n}/.exec(source)?.[0] ?? '';
    const reasons = new Set([...utils.matchAll(/return "([^"]+)"/g)].map((match) => match[1]!));
    assert.ok(reasons.size >= 2);
    for (const reason of reasons) assert.ok(explainWhy(reason), reason);
  });
});

describe('flows of both text formats', () => {
  for (const name of readdirSync(fixtures).filter((name) => /^(m2|listing)-go\d+\.txt$/.test(name))) {
    it(`${name}: every step is explained, every flow becomes a few sentences`, () => {
      const flows = flowsOf(name);
      assert.ok(flows.length > 5);
      for (const { flow, text } of flows) {
        for (const step of flow) assert.ok(explainWhy(step.why), step.why);
        const sentences = explainFlow(flow);
        assert.ok(sentences.length >= 1 && sentences.length <= 4, text);
        for (const sentence of sentences) {
          assert.match(sentence, /^[A-Z`].*\.$/);
          assert.doesNotMatch(sentence, /~r\d|autotmp|go\.shape|\.\.\. argument/);
        }
      }
    });
  }

  for (const version of [119, 126]) {
    const explain = (line: number) => {
      const { flow } = flowsOf(`m2-go${version}.txt`).find((flow) => flow.at.line === line)!;
      return [...explainFlow(flow), adviceFor(flow)];
    };

    it(`Go 1.${version - 100}: a pointer that is returned`, () => {
      assert.deepEqual(explain(18), [
        'Its address is taken in `&t`.',
        'It is returned by `return &t`.',
        'Return the value itself, or let the caller pass in the memory to fill.',
      ]);
    });

    it(`Go 1.${version - 100}: an argument`, () => {
      assert.deepEqual(explain(136), [
        'It is assigned in `b := make([]byte, 8)`.',
        'It is passed to `f`, which may keep it.',
        'Call a function that does not keep its argument, and call it directly: through an interface or a function value anything may keep it.',
      ]);
    });

    it(`Go 1.${version - 100}: a variable that a function literal changes`, () => {
      const [captured, byReference] = explain(89);
      assert.equal(captured, 'A function literal captures `v`.');
      assert.match(byReference!, /^`v` is captured by reference/);
    });
  }

  it('says the reason when there is one', () => {
    const flow = flowsOf('m2-go126.txt').find(({ at }) => at.line === 39)!.flow;
    assert.match(
      explainFlow(flow)[0]!,
      /^`make\(\[\]byte, 1048576\)` is too large for the stack: the limit is 64 KiB/,
    );
    assert.equal(adviceFor(flow), 'Make it smaller, or reuse one.');
  });
});

describe('steps', () => {
  const says = (why: string, expression: string) => explainStep({ why, expression });

  it('names the callee of a call, whatever its shape', () => {
    assert.match(
      says('call parameter', 'fmt.Sprintf("%d-%s", ... argument...)'),
      /^it is passed to `fmt\.Sprintf`,/,
    );
    assert.match(says('call parameter', '(*T).Write(w, b)'), /^it is passed to `\(\*T\)\.Write`,/);
    assert.match(says('call parameter', 'w.Write(([]byte)(s))'), /^it is passed to `w\.Write`,/);
    assert.match(says('call parameter', 'Map[go.shape.int](x)'), /^it is passed to `Map\[int\]`,/);
    assert.match(says('call parameter', 'func literal(x)'), /^it is passed to `func literal\(x\)`,/);
    assert.match(says('call parameter', 'panic("a (b) `c`")'), /^it is passed to `panic`,/);
  });

  it('shortens what is long, and never breaks its quotes', () => {
    const clause = says('assign', `x = ${'`'.repeat(3)}${'y'.repeat(300)}`);
    assert.ok(clause.length < 100);
    assert.equal(clause.match(/`/g)?.length, 2);
  });

  it('quotes a note that no known Go writes', () => {
    assert.equal(says('teleported', 'x'), '`x`: teleported');
    assert.deepEqual(explainFlow([{ why: 'teleported', expression: 'x' }]), ['`x`: teleported.']);
  });

  it('keeps both ends of a long way', () => {
    const flow = Array.from({ length: 9 }, (_, i) => ({ why: 'assign', expression: `a${i} = a` }));
    assert.deepEqual(explainFlow(flow), [
      'It is assigned in `a0 = a`.',
      'It is assigned in `a1 = a`.',
      'It passes through 6 more steps.',
      'It is assigned in `a8 = a`.',
    ]);
  });

  it('has nothing to say about nothing', () => {
    assert.deepEqual(explainFlow([]), []);
    assert.equal(adviceFor([]), undefined);
  });
});
