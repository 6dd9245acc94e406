import type { Random } from '../../random';
import type { Pattern } from '../program';
import { words } from './values';

/** Slices in fields, filled one append a call: by elements that look at the slice or fail, and by tails that may have none. */
export function firstRoom(random: Random): Pattern {
  const element = random.pick([
    'x',
    'x',
    'x',
    'x+"!"',
    'xs[len(x)]',
    'l.last$()',
    'kind$(l.items$ == nil)',
    'kind$(cap(l.items$) == 0)',
  ]);
  const tail = random.pick(['x', 'x[len(x)/2:]', 'x[len(x):]']);
  const start = random.pick(['', '', 'l.items$ = []string{}', 'l.items$ = make([]string, 0, 2)']);
  const half = random.pick(['len(l.items$) / 2', 'len(l.items$)', '0']);
  return {
    name: `append(${element}), append(${tail}...)`,
    parameters: [words],
    top: `type list$ struct {
items$ []string
bytes$ []byte
}
func kind$(is bool) string {
if is {
return "yes"
}
return "no"
}
func (l *list$) last$() string {
if len(l.items$) == 0 {
return kind$(l.items$ == nil)
}
return l.items$[len(l.items$)-1]
}
func (l *list$) add$(xs []string, x string) {
defer func() { recover() }()
l.items$ = append(l.items$, ${element})
}
func (l *list$) write$(x string) {
l.bytes$ = append(l.bytes$, ${tail}...)
}
func (l *list$) split$() *list$ {
at := ${half}
other := new(list$)
other.items$ = append(other.items$, l.items$[at:]...)
l.items$ = l.items$[:at]
return other
}`,
    results: [
      { type: '[]string', value: 'l.items$', zero: 'nil' },
      { type: '[]string', value: 'other.items$', zero: 'nil' },
      { type: '[]byte', value: 'l.bytes$', zero: 'nil' },
    ],
    body: `
l, other := new(list$), new(list$)
${start}
•
@for _, x := range xs {
•loop
l.add$(xs, x)
l.write$(x)
•loop
}
•
other = l.split$()
other.add$(xs, "z")
•`,
    reads: ['len(l.items$)', 'l.items$ == nil', 'l.bytes$ == nil'],
    // The title asks whether the slice gets as many elements as there is room for: 8 words in a list and its half, 64 bytes.
    slack: [{ objects: 0, bytes: 512, when: 'always' }],
  };
}
