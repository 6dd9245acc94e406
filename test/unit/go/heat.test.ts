import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { staticHeat } from '../../../rules/go/heat/static-heat';
import { suppressionsOf } from '../../../rules/go/syntax/directives';
import { GoSyntax } from '../../../server/src/go/facts/syntax-trees';
import { grammar } from '../../support/go';
import { withPackage } from '../../support/go-syntax';

let syntax: GoSyntax;
before(async () => {
  syntax = await GoSyntax.load(grammar);
});
after(() => syntax.dispose());

/** Heat of the call `here()` in a.go (or the first file that has it). */
function heat(
  files: string | Readonly<Record<string, string>>,
  importPath?: string,
): { score: number; because: string[] } {
  const named = Object.entries(typeof files === 'string' ? { 'a.go': files } : files);
  return withPackage(
    syntax,
    named,
    (pkg) => {
      for (const file of pkg.files) {
        const node = file.root.descendantsOfType('call_expression').find(({ text }) => text === 'here()');
        if (!node) continue;
        const { score, because } = staticHeat(file, node);
        return { score, because: because.map(({ text }) => text) };
      }
      throw new Error('no here()');
    },
    importPath,
  );
}

const inFunction = (body: string): string =>
  `package p\n\nfunc f(n int, err error) error {\n${body}\n\treturn nil\n}\n`;

