import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';

/** None is negative: which panic comes then, the pool decides today; as it decides what is in a buffer that nobody has written to. */
const sizes: Parameter = {
  name: 'ns',
  type: '[]int',
  values: [
    '[]int{10, 5000, 3, 64, 64}',
    'nil',
    '[]int{0, 1, 2}',
    '[]int{1 << 20, 100, 1 << 12, 1<<12 + 1}',
    '[]int{17 << 20, 8}',
  ],
};

/** One pool for whatever size is asked for. */
export function sizedPool(random: Random): Pattern {
  const isField = random.chance(0.4);
  const pool = isField ? 'a.pool$' : 'pool$';
  const me = isField ? '(a *alloc$) ' : '';
  const get = random.pick([
    `if b, _ := ${pool}.Get().([]byte); cap(b) >= n {\nreturn b[:n]\n}\nreturn make([]byte, n)`,
    `b, _ := ${pool}.Get().([]byte)\nif cap(b) < n {\nb = make([]byte, n)\n}\nreturn b[:n]`,
    `b, _ := ${pool}.Get().([]byte)\nif n > cap(b) {\nb = make([]byte, n)\n}\nb = b[:n]\nreturn b`,
  ]);
  const put = random.pick([
    `${pool}.Put(b)`,
    `${pool}.Put(b[:0])`,
    `if cap(b) > 0 {\n${pool}.Put(b)\n}`,
    `defer ${pool}.Put(b)`,
  ]);
  const use = random
    .pick([
      'for j := range b {\nb[j] = byte(j + i)\n}\nfor _, c := range b {\nout += int(c)\n}\nGET_put$(b)',
      'clear(b)\nb = append(b[:0], b...)\nout += len(b)\nGET_put$(b)',
      'held = append(held, b)\nif len(held) > 2 {\nfor _, one := range held {\nout += len(one)\nGET_put$(one)\n}\nheld = nil\n}',
      'out += copy(b, "some text")\nout += bytes.Count(b[:min(len(b), 4)], []byte("s"))\nif i%2 == 0 {\nGET_put$(b)\n}',
      'defer GET_put$(b)\nout += len(b)',
      'GET_put$(b)\nGET_put$([]byte("foreign"))\nGET_put$(nil)\nout += i',
    ])
    .replaceAll('GET_', isField ? 'a.' : '');
  return {
    name: `${get.replaceAll('\n', '; ')} / ${put} / ${use.replaceAll('\n', '; ')}`,
    parameters: [sizes],
    top: `${isField ? 'type alloc$ struct{ pool$ sync.Pool }\nvar all$ alloc$' : random.pick(['var pool$ sync.Pool', 'var pool$ = sync.Pool{}'])}
func ${me}get$(n int) []byte {
${get}
}
func ${me}put$(b []byte) {
${put}
}`,
    results: [{ type: 'int', value: 'out', zero: '0' }],
    declares: { name: 'out', text: 'var out int', nameable: true },
    body: `
${isField ? 'a := &all$' : ''}
${use.includes('held') ? 'var held [][]byte' : ''}
•
@for i, n := range ns {
•loop
b := ${isField ? 'a.' : ''}get$(n)
•loop
${/\bi\b/.test(use) ? '' : '_ = i'}
${use}
}
•`,
    reads: ['out'],
    // Capacities are powers of two, and what is put in beside needs a header. The title says what happens to the largest.
    slack: [
      { objects: 8, bytes: 2 << 20, when: 'always' },
      { objects: 0, bytes: 80 << 20, when: /17 << 20/ },
    ],
    ...(use.startsWith('defer') && { not: ['goroutine'] }),
  };
}
