import type { Random } from '../../random';
import type { Pattern } from '../program';
import { text } from './values';

export function poolPutValue(random: Random): Pattern {
  const struct = random.chance(0.25);
  const type = struct ? 'scratch$' : '[]byte';
  const fresh = struct ? 'scratch${buf: make([]byte, 0, 64)}' : 'make([]byte, 0, 64)';
  const buffer = struct ? 'v.buf' : 'v';
  const body = random.pick([
    `v := pool$.Get().(${type})\n${buffer} = append(${buffer}[:0], s...)\nout = string(${buffer})\npool$.Put(v)`,
    `v := pool$.Get().(${type})\n${buffer} = append(${buffer}[:0], s...)\nif s == "" {\npool$.Put(v)\nreturn ZERO\n}\nout = string(${buffer})\npool$.Put(v)`,
    `v := pool$.Get().(${type})\ndefer pool$.Put(v)\n${buffer} = append(${buffer}[:0], s...)\nout = string(${buffer})`,
    `v := pool$.Get().(${type})\ndefer func() { pool$.Put(v) }()\n${buffer} = append(${buffer}[:0], s...)\nout = string(${buffer})`,
    `v := take$()\n${buffer} = append(${buffer}[:0], s...)\nout = string(${buffer})\ngive$(v)`,
    `v := take$()\ndefer give$(v)\n${buffer} = append(${buffer}[:0], s...)\nout = string(${buffer})`,
    `v, ok := pool$.Get().(${type})\nif !ok {\nreturn ZERO\n}\n${buffer} = append(${buffer}[:0], s...)\nout = string(${buffer})\npool$.Put(v)`,
    `v := pool$.Get().(${type})\nout = string(${buffer})\n${buffer} = append(${buffer}, s...)\nif len(${buffer}) > 20 {\n${buffer} = ${buffer}[:0]\n}\npool$.Put(v)`,
    `for i := 0; ; i++ {\nv := pool$.Get().(${type})\n${buffer} = append(${buffer}[:0], s...)\nif i == 2 {\npool$.Put(v)\nbreak\n}\nout = string(${buffer})\npool$.Put(v)\n}`,
    `v := pool$.Get().(${type})\nw := v\n${buffer} = append(${buffer}[:0], s...)\nout = string(${buffer})\npool$.Put(w)`,
  ]);
  return {
    name: body.replaceAll('\n', '; '),
    parameters: [text],
    top: [
      struct ? 'type scratch$ struct {\nbuf []byte\nuses int\n}' : '',
      `var pool$ = sync.Pool{New: func() any { return ${fresh} }}`,
      body.includes('take$')
        ? `func take$() ${type} {\nreturn pool$.Get().(${type})\n}\nfunc give$(v ${type}) {\npool$.Put(v)\n}`
        : '',
    ].join('\n'),
    results: [{ type: 'string', value: 'out', zero: '""' }],
    declares: { name: 'out', text: 'var out string', nameable: true },
    body: `•\n${body.replace('out = string', '•\nout = string')}\n•`,
    reads: ['out'],
  };
}
