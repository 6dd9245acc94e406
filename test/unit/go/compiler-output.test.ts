import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { CompilerRecord } from '../../../server/src/go/compile/record';
import {
  CompilerOutputParser,
  parseCompilerOutput,
  type CompilerOutputOptions,
} from '../../../server/src/go/compile/output';

const fixtures = path.resolve(__dirname, '../../../../test/fixtures/go-compiler-output');

const read = (name: string) => readFileSync(path.join(fixtures, name));

const recorded = readdirSync(fixtures)
  .filter((name) => /^(m2|alloc_m|alloc_m_escapedebug|listing)-go\d+\.txt$/.test(name))
  .sort();

type Kind = CompilerRecord['kind'];
type Of<K extends Kind> = Extract<CompilerRecord, { kind: K }>;

function of<K extends Kind>(records: readonly CompilerRecord[], kind: K): Of<K>[] {
  return records.filter((record): record is Of<K> => record.kind === kind);
}

/** The records of text given in pieces. */
function inPieces(pieces: Iterable<Uint8Array>, options?: CompilerOutputOptions): CompilerRecord[] {
  const records: CompilerRecord[] = [];
  const parser = new CompilerOutputParser((record) => records.push(record), options);
  for (const piece of pieces) parser.write(piece);
  parser.end();
  return records;
}

function* split(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    const piece = Uint8Array.from(bytes.subarray(start, start + size));
    yield piece;
    // A stream reuses its memory: a parser that kept a view would now read this.
    piece.fill(0x21);
  }
}

const lines = (...text: string[]) => text.map((line) => `${line}\n`).join('');

const one = (line: string, options?: CompilerOutputOptions) => parseCompilerOutput(`${line}\n`, options);