describe('hot', () => {
  const cases: Record<string, [text: string | Record<string, string>, score: number, because: string[]]> = {
    'an ordinary function': [inFunction('here()'), 0.4, ['in an ordinary function']],
    'a loop': [inFunction('for i := 0; i < n; i++ { here() }'), 0.7, ['in a loop']],
    'the condition of a loop': [inFunction('for here() { n++ }'), 0.7, ['in a loop']],
    // A parser's loop: it goes on by continue.
    'a loop that ends in break': [
      inFunction('for { if n > 3 { here(); continue }; break }'),
      0.6,
      ['in a loop'],
    ],
    'a loop of goto': [inFunction('again:\n\there()\n\tif n > 3 { goto again }'), 0.7, ['in a loop']],
    'before a method that is called like one that never returns': [
      'package p\n\ntype logger struct{}\n\nfunc (logger) Fatal() {}\n\nfunc f(l logger) { for { here(); l.Fatal() } }\n',
      0.7,
      ['in a loop'],
    ],
    'nested loops': [inFunction('for range n { for range n { here() } }'), 0.85, ['in 2 nested loops']],
    'a function literal in a loop': [
      inFunction('for range n { go func() { here() }() }'),
      0.7,
      ['in a loop'],
    ],
    'a function that the package calls in a loop': [
      'package p\n\nfunc g() { here() }\n\nfunc f() { for { g() } }\n',
      0.7,
      ['called in a loop'],
    ],
    'a function that is called here and there': [
      `package p\n\nfunc g() { here() }\n\n${[1, 2, 3, 4].map((i) => `func F${i}() { g() }\n`).join('')}`,
      0.642,
      ['called from 4 places'],
    ],
    'a method that another file calls in a loop': [
      {
        'a.go': 'package p\n\nfunc (t T) M() { here() }\n',
        'b.go': 'package p\n\nfunc f(t T) { for { t.M() } }\n',
      },
      0.7,
      ['called in a loop'],
    ],
    'an HTTP handler': [
      'package p\n\nimport "net/http"\n\nfunc f(w http.ResponseWriter, r *http.Request) { here() }\n',
      0.75,
      ['in an HTTP handler'],
    ],
    'a loop in an HTTP handler given as a literal': [
      'package p\n\nimport "net/http"\n\nfunc f() { http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { for { here() } }) }\n',
      0.867,
      ['in an HTTP handler', 'in a loop'],
    ],
    'what an HTTP handler calls': [
      'package p\n\nimport "net/http"\n\nfunc f(w http.ResponseWriter, r *http.Request) { g() }\n\nfunc g() { here() }\n',
      0.75,
      ['called in an HTTP handler'],
    ],
    'a gin handler': [
      'package p\n\nimport "github.com/gin-gonic/gin"\n\nfunc f(c *gin.Context) { here() }\n',
      0.75,
      ['in a gin handler'],
    ],
    'a fiber handler of version 3': [
      'package p\n\nimport "github.com/gofiber/fiber/v3"\n\nfunc f(c fiber.Ctx) error { here(); return nil }\n',
      0.75,
      ['in a fiber handler'],
    ],
    'a gRPC method': [
      'package p\n\nimport (\n\t"context"\n\t"example.com/pb"\n)\n\nfunc (s *S) M(ctx context.Context, r *pb.GetRequest) (*pb.Reply, error) { here(); return nil, nil }\n',
      0.75,
      ['in a gRPC method'],
    ],
    'a benchmark': [
      {
        'a_test.go':
          'package p\n\nimport "testing"\n\nfunc BenchmarkF(b *testing.B) { for range b.N { here() } }\n',
      },
      0.7,
      ['in a benchmark'],
    ],
    'what a benchmark calls in its loop': [
      {
        'a.go': 'package p\n\nfunc g() { here() }\n',
        'a_test.go':
          'package p\n\nimport "testing"\n\nfunc BenchmarkF(b *testing.B) { for b.Loop() { g() } }\n',
      },
      0.7,
      ['called in a benchmark'],
    ],
    'what a handler calls through others': [
      {
        'a.go':
          'package p\n\nimport "net/http"\n\ntype s struct{}\n\nfunc (s *s) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.lookup() }\n\nfunc (s *s) lookup() { key() }\n',
        'b.go': 'package p\n\nfunc key() { here() }\n',
      },
      0.75,
      ['called from ServeHTTP → lookup'],
    ],
    'what a loop calls that is reached in a loop': [
      'package p\n\nfunc c() { here() }\n\nfunc b(n int) { for range n { c() } }\n\nfunc a(n int) { for range n { b(n) } }\n',
      0.85,
      ['called from a → b, in a loop'],
    ],
    'what a function value runs: a state of a lexer': [
      'package p\n\ntype state func() state\n\nfunc run(s state) { for s != nil { s = s() } }\n\nfunc lex(n int) { for range n { run(text) } }\n\nfunc text() state { here(); return nil }\n',
      0.7,
      ['called in a loop'],
    ],
    'what a marked function calls': [
      'package p\n\n//alloclens:hot\nfunc F() { g() }\n\nfunc g() { here() }\n',
      0.9,
      ['called from F'],
    ],
    'what calls itself from a handler': [
      'package p\n\nimport "net/http"\n\nfunc f(w http.ResponseWriter, r *http.Request) { walk(3) }\n\nfunc walk(n int) { here(); if n > 0 { walk(n - 1) } }\n',
      0.8,
      ['called in an HTTP handler'],
    ],
    'what a benchmark of the external tests calls': [
      {
        'a.go': 'package p\n\nfunc F() { g() }\n\nfunc g() { here() }\n',
        'a_test.go':
          'package p_test\n\nimport (\n\t"testing"\n\n\t"example.com/p"\n)\n\nfunc BenchmarkF(b *testing.B) { for b.Loop() { p.F() } }\n',
      },
      0.7,
      ['called from BenchmarkF → F'],
    ],
    'a round trip': [
      'package p\n\nimport "net/http"\n\nfunc (t T) RoundTrip(r *http.Request) (*http.Response, error) { here(); return nil, nil }\n',
      0.75,
      ['in an HTTP transport'],
    ],
    'a reconciler': [
      'package p\n\nimport "context"\n\nfunc (t T) Reconcile(ctx context.Context, r Request) (Result, error) { here(); return Result{}, nil }\n',
      0.75,
      ['in a reconciler'],
    ],
    'a log handler': [
      'package p\n\nimport (\n\t"context"\n\t"log/slog"\n)\n\nfunc (t T) Handle(ctx context.Context, r slog.Record) error { here(); return nil }\n',
      0.75,
      ['in a log handler'],
    ],
    'a gRPC interceptor': [
      'package p\n\nimport (\n\t"context"\n\n\t"google.golang.org/grpc"\n)\n\nfunc f(ctx context.Context, req any, info *grpc.UnaryServerInfo, h grpc.UnaryHandler) (any, error) { here(); return h(ctx, req) }\n',
      0.75,
      ['in a gRPC interceptor'],
    ],
    'what is marked': [
      'package p\n\n// F is hot.\n//\n//alloclens:hot\nfunc F() { here() }\n',
      0.9,
      ['marked //alloclens:hot'],
    ],
    'main, when it is marked': [
      'package main\n\n//alloclens:hot\nfunc main() { here() }\n',
      0.9,
      ['marked //alloclens:hot'],
    ],
  };
  for (const [name, [files, score, because]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(heat(files), { score, because }));
  }
});

