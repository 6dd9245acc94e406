/** Texts that make a program slow whose work grows with the square of its input: one kind of statement over and over. */

/** A file's name and text. */
export interface HostileText {
  readonly name: string;
  readonly file: 'a.go' | 'a.ts';
  readonly text: string;
}

/** All of about `size` UTF-16 units; the names begin with the language. */
export function hostileTexts(size: number): HostileText[] {
  const fill = (make: (i: number) => string): string => {
    let text = '';
    for (let i = 0; text.length < size; i++) text += make(i);
    return text;
  };
  const texts = { ...goTexts(fill, size), ...typeScriptTexts(fill, size) };
  return Object.entries(texts).map(([name, text]) => ({
    name,
    file: name.startsWith('go/') ? 'a.go' : 'a.ts',
    text,
  }));
}

type Fill = (make: (i: number) => string) => string;

function goTexts(fill: Fill, size: number): Record<string, string> {
  const go = (imports: readonly string[], rest: string): string =>
    `package a\n\n${imports.map((path) => `import "${path}"\n`).join('')}\n${rest}`;
  const inLoop = (body: string): string =>
    `func f(s string, xs []int, n int) (out []int) {\n\tfor i := range n {\n\t\t_ = i\n${body}\t}\n\t_ = s\n\treturn out\n}\n`;
  /** Variables of the type, each written to in a loop of its own. */
  const grown = (type: string): string =>
    fill(
      (i) =>
        `\t\t{\n\t\t\tvar b ${type}\n\t\t\tfor range xs {\n\t\t\t\tb.WriteString(s + "y${i}")\n\t\t\t}\n\t\t\ts = b.String()\n\t\t}\n`,
    );
  const pool = 'var pool = sync.Pool{New: func() any { return new(bytes.Buffer) }}\n\n';
  const repeated = (unit: string): string => unit.repeat(Math.floor(size / unit.length));
  return {
    'go/one builder': go(
      ['strings'],
      `func f(xs []string) string {\n\tvar b strings.Builder\n\tfor _, x := range xs {\n${fill((i) => `\t\tb.WriteString(x + "y${i}")\n`)}\t}\n\treturn b.String()\n}\n`,
    ),
    'go/builders': go(['strings'], inLoop(grown('strings.Builder'))),
    'go/buffers': go(['bytes'], inLoop(grown('bytes.Buffer'))),
    'go/large buffers': go(
      ['io'],
      `func f(r io.Reader, n int) {\n\tfor range n {\n${fill((i) => `\t\t{\n\t\t\tb := make([]byte, ${65536 + i})\n\t\t\tr.Read(b)\n\t\t}\n`)}\t}\n}\n`,
    ),
    'go/pooled objects': go(
      ['bytes', 'sync'],
      `${pool}func f(n int) {\n${fill((i) => `\tif n == ${i} {\n\t\tb := pool.Get().(*bytes.Buffer)\n\t\tb.WriteByte(1)\n\t\tpool.Put(b)\n\t\tb.Reset()\n\t}\n`)}}\n`,
    ),
    'go/one pooled object': go(
      ['bytes', 'sync'],
      `${pool}func f(n int) {\n\tb := pool.Get().(*bytes.Buffer)\n${fill((i) => `\tif n == ${i} {\n\t\tb.WriteByte(1)\n\t}\n`)}\tpool.Put(b)\n}\n`,
    ),
    'go/appends to many': go(
      [],
      inLoop(
        fill(
          (i) =>
            `\t\t{\n\t\t\tvar o []int\n\t\t\tfor _, x := range xs {\n\t\t\t\to = append(o, x+${i})\n\t\t\t}\n\t\t\tout = append(out, o...)\n\t\t}\n`,
        ),
      ),
    ),
    'go/appends to one': go(
      [],
      `func f(xs []int) (out []int) {\n${fill((i) => `\tfor _, x := range xs {\n\t\tout = append(out, x+${i})\n\t}\n`)}\treturn out\n}\n`,
    ),
    'go/appends in a row': go([], inLoop(fill((i) => `\t\tout = append(out, ${i})\n`))),
    'go/Sprintf': go(['fmt'], inLoop(fill((i) => `\t\ts = fmt.Sprintf("%d x${i}", i)\n`))),
    'go/conversions': go([], inLoop(fill((i) => `\t\ts = string([]byte(s)) // ${i}\n`))),
    'go/boxing': go([], `var sink any\n\n${inLoop(fill((i) => `\t\tsink = i + ${i}\n`))}`),
    'go/concatenations': go([], inLoop(fill((i) => `\t\ts += "x${i}"\n`))),
    'go/one long concatenation': go([], inLoop(`\t\ts += ${fill(() => 's + ')}"x"\n`)),
    'go/closures': go(
      [],
      `func f(n int) (fs []func() int) {\n\tfor i := range n {\n${fill((i) => `\t\tfs = append(fs, func() int { return i + ${i} })\n`)}\t}\n\treturn\n}\n`,
    ),
    'go/defers': go([], `func g(n int) {}\n\nfunc f(n int) {\n${fill((i) => `\tdefer g(${i})\n`)}}\n`),
    'go/switch': go(
      [],
      inLoop(`\t\tswitch i {\n${fill((i) => `\t\tcase ${i}:\n\t\t\tout = append(out, ${i})\n`)}\t\t}\n`),
    ),
    'go/else if': go(
      [],
      inLoop(
        `\t\t${Array.from({ length: 1000 }, (_, i) => `if n == ${i} {\n\t\t\tout = append(out, ${i})\n\t\t} else `).join('')}{\n\t\t}\n`,
      ),
    ),
    'go/gotos': go(
      [],
      `func f(n int) (out []int) {\n${fill((i) => `L${i}:\n\tout = append(out, ${i})\n\tif n == ${i} {\n\t\tgoto L${i}\n\t}\n`)}\treturn\n}\n`,
    ),
    'go/loops in a row': go([], inLoop(fill((i) => `\t\tfor j := range n {\n\t\t\tn += j + ${i}\n\t\t}\n`))),
    'go/nested loops': go(
      [],
      `func f(n int) (out []int) {\n${'for range n {\n'.repeat(100)}out = append(out, n)\n${'}\n'.repeat(100)}return\n}\n`,
    ),
    'go/nested ifs': go(
      [],
      `func f(n int) (out []int) {\nfor range n {\n${'if n > 0 {\n'.repeat(900)}out = append(out, n)\n${'}\n'.repeat(900)}}\nreturn\n}\n`,
    ),
    'go/functions': go(
      [],
      fill(
        (i) =>
          `func f${i}(xs []int) (out []int) {\n\tfor _, x := range xs {\n\t\tout = append(out, x)\n\t}\n\treturn\n}\n`,
      ),
    ),
    'go/functions calling': go([], fill((i) => `func f${i}(b []byte) { f${i + 1}(b) }\n`) + last(size)),
    'go/methods': go(
      [],
      `type t struct{ b []byte }\n\n${fill((i) => `func (x *t) m${i}() { x.b = append(x.b, ${i % 200}) }\n`)}`,
    ),
    'go/structs': go(
      [],
      fill((i) => `type t${i} struct {\n\ta bool\n\tb int64\n\tc bool\n}\n`),
    ),
    'go/map literal': go([], `var m = map[string]int{\n${fill((i) => `\t"k${i}": ${i},\n`)}}\n`),
    'go/maps filled': go(
      [],
      inLoop(
        fill(
          (i) =>
            `\t\t{\n\t\t\tm := map[int]int{}\n\t\t\tfor _, x := range xs {\n\t\t\t\tm[x] = ${i}\n\t\t\t}\n\t\t\tn += len(m)\n\t\t}\n`,
        ),
      ),
    ),
    'go/one variable': go(
      [],
      `func f(n int) *int {\n\tx := n\n${fill((i) => `\tx += ${i}\n`)}\treturn &x\n}\n`,
    ),
    'go/directives': go(
      [],
      `${repeated('//alloclens:hot\n//alloclens:disable go/append-format\n')}func f() {}\n`,
    ),
    'go/build tags': `${fill((i) => `//go:build a${i} && (b || !c)\n`)}\npackage a\n`,
    'go/does not compile': go([], `func f(n int) {\n${fill((i) => `\tx${i} := \n`)}}\n`),
  };
}

