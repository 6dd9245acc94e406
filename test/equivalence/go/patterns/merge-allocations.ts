import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';
import { n, words } from './values';

const see: Parameter = {
  name: 'see',
  type: 'func(any)',
  values: ['o.See()', 'o.PanicSee(2)', 'o.PanicSee(1)'],
};

/** Objects that are made for one that holds them: in its literal or in the statements before, with effects in between. */
export function mergeAllocations(random: Random): Pattern {
  const makes = (type: string, filled: string): string =>
    random.pick([`new(${type})`, `&${type}{}`, `&${type}{${filled}}`, `&${type}{${filled}}`]);
  const reads = random.pick(['n: n', 'n: n', 'n: count$(see, 1)', 'n: len(xs[0])']);
  const a = makes('first$', reads);
  const b = makes('second$', random.pick(['name: "b"', 'name: xs[len(xs)-1]', 'name: text$(see)']));
  const inside = random.pick([0, 1, 2, 3]);
  const between = random.pick([
    '',
    'a.n++',
    'a.list = append(a.list, n)',
    'see(a.n)',
    'old = *a',
    'a = nil',
    'kept$ = a',
  ]);
  const id = random.pick(['n', 'count$(see, 2)', 'len(xs)', 'a.n', 'len(xs[0])']);
  const twice = random.chance(0.15);
  const isA = (inside & 1) === 0;
  const isB = (inside & 2) === 0;
  const statements = [
    ...(isA ? [`a := ${a}`, '•', ...(between === '' ? [] : [between])] : []),
    ...(isB ? [`b := ${b}`, '•', ...(random.chance(0.4) ? ['b.name += "!"'] : [])] : []),
  ];
  const fields = [
    `in$: ${isA ? 'a' : a}`,
    `out$: ${isB ? 'b' : b}`,
    ...(twice && isA ? ['also$: a'] : []),
    ...(isA || id !== 'a.n' ? [`id: ${id}`] : []),
  ];
  if (random.chance(0.3)) fields.reverse();
  const after = random.pick([
    'out = t',
    'out = t\nout.in$.n += 5',
    `out = t\n${isA ? 'if a == out.in$ {\na.n += 100\n}' : 'see(out.in$ != nil)'}`,
    'out = t\nsee(*out.in$)\nsee(out.out$.name)',
    'out = &holder${in$: &first${n: t.in$.n}, out$: t.out$}',
  ]);
  return {
    name: `${statements.filter((one) => one !== '•').join('; ')}; &holder{${fields.join(', ')}}; ${after.replaceAll('\n', '; ')}`,
    hot: true,
    parameters: [words, n, see],
    top: `type first$ struct {
n int
list []int
}
type second$ struct {
name string
room [3]int
}
type holder$ struct {
in$, also$ *first$
out$ *second$
id int
}
${between === 'kept$ = a' ? 'var kept$ *first$' : ''}
func count$(see func(any), n int) int {
see(n)
return n
}
func text$(see func(any)) string {
see("text")
return "t"
}`,
    results: [{ type: '*holder$', value: 'out', zero: 'nil' }],
    declares: { name: 'out', text: 'var out *holder$', nameable: true },
    body: `
${between === 'old = *a' && isA ? 'var old first$\n_ = old' : ''}
•
${statements.join('\n')}
t := &holder\${${fields.join(', ')}}
${after}
•`,
    reads: ['out == nil'],
    // One object for all is larger than the first of three.
    slack: [{ objects: 1, bytes: 256, when: 'it fails' }],
  };
}
