import type { Random } from '../../random';
import type { Pattern } from '../program';
import { data, text } from './values';

const hashes = [
  { make: 'sha256.New()', sum: 32 },
  { make: 'sha1.New()', sum: 20 },
  { make: 'md5.New()', sum: 16 },
  { make: 'sha512.New()', sum: 64 },
  { make: 'fnv.New64a()', sum: 8, number: 'h.Sum64()' },
  { make: 'crc32.NewIEEE()', sum: 4, number: 'uint64(h.Sum32())' },
  { make: 'fnv.New32()', sum: 4, number: 'uint64(h.Sum32())' },
];

export function hashInterface(random: Random): Pattern {
  const hash = random.pick(hashes);
  // Often enough one that is fixed, so that fixes are what is tested.
  const usual = random.chance(0.6);
  const write = random.pick(
    usual
      ? hash.number === undefined
        ? ['h.Write(data)', 'h.Write(data)', 'h.Write(data)\nh.Write(data)', 'h.Write([]byte(s))']
        : ['io.WriteString(h, s)', 'io.WriteString(h, s)\nh.Write(data)']
      : [
          'h.Write(data)',
          'h.Write(data)',
          'io.WriteString(h, s)',
          'h.Write([]byte(s))',
          'io.WriteString(h, s)\nh.Write(data)',
          'h.Write(data)\nh.Write(data)',
          'if len(data) > 3 {\nh.Write(data)\n}',
          'h.Write(data)\ndata = append(data, 1)',
        ],
  );
  const sum = random.pick(
    usual
      ? hash.number === undefined
        ? [
            'sum := h.Sum(nil)\nout = hex.EncodeToString(sum)',
            'out = hex.EncodeToString(h.Sum(nil))',
            'sum := h.Sum(nil)\nout = string(sum[:4])',
            'sum := h.Sum(nil)\nfor _, c := range sum {\nout += string(rune(c))\n}',
          ]
        : [`out = strconv.FormatUint(${hash.number}, 16)`]
      : hash.number === undefined
        ? [
            'sum := h.Sum(nil)\nout = hex.EncodeToString(sum)',
            'out = hex.EncodeToString(h.Sum(nil))',
            'sum := h.Sum(nil)\nout = string(sum[:4])',
            'sum := h.Sum(nil)\nfor _, c := range sum {\nout += string(rune(c))\n}',
            'sum := h.Sum(nil)\nout = fmt.Sprintf("%x", sum)',
            'sum := h.Sum(nil)\nsum = append(sum, h.Sum(nil)...)\nout = string(sum)',
            'out = string(h.Sum(data))',
            'sum := h.Sum(nil)\nkept$ = sum\nout = string(kept$)',
          ]
        : [
            `out = strconv.FormatUint(${hash.number}, 16)`,
            `out = strconv.FormatUint(${hash.number}+${hash.number}, 16)`,
            'sum := h.Sum(nil)\nout = hex.EncodeToString(sum)',
          ],
  );
  return {
    name: `${hash.make}: ${write.replaceAll('\n', '; ')}; ${sum.replaceAll('\n', '; ')}`,
    hot: true,
    parameters: [data, text],
    results: [{ type: 'string', value: 'out', zero: '""' }],
    declares: { name: 'out', text: 'var out string', nameable: true },
    ...(sum.includes('kept$') && { top: 'var kept$ []byte' }),
    body: `•\nh := ${hash.make}\n${write}\n•\n${sum}\n•`,
    reads: ['out', 'len(data)'],
    own: ['s += "+"', 'if len(data) > 0 {\ndata[0] = 1\n}', 'byte := 3\n_ = byte'].slice(0, 2),
  };
}
