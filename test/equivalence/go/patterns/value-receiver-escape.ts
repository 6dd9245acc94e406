import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';
import { n, words } from './values';

const see: Parameter = {
  name: 'see',
  type: 'func(any)',
  values: ['o.See()', 'o.PanicSee(2)', 'o.PanicSee(1)'],
};

/** Methods on values whose receiver goes to the heap; nobody changes the value while what they hand on is in use. */
export function valueReceiverEscape(random: Random): Pattern {
  const body = random.pick([
    'return walk$(s, see, s.limit)',
    'see(d)\nreturn walk$(s, see, d) + len(s.names)',
    'total := s.limit\nfor i := range d {\ntotal += walk$(s, see, i)\n}\nreturn total',
    'return keep$(&s, d) + s.limit',
    'see("first")\nif d > 2 {\nreturn 0\n}\nreturn keep$(&s, d)',
    's.limit++\nreturn walk$(s, see, s.limit)',
    'old := s\nold.limit++\nreturn walk$(s, see, old.limit)',
    'f := func() int { return s.limit }\nfuncs$ = append(funcs$[:0], f)\nreturn f() + d + s.room[1]',
    'defer func() { see(s.limit) }()\nreturn walk$(s, see, d)',
  ]);
  const call = random.pick([
    'out += one$.size$(see, n%5)',
    'out += one$.size$(see, i)\none$.limit = i',
    'out += p.size$(see, i)',
    'out += (*p).size$(see, i)',
    'out += many$[0].size$(see, i)',
    'out += h.in$.size$(see, i)',
    'out += made$(xs).size$(see, i)',
    'out += s.size$(see, i)',
    'local := &store${names: xs}\nout += local.size$(see, i)',
    'f := one$.size$\nout += f(see, i)',
    'defer func() { out += one$.size$(see, 1) }()',
  ]);
  // Elsewhere the title asks that there is no nil pointer.
  const readsFirst = /^(?:total := s|return walk\$\(s, see, s\.limit)/.test(body);
  const kept = /keep\$|funcs\$/.test(body);
  return {
    name: `${body.replaceAll('\n', '; ')} / ${call.replaceAll('\n', '; ')}`,
    hot: random.chance(0.5),
    parameters: [words, n, see],
    top: `type sized$ interface{ at$(i int) int }
type store$ struct {
names []string
limit int
room [6]int
}
type has$ struct{ in$ store$ }
var kept$ *store$
var walked$ sized$
var funcs$ []func() int
func (s store$) at$(i int) int {
if i >= 0 && i < len(s.names) {
return len(s.names[i])
}
return s.limit
}
//go:noinline
func walk$(s sized$, see func(any), depth int) int {
if depth <= 0 || depth > 6 {
return s.at$(depth)
}
see(depth)
${random.chance(0.3) ? 'walked$ = s\n' : ''}return s.at$(depth) + walk$(s, see, depth-1)
}
//go:noinline
func keep$(s *store$, d int) int {
if d > 0 {
kept$ = s
}
return len(s.names)
}
func (s store$) size$(see func(any), d int) int {
${body}
}
//go:noinline
func made$(xs []string) *store$ {
${readsFirst ? 'if len(xs) == 1 {\nreturn nil\n}\n' : ''}return &store\${names: xs, limit: 2}
}
var one$ = store\${limit: 3}
var many$ = []store\${{names: []string{"a", "bb"}}, {}}`,
    results: [{ type: 'int', value: 'out', zero: '0' }],
    declares: { name: 'out', text: 'var out int', nameable: true },
    body: `
s := store\${names: xs, limit: n % 4}
p := made$(xs)
h := &has\${}
_, _, _ = s, p, h
one$.limit = 3
•
@for i := range xs {
_ = i
•loop
${kept ? call.replace('\none$.limit = i', '') : call}
}
•
if kept$ != nil {
out += kept$.limit
}
kept$ = nil
•`,
    reads: ['out'],
    ...(call.startsWith('defer') && { not: ['goroutine'] }),
  };
}
