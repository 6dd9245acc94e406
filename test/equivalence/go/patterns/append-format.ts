import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';
import { n, text } from './values';

const at: Parameter = {
  name: 'at',
  type: 'time.Time',
  values: ['time.Unix(1700000000, 5).UTC()', 'time.Time{}', 'time.Unix(-5, 0).UTC()'],
};
const address: Parameter = {
  name: 'addr',
  type: 'netip.Addr',
  values: ['netip.MustParseAddr("10.0.0.1")', 'netip.MustParseAddr("fe80::1%eth0")'],
};

const calls = [
  'strconv.Itoa(n)',
  'strconv.FormatInt(int64(n), 16)',
  'strconv.FormatUint(uint64(n), 10)',
  "strconv.FormatFloat(float64(n)/3, 'g', -1, 64)",
  'strconv.Quote(s)',
  'strconv.QuoteRune(rune(n))',
  'strconv.QuoteToASCII(s)',
  'fmt.Sprintf("%d:%s", n, s)',
  'fmt.Sprint(n, s)',
  'fmt.Sprintln(s, n)',
  'fmt.Sprintf("%v", own$(n))',
  'fmt.Sprintf("%v %v", s, b)',
  'fmt.Sprintf("%s", &reads${&b})',
  'at.Format(time.RFC3339Nano)',
  'addr.String()',
  'big.NewInt(int64(n)).String()',
  'hex.EncodeToString([]byte(s))',
  'hex.EncodeToString(b)',
  'base64.StdEncoding.EncodeToString([]byte(s))',
  'strconv.Itoa(grow$(&b, n))',
  'strconv.Itoa(len(b))',
  'strconv.Quote(string(b))',
  'fmt.Sprintf("%*d", n%50, 3)',
  'fmt.Sprintf("%d %s", 3)',
];

const tops = [
  'type own$ int\nfunc (o own$) String() string {\nif o == 5 {\npanic("five")\n}\nreturn "own"\n}',
  'type reads$ struct{ b *[]byte }\nfunc (r *reads$) String() string { return "have " + string(*r.b) }',
  "func grow$(b *[]byte, n int) int {\n*b = append(*b, '+')\nreturn n\n}",
];

export function appendFormat(random: Random): Pattern {
  const call = random.pick(calls);
  const parameters: Parameter[] = [n, text];
  if (call.includes('at.')) parameters.push(at);
  if (call.includes('addr.')) parameters.push(address);
  const top = tops.filter((one) => call.includes(/(?:type|func) (\w+\$)/.exec(one)![1]!)).join('\n\n');
  const needsBytes = /\bb\b/.test(call);
  const contexts = [
    'append',
    'append',
    'parameter',
    ...(needsBytes ? [] : ['convert', 'convert', 'copy', 'buffer', 'bufio', 'builder', 'bytes only']),
  ];
  const context = random.pick(contexts);
  const bytes = { type: '[]byte', value: 'b', zero: 'nil' };
  const common = {
    name: `${context}: ${call}`,
    hot: true,
    top,
    own: ['s += "+"', 'n++'],
    // Texts that are appended piece by piece make a slice without room grow more often than a string as a whole.
    ...(/Quote|at\./.test(call) && { slack: [{ objects: 3, bytes: 256, when: 'always' as const }] }),
  };
  switch (context) {
    case 'append':
      return {
        ...common,
        parameters,
        results: [bytes],
        declares: {
          name: 'b',
          text: random.pick([
            'b := make([]byte, 0, 64)',
            'var b []byte',
            'b := []byte("begin ")',
            'b := []byte{}',
          ]),
          nameable: false,
        },
        body: `•\nb = append(b, ${call}...)\n•\n${random.pick(['', `b = append(b, ${call}...)`])}\n•`,
        reads: ['len(b)', 'b == nil', 'b'],
        own: [...common.own, '_ = b[:0]', 'b = b[:len(b)/2]'],
      };
    case 'parameter':
      return {
        ...common,
        parameters: [
          {
            name: 'b',
            type: '[]byte',
            values: ['[]byte("dst ")', 'nil', '[]byte{}', 'make([]byte, 2, 100)'],
          },
          ...parameters,
        ],
        results: [bytes],
        body: `•\nb = append(b, ${call}...)\n•`,
        reads: ['len(b)', 'b == nil'],
      };
    case 'convert':
      return {
        ...common,
        parameters,
        results: [bytes],
        declares: { name: 'b', text: 'var b []byte', nameable: true },
        body: `•\nb = []byte(${call})\n•`,
        reads: ['len(b)', 'b == nil', 'b'],
      };
    case 'copy':
      return {
        ...common,
        parameters: [
          {
            name: 'dst',
            type: '[]byte',
            values: ['make([]byte, 20)', 'nil', 'make([]byte, 3)', 'make([]byte, 300)'],
          },
          ...parameters,
        ],
        results: [{ type: 'int', value: 'k', zero: '0' }],
        declares: { name: 'k', text: 'k := 0', nameable: false },
        body: `•\nk += copy(dst, ${call})\n•`,
        reads: ['k', 'len(dst)'],
      };
    case 'buffer':
    case 'builder':
      return {
        ...common,
        parameters,
        results: [{ type: 'string', value: 'buf.String()', zero: '""' }],
        declares: {
          name: 'buf',
          text: context === 'buffer' ? 'var buf bytes.Buffer' : 'var buf strings.Builder',
          nameable: false,
        },
        body: `•\nbuf.WriteString(${call})\n•\nbuf.WriteByte(10)`,
        reads: ['buf.Len()', 'buf.String()'],
      };
    case 'bufio':
      return {
        ...common,
        parameters: [
          {
            name: 'w',
            type: '*bufio.Writer',
            values: [
              'bufio.NewWriter(o.Stream(1 << 20))',
              'bufio.NewWriterSize(o.Stream(1 << 20), 16)',
              'bufio.NewWriterSize(o.Stream(20), 16)',
            ],
          },
          ...parameters,
        ],
        results: [
          { type: 'int', value: 'k', zero: '0' },
          { type: 'error', value: 'err', zero: 'nil' },
        ],
        declares: { name: 'k', text: 'var k int\nvar err error', nameable: false },
        body: `•\nk, err = w.WriteString(${call})\nif err != nil {\nreturn VALUE\n}\n•\nerr = w.Flush()`,
        reads: ['k', 'w.Buffered()'],
      };
    default:
      return {
        ...common,
        parameters,
        results: [{ type: 'int', value: 'total', zero: '0' }],
        declares: { name: 'total', text: 'var total int', nameable: true },
        body: `•\nfor _, c := range []byte(${call}) {\ntotal += int(c)\n}\n•`,
        reads: ['total'],
      };
  }
}
