import type { Random } from '../../random';
import type { Pattern } from '../program';

const texts = {
  name: 's',
  type: 'string',
  values: [
    '"a=1,b=2,c"',
    '""',
    '","',
    '"=x"',
    '"k =v=w"',
    '"  one two\\tthree "',
    '"\\xff,ü"',
    'strings.Repeat("ab,", 30)',
  ],
} as const;

export function needlessSplit(random: Random): Pattern {
  const sep = random.pick(['","', '"="', '", "', '","', 'sep$', 'sep']);
  const use = random.pick([
    `@for _, p := range strings.Split(s, ${sep}) {\n•loop\nk += len(p)\nt = p\n•loop\n}`,
    `@for _, p := range strings.Split(s, ${sep}) {\nif p == "" {\ncontinue\n}\nk++\nt += p\n}`,
    '@for _, p := range strings.Fields(s) {\n•loop\nk += len(p)\n}',
    `@for _, t = range strings.SplitAfter(s, ${sep}) {\nk++\n}`,
    `parts := strings.Split(s, ${sep})\n•\n@for _, p := range parts {\nk += len(p)\n}`,
    `k = len(strings.Split(s, ${sep}))`,
    `t = strings.Split(s, ${sep})[0]`,
    `t = strings.ToUpper(strings.Split(s, ${sep})[0])`,
    `t = change$(&s) + strings.Split(s, ${sep})[0]`,
    `t = strings.Split(change$(&s), ${sep})[0] + s`,
    `if p := strings.SplitN(s, ${sep}, 2)[0]; p != "" {\nt = p\n}`,
    `kv := strings.SplitN(s, ${sep}, 2)\n•\nif len(kv) == 2 {\nt = kv[1] + kv[0]\n}`,
    `if kv := strings.SplitN(s, ${sep}, 2); len(kv) > 1 && kv[1] != "" {\nt = kv[1]\n} else {\nt = kv[0]\n}`,
    `kv := strings.SplitN(s, ${sep}, 2)\n•\nif len(kv) < 2 || kv[1] == "" {\nk = 5\n} else {\nt = kv[1]\n}\nt += kv[0]`,
    `kv := strings.SplitN(s, ${sep}, 2)\n•\nt = kv[0]\nfor i := range 3 {\nif len(kv) == 1 {\nk += i\n}\n}`,
    `parts := strings.Split(s, ${sep})\n•\nif len(parts) > 1 {\nt = parts[0]\n}`,
    `parts := strings.Split(s, ${sep})\n•\nif len(parts) == 2 {\nt = parts[0]\n}`,
  ]);
  const tops = [
    'const sep$ = "="',
    'func change$(s *string) string {\nbefore := *s\n*s = "changed," + before\nreturn before\n}',
  ].filter((one) => use.includes(/(?:const|func) (\w+\$)/.exec(one)![1]!));
  return {
    name: use.split('\n').join('; '),
    parameters: [texts, { name: 'sep', type: 'string', values: ['","', '"="', '"="', '"x"', '""'] }],
    top: tops.join('\n'),
    results: [
      { type: 'string', value: 't', zero: '""' },
      { type: 'int', value: 'k', zero: '0' },
    ],
    declares: { name: 't', text: 'var t string\nvar k int', nameable: false },
    body: `•\n${use}\n•`,
    reads: ['len(t)', 'k', 'len(s)'],
    own: ['s += ","', 's = "x=y" + s', 'if len(s) > 3 {\ns = s[3:]\n}'],
  };
}
