import type { Random } from '../../random';
import type { Pattern } from '../program';
import { words } from './values';

/** New slices that are joined from parts, some of which have no elements or are nil, and what a branch adds. */
export function growing(random: Random): Pattern {
  const base = random.pick(['a', 'a[:len(a):len(a)]', '[]string{}', 'p.own', '([]string{})']);
  const second = random.pick(['b...', 'b...', '"x", "y"', 'p.more...', 'fails$(b), "y"']);
  const branch = random.pick([
    '',
    'if len(all)%2 != 0 {\nall = append(all, "odd")\n}\n',
    'if all == nil {\nreturn all\n}\n',
    'if len(b) == 0 {\nreturn nil\n}\n',
  ]);
  const last = random.pick(['return append(all, c...)', 'all = append(all, c...)\nreturn all']);
  return {
    name: `append(${base}, ${second}); ${branch.replaceAll('\n', ' ')}${last.replaceAll('\n', '; ')}`,
    parameters: [words],
    top: `type parts$ struct {
own []string
more []string
}
func fails$(b []string) string { return b[0] }
func (p *parts$) join$(a, b, c []string) []string {
all := append(${base}, ${second})
${branch}${last}
}`,
    results: [
      { type: '[]string', value: 'first', zero: 'nil' },
      { type: '[]string', value: 'second', zero: 'nil' },
    ],
    body: `
p := &parts\${own: xs, more: xs}
var first, second []string
•
@for _, x := range xs {
•loop
second = p.join$(second[:len(second):len(second)], xs[:len(xs)/2], []string{x})
if len(second) > 40 {
second = nil
}
}
•
// With something appended: else it is the slice itself, as the title says.
if len(xs) == 0 {
first = p.join$(xs, nil, nil)
} else {
first = p.join$(xs, nil, []string{"z"})
}
•`,
    reads: ['len(second)', 'first == nil'],
    // All at once is more than the first of several arrays where it fails in between. Of branches the title says that they seldom append.
    slack: [
      branch.includes('odd')
        ? { objects: 50, bytes: 8192, when: 'always' }
        : { objects: 1, bytes: 1024, when: 'always' },
    ],
  };
}