/** The function that the last one calls. */
function last(size: number): string {
  let [length, i] = [0, 0];
  for (; length < size; i++) length += `func f${i}(b []byte) { f${i + 1}(b) }\n`.length;
  return `func f${i}(b []byte) {}\n`;
}

function typeScriptTexts(fill: Fill, size: number): Record<string, string> {
  const inLoop = (body: string): string =>
    `export function f(s: string, xs: number[]) {\n  let n = 0;\n  for (;;) {\n${body}\n  }\n}\n`;
  return {
    'ts/functions without findings': fill(
      (i) =>
        `export function f${i}(xs: number[], s: string): number {\n  let n = ${i};\n  for (const x of xs) n += x * ${i} + s.length;\n  return n;\n}\n`,
    ),
    'ts/spread': inLoop(fill((i) => `    xs = [...xs, ${i}];\n`)),
    'ts/spread of many': inLoop(
      fill((i) => `    let a${i} = [1]; for (const x of xs) a${i} = [...a${i}, x];\n`),
    ),
    'ts/split': inLoop(fill((i) => `    s = s.split(",")[${i % 5}];\n`)),
    'ts/chained arrays': inLoop(fill((i) => `    n += xs.filter((x) => x > ${i}).length;\n`)),
    'ts/Intl': inLoop(fill((i) => `    s += new Intl.NumberFormat('de-${i}').format(n);\n`)),
    'ts/buffers': inLoop(
      fill((i) => `    { const b${i} = new Uint8Array(${100 + i}); b${i}[n & 15] = 1; n += b${i}[3]!; }\n`),
    ),
    'ts/wrappers': `function wrap(x: number) { if (x > 1) return { value: x, ok: true }; return { value: -x, ok: false }; }\n${inLoop(fill((i) => `    { const { value } = wrap(n + ${i}); n += value; }\n`))}`,
    'ts/sets': inLoop(fill((i) => `    if (new Set(['a', 'b${i}']).has(s)) n++;\n`)),
    'ts/errors': inLoop(fill((i) => `    try { throw new Error('${i}'); } catch { n++; }\n`)),
    'ts/push': inLoop(
      fill(
        (i) => `    { const ys: number[] = []; for (const x of xs) ys.push(x + ${i}); n += ys.length; }\n`,
      ),
    ),
    'ts/shift': inLoop(
      fill((i) => `    { const q = xs.slice(); while (q.length > 0) n += q.shift()! + ${i}; }\n`),
    ),
    'ts/keys': inLoop(fill((i) => `    if (Object.keys(xs).length === ${i}) n++;\n`)),
    'ts/switch': inLoop(
      `    switch (n) {\n${fill((i) => `      case ${i}: s = s.split(',')[0]!; break;\n`)}    }`,
    ),
    'ts/else if': inLoop(
      `${Array.from({ length: 900 }, (_, i) => `if (n === ${i}) { s = s.split(',')[0]!; } else `).join('')}{}`,
    ),
    'ts/methods': `export class C {\n${fill((i) => `  m${i}(s: string) { for (;;) s = s.split(',')[0]!; }\n`)}}\n`,
    'ts/functions calling': fill(
      (i) => `export function f${i}(xs: number[]) { for (const x of xs) f${i + 1}([x]); }\n`,
    ),
    'ts/calls of one': `/** @noalloc */ export function f() {\n${fill((i) => `g${i % 2000}();\n`)}}\n${Array.from({ length: 2000 }, (_, i) => `function g${i}() { g${i + 1}(); return [1]; }\n`).join('')}`,
    'ts/one long sum': `export const f = (s: string) => { for (;;) s = s.split(',')[0]${fill((i) => ` + ${i}\n`)}; };`,
    'ts/nested parentheses': `export const f = (s: string) => { for (;;) s.split(',')[0]; return ${'(\n'.repeat(size / 200)}1${')\n'.repeat(size / 200)}; };`,
    'ts/object literal': `const t = {${fill((i) => `k${i}: ${i},\n`)}};\nexport const f = (s: string) => { for (;;) s = s.split(',')[0]!; };`,
    'ts/comments': `${fill((i) => `// alloclens-disable-next-line ts/split-index ${i}\n`)}${inLoop(`    s = s.split(',')[0]!;`)}`,
  };
}
