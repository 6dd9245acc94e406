import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, words } from './values';

/** Slices, maps and channels of pointers to small structs; missing entries are asked for first, as the title wants it. */
export function pointerElements(random: Random): Pattern {
  const kind = random.pick(['slice', 'slice', 'room', 'map', 'map', 'channel', 'field']);
  const small = kind === 'slice' || kind === 'field';
  const more = small ? '' : random.pick(['', '\nat [2]int']);
  const made = random.pick([
    '&item${n: i, len: len(x)}',
    '&item${n: i, len: len(x)}',
    'new(item$)',
    'e',
    'e',
    'shared',
  ]);
  const before =
    made === 'e'
      ? random.pick(['e := &item${n: i}\ne.len = len(x)', 'e := new(item$)\ne.n = i'])
      : made === 'shared'
        ? 'shared.n = i'
        : '';
  const behind = made === 'e' ? random.pick(['', '', 'e.len = 7', 'out += e.n']) : '';
  const place = kind === 'field' ? 'h.list$' : 'list';
  const put = {
    slice: `list = append(list, ${made})`,
    room: `list = append(list, ${made})`,
    field: `h.list$ = append(h.list$, ${made})`,
    map: `list[x] = ${made}`,
    channel: `list <- ${made}`,
  }[kind]!;
  const declares = {
    slice: random.pick(['var list []*item$', 'list := []*item${}', 'list := make([]*item$, 0)']),
    room: 'list := make([]*item$, 0, len(xs))',
    field: 'h := &has${}',
    map: random.pick(['list := make(map[string]*item$)', 'list := map[string]*item${}']),
    channel: 'list := make(chan *item$, len(xs)+1)',
  }[kind]!;
  const sum = random.pick([
    'out += 2*e.n + e.len',
    'out += e.sum$()',
    'one := *e\nout += one.n',
    'out += (*e).len',
    'first$(e)',
    'e.n++\nout += e.n',
  ]);
  const all =
    kind === 'channel' ? `for e := range list {\n${sum}\n}` : `for _, e := range ${place} {\n${sum}\n}`;
  const one = {
    slice: `if len(list) > 1 {\nout += list[1].n\nlist[0] = &item\${n: 50}\nout += list[0].n\n}`,
    room: `if len(list) > 2 {\ne := list[0]\nlist[0] = list[1]\nout += e.n\n}`,
    field: 'if n > 0 {\nh.list$ = nil\n}\nif h.list$ == nil {\nout++\n}',
    map: 'if e, ok := list["bb"]; ok {\nout += e.n\ndelete(list, "bb")\n}\ne, ok := list["none"]\nif ok {\nout += e.n\n}',
    channel: 'out += len(list)',
  }[kind]!;
  return {
    name: `${declares}; ${before.replaceAll('\n', '; ')} ${put} ${behind}; ${sum.replaceAll('\n', '; ')}; ${one.replaceAll('\n', '; ')}`,
    hot: random.chance(0.5),
    parameters: [words, n],
    top: `type item$ struct {
n, len int${more}
}
func (i item$) sum$() int { return i.n + 10*i.len }
${kind === 'field' ? 'type has$ struct{ list$ []*item$ }' : ''}
${sum.startsWith('first$') ? 'var kept$ *item$\nfunc first$(e *item$) {\nif kept$ == nil {\nkept$ = e\n}\n}' : ''}`,
    results: [{ type: 'int', value: 'out', zero: '0' }],
    declares: { name: 'out', text: 'var out int', nameable: true },
    body: `
${declares}
${made === 'shared' ? 'shared := &item${}' : ''}
•
@for i, x := range xs {
_, _ = i, x
•loop
${before}
${put}
${behind}
}
•
${kind === 'channel' ? 'close(list)' : ''}
${random.chance(0.5) ? `${one}\n${all}` : `${all}\n${one}`}
•`,
    reads: ['out'],
    // An empty place takes as much room as a full one, and a slice that grows copies its elements.
    slack: [{ objects: 0, bytes: 2048, when: 'always' }],
  };
}
