import type { Random } from '../../random';
import type { Pattern } from '../program';
import { data, text, words } from './values';

export function needlessConversion(random: Random): Pattern {
  const call = random.pick([
    'ok = strings.Contains(string(data), "ong")',
    'ok = strings.HasPrefix(string(data), s)',
    'ok = bytes.Contains([]byte(s), []byte("ex"))',
    'k = strings.Index(string(data), "b")',
    'k = strings.Count(string(data), "e")',
    'k = utf8.RuneCountInString(string(data))',
    'k = bytes.IndexByte([]byte(s), 120)',
    'k = strings.LastIndex(string(data[1:]), "o")',
    'ok = strings.EqualFold(string(data), "SOME BYTES")',
    'ok = pattern$.MatchString(string(data))',
    'k = len(pattern$.FindStringIndex(string(data)))',
    'dst = append(dst, string(data)...)',
    'k = copy(dst, string(data))',
    'ok = strings.Contains(string(data), next$(data))',
    'k = strings.IndexFunc(string(data), func(r rune) bool { data[0] = 1; return r == 101 })',
    'ok = strings.HasSuffix(string(data), string(data[:1]))',
    'for _, x := range xs {\nif strings.Contains(x, string(data)) {\nk++\n}\n}',
    'for i := range xs {\nk += len(string(data)) + look$(string(data), i)\n}',
    'for i := range xs {\nk += look$(string(data), i)\ndata[0]++\n}',
    'for i := range xs {\nif i > 1 {\ndata[0] = 90\n}\nk += look$(string(data), i)\n}',
    'for i := range xs {\nk += look$(string(data), i)\nspoil$(data)\n}',
    'for range xs {\nb := []byte(s)\nk += sum$(b)\n}',
    'for range xs {\nb := []byte(s)\nif len(b) > 0 {\nb[0]++\nk += int(b[0])\n}\n}',
    'for range xs {\nk += sum$([]byte(s))\n}',
    'ok = strings.HasPrefix(string(data), s)',
    'ok = !strings.HasSuffix(string(data), s)',
    'k = len(fmt.Sprintf("%q %d", string(data), k))',
    'k = len(fmt.Sprintf("%x%s", string(data), s))',
    'dst = fmt.Appendf(dst, "%s|%5s", string(data), string(data))',
    'dst = []byte(string(data))',
    's = string([]byte(s))\nok = s == ""',
    'for _, r := range []rune(s) {\nk += int(r)\n}',
    'for _, r := range []rune(s) {\ns = "changed"\nk += int(r)\n}',
    'b := []byte(s)\nfor len(b) > 0 {\ni := bytes.IndexByte(b, 32)\nif i < 0 {\nbreak\n}\nk += i\nb = bytes.TrimSpace(b[i+1:])\n}\nk += len(b)',
    'b := []byte(s)\nvar rest []byte\nif i := bytes.Index(b, []byte("e")); i >= 0 {\nb, rest = b[:i], b[i+1:]\n}\nk = look$(string(b), 1) + look$(string(rest), 0)',
    'b := []byte(s)\nfor bytes.HasPrefix(b, []byte("lo")) {\nk += len(string(b[:2]))\nb = bytes.TrimLeft(b[2:], "ng ")\n}\nok = bytes.ContainsAny(b, "xyz")',
    'b := []byte(s)\nif i := bytes.IndexByte(b, 101); i >= 0 {\nb = b[i:]\nb[0]++\n}\nk = sum$(b)',
    'b := []byte(s)\nvar rest []byte\nif i := bytes.IndexByte(b, 101); i >= 0 {\nrest = b[i+1:]\n}\nok = rest == nil\nk = bytes.Count(rest, []byte("t"))',
  ]);
  const tops = [
    'var pattern$ = regexp.MustCompile("[a-z]+ b")',
    'func next$(data []byte) string {\nif len(data) > 0 {\ndata[0] = 90\n}\nreturn "Z"\n}',
    '//go:noinline\nfunc look$(s string, i int) int {\nif i < len(s) {\nreturn int(s[i])\n}\nreturn 0\n}',
    'func spoil$(b []byte) {\nb[0] = 3\n}',
    '//go:noinline\nfunc sum$(b []byte) (n int) {\nfor _, c := range b {\nn += int(c)\n}\nreturn n\n}',
  ].filter((one) => call.includes(/(?:var|func) (\w+\$)/.exec(one)![1]!));
  return {
    name: call.split('\n').join('; '),
    parameters: [
      data,
      text,
      { name: 'dst', type: '[]byte', values: ['make([]byte, 10, 400)', 'nil', 'make([]byte, 3)'] },
      words,
    ],
    top: tops.join('\n'),
    results: [
      { type: 'int', value: 'k', zero: '0' },
      { type: 'bool', value: 'ok', zero: 'false' },
      { type: '[]byte', value: 'dst', zero: 'nil' },
    ],
    declares: { name: 'k', text: 'var k int\nvar ok bool', nameable: false },
    body: `•\n${call}\n•`,
    reads: ['k', 'len(data)'],
    // The conversion is made once, also for a loop that has nothing to do; some carriers come to it three times.
    slack: [
      { objects: 3, bytes: 1024, when: /^(?:nil|0)$/ },
      // No bytes make an empty string, whose box is free; the box of an empty slice is not. Once for each argument.
      ...(call.includes('fmt.') ? [{ objects: 2, bytes: 48, when: /^\[\]byte\{\}$/ }] : []),
    ],
    own: ['s += "+"', 'if len(data) > 0 {\ndata[0] = 1\n}', 'data = data[:len(data)/2]'],
  };
}
