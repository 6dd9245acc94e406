import type { Random } from '../../random';
import type { Pattern } from '../program';
import { reader, words, writer } from './values';

const items = {
  name: 'rows',
  type: '[]row$',
  values: ['[]row${{"a", 1}, {"bb", 2}, {"a", 3}}', 'nil', '[]row${{"x", 0}}'],
} as const;

/** A variable of the loop whose address one iteration returns. */
function returned(random: Random): Pattern {
  const search = random.pick([
    'for _, r := range rows {\nif r.fits(3) {\nreturn &r\n}\n}\nreturn nil',
    'for i := range rows {\nr := rows[i]\nr.n++\nif r.fits(2) {\nreturn &r\n}\n}\nreturn nil',
    'for _, r := range rows {\nif bump$(&r) > 2 {\nreturn &r\n}\n}\nreturn nil',
    'for _, r := range rows {\nkept$ = &r\nif r.fits(1) {\nreturn &r\n}\n}\nreturn nil',
    'for _, r := range rows {\ndefer func() { r.n = 9 }()\nif r.fits(1) {\nreturn &r\n}\n}\nreturn nil',
  ]);
  return {
    name: search.split('\n').join('; '),
    parameters: [items],
    top: `type row$ struct {\nname string\nn int\n}\nfunc (r *row$) fits(n int) bool { return r.n >= n }\nfunc bump$(r *row$) int {\nr.n++\nreturn r.n\n}\nvar kept$ *row$\nfunc search$(rows []row$) *row$ {\n${search}\n}`,
    results: [{ type: '*row$', value: 'out', zero: 'nil' }],
    declares: { name: 'out', text: 'var out *row$', nameable: true },
    body: '•\nout = search$(rows)\n•',
    reads: ['out == nil'],
  };
}

export function loopAllocation(random: Random): Pattern {
  if (random.chance(0.15)) return returned(random);
  const out = { type: 'int', value: 'total', zero: '0' };
  const declares = { name: 'total', text: 'total := 0', nameable: true };
  const shape = random.pick([
    { make: 'buf := make([]byte, 128)', use: 'k, _ := r.Read(buf)\ntotal += k', reads: true },
    {
      make: 'buf := make([]byte, 128)',
      use: 'k, _ := r.Read(buf)\nfor _, c := range buf {\ntotal += int(c)\n}\n_ = k',
      reads: true,
    },
    {
      make: 'buf := make([]byte, 128)',
      use: 'k, err := io.ReadFull(r, buf)\nif err != nil {\ntotal += 1000\n}\ntotal += k + int(buf[100])',
      reads: true,
    },
    {
      make: 'buf := make([]byte, 256)',
      use: 'for i := range len(x) {\nbuf[x[i]]++\n}\nk, _ := w.Write(buf)\ntotal += k',
      reads: false,
    },
    {
      make: 'buf := make([]byte, len(xs))',
      use: 'copy(buf, x)\nk, _ := w.Write(buf)\ntotal += k',
      reads: false,
    },
    {
      make: 'buf := make([]byte, 0, 64)',
      use: 'buf = append(buf, x...)\nbuf = append(buf, 10)\nk, _ := w.Write(buf)\ntotal += k',
      reads: false,
    },
    {
      make: 'var buf bytes.Buffer',
      use: 'fmt.Fprintf(&buf, "row %s\\n", x)\nk, _ := w.Write(buf.Bytes())\ntotal += k',
      reads: false,
    },
    {
      make: 'var buf bytes.Buffer',
      use: 'buf.WriteString(x)\nif x == "" {\ncontinue\n}\nk, _ := buf.WriteTo(w)\ntotal += int(k)',
      reads: false,
    },
    {
      make: 'var buf [100]byte',
      use: 'copy(buf[:], x)\nk, _ := w.Write(buf[:])\ntotal += k + int(buf[50])',
      reads: false,
    },
    { make: 'var buf [100]byte', use: 'k, _ := r.Read(buf[:])\ntotal += k + int(buf[7])', reads: true },
    {
      make: 'buf := make([]byte, 100)',
      use: 'copy(buf, x)\nw.Write(buf[:len(x)])\nbuf = buf[:50]\ntotal += len(buf)',
      reads: false,
    },
    {
      make: 'buf := make([]byte, 100)',
      use: 'copy(buf, x)\nkept$ = buf\nw.Write(buf)\ntotal += int(kept$[0])',
      reads: false,
    },
    {
      make: 'buf := new(bytes.Buffer)',
      use: 'buf.WriteString(x)\nw.Write(buf.Bytes())\ntotal += buf.Len()',
      reads: false,
    },
    {
      make: 'buf := make([]byte, 100)',
      use: 'if len(x) > 2 {\nbuf[0] = 1\n}\nk, _ := w.Write(buf)\ntotal += k',
      reads: false,
    },
    {
      make: 'buf := make([]byte, 100)',
      use: 'defer func() { total += int(buf[0]) }()\ncopy(buf, x)\nw.Write(buf)',
      reads: false,
    },
  ]);
  return {
    name: `${shape.make}: ${shape.use.replaceAll('\n', '; ')}`,
    hot: random.chance(0.5),
    parameters: [words, shape.reads ? reader : writer],
    ...(shape.use.includes('kept$') && { top: 'var kept$ []byte' }),
    results: [out],
    declares,
    body: `•\n@for _, x := range xs {\n_ = x\n•loop\n${shape.make}\n•loop\n${shape.use}\n•loop\n}\n•`,
    reads: ['total'],
    // The buffer is made once, also for a loop that has nothing to do, or fails before it comes to it.
    slack: [
      { objects: 1, bytes: 256, when: /^(?:nil|0)$/ },
      { objects: 1, bytes: 256, when: 'it fails' },
    ],
    not: ['goto'],
    own: [
      'if total > 150 {\nreturn VALUE\n}',
      ...(shape.use.includes('defer') ? [] : ['if len(xs) > 2 {\nxs = xs[:2]\n}']),
    ],
  };
}