describe('not in a loop', () => {
  const cases: Record<string, string> = {
    'the ranged expression': 'for range here() { n++ }',
    'the initialiser': 'for x := here(); n > 0; n-- { _ = x }',
    'before a return that leaves the loop': 'for range n { if n > 3 { return here() } }',
    'in a block that ends in a return': 'for range n { if n > 3 { here(); n++; return nil } }',
    'in a block that ends in a call that never returns':
      'for range n { if n > 3 { here(); func() { panic(n) }() } }',
    'a loop that is always left': 'for n > 3 { here(); break }',
    'in a block that ends in a break': 'for range n { if n > 3 { here(); break } }',
  };
  for (const [name, body] of Object.entries(cases)) {
    test(name, () => assert.ok(heat(inFunction(body)).score <= 0.4));
  }
  test('but a break of a switch does not leave the loop', () =>
    assert.equal(heat(inFunction('for range n { switch n { case 1: here(); break } }')).score, 0.642));
  test('a break leaves only the inner loop', () =>
    assert.equal(heat(inFunction('for range n { for range n { if n > 3 { here(); break } } }')).score, 0.6));
  test('a break with a label leaves the loop of that name, too', () =>
    assert.equal(
      heat(inFunction('outer:\n\tfor range n { for range n { if n > 3 { here(); break outer } } }')).score,
      0.371,
    ));
  test('a continue with a label leaves only what is inside that loop', () =>
    assert.deepEqual(
      heat(inFunction('outer:\n\tfor range n { for range n { if n > 3 { here(); continue outer } } }')),
      { score: 0.6, because: ['in a loop'] },
    ));
  test('a goto may be a loop of its own', () =>
    assert.equal(heat(inFunction('again:\n\tfor range n { if n > 3 { here(); goto again } }')).score, 0.6));
  test('a method name that two types share is half a call of each, and may be of neither', () =>
    assert.equal(
      heat('package p\n\nfunc (t T) M() { here() }\n\nfunc (u U) M() {}\n\nfunc f(u U) { for { u.M() } }\n')
        .score,
      0.558,
    ));
  test('a handler calls it only where it fails', () =>
    assert.equal(
      heat(
        'package p\n\nimport "net/http"\n\nfunc g() { here() }\n\nfunc f(w http.ResponseWriter, r *http.Request) { if err := h(); err != nil { g(); return } }\n',
      ).score,
      0.317,
    ));
  test('a method Handle of something else', () =>
    assert.equal(
      heat(
        'package p\n\nimport "context"\n\nfunc (t T) Handle(ctx context.Context, n int) error { here(); return nil }\n',
      ).score,
      0.4,
    ));
  test('a function that only calls itself in a loop, which it does a few times', () =>
    assert.equal(heat('package p\n\nfunc f() { here(); for { f() } }\n').score, 0.558));
});

