import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, text } from './values';

export function formatSimple(random: Random): Pattern {
  const call = random.pick([
    'fmt.Sprintf("%d", n)',
    'fmt.Sprint(n)',
    'fmt.Sprintf("%x", n)',
    'fmt.Sprintf("%v", n)',
    'fmt.Sprintf("%t", n > 3)',
    'fmt.Sprintf("%s", s)',
    'fmt.Sprintf("plain 100%%")',
    'fmt.Sprintf("%s:%s", s, t)',
    'fmt.Sprintf("%s:%d", s, n)',
    'fmt.Sprintf("%s%s%s", s, t, s)',
    'fmt.Sprintf("<%v>%v", s, t)',
    'fmt.Sprintf("%d", own$(n))',
    'fmt.Sprintf("%v", own$(n))',
    'fmt.Sprintf("%s/%s", named$(s), t)',
    'fmt.Sprintf("%s %s", next$(&s), s)',
    'fmt.Sprintf("%s %s", s, next$(&s))',
    'fmt.Sprintf("%s.%s", s, odd$(t))',
    'fmt.Sprintf("%x", int8(n))',
    'fmt.Sprintf("%d", uint32(n))',
    'fmt.Sprintf("%s-%s", list[1], s)',
  ]);
  const top = [
    'type own$ int\nfunc (o own$) String() string { return "own" }',
    'type named$ string\nfunc (n named$) String() string { return "named " + string(n) }',
    'func next$(s *string) string {\n*s += "!"\nreturn *s\n}',
    'func odd$(s string) string {\nif len(s)%2 == 1 {\npanic("odd")\n}\nreturn s\n}',
  ].filter(
    (declaration) => /\b(\w+\$)/.exec(declaration)?.[1] && call.includes(/\b(\w+\$)/.exec(declaration)![1]!),
  );
  return {
    name: call,
    hot: true,
    parameters: [
      n,
      text,
      { name: 't', type: 'string', values: ['"t"', '""', 'strings.Repeat("t", 70)'] },
      { name: 'list', type: '[]string', values: ['[]string{"a", "b"}', 'nil'] },
    ],
    results: [{ type: 'string', value: 'out', zero: '""' }],
    declares: { name: 'out', text: 'var out string', nameable: true },
    top: top.join('\n\n'),
    body: `
•
out = ${call}
•`,
    reads: ['out', 'len(s)'],
    own: ['s += "+"', 'n++'],
  };
}
