import type { Random } from '../../random';
import type { Pattern } from '../program';
import { words } from './values';

/** Queues with a head index, as a struct with methods; some of them are looked at behind the index, or keep places. */
export function queueRoom(random: Random): Pattern {
  const isPlain = random.chance(0.7);
  const read = isPlain
    ? random.pick([
        'n += len(q.items$[q.head$])',
        'first := q.items$[q.head$]\nn += len(first)\nq.items$[q.head$] = ""',
      ])
    : random.pick([
        'first := &q.items$[q.head$]\nkept$ = first\nn += len(*first)',
        'n += len(q.items$[q.head$])\nn += len(q.items$[q.head$:])',
        'n += len(q.items$[q.head$])\nif q.head$ > 0 {\nn += len(q.items$[q.head$-1])\n}',
        'n += len(q.items$[q.head$])\nn += q.head$',
        'n += len(q.items$[q.head$])\nn += len(q.items$)',
        'n += len(q.items$[q.head$])\nif len(q.items$) > 3 {\nn++\n}',
      ]);
  const limit = random.pick(['1', '2', '3']);
  const push = random.pick(['x', 'x+"!"', 'q.last(x)']);
  const also = random.pick([
    '',
    '',
    'func (q *queue$) empty() bool { return q.head$ == len(q.items$) }',
    'func (q *queue$) empty() bool { return len(q.items$) == 0 || len(q.items$)-q.head$ == 0 }',
    'func (q *queue$) clear() {\nq.items$ = nil\nq.head$ = 0\n}',
  ]);
  const peek = random.pick([
    'if len(q.items$) > q.head$ {\nreturn q.items$[q.head$]\n}\nreturn ""',
    'for i := q.head$; i < len(q.items$); i++ {\nif len(q.items$[i]) > 2 {\nreturn q.items$[i]\n}\n}\nreturn ""',
  ]);
  const loop = random.pick(['@for _, x := range xs {', '@for i := range xs {\nx := xs[i]']);
  return {
    name: `queue ${isPlain ? 'plain' : 'looked at'}`,
    parameters: [words],
    top: `type queue$ struct {
items$ []string
head$ int
}
var kept$ *string
func (q *queue$) last(x string) string {
if q.head$ < len(q.items$) {
return q.items$[q.head$] + x
}
return x
}
func (q *queue$) peek() string {
${peek}
}
func (q *queue$) add(x string) (n int) {
q.items$ = append(q.items$, ${push})
for len(q.items$)-q.head$ > ${limit} {
${read}
q.head$++
}
if kept$ != nil {
n += len(*kept$)
}
return n
}
${also}`,
    results: [
      { type: 'int', value: 'total', zero: '0' },
      { type: 'string', value: 'q.peek()', zero: '""' },
    ],
    declares: { name: 'total', text: 'total := 0', nameable: true },
    body: `
var q queue$
•
${loop}
•loop
total += q.add(x)
•loop
}
total += len(q.items$) - q.head$
•`,
    reads: ['total > 3', 'len(q.items$)-q.head$', 'q.peek()'],
  };
}
