import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, reader, text, writer } from './values';

export function perCallBuffer(random: Random): Pattern {
  const shape = random.pick([
    {
      make: 'buf := make([]byte, 4096)',
      use: 'for {\nk, err := r.Read(buf)\nfor _, c := range buf[:k] {\ntotal += int(c)\n}\nif err != nil {\nbreak\n}\n}',
    },
    { make: 'buf := make([]byte, 4096)', use: 'k, _ := io.ReadFull(r, buf)\ntotal += k + int(buf[3000])' },
    {
      make: 'buf := make([]byte, 4096)',
      use: 'k, err := r.Read(buf)\nif err != nil {\nreturn ZERO\n}\ntotal += k\nw.Write(buf[:k])',
    },
    { make: 'buf := make([]byte, 1024)', use: 'copy(buf, s)\nk, _ := w.Write(buf)\ntotal += k' },
    {
      make: 'buf := make([]byte, 1024)',
      use: "for i := range len(s) {\nbuf[s[i]]++\n}\nw.Write(buf[:256])\ntotal += int(buf['t'])",
    },
    {
      make: 'buf := make([]byte, 0, 1024)',
      use: 'buf = append(buf, s...)\nfor len(buf) < n%5000 {\nbuf = append(buf, s...)\nif s == "" {\nbreak\n}\n}\nw.Write(buf)\ntotal += len(buf)',
    },
    {
      make: 'var buf bytes.Buffer',
      use: 'fmt.Fprintf(&buf, "%s %d", s, n)\nk, _ := w.Write(buf.Bytes())\ntotal += k',
    },
    { make: 'buf := new(bytes.Buffer)', use: 'buf.WriteString(s)\nk, _ := buf.WriteTo(w)\ntotal += int(k)' },
    { make: 'buf := &bytes.Buffer{}', use: 'io.Copy(buf, r)\ntotal += buf.Len()\nw.Write(buf.Bytes())' },
    {
      make: 'buf := bytes.NewBuffer(nil)',
      use: 'json.NewEncoder(buf).Encode(s)\ntotal += buf.Len()\nw.Write(buf.Bytes())',
    },
    { make: 'var buf [2048]byte', use: 'k, _ := r.Read(buf[:])\ntotal += k + int(buf[100])' },
    {
      make: 'buf := make([]int, 20000)',
      use: "for i := range len(s) {\nbuf[int(s[i])]++\n}\ntotal += buf['t'] + buf[19999]",
    },
    { make: 'buf := make([]byte, 70000)', use: 'copy(buf, s)\ntotal += int(buf[2]) + int(buf[69999])' },
    { make: 'buf := make([]byte, len(s)+600)', use: 'copy(buf, s)\nw.Write(buf)\ntotal += len(buf)' },
    { make: 'buf := make([]byte, 4096)', use: 'k, _ := r.Read(buf)\nkept$ = buf[:k]\ntotal += k' },
    {
      make: 'buf := make([]byte, 4096)',
      use: 'k, _ := r.Read(buf)\nout$ = string(buf[:k])\ntotal += len(out$)',
    },
    { make: 'buf := make([]byte, 4096)', use: 'defer func() { total += int(buf[0]) }()\nr.Read(buf)' },
    { make: 'buf := make([]byte, 4096)', use: 'hold$(buf)\nr.Read(buf)\ntotal += int(buf[0])' },
    {
      make: 'buf := make([]byte, 4096)',
      use: 'r.Read(buf)\ntotal += cap(buf) + int(buf[4095])\nbuf[4095] = 7',
    },
  ]);
  const tops = [
    'var kept$ []byte',
    'var out$ string',
    'func hold$(b []byte) {\nheld$ = b\n}\nvar held$ []byte',
  ].filter((one) => shape.use.includes(/(?:var|func) (\w+\$)/.exec(one)![1]!));
  const named = shape.use.includes('defer');
  return {
    name: `${shape.make}: ${shape.use.replaceAll('\n', '; ')}`,
    hot: random.chance(0.6),
    parameters: [reader, writer, text, { ...n, values: ['4000', '0', '100'] }],
    top: tops.join('\n'),
    results: [{ type: 'int', value: 'total', zero: '0' }],
    declares: { name: 'total', text: 'total := 0', nameable: true },
    body: `•\n${shape.make}\n•\n${shape.use}\n•`,
    reads: ['total'],
    own: ['s += "+"'],
    ...(named && { not: ['goroutine'] }),
  };
}
