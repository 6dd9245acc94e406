import type { Random } from '../../random';
import type { Pattern } from '../program';
import { data, words } from './values';

export function growBuilder(random: Random): Pattern {
  const buffer = random.chance(0.35);
  const type = buffer ? 'bytes.Buffer' : 'strings.Builder';
  const writes = random.pick([
    'b.WriteByte("0123456789abcdef"[x>>4])\nb.WriteByte("0123456789abcdef"[x&15])',
    'b.WriteByte(x)\nb.WriteString(", ")',
    'b.WriteString("0x")\nb.WriteByte(x)\nb.WriteString("-----")',
    'if x == 10 {\nb.WriteString("\\\\n")\n} else {\nb.WriteByte(x)\n}',
    'b.WriteRune(rune(x))',
    'b.WriteString(sep)\nb.WriteByte(x)',
    'switch {\ncase x < 32:\nb.WriteString("?")\ndefault:\nb.WriteByte(x)\nb.WriteByte(x)\n}',
  ]);
  const separator = { name: 'sep', type: 'string', values: ['"; "', '""', '"a long separator"'] };
  const strings = random.chance(0.3);
  const loop = strings
    ? '@for _, y := range xs {\nx := byte(len(y))'
    : random.pick([
        '@for _, x := range data {',
        '@for i := 0; i < len(data); i++ {\nx := data[i]',
        '@for i := range data {\nx := data[i]',
      ]);
  const value = buffer
    ? random.pick([
        { type: 'string', value: 'b.String()', zero: '""' },
        { type: '[]byte', value: 'b.Bytes()', zero: 'nil' },
      ])
    : { type: 'string', value: 'b.String()', zero: '""' };
  return {
    name: `${type}: ${writes.split('\n').join('; ')}`,
    parameters: [strings ? words : data, ...(writes.includes('sep') ? [separator] : [])],
    results: [value],
    declares: {
      name: 'b',
      text: random.pick([`var b ${type}`, `var b ${type}`, `b := ${type}{}`]),
      nameable: false,
    },
    // What fails on its way has room for what it no longer gets.
    slack: [{ objects: 1, bytes: 6144, when: 'it fails' }],
    body: `
•
${loop}
•loop
${writes}
•loop
}
${random.pick(['', '', 'b.WriteByte(10)', 'b.WriteString("the end of it")', 'b.WriteString(strings.Repeat(" ", len(b.String())))'])}
•`,
    reads: ['b.Len()', 'b.String()', ...(buffer ? ['b.Bytes() == nil'] : [])],
    own: [
      'if b.Len() > 4 {\nreturn VALUE\n}',
      'if b.Len() > 300 {\nreturn ZERO\n}',
      '{\np := &b\n_ = p\n}',
      'if step() {\nb.Reset()\n}',
    ],
  };
}
