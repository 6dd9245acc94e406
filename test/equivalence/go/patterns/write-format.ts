import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';
import { data, n, text, words, writer } from './values';

const formats = [
  'fmt.Sprintf("%s: %d\\n", s, n)',
  'fmt.Sprint(s, n)',
  'fmt.Sprintln(s, n)',
  'fmt.Sprintf("%v", own$(n))',
  'fmt.Sprintf("%d%%", n)',
  'fmt.Sprintf("%s", data)',
  'fmt.Sprintf(s, n)',
];

/** Writers of the package that do what no writer may, or more. */
const owns: readonly { readonly company: string; readonly name: string; readonly text: string }[] = [
  {
    company: 'keeps',
    name: 'keeper$',
    text: 'type keeper$ struct{ kept []byte }\nfunc (k *keeper$) Write(p []byte) (int, error) {\nk.kept = p\nreturn len(p), nil\n}',
  },
  {
    company: 'changes',
    name: 'flipper$',
    text: 'type flipper$ struct{ out []byte }\nfunc (f *flipper$) Write(p []byte) (int, error) {\nfor i := range p {\np[i] ^= 1\n}\nf.out = append(f.out, p...)\nreturn len(p), nil\n}',
  },
  {
    company: 'strings',
    name: 'own$',
    text: 'type own$ struct{ out []byte }\nfunc (o *own$) Write(p []byte) (int, error) {\no.out = append(o.out, p...)\nreturn len(p), nil\n}\nfunc (o *own$) WriteString(s string) (int, error) {\no.out = append(o.out, "string: "...)\no.out = append(o.out, s...)\nreturn len(s), nil\n}',
  },
  {
    company: 'counts',
    name: 'counter$',
    text: 'type counter$ struct{ out []byte; calls int }\nfunc (c *counter$) Write(p []byte) (int, error) {\nc.calls++\nc.out = append(c.out, p...)\nreturn len(p), nil\n}',
  },
];

/** A text that is joined only to be written. */
function joined(random: Random): Pattern {
  const sum = random.pick([
    'x + s',
    '"<" + x + ">"',
    'x + ","',
    's + xs[k]',
    'x + w.String()',
    'say$(x) + say$(s)',
    'x + say$(s)',
  ]);
  const make = random.pick(['var w strings.Builder', 'var w bytes.Buffer', 'w := &bytes.Buffer{}']);
  return {
    name: `${make}: ${sum}`,
    hot: true,
    parameters: [text, words],
    ...(sum.includes('say$') && {
      top: 'func say$(s string) string {\nif s == "ccc" {\npanic("c")\n}\nreturn s + "!"\n}',
    }),
    results: [{ type: 'string', value: 'w.String()', zero: '""' }],
    declares: { name: 'w', text: `${make}\nk := 0`, nameable: false },
    body: `•\n@for _, x := range xs {\n_ = x\nw.WriteString(${sum})\nk++\n•loop\n}\n•`,
    reads: ['w.Len()', 'k'],
    // What is written in pieces grows in steps of another size.
    slack: [{ objects: 2, bytes: 256, when: 'always' }],
  };
}

