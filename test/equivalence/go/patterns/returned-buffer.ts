import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, words } from './values';

/** Functions that return what they have written into a buffer; their results are kept while they are called again. */
export function returnedBuffer(random: Random): Pattern {
  const make = random.pick(['var buf bytes.Buffer', 'buf := new(bytes.Buffer)', 'buf := &bytes.Buffer{}']);
  const buffer = make.startsWith('var') ? '&buf' : 'buf';
  const write = random.pick([
    `if err := json.NewEncoder(${buffer}).Encode(v); err != nil {\nreturn nil\n}`,
    `enc := json.NewEncoder(${buffer})\nenc.SetEscapeHTML(false)\nenc.Encode(v)`,
    `fmt.Fprint(${buffer}, v...)`,
    `for _, one := range v {\nif one == "" {\nreturn nil\n}\nfmt.Fprintln(${buffer}, one)\n}`,
    `w := &lines\${w: ${buffer}}\nfor _, one := range v {\nfmt.Fprintln(w, one)\n}`,
    `for _, one := range v {\nwriteTo$(${buffer}, one)\n}`,
  ]);
  const result = random.pick([
    'return buf.Bytes()',
    'return buf.Bytes()',
    'out := buf.Bytes()\nif len(out) > 0 {\nout = out[:len(out)-1]\n}\nreturn out',
    "out := buf.Bytes()\nreturn append(out, '.')",
    'return []byte(buf.String())',
  ]);
  const spoils = random.chance(0.3)
    ? 'if len(first) > 1 {\nfirst[0] = \'#\'\nfirst = append(first, "more"...)\n}'
    : '';
  return {
    name: `${make}: ${write.replaceAll('\n', '; ')}; ${result.replaceAll('\n', '; ')}`,
    parameters: [words, n],
    top: `type lines$ struct {
w io.Writer
n int
}
func (l *lines$) Write(p []byte) (int, error) {
l.n++
return l.w.Write(p)
}
func writeTo$(w io.Writer, v any) { fmt.Fprintf(w, "%v;", v) }
func text$(v []any) []byte {
${make}
${write}
${result}
}`,
    results: [
      { type: '[]byte', value: 'first', zero: 'nil' },
      { type: '[]byte', value: 'second', zero: 'nil' },
    ],
    body: `
var v []any
var first, second []byte
•
@for _, x := range xs {
•loop
v = append(v, x)
}
first = text$(v)
${spoils}
•
second = text$(append(v, n))
•`,
    reads: ['len(v)', 'len(first) > 3'],
    // A buffer that is made when the pool is empty, and lost where the call panics.
    slack: [{ objects: 2, bytes: 256, when: 'it fails' }],
  };
}