describe('cold', () => {
  const cases: Record<string, [files: string | Record<string, string>, because: string]> = {
    'package level': ['package p\n\nvar x = here()\n', 'runs once, at package initialisation'],
    init: ['package p\n\nfunc init() { for { here() } }\n', 'runs once, in init'],
    main: ['package main\n\nfunc main() { here() }\n', 'runs once, in main'],
    'a test': [
      { 'a_test.go': 'package p\n\nimport "testing"\n\nfunc TestF(t *testing.T) { for { here() } }\n' },
      'only in tests',
    ],
    'an error path': [
      inFunction('for range n { if err != nil { here(); return err } }'),
      'only on an error path',
    ],
    'an error path of a joined condition': [
      inFunction('if n > 3 && err != nil { here(); return err }'),
      'only on an error path',
    ],
    'the other branch of err == nil': [
      inFunction('if err == nil { n++ } else { here(); return err }'),
      'only on an error path',
    ],
    'what an error is made of': [
      `package p\n\nimport "fmt"\n\nfunc f(n int) error { for { if n > 3 { return fmt.Errorf("%v", here()) } } }\n`,
      'only on an error path',
    ],
    'what panics': [inFunction('for range n { panic(here()) }'), 'only on the way to panic'],
    'what reports an error': [
      inFunction('for range n { if n > 2 { report.Errorf("%s", here()) } }'),
      'only on the way to Errorf',
    ],
    'sync.Once': [
      'package p\n\nfunc (t *T) F() { t.once.Do(func() { here() }) }\n',
      'runs once, in sync.Once.Do',
    ],
    'the New of a pool': [
      'package p\n\nimport "sync"\n\nvar pool = sync.Pool{New: func() any { return here() }}\n',
      'runs only when the pool is empty',
    ],
  };
  for (const [name, [files, because]] of Object.entries(cases)) {
    test(name, () => {
      const found = heat(files);
      assert.ok(found.score <= 0.1, String(found.score));
      assert.deepEqual(found.because, [because]);
    });
  }
  const handler = (body: string): string =>
    `package p\n\nimport "net/http"\n\nfunc f(w http.ResponseWriter, r *http.Request) { ${body} }\n`;
  const cold: Record<string, [files: string | Record<string, string>, because: string]> = {
    'what only an initialiser of the package calls': [
      'package p\n\nvar table = fill(9)\n\nfunc fill(n int) int { for range n { add() }; return n }\n\nfunc add() { here() }\n',
      'called only while the package is initialised',
    ],
    'what is called only where something fails': [
      'package p\n\nfunc F(err error) error { if err != nil { return g(err) }; return nil }\n\nfunc g(err error) error { here(); return err }\n',
      'called only on error paths',
    ],
    'what only initialisers call, through others': [
      'package p\n\nfunc init() { for range 9 { fill() } }\n\nfunc fill() { add() }\n\nfunc add() { here() }\n',
      'called only while the package is initialised',
    ],
    'an answer with an error': [
      handler('for { if r.Method != "GET" { w.WriteHeader(http.StatusMethodNotAllowed); here(); return } }'),
      'only where an error is answered',
    ],
    'an answer by http.Error': [
      handler('if r.Body == nil { http.Error(w, here(), 400); return }'),
      'only where an error is answered',
    ],
    'the set-up of a benchmark': [
      {
        'a_test.go':
          'package p\n\nimport "testing"\n\nfunc BenchmarkF(b *testing.B) { for _, n := range ns { b.Run(here(), func(b *testing.B) { for b.Loop() { g(n) } }) } }\n',
      },
      'only in the set-up of a benchmark',
    ],
  };
  for (const [name, [files, because]] of Object.entries(cold)) {
    test(name, () => {
      const found = heat(files);
      assert.ok(found.score <= 0.1, String(found.score));
      assert.deepEqual(found.because, [because]);
    });
  }
  const tool = 'package main\n\nfunc main() { demo() }\n\nfunc demo() { here() }\n';
  for (const [name, importPath, text] of [
    ['a command', 'example.com/m/cmd/demo', tool],
    ['an example', 'github.com/owner/module/_examples/demo', tool],
    ['what tests share', 'github.com/owner/module/testutil', 'package testutil\n\nfunc F() { here() }\n'],
    [
      'what tests share, called as httptest is',
      'github.com/owner/module/prototest',
      'package prototest\n\nfunc F() { here() }\n',
    ],
    ['the report of benchmarks', 'github.com/owner/module/bench', 'package bench\n\nfunc F() { here() }\n'],
  ] as const)
    test(name, () => assert.deepEqual(heat(text, importPath), { score: 0.05, because: ['in a tool'] }));
  test('a handler in an example', () =>
    assert.ok(heat(handler('for { here() }'), 'github.com/owner/module/examples/api').score <= 0.1));
  test('by its name it makes a connection', () => {
    const redial =
      'package p\n\nfunc doReconnect() { for range 9 { wsInitHandshake() } }\n\nfunc wsInitHandshake() { here() }\n';
    assert.ok(heat(redial).score < 0.4, String(heat(redial).score));
    const connected = redial.replaceAll('doReconnect', 'Connected').replaceAll('wsInitHandshake', 'send');
    assert.ok(heat(connected).score >= 0.4, String(heat(connected).score));
  });
  test('a loop in a command', () =>
    assert.deepEqual(heat(tool.replace('here()', 'for range 9 { here() }'), 'example.com/m/cmd/demo'), {
      score: 0.1,
      because: ['in a loop', 'in a tool'],
    }));
  for (const [name, importPath, text, score] of [
    [
      'a handler in a command',
      'example.com/m/cmd/api',
      handler('here()').replace('package p', 'package main'),
      0.75,
    ],
    [
      'a command that serves',
      'example.com/m/cmd/api',
      'package main\n\nimport "net/http"\n\nvar _ http.Handler\n\nfunc main() { serve() }\n\nfunc serve() { here() }\n',
      0.4,
    ],
    ['a word that ends so', 'github.com/owner/module/latest', 'package latest\n\nfunc F() { here() }\n', 0.4],
    ['a library of that name', 'github.com/owner/tools', 'package tools\n\nfunc F() { here() }\n', 0.4],
    ['a package for commands', 'example.com/m/cmd/flags', 'package flags\n\nfunc F() { here() }\n', 0.4],
  ] as const)
    test(`not ${name}`, () => assert.equal(heat(text, importPath).score, score));
  for (const [name, text] of Object.entries({
    'a function of initialisation that is also called later':
      'package p\n\nvar x = fill()\n\nfunc G() { fill() }\n\nfunc fill() int { here(); return 1 }\n',
    'one that is also a value':
      'package p\n\nvar x = fill()\n\nvar again = fill\n\nfunc fill() int { here(); return 1 }\n',
    'an exported one: others may call it':
      'package p\n\nvar x = Fill()\n\nfunc Fill() int { here(); return 1 }\n',
    'one that main calls: that is the program':
      'package main\n\nfunc main() { fill() }\n\nfunc fill() { here() }\n',
    'one that nothing calls': 'package p\n\nfunc fill() int { here(); return 1 }\n',
  })) {
    test(`not ${name}`, () => assert.equal(heat(text).score, 0.4));
  }
  test('not an answer that is no error', () =>
    assert.equal(
      heat(handler('if r.Method == "HEAD" { w.WriteHeader(http.StatusNoContent); here(); return }')).score,
      0.658,
    ));
  test('not a handler that goes on after the status', () =>
    assert.equal(heat(handler('if r.Body == nil { w.WriteHeader(500); here() }')).score, 0.724));
  test('what runs in parallel benchmarks is timed', () =>
    assert.equal(
      heat({
        'a_test.go':
          'package p\n\nimport "testing"\n\nfunc BenchmarkF(b *testing.B) { b.RunParallel(func(pb *testing.PB) { for pb.Next() { here() } }) }\n',
      }).score,
      0.7,
    ));
  test('a branch that goes on is no error path', () =>
    assert.equal(heat(inFunction('if err != nil { here() }')).score, 0.391));
  test('a comparison with something else is no error path', () =>
    assert.equal(heat(inFunction('if n != 3 { here(); return err }')).score, 0.371));
});