export function writeFormat(random: Random): Pattern {
  const format = random.pick(formats);
  const stringer = format.includes('own$(')
    ? 'type own$ int\nfunc (o own$) String() string {\nif o == 5 {\npanic("five")\n}\nreturn "own"\n}'
    : undefined;
  const parameters: Parameter[] = [n, text, data];
  const count = { type: 'int', value: 'k', zero: '0' };
  const error = { type: 'error', value: 'err', zero: 'nil' };
  const declares = { name: 'k', text: 'var k int\nvar err error', nameable: false };
  const kind = random.pick(['writer', 'writer', 'writer', 'bufio', 'bytes', 'conversion', 'buffer', 'own']);
  if (random.chance(0.2)) return joined(random);
  const write = random.pick([
    `w.Write([]byte(${format}))`,
    `io.WriteString(w, ${format})`,
    `w.Write([]byte(${format}))`,
    'io.WriteString(w, string(data))',
  ]);
  const base = {
    hot: random.chance(0.7),
    ...(stringer !== undefined && { top: stringer }),
    reads: ['k', 'len(data)'],
    own: ['s += "+"', 'if len(data) > 0 {\ndata[0] = 1\n}'],
    // A writer that panics inside of fmt takes fmt's state with it, which is made anew.
    slack: [{ objects: 1, bytes: 512, when: 'it fails' as const }],
  };
  const body = (call: string): string => `•\nk, err = ${call}\n•\nif err == nil {\n_, err = ${call}\n}\n•`;
  if (kind === 'writer') {
    return {
      ...base,
      name: write,
      parameters: [writer, ...parameters],
      results: [count, error],
      declares,
      body: body(write),
    };
  }
  if (kind === 'own' && stringer === undefined) {
    const own = random.pick(owns);
    const call = random
      .pick([write, `f.Write([]byte(${format}))`, 'f.Write([]byte(s))'])
      .replace(/^w\.|\(w,/, (found) => found.replace('w', 'f'));
    return {
      ...base,
      name: `${own.company}: ${call}`,
      company: own.company,
      top: own.text,
      parameters,
      results: [{ type: `*${own.name}`, value: 'f', zero: 'nil' }, count, error],
      declares: { name: 'f', text: `f := new(${own.name})\nvar k int\nvar err error`, nameable: false },
      body: body(call),
    };
  }
  if (kind === 'bufio' || kind === 'own') {
    const call = random.pick([
      `w.WriteString(${format})`,
      'w.WriteString(string(data))',
      'w.Write([]byte(s))',
      `w.Write([]byte(${format}))`,
    ]);
    return {
      ...base,
      name: `bufio: ${call}`,
      parameters: [
        {
          name: 'w',
          type: '*bufio.Writer',
          values: [
            'bufio.NewWriter(o.Stream(1 << 20))',
            'bufio.NewWriterSize(o.Stream(1 << 20), 16)',
            'bufio.NewWriterSize(o.Stream(20), 16)',
            'bufio.NewWriterSize(o.Stream(0), 16)',
          ],
        },
        ...parameters,
      ],
      results: [count, error],
      declares,
      body: `${body(call)}\nif err == nil {\nerr = w.Flush()\n}`,
    };
  }
  if (kind === 'buffer' || kind === 'bytes') {
    const call = random.pick([
      `buf.WriteString(${format})`,
      'buf.WriteString(string(data))',
      'buf.Write([]byte(s))',
      'buf.WriteString(string(buf.Bytes()))',
      `buf.Write([]byte(${format}))`,
    ]);
    const pointer = kind === 'buffer';
    return {
      ...base,
      name: `${pointer ? 'parameter' : 'local'}: ${call}`,
      parameters: [
        ...(pointer
          ? [
              {
                name: 'buf',
                type: '*bytes.Buffer',
                values: ['new(bytes.Buffer)', 'bytes.NewBufferString("begin")'],
              },
            ]
          : []),
        ...parameters,
      ],
      results: [{ type: 'string', value: 'buf.String()', zero: '""' }],
      ...(!pointer && {
        declares: {
          name: 'buf',
          text: random
            .pick(['var buf bytes.Buffer', 'var buf strings.Builder'])
            .replace('strings.Builder', call.includes('Bytes') ? 'bytes.Buffer' : 'strings.Builder'),
          nameable: false,
        },
      }),
      body: `•\n${call}\n•\n${call}\n•`,
      reads: ['buf.Len()'],
    };
  }
  const call = random.pick([
    'io.WriteString(w, string(data))',
    'io.WriteString(w, string(data[1:]))',
    'w.Write([]byte(s))',
  ]);
  return {
    ...base,
    name: call,
    parameters: [writer, ...parameters],
    results: [count, error],
    declares,
    body: body(call),
  };
}
