import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';
import { data, text } from './values';

const packed: Parameter = {
  name: 'r',
  type: 'io.Reader',
  values: [
    'o.Gzip("some text that was packed")',
    'o.Gzip("")',
    'o.Reader("no gzip", 3, -1)',
    'o.Reader("", 1, -1)',
    'o.Gzip(strings.Repeat("long ", 3000))',
  ],
};
const plain: Parameter = {
  name: 'r',
  type: 'io.Reader',
  values: [
    'o.Reader("line one\\nline two\\n", 5, -1)',
    'o.Reader("", 1, -1)',
    'o.Reader("it breaks off", 4, 2)',
  ],
};
const stream: Parameter = {
  name: 'w',
  type: 'io.Writer',
  values: ['o.Stream(1 << 20)', 'o.Stream(3)', 'o.Stream(0)', 'o.Stream(15)'],
};

export function perCallConstructor(random: Random): Pattern {
  const shape = random.pick<{ parameters: Parameter[]; body: string }>([
    {
      parameters: [packed],
      body: 'zr, err := gzip.NewReader(r)\nif err != nil {\nreturn ZERO\n}\n•\nk, err := io.Copy(io.Discard, zr)\ntotal += int(k)\nif err != nil {\ntotal = -1\n}',
    },
    {
      parameters: [packed],
      body: 'zr, err := gzip.NewReader(r)\nif err != nil {\nreturn ZERO\n}\ndefer zr.Close()\n•\nk, _ := io.Copy(io.Discard, zr)\ntotal += int(k)',
    },
    {
      parameters: [stream, data],
      body: 'zw := gzip.NewWriter(w)\nk, err := zw.Write(data)\n•\nif err != nil {\nreturn ZERO\n}\ntotal += k\nif zw.Close() != nil {\ntotal = -2\n}',
    },
    {
      parameters: [stream, data],
      body: 'zw, err := flate.NewWriter(w, 5)\nif err != nil {\nreturn ZERO\n}\n•\nk, _ := zw.Write(data)\ntotal += k\nzw.Close()',
    },
    {
      parameters: [stream, data],
      body: 'zw := zlib.NewWriter(w)\n•\nk, _ := zw.Write(data)\ntotal += k\ndefer zw.Close()',
    },
    {
      parameters: [plain],
      body: 'br := bufio.NewReader(r)\n•\nfor {\nline, err := br.ReadString(10)\ntotal += len(line)\nif err != nil {\nbreak\n}\n}',
    },
    {
      parameters: [plain],
      body: 'br := bufio.NewReaderSize(r, 512)\nc, err := br.ReadByte()\n•\nif err != nil {\nreturn ZERO\n}\ntotal += int(c)',
    },
    {
      parameters: [stream, text],
      body: 'bw := bufio.NewWriter(w)\nbw.WriteString(s)\n•\nif err := bw.Flush(); err != nil {\nreturn ZERO\n}\ntotal += bw.Available()',
    },
    {
      parameters: [stream, text],
      body: 'bw := bufio.NewWriterSize(w, 1024)\ndefer bw.Flush()\n•\nk, _ := bw.WriteString(s)\ntotal += k',
    },
    {
      parameters: [data],
      body: 'h := sha256.New()\nfmt.Fprintf(h, "%x", data)\n•\nsum := h.Sum(nil)\ntotal += int(sum[0])',
    },
    {
      parameters: [plain],
      body: 'h := sha1.New()\nk, err := io.Copy(h, r)\n•\nif err != nil {\nreturn ZERO\n}\ntotal += int(k) + int(h.Sum(nil)[3])',
    },
    { parameters: [plain], body: 'h := crc32.NewIEEE()\nio.Copy(h, r)\n•\ntotal += int(h.Sum32() % 1000)' },
    {
      parameters: [plain],
      body: 'br := bufio.NewReader(r)\nb, _ := br.Peek(3)\nkept$ = b\n•\ntotal += len(kept$)',
    },
    {
      parameters: [plain],
      body: 'br := bufio.NewReader(r)\nheld$ = br\n•\nc, _ := held$.ReadByte()\ntotal += int(c)',
    },
  ]);
  const tops = ['var kept$ []byte', 'var held$ *bufio.Reader'].filter((one) =>
    shape.body.includes(one.split(' ')[1]!),
  );
  return {
    name: shape.body.split('\n')[0]!,
    hot: random.chance(0.6),
    parameters: shape.parameters,
    top: tops.join('\n'),
    results: [{ type: 'int', value: 'total', zero: '0' }],
    declares: { name: 'total', text: 'total := 0', nameable: true },
    body: `•\n${shape.body}\n•`,
    reads: ['total'],
    // Deferred calls would pile up, and the rule stays away.
    not: ['range', 'counted', 'endless', 'iterator', 'goto'],
  };
}
