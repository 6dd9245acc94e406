import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, text, writer } from './values';

const keys = Array.from({ length: 10 }, (_, i) => `"k${i}": ${i}`).join(', ');
const owns = [
  {
    company: 'keeps',
    text: 'type own$ struct{ kept [][]byte }\nfunc (o *own$) Write(p []byte) (int, error) {\no.kept = append(o.kept, p)\nreturn len(p), nil\n}',
  },
  {
    company: 'changes',
    text: 'type own$ struct{ out []byte }\nfunc (o *own$) Write(p []byte) (int, error) {\nfor i := range p {\np[i] ^= 1\n}\no.out = append(o.out, p...)\nreturn len(p), nil\n}',
  },
  {
    company: 'copies into',
    text: 'type own$ struct{ out []byte }\nfunc (o *own$) Write(p []byte) (int, error) {\no.out = append(o.out, p...)\ncopy(p, "changed")\nreturn len(p), nil\n}',
  },
  {
    company: 'appends to',
    text: 'type own$ struct{ out []byte }\nfunc (o *own$) Write(p []byte) (int, error) {\no.out = append(o.out, p...)\n_ = append(p[:1], "!!"...)\nreturn len(p), nil\n}',
  },
  {
    company: 'hands on',
    text: 'type own$ struct{ out []byte }\nfunc (o *own$) Write(p []byte) (int, error) {\nturn$(p)\no.out = append(o.out, p...)\nreturn len(p), nil\n}\nfunc turn$(q []byte) {\nq[0]++\n}',
  },
  {
    company: 'reads',
    text: 'type own$ struct{ out []byte }\nfunc (o *own$) Write(p []byte) (int, error) {\no.out = append(o.out, p...)\nreturn len(p), nil\n}',
  },
];

export function hoistConstant(random: Random): Pattern {
  const kind = random.pick([
    'replacer',
    'replacer',
    'map',
    'map',
    'bytes',
    'bytes',
    'own',
    'own',
    'slice',
    'checksum',
  ]);
  const out = { type: 'string', value: 'out', zero: '""' };
  const declares = { name: 'out', text: 'var out string', nameable: true };
  if (kind === 'replacer') {
    const use = random.pick([
      'out = r.Replace(s)',
      'out = r.Replace(r.Replace(s))',
      'r.WriteString(w, s)',
      'kept$ = r\nout = r.Replace(s)',
      'r = strings.NewReplacer("t", s)\nout = r.Replace(s)',
    ]);
    return {
      name: `replacer: ${use}`,
      parameters: [text, ...(use.includes('w,') ? [writer] : [])],
      results: [out],
      declares,
      ...(use.includes('kept$') && { top: 'var kept$ *strings.Replacer' }),
      body: `•\nr := strings.NewReplacer("${random.pick(['<', 't'])}", "&lt;", "e", "${random.pick(['', 'E'])}")\n${use}\n•`,
      reads: ['out'],
    };
  }
  if (kind === 'map') {
    const use = random.pick([
      'total = m[s]',
      'for k, v := range m {\ntotal += len(k) * v\n}',
      'total = len(m) + m["k3"]',
      'm[s] = 100\ntotal = m["k1"] + len(m)',
      'delete(m, "k1")\ntotal = len(m)',
      'kept$ = m\nkept$["x"]++\ntotal = len(m) + m["x"]',
      'clear(m)\ntotal = len(m)',
      'alias := m\nalias["y"]++\ntotal = m["y"]',
      'grow$(m)\ntotal = m["z"]',
      'func() { m["c"]++ }()\ntotal = m["c"]',
    ]);
    const tops = [
      use.includes('kept$') ? 'var kept$ map[string]int' : '',
      use.includes('grow$') ? 'func grow$(m map[string]int) {\nm["z"]++\n}' : '',
    ];
    return {
      name: `map: ${use}`,
      parameters: [{ ...text, values: [...text.values, '"k3"', '"k9"'] }],
      results: [{ type: 'int', value: 'total', zero: '0' }],
      declares: { name: 'total', text: 'var total int', nameable: true },
      top: tops.join('\n'),
      body: `•\nm := map[string]int{${keys}}\n${use}\n•`,
      reads: ['total'],
    };
  }
  if (kind === 'checksum') {
    const polynomial = random.pick(['0xd5828281', 'poly', 'crc32.Koopman', 'crc32.Castagnoli']);
    const use = random.pick([
      'sum = crc32.Checksum([]byte(s), table)',
      'sum = crc32.Checksum([]byte(s), table)\nsum = crc32.Update(sum, table, []byte("more"))',
      'table[0] ^= 7\nsum = crc32.Checksum([]byte(s), table)',
      'kept$ = table\nkept$[1]++\nsum = crc32.Checksum([]byte(s), table)',
      'h := crc32.New(table)\nh.Write([]byte(s))\nsum = h.Sum32()',
    ]);
    return {
      name: `table of ${polynomial}: ${use}`,
      parameters: [text],
      results: [{ type: 'uint32', value: 'sum', zero: '0' }],
      declares: { name: 'sum', text: 'var sum uint32', nameable: true },
      ...(use.includes('kept$') && { top: 'var kept$ *crc32.Table' }),
      body: `•\nconst poly = 0xd5828281\ntable := crc32.MakeTable(${polynomial})\n•\n${use}\n•`,
      reads: ['sum'],
    };
  }
  if (kind === 'slice') {
    return {
      name: 'slice that goes into a Write',
      hot: true,
      parameters: [n, writer],
      results: [{ type: 'int', value: 'k', zero: '0' }],
      declares: { name: 'k', text: 'var k int', nameable: true },
      body: `•\nk, _ = w.Write([]byte{1, 2, 3, 250, 'a', 'b', 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34})\n•`,
      reads: ['k'],
    };
  }
  const constant = random.pick([
    '"HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n"',
    '"a header of more than thirty-two bytes in all\\n"',
  ]);
  if (kind === 'bytes') {
    return {
      name: 'bytes that go into a Write',
      hot: true,
      parameters: [n, writer],
      results: [
        { type: 'int', value: 'k', zero: '0' },
        { type: 'error', value: 'err', zero: 'nil' },
      ],
      declares: { name: 'k', text: 'var k int\nvar err error', nameable: false },
      body: `•\nk, err = w.Write([]byte(${constant}))\n•\nif err == nil && n > 0 {\nk, err = w.Write([]byte(${constant}))\n}\n•`,
      reads: ['k'],
    };
  }
  const own = random.pick(owns);
  const through = random.pick(['interface', 'direct', 'wrapped']);
  const declare = {
    interface: 'o := new(own$)\nvar w io.Writer = o',
    direct: 'o := new(own$)\nw := o',
    wrapped: 'o := new(own$)\nw := io.MultiWriter(o)',
  }[through]!;
  return {
    name: `own writer that ${own.company}, ${through}`,
    company: own.company.replace(' ', '_'),
    hot: true,
    parameters: [n],
    top: own.text,
    results: [
      { type: '*own$', value: 'o', zero: 'nil' },
      { type: 'int', value: 'k', zero: '0' },
    ],
    declares: { name: 'o', text: `${declare}\nvar k int`, nameable: false },
    body: `•\nk, _ = w.Write([]byte(${constant}))\n•\nif n > 0 {\nw.Write([]byte(${constant}))\n}\n•`,
    reads: ['k'],
  };
}