/** What a careful reader with grep would count. */
function simpleCounts(text: string): Partial<Record<Kind, number>> {
  const count = (pattern: RegExp) => (text.match(pattern) ?? []).length;
  const bareStays = count(/^\S+:\d+(?::\d+)?: (?!append )[~.]?\w+ does not escape$/gm);
  return {
    package: count(/^# /gm),
    explanation: count(/^\S+:\d+(?::\d+)?: \S.* escapes to heap(?: in .*)?:$/gm),
    expression:
      count(/^\S+:\d+(?::\d+)?: \S.* escapes to heap$/gm) + count(/ does not escape$/gm) - bareStays,
    parameter: count(/: leaking param/g) + bareStays,
    moved: count(/: moved to heap: /g),
    inlined: count(/: inlining call to /g),
    'zero-copy': count(/: zero-copy /g),
    free: count(/: convert: using global/g) + count(/: closure converted to global$/gm),
    'heap closure': count(/: heap closure, /g),
    call: count(/\tCALL\t\S+\(SB\)$/gm),
    error: 0,
  };
}

describe('compiler output of every recorded toolchain', () => {
  assert.equal(recorded.length, 15, 'the recorded outputs are there');
  for (const name of recorded) {
    const bytes = read(name);
    const records = parseCompilerOutput(bytes);

    it(`${name}: as many records of each kind as lines`, () => {
      for (const [kind, count] of Object.entries(simpleCounts(bytes.toString()))) {
        assert.equal(of(records, kind as Kind).length, count, kind);
      }
    });

    it(`${name}: every line is accounted for`, () => {
      // With escapedebug the recording holds stdout, too: the import path that `go list` prints.
      const expected = name.includes('escapedebug') ? ['ex.com/t5'] : [];
      assert.deepEqual(
        of(records, 'unaccounted').map((record) => record.line),
        expected,
      );
    });

    it(`${name}: as many flow steps as "from" lines of escape explanations`, () => {
      const text = bytes.toString().replace(/^.*: parameter .* leaks to .*:\n(?:\S+:  .*\n)*/gm, '');
      const steps = of(records, 'explanation').flatMap((record) => record.flow);
      assert.equal(steps.length, (text.match(/: {5}from /g) ?? []).length);
      for (const step of steps) {
        assert.match(step.why, /^[a-z/:. -]+[a-zA-Z]$/);
        assert.ok(step.at !== undefined, step.expression);
      }
    });

    it(`${name}: the same records however the bytes are cut`, () => {
      for (const size of [1, 2, 3, 7, 64, 1000, 65_536]) {
        const same = JSON.stringify(inPieces(split(bytes, size))) === JSON.stringify(records);
        assert.ok(same, `pieces of ${size} bytes`);
      }
    });
  }
});

describe('one allocation through the toolchains', () => {
  const explained = (name: string, line: number) => {
    const records = parseCompilerOutput(read(name));
    return {
      explanation: of(records, 'explanation').find((record) => record.at.line === line),
      summary: records.filter(
        (record) => (record.kind === 'expression' || record.kind === 'moved') && record.at.line === line,
      ),
    };
  };

  for (const version of [119, 123, 124, 125, 126, 127]) {
    it(`Go 1.${version - 100}: &t is returned`, () => {
      const { explanation, summary } = explained(`m2-go${version}.txt`, 18);
      assert.deepEqual(explanation, {
        kind: 'explanation',
        at: { file: './a.go', line: 18, column: 18 },
        text: 't',
        function: version >= 125 ? 'newT' : undefined,
        flow: [
          { expression: '&t', why: 'address-of', at: { file: './a.go', line: 18, column: 39 } },
          { expression: 'return &t', why: 'return', at: { file: './a.go', line: 18, column: 32 } },
        ],
        truncated: false,
      });
      assert.deepEqual(summary, [{ kind: 'moved', at: { file: './a.go', line: 18, column: 18 }, name: 't' }]);
    });

    it(`Go 1.${version - 100}: why make([]byte, n) that is returned is on the heap`, () => {
      const { explanation } = explained(`m2-go${version}.txt`, 37);
      // The reason "non-constant size" is gone since Go 1.25.
      assert.equal(explanation?.flow[0]?.why, version >= 125 ? 'spill' : 'non-constant size');
    });
  }

  it('keeps parentheses and notes apart in a step', () => {
    const { explanation } = explained('m2-go126.txt', 102);
    assert.equal(explanation?.text, '"strings: illegal use of non-zero Builder copied by value"');
    assert.deepEqual(explanation?.flow[1], {
      expression: 'panic("strings: illegal use of non-zero Builder copied by value")',
      why: 'call parameter',
      at: { file: './a.go', line: 102, column: 17 },
    });
  });

  it('reads what escapedebug and closure add', () => {
    const records = parseCompilerOutput(read('alloc_m_escapedebug-go126.txt'));
    const at = (line: number, column: number) => ({ file: 'ex.com/t5/a.go', line, column });
    assert.deepEqual(of(records, 'free').slice(2, 4), [
      { kind: 'free', at: at(18, 17), text: 'using global for single-byte interface value', name: 'b' },
      { kind: 'free', at: at(20, 34), text: 'using global for interface value', name: '.stmp_2' },
    ]);
    assert.deepEqual(of(records, 'free').at(-1), {
      kind: 'free',
      at: at(99, 9),
      text: 'closure converted to global',
      name: undefined,
    });
    assert.deepEqual(of(records, 'heap closure'), [
      { kind: 'heap closure', at: at(94, 31), captured: ['ch'] },
    ]);
  });
});

describe('the -S listing', () => {
  for (const version of [121, 126]) {
    const records = parseCompilerOutput(read(`listing-go${version}.txt`));
    const calls = of(records, 'call');
    const itoa = version >= 126 ? 'internal/strconv' : 'strconv';

    it(`Go 1.${version - 100}: names callee and function as Go source does`, () => {
      const label = calls.filter((call) => call.symbol === 'ex.com/listing/yaml.v3.(*Node).Label');
      assert.deepEqual(
        label.map((call) => call.callee),
        [`${itoa}.FormatInt`, 'runtime.concatstring2', 'runtime.morestack_noctxt'],
      );
      // The innermost inlined position: a file of another package.
      assert.equal(label[0]?.at.file, `${itoa}/itoa.go`);
      assert.equal(label[1]?.at.file, 'ex.com/listing/yaml.v3/a.go');
    });

    it(`Go 1.${version - 100}: a generic once per shape and once as wrapper, calls through a register left out`, () => {
      const slices = calls.filter((call) => call.callee === 'runtime.makeslice').map((call) => call.symbol);
      assert.deepEqual(slices, [
        'ex.com/listing/yaml.v3.Labels',
        'ex.com/listing/yaml.v3.NewLabeller',
        'ex.com/listing/yaml.v3.Map[go.shape.*uint8,go.shape.string]',
        'ex.com/listing/yaml.v3.Map[*ex.com/listing/yaml.v3.Node,string]',
      ]);
      assert.ok(calls.every((call) => /^[\w/.]+\.\S+$/.test(call.callee)));
    });

    it(`Go 1.${version - 100}: prefers the true position to the one of a //line directive`, () => {
      const conversion = calls.find((call) => call.callee === 'runtime.slicebytetostring');
      assert.deepEqual(conversion?.at, { file: 'ex.com/listing/yaml.v3/a.go', line: 31, column: 0 });
      // Decisions have only the directive's position, and no column.
      assert.deepEqual(of(records, 'expression').find((record) => record.text === 'string(buf)')?.at, {
        file: 'gen.y',
        line: 10,
        column: 0,
      });
    });
  }

  it('knows the own package of Go 1.19, and ABI marks', () => {
    const records = parseCompilerOutput(
      lines(
        '# ex.com/p',
        '"".F STEXT size=92 args=0x10 locals=0x8 funcid=0x0 align=0x0',
        '\t0x0000 00000 (/tmp/p/a.go:3)\tTEXT\t"".F(SB), ABIInternal, $24-8',
        '\t0x0024 00036 (/tmp/p/a.go:4)\tCALL\t"".g<ABI0>(SB)',
      ),
    );
    assert.deepEqual(records.slice(1), [
      {
        kind: 'call',
        at: { file: '/tmp/p/a.go', line: 4, column: 0 },
        callee: 'ex.com/p.g',
        symbol: 'ex.com/p.F',
      },
    ]);
  });

  it('knows a function that calls nothing, as it is listed for arm64', () => {
    assert.deepEqual(one('main.init STEXT size=16 args=0x0 locals=0x0 funcid=0x0 align=0x0 leaf'), []);
    assert.deepEqual(
      one(
        'p.f[go.shape.struct { x int }] STEXT dupok size=32 args=0x8 locals=0x0 funcid=0x17 align=0x0 leaf',
      ),
      [],
    );
  });

  it('takes a symbol with a position in its name for a symbol', () => {
    assert.deepEqual(one('go:string."a.go:1:2: x escapes to heap" SRODATA dupok size=27'), []);
    assert.deepEqual(one('type:struct { F func(int) error "json:1:2: x" } SRODATA size=120 align=0x0'), []);
  });
});

describe('lines of the grammar', () => {
  const at = { file: 'p/a.go', line: 7, column: 2 };
  const position = 'p/a.go:7:2';

  it('reads package headers, with the test variant', () => {
    assert.deepEqual(one('# ex.com/p'), [{ kind: 'package', importPath: 'ex.com/p', variant: undefined }]);
    assert.deepEqual(one('# ex.com/p_test [ex.com/p.test]'), [
      { kind: 'package', importPath: 'ex.com/p_test', variant: 'ex.com/p.test' },
    ]);
  });

  it('splits at the first position, whatever the expression holds', () => {
    assert.deepEqual(one(`${position}: "b.go:1:2: moved to heap: x" escapes to heap`), [
      { kind: 'expression', at, text: '"b.go:1:2: moved to heap: x"', outcome: 'heap' },
    ]);
    assert.deepEqual(one(`${position}: " escapes to heap in F: " escapes to heap in G[go.shape.int]:`), [
      {
        kind: 'explanation',
        at,
        text: '" escapes to heap in F: "',
        function: 'G[go.shape.int]',
        flow: [],
        truncated: false,
      },
    ]);
    assert.deepEqual(one(`${position}: "can inline x" does not escape`), [
      { kind: 'expression', at, text: '"can inline x"', outcome: 'stack' },
    ]);
  });

  it('takes file names with spaces, colons and drive letters', () => {
    assert.deepEqual(one('C:\\my dir\\a.go:7:2: moved to heap: x'), [
      { kind: 'moved', at: { file: 'C:\\my dir\\a.go', line: 7, column: 2 }, name: 'x' },
    ]);
    assert.deepEqual(one('p/odd:1 name.go:7:2: moved to heap: x'), [
      { kind: 'moved', at: { file: 'p/odd:1 name.go', line: 7, column: 2 }, name: 'x' },
    ]);
  });

  it('counts columns in bytes, as the compiler does, and decodes UTF-8', () => {
    assert.deepEqual(one('p/größe.go:7:12: moved to heap: größe'), [
      { kind: 'moved', at: { file: 'p/größe.go', line: 7, column: 12 }, name: 'größe' },
    ]);
  });

  it('reads CRLF', () => {
    assert.deepEqual(
      parseCompilerOutput(`${position}: moved to heap: x\r\n${position}: moved to heap: y\r\n`),
      [
        { kind: 'moved', at, name: 'x' },
        { kind: 'moved', at, name: 'y' },
      ],
    );
  });

  it('reads what leaks, and where to', () => {
    const leak = (message: string) => {
      const [record] = of(one(`${position}: ${message}`), 'parameter');
      return record && [record.name, record.leak, record.result, record.level];
    };
    assert.deepEqual(leak('leaking param: p'), ['p', 'value', undefined, 0]);
    assert.deepEqual(leak('leaking param content: p'), ['p', 'content', undefined, 0]);
    assert.deepEqual(leak('leaking param: p to result ~r0 level=1'), ['p', 'result', '~r0', 1]);
    assert.deepEqual(leak('leaking param: p to result err level=-1'), ['p', 'result', 'err', -1]);
    assert.deepEqual(leak('größe does not escape'), ['größe', 'none', undefined, 0]);
    assert.deepEqual(leak('~p0 does not escape'), ['~p0', 'none', undefined, 0]);
  });

  it('tells append from a variable', () => {
    assert.deepEqual(one(`${position}: append does not escape`), [
      { kind: 'expression', at, text: 'append', outcome: 'stack' },
    ]);
    assert.deepEqual(one(`${position}: append escapes to heap`), [
      { kind: 'expression', at, text: 'append', outcome: 'heap' },
    ]);
  });

  for (const message of [
    'can inline F',
    'can inline F with cost 10 as: func() *T { t := T{...}; return &t }',
    'cannot inline F: function too complex: cost 108 exceeds budget 80',
    'F capturing by ref: v (addr=false assign=true width=8)',
    'F ignoring self-assignment in b.buf = b.buf[1:]',
    'assuming p is unsafe uintptr',
    'marking p as escaping uintptr',
    'marking p as escaping ...uintptr',
    'devirtualizing r.Read to *bytes.Buffer',
    'partially devirtualizing r.Read to R[int]',
    'cannot devirtualize r.Read: shaped receiver T',
    'PGO devirtualizing interface call r.Read to *T.Read',
    'PGO devirtualizing function call f to g',
    'imprecise interface call',
    'index bounds check elided',
    'slice: omit slice operation',
    "function F considered 'big'; reducing max cost of inlinees",
    'skip inlining within testing.B.loop for for loop',
    'function arg will be kept alive',
    'function results will be kept alive',
    'expr will be kept alive',
    'ex.com/p.x will be kept alive',
    'stack closure, captured vars = [a b]',
    'convert: using stack temporary for interface value: .autotmp_234',
    'parameter p leaks to {heap} with derefs=0:',
    'parameter p leaks to {storage for f(x)} for (*T).M with derefs=2:',
  ]) {
    it(`skips: ${message.slice(0, 60)}`, () => {
      assert.deepEqual(one(`${position}: ${message}`), []);
      assert.deepEqual(one(`<autogenerated>:1: ${message}`), []);
    });
  }

  it('skips what the compiler adds without a place for a range over a function', () => {
    const text = lines(
      'parseRange capturing by ref: #next (addr=false assign=true width=8)',
      '<unknown line number>: #next escapes to heap in Value.Comparable:',
      '<unknown line number>:   flow: {storage for func literal} ← &#next:',
      '<unknown line number>:     from #next (captured by a closure) at reflect/value.go:3283:5',
      'moved to heap: #next',
      '#state1 does not escape',
    );
    assert.deepEqual(parseCompilerOutput(text), []);
  });

  it('skips a free conversion without a place: a zero value of one byte (met in gin, Go 1.26)', () => {
    const line =
      'convert: using global for single-byte interface value: (struct { F int8 })(runtime.zeroVal@0)';
    assert.deepEqual(parseCompilerOutput(lines(line)), []);
  });

  it('gives an explanation when its last step is read, and marks a cut one', () => {
    const step = (n: number) => `${position}:     from e${n} (assign) at ${position}`;
    const text = lines(
      `${position}: x escapes to heap in F:`,
      `${position}:   flow: {heap} ← &x:`,
      step(1),
      step(2),
      step(3),
      `${position}: moved to heap: x`,
    );
    const [cut, moved] = parseCompilerOutput(text, { maxFlowSteps: 2 });
    assert.equal(cut?.kind === 'explanation' && cut.truncated, true);
    assert.deepEqual(cut?.kind === 'explanation' && cut.flow.map((s) => s.expression), ['e1', 'e2']);
    assert.equal(moved?.kind, 'moved');

    const [cycle] = parseCompilerOutput(
      lines(
        `${position}: x escapes to heap:`,
        `${position}:   warning: truncated explanation due to assignment cycle; see golang.org/issue/35518`,
      ),
    );
    assert.equal(cycle?.kind === 'explanation' && cycle.truncated, true);
  });
});

describe('errors', () => {
  it('keeps the indented lines of an error in the compiler’s stderr', () => {
    const [header, error, next] = parseCompilerOutput(
      lines(
        '# ex.com/p',
        './a.go:5:14: too many arguments in call to F',
        '\thave (number, number)',
        '\twant ()',
        '../ov/b.go:2:15: declared and not used: x',
      ),
    );
    assert.equal(header?.kind, 'package');
    assert.deepEqual(error, {
      kind: 'error',
      at: { file: './a.go', line: 5, column: 14 },
      message: 'too many arguments in call to F\n\thave (number, number)\n\twant ()',
    });
    assert.deepEqual(next, {
      kind: 'error',
      at: { file: '../ov/b.go', line: 2, column: 15 },
      message: 'declared and not used: x',
    });
  });

  it('takes every positioned line of an error text for an error', () => {
    assert.deepEqual(one('bad/x.go:3:16: declared and not used: x', { errors: true }), [
      { kind: 'error', at: { file: 'bad/x.go', line: 3, column: 16 }, message: 'declared and not used: x' },
    ]);
    assert.deepEqual(one('stat /tmp/none: directory not found', { errors: true }), [
      { kind: 'error', at: undefined, message: 'stat /tmp/none: directory not found' },
    ]);
  });

  it('takes what the go command says for an error, its progress not', () => {
    assert.deepEqual(one('go: updates to go.mod needed'), [
      { kind: 'error', at: undefined, message: 'updates to go.mod needed' },
    ]);
    assert.deepEqual(one('go: downloading go1.27.0 (linux/amd64)'), []);
  });
});

describe('the C compiler', () => {
  it('may warn without being taken for the Go compiler', () => {
    const records = parseCompilerOutput(
      lines(
        '# ex.com/w',
        './c.go: In function ‘unused’:',
        './c.go:6:31: warning: unused variable ‘x’ [-Wunused-variable]',
        '    6 | static int unused(void) { int x; return 1; }',
        '      |                               ^',
        'cgo-gcc-prolog: In function ‘_cgo_bcdff60e24ec_Cfunc_old’:',
        'cgo-gcc-prolog:54:2: warning: ‘old’ is deprecated [-Wdeprecated-declarations]',
        './c.go:8:5: note: declared here',
        '\tint old(void);',
        '        ^~~',
        '1 warning generated.',
        '# ex.com/w',
        'ex.com/w/c.go:12:6: moved to heap: x',
      ),
    );
    assert.deepEqual(
      records.map(({ kind }) => kind),
      ['package', 'package', 'moved'],
    );
  });
});

describe('memory', () => {
  it('stays bounded over 200 MB, with lines, explanations and errors that never end', () => {
    const position = 'p/a.go:7:2: ';
    const block = [`${position}x escapes to heap in F:`];
    for (let i = 0; i < 8000; i++) {
      block.push(
        `${position}  flow: {heap} ← &x:`,
        `${position}    from f(x, ${i}) (call parameter) at p/a.go:7:${i}`,
      );
    }
    const explanation = Buffer.from(`${block.join('\n')}\n`);
    const endless = Buffer.alloc(
      1 << 20,
      `${position}can inline F with cost 9 as: func() { ${'x = y; '.repeat(50)}`,
    );
    const error = Buffer.from(`./a.go:1:1: bad\n${'\tmore\n'.repeat(100_000)}`);
    let records = 0;
    const parser = new CompilerOutputParser(() => records++);
    let peak = 0;
    const before = process.memoryUsage().rss;
    while (parser.counts.bytes < 200e6) {
      parser.write(explanation);
      parser.write(endless);
      parser.write(Buffer.from('\n'));
      parser.write(error);
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    parser.end();
    assert.ok(records > 100);
    assert.ok(peak - before < 100e6, `${Math.round((peak - before) / 1e6)} MB more at the peak`);
  });
});

describe('text outside the grammar', () => {
  it('is emitted as unaccounted and counted', () => {
    const records: CompilerRecord[] = [];
    const parser = new CompilerOutputParser((record) => records.push(record));
    parser.write(
      Buffer.from(
        lines('p/a.go:7:2: something that a later Go prints', 'hello', '\tindented', `${'z'.repeat(300)}`),
      ),
    );
    parser.end();
    assert.deepEqual(records, [
      { kind: 'unaccounted', line: 'p/a.go:7:2: something that a later Go prints' },
      { kind: 'unaccounted', line: 'hello' },
      { kind: 'unaccounted', line: '\tindented' },
      { kind: 'unaccounted', line: 'z'.repeat(200) },
    ]);
    assert.equal(parser.counts.unaccounted, 4);
    assert.equal(parser.counts.lines, 4);
  });

  it('never throws, for bytes of any kind', () => {
    // A small generator with a fixed seed: the same bytes on every run.
    let state = 12345;
    const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
    const words = [
      'p/a.go:1:2: ',
      ' escapes to heap',
      ':',
      '\n',
      '\t0x00 ',
      '(',
      ') at ',
      '# ',
      ' STEXT ',
      'size=1',
    ];
    words.push(
      '  flow: ',
      '    from ',
      '\tCALL\t',
      '(SB)',
      '[',
      ']',
      '←',
      '\r',
      '%2',
      '\xff\xfe',
      'leaking param: ',
    );
    for (let round = 0; round < 300; round++) {
      const pieces = Array.from({ length: 40 }, () => words[next() % words.length]!);
      const bytes = Buffer.from(pieces.join(''), round % 2 === 0 ? 'utf8' : 'latin1');
      assert.deepEqual(inPieces(split(bytes, 5)), parseCompilerOutput(bytes));
    }
  });

  it('keeps the memory bounded on a line without end, and cuts between characters', () => {
    const prefix = 'p/a.go:7:2: moved to heap: ';
    const bytes = Buffer.from(prefix + 'π'.repeat(500) + '\np/a.go:8:2: moved to heap: y\n');
    for (const size of [1, 13, 10_000]) {
      const [long, short] = inPieces(split(bytes, size), { maxLineBytes: 100 });
      // 100 bytes less the prefix leave 73: 36 characters of two bytes.
      assert.equal(long?.kind === 'moved' && long.name, 'π'.repeat(36));
      assert.equal(short?.kind === 'moved' && short.name, 'y');
    }
  });

  it('reads a last line without a newline', () => {
    assert.equal(parseCompilerOutput('p/a.go:8:2: moved to heap: y').length, 1);
    assert.equal(parseCompilerOutput('').length, 0);
  });
});
