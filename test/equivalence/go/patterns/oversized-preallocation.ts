import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, text } from './values';

export function oversizedPreallocation(random: Random): Pattern {
  const element = random.pick([
    {
      type: 'string',
      fill: 'if n > 0 {\nout = append(out, s)\n}\nif s != "" {\nout = append(out, "some", "more")\n}',
    },
    { type: 'byte', fill: 'out = strconv.AppendInt(out, int64(n), 10)\nout = append(out, "end"...)' },
    { type: 'int', fill: 'for i := range 3 {\nif i == n {\nbreak\n}\nout = append(out, i)\n}' },
    {
      type: 'int',
      fill: 'switch {\ncase n > 5:\nout = append(out, n, n)\ncase n < 0:\npanic("negative")\ndefault:\nout = append(out, 1)\n}',
    },
    { type: 'int', fill: 'again:\nout = append(out, n)\nif n--; n > 0 && n < 9 {\ngoto again\n}' },
  ]);
  const use = random.pick([
    'total += len(xs)',
    'for _, x := range xs {\n_ = x\ntotal++\n}',
    'if len(xs) > 1 {\ntotal += len(xs[1:])\n}',
    'xs = append(xs, xs...)\nxs = append(xs, xs...)\ntotal += len(xs)',
    'more$(xs)\ntotal += len(xs)',
    'kept$ = xs\nkept$ = append(kept$, kept$...)\ntotal += len(kept$)',
    'b := box${xs}\nb.grow()\ntotal += len(b.list)',
  ]);
  const type = `[]${element.type}`;
  const tops = [
    `func make$(n int, s string) ${type} {\nout := make(${type}, 0, 512)\n${element.fill}\nreturn out\n}`,
    use.includes('more$')
      ? `func more$(xs ${type}) {\nfor range 9 {\nxs = append(xs, xs...)\nif len(xs) > 100 {\nreturn\n}\n}\n}`
      : '',
    use.includes('kept$') ? `var kept$ ${type}` : '',
    use.includes('box$')
      ? `type box$ struct{ list ${type} }\nfunc (b *box$) grow() {\nb.list = append(b.list, b.list...)\n}`
      : '',
  ];
  return {
    name: `${element.fill.split('\n')[0]} / ${use.split('\n')[0]}`,
    parameters: [n, text],
    top: tops.join('\n'),
    results: [{ type: 'int', value: 'total', zero: '0' }],
    declares: { name: 'total', text: 'total := 0', nameable: true },
    body: `•\nxs := make$(n, s)\n•\n${use}\n•`,
    reads: ['total'],
  };
}
