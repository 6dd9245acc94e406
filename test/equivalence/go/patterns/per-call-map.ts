import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, words } from './values';

/** Maps with room for many entries that a call fills, asks and drops. */
export function perCallMap(random: Random): Pattern {
  const size = random.pick([
    'len(xs)',
    'len(xs)',
    'len(xs)+9',
    'n',
    '64',
    'len(xs[0])',
    '100/n',
    'len(p.all$)',
  ]);
  const shape = random.pick([
    { value: 'int', use: 'm[x]++\nout += m[x]' },
    { value: 'bool', use: 'if m[x] {\nout--\n}\nm[x] = true' },
    { value: 'struct{}', use: 'if _, ok := m[x]; !ok {\nm[x] = struct{}{}\nout += len(m)\n}' },
    { value: '[]string', use: 'm[x] = append(m[x], x)\nout += len(m[x])' },
    { value: '*int', use: 'm[x] = &i\nout += *m[x]' },
  ]);
  const after = random
    .pick([
      'out += len(m)',
      'for k := range m {\nout += len(k)\n}',
      'delete(m, "a")\nout += len(m)',
      'clear(m)\nout += len(m)',
      'other := m\nother["q"] = *new(VALUE_)\nout += len(m)',
      'defer func() { out += 100 * len(m) }()\nm["later"] = *new(VALUE_)',
      'func() { m["in"] = *new(VALUE_) }()\nout += len(m)',
      'kept$ = m',
      'out += deep$(len(m))',
    ])
    .replaceAll('VALUE_', shape.value);
  const start = random.pick([
    '',
    '',
    'defer func() { out++ }()',
    `var seen map[string]${shape.value}\ndefer func() { out += 10 * len(seen) }()`,
  ]);
  const alias = start.startsWith('var seen') ? 'seen = m' : '';
  const inDefer = /defer/.test(after + start);
  return {
    name: `make(map[string]${shape.value}, ${size}); ${shape.use.replaceAll('\n', '; ')}; ${after.replaceAll('\n', '; ')}`,
    hot: random.chance(0.5),
    parameters: [
      { ...words, values: [...words.values, 'strings.Fields(strings.Repeat("a b c d e ", 9))'] },
      n,
    ],
    top: [
      'type owner$ struct{ all$ []string }',
      after.startsWith('kept$') ? `var kept$ map[string]${shape.value}` : '',
      after.includes('deep$')
        ? `func deep$(n int) int {
if n <= 0 {
return 0
}
m := make(map[int]int, 10*n)
for i := range n {
m[i] = n
}
rest := deep$(n / 2)
return rest + len(m) + m[0]
}`
        : '',
    ].join('\n'),
    results: [{ type: 'int', value: 'out', zero: '0' }],
    declares: { name: 'out', text: 'var out int', nameable: true },
    body: `
${size.startsWith('len(p.') ? 'var p *owner$\nif n != 0 {\np = &owner${all$: xs}\n}' : ''}
•
${start}
m := make(map[string]${shape.value}, ${size})
${alias}
•
@for i, x := range xs {
_ = i
•loop
${shape.use}
}
•
${after}
•`,
    reads: ['out'],
    // What is declared is only known from here on.
    own: ['out++'],
    ...(inDefer && { not: ['goroutine'] }),
    slack: [],
  };
}
