import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, text, writer } from './values';

const item = 'type item$ struct {\nid int\nname string\nat uint32\n}';
const items = {
  name: 'items',
  type: '[]item$',
  values: [
    '[]item${{3, "c", 1}, {1, "a", 2}, {2, "b", 3}, {1, "z", 4}, {3, "a", 5}}',
    'nil',
    '[]item${}',
    '[]item${{1, "x", 1}}',
    'many$(40)',
  ],
};
const many =
  'func many$(n int) []item$ {\nvar all []item$\nfor i := range n {\nall = append(all, item${i * 7 % 5, string(rune(97 + i%3)), uint32(i)})\n}\nreturn all\n}';

export function interfaceBoxing(random: Random): Pattern {
  const kind = random.pick(['sort', 'sort', 'stable', 'stable', 'wrapped', 'log', 'log', 'binary', 'binary']);
  if (kind === 'log') {
    const call = random.pick([
      'log.Info("message", "n", n, "s", s)',
      'log.Debug("message", "n", n)',
      'log.Warn("message", "s", s, "at", at)',
      'log.Info("message", "n", own$(n))',
      'log.Info("message", "err", err)',
      'log.Info(s, "n", int8(n), "ok", n > 0, slog.Int("k", n))',
      'log.Info("message", "list", []int{n})',
      'log.InfoContext(ctx, "message", "n", n, "took", time.Duration(n))',
    ]);
    return {
      name: `slog: ${call}`,
      hot: true,
      parameters: [
        {
          name: 'log',
          type: '*slog.Logger',
          values: ['o.Logger(slog.LevelDebug)', 'o.Logger(slog.LevelError)', 'o.Logger(slog.LevelInfo)'],
        },
        n,
        text,
        ...(call.includes('at)')
          ? [{ name: 'at', type: 'time.Time', values: ['time.Unix(0, 5).UTC()'] }]
          : []),
        ...(call.includes('err)') ? [{ name: 'err', type: 'error', values: ['io.EOF', 'nil'] }] : []),
        ...(call.includes('ctx')
          ? [{ name: 'ctx', type: 'context.Context', values: ['context.Background()'] }]
          : []),
      ],
      ...(call.includes('own$') && {
        top: 'type own$ int\nfunc (o own$) LogValue() slog.Value { return slog.StringValue("own") }',
      }),
      results: [{ type: 'int', value: 'k', zero: '0' }],
      declares: { name: 'k', text: 'k := n', nameable: false },
      body: `•\n${call}\n•`,
      reads: ['k'],
      own: ['n++', 's += "+"'],
    };
  }
  if (kind === 'binary') {
    const order = random.pick(['binary.LittleEndian', 'binary.BigEndian', 'binary.NativeEndian']);
    const value = random.pick(['uint32(n)', 'int64(n)', 'uint16(n)', 'int16(n)', 'own$(n)']);
    const target = random.pick(['&buf', '&buf', 'h', 'w']);
    const call = `binary.Write(${target}, ${order}, ${value})`;
    const use = random.pick([call, `if err := ${call}; err != nil {\nreturn ZERO\n}`, `_ = ${call}`]);
    const declare = target === 'h' ? 'h := fnv.New64a()' : 'var buf bytes.Buffer';
    return {
      name: use,
      hot: true,
      parameters: [n, ...(target === 'w' ? [writer] : [])],
      ...(value.includes('own$') && { top: 'type own$ int32' }),
      results: [
        target === 'h'
          ? { type: 'uint64', value: 'h.Sum64()', zero: '0' }
          : { type: 'string', value: 'buf.String()', zero: '""' },
      ],
      declares: { name: 'buf', text: declare, nameable: false },
      body: `•\n${use}\n•\n${use}\n•`,
      reads: ['n'],
      own: ['n++'],
    };
  }
  const call =
    kind === 'wrapped'
      ? random.pick([
          'sort.Sort(sort.StringSlice(names))',
          'sort.Stable(sort.Reverse(sort.IntSlice(ids)))',
          'sort.Sort(sort.Reverse(sort.StringSlice(names)))',
          'sort.Stable(sort.StringSlice(names))',
          'sort.Strings(names)',
        ])
      : kind === 'stable'
        ? random
            .pick([
              'items[i].id < items[j].id',
              'items[i].name < items[j].name',
              'items[j].at < items[i].at',
              'items[i].id > items[j].id',
              'items[i].id <= items[j].id',
              'less$(items[i], items[j])',
            ])
            .replace(/.*/, 'sort.SliceStable(items, func(i, j int) bool { return $& })')
            .replace(/\) \}\)+$/, (found) => (found.includes(') })') ? ') })' : found))
        : random.pick([
            'sort.Slice(names, func(i, j int) bool { return names[i] < names[j] })',
            'sort.Slice(ids, func(i, j int) bool { return ids[j] < ids[i] })',
            'sort.Slice(names, func(i, j int) bool { return names[i] < names[j] && len(names) > 1 })',
          ]);
  return {
    name: call,
    hot: true,
    top: [
      item,
      many,
      call.includes('less$') ? 'func less$(a, b item$) bool {\nreturn a.id+len(a.name) < b.id\n}' : '',
    ].join('\n'),
    parameters: [
      items,
      {
        name: 'names',
        type: '[]string',
        values: ['[]string{"c", "", "b", "a", "b"}', 'nil', '[]string{"x"}'],
      },
      { name: 'ids', type: '[]int', values: ['[]int{3, 1, -2, 1}', 'nil', '[]int{}'] },
    ],
    results: [
      { type: '[]item$', value: 'items', zero: 'nil' },
      { type: '[]string', value: 'names', zero: 'nil' },
      { type: '[]int', value: 'ids', zero: 'nil' },
    ],
    body: `•\n${call}\n•`,
    reads: ['len(items)', 'len(names)'],
    own: ['names = append(names, "0")', 'items = items[:len(items)/2]'],
  };
}