describe('what a name says', () => {
  const named = (name: string, more = ''): string => `package p

type T struct{}

func (t T) ${name}() string { return here() }
${more}`;
  const seldom: Record<string, [text: string, because: string]> = {
    errors: [
      named('raiseError', 'func Eval(t T) { for { t.raiseError() } }'),
      'by its name it is about errors',
    ],
    'a dump': [named('DumpTree', 'func F(t T) { for { t.DumpTree() } }'), 'by its name it serves debugging'],
    'a text for people': [named('String'), 'a text for people'],
  };
  for (const [name, [text, because]] of Object.entries(seldom))
    test(`${name}: seldom`, () => {
      const found = heat(text);
      assert.ok(found.score <= 0.3, String(found.score));
      assert.equal(found.because[0], because);
    });

  test('String, called by name in a loop: as often as that', () => {
    assert.ok(heat(named('String', 'func F(t T) { for { println(t.String()) } }')).score >= 0.7);
  });
  test('names that only begin so: as any function', () => {
    for (const name of ['Terrace', 'Debounce', 'Failover', 'Formatted'])
      assert.equal(heat(named(name)).score, 0.4, name);
  });
});

describe('//alloclens:ignore', () => {
  const hidden = (text: string, ruleId: 'go/a' | 'go/b' = 'go/a'): number[] =>
    withPackage(syntax, [['a.go', text]], ({ files: [file] }) => {
      const { hides } = suppressionsOf(file!.root);
      return text.split('\n').flatMap((_, line) => (hides(ruleId, line) ? [line] : []));
    });
  test('at the end of a line', () =>
    assert.deepEqual(
      hidden('package p\n\nvar a = 1 //alloclens:ignore go/a reused later\nvar b = 2\n'),
      [2],
    ));
  test('on the line above', () =>
    assert.deepEqual(
      hidden('package p\n\nfunc f() {\n\t//alloclens:ignore go/a\n\tg()\n\th()\n}\n'),
      [3, 4],
    ));
  test('above several comments of its own', () =>
    assert.deepEqual(
      hidden(
        'package p\n\nfunc f() {\n\t//alloclens:ignore go/a\n\t//alloclens:ignore go/b\n\tg()\n}\n',
      ).includes(5),
      true,
    ));
  test('without a rule: every rule', () =>
    assert.deepEqual(hidden('package p\n\nvar a = 1 //alloclens:ignore\n', 'go/b'), [2]));
  test('with a reason only: every rule', () =>
    assert.deepEqual(hidden('package p\n\nvar a = 1 //alloclens:ignore start-up only\n'), [2]));
  test('of another rule', () =>
    assert.deepEqual(hidden('package p\n\nvar a = 1 //alloclens:ignore go/b, go/c\n'), []));
  test('for the file, at its top', () =>
    assert.equal(hidden('//alloclens:ignore-file go/a\n\npackage p\n\nvar a = 1\n').length, 6));
  test('for the file, too late', () =>
    assert.deepEqual(hidden('package p\n\nvar a = 1\n\n//alloclens:ignore-file\n'), []));
  test('in other words', () => assert.deepEqual(hidden('package p\n\nvar a = 1 // alloclens:ignored\n'), []));
});
