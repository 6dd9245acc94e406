import type { Random } from '../../random';
import type { Pattern } from '../program';
import { text } from './values';

export function poolPutAddress(random: Random): Pattern {
  const wrapped = random.chance(0.6);
  const get = random.pick([
    'func get$() []byte {\nreturn *pool$.Get().(*[]byte)\n}',
    'func get$() []byte {\ns := pool$.Get().(*[]byte)\nreturn *s\n}',
    'func get$() []byte {\ns := pool$.Get().(*[]byte)\nreturn (*s)[:0]\n}',
  ]);
  const put = random.pick([
    'func put$(b []byte) {\npool$.Put(&b)\n}',
    'func put$(b []byte) {\nb = b[:0]\npool$.Put(&b)\n}',
    'func put$(b []byte) {\nif cap(b) > 1<<16 {\nreturn\n}\nb = b[:0]\npool$.Put(&b)\n}',
  ]);
  const use = wrapped
    ? random.pick([
        'buf := get$()\nbuf = append(buf[:0], s...)\nout = string(buf)\nbuf = buf[:0]\nput$(buf)',
        'buf := get$()\nbuf = append(buf[:0], s...)\nif len(buf) == 0 {\nput$(buf)\nreturn ZERO\n}\nout = string(buf)\nput$(buf)',
        'buf := get$()\ndefer func() { put$(buf) }()\nbuf = append(buf[:0], s...)\nout = string(buf)',
        'buf := get$()\nbuf = append(buf[:0], s...)\nout = string(buf)\nput$(buf)\nmore := get$()\nmore = append(more[:0], 33)\nout += string(more)\nput$(more)',
        'buf := get$()\ndefer put$(buf)\nbuf = append(buf[:0], s...)\nout = string(buf)',
        'buf := get$()\nnext := append(buf[:0], s...)\nout = string(next)\nput$(next)',
        'for i := range 2 {\nbuf := get$()\nbuf = append(buf[:0], s...)\nout += string(buf[i:max(i, len(buf))])\nput$(buf)\n}',
      ])
    : random.pick([
        'buf := *pool$.Get().(*[]byte)\nbuf = append(buf[:0], s...)\nout = string(buf)\nbuf = buf[:0]\npool$.Put(&buf)',
        'buf := (*pool$.Get().(*[]byte))[:0]\nbuf = append(buf, s...)\nout = string(buf)\npool$.Put(&buf)',
        'p := pool$.Get().(*[]byte)\nbuf := *p\nbuf = append(buf[:0], s...)\nout = string(buf)\npool$.Put(&buf)',
        'p := pool$.Get().(*[]byte)\nbuf := (*p)[:0]\ndefer func() { pool$.Put(&buf) }()\nbuf = append(buf, s...)\nout = string(buf)',
        'buf := *pool$.Get().(*[]byte)\nif s == "" {\npool$.Put(&buf)\nreturn ZERO\n}\nbuf = append(buf[:0], s...)\nout = string(buf)\npool$.Put(&buf)',
      ]);
  return {
    name: use.replaceAll('\n', '; '),
    parameters: [text],
    top: [
      `var pool$ = sync.Pool{New: func() any { return new([]byte) }}`,
      ...(wrapped ? [get, put] : []),
    ].join('\n'),
    results: [{ type: 'string', value: 'out', zero: '""' }],
    declares: { name: 'out', text: 'var out string', nameable: true },
    body: `•\n${use.replace('out = string', '•\nout = string')}\n•`,
    reads: ['out'],
  };
}
