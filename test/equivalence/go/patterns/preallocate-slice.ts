import type { Random } from '../../random';
import type { Pattern } from '../program';

/** Elements: their type, what is appended, and what is ranged over. */
const elements = [
  {
    type: 'int',
    from: 'x',
    zero: '0',
    source: '[]int',
    values: ['[]int{1, 2, 3, 4, 5}', 'nil', '[]int{}', '[]int{7}', 'make([]int, 100)'],
  },
  {
    type: 'string',
    from: 'x+"!"',
    zero: '""',
    source: '[]string',
    values: ['[]string{"a", "b", "c", "d", "e"}', 'nil', '[]string{"x"}', 'make([]string, 50)'],
  },
  {
    type: '[2]int',
    from: '[2]int{x, i}',
    zero: '[2]int{}',
    source: '[]int',
    values: ['[]int{1, 2, 3, 4, 5, 6}', 'nil', '[]int{9}', 'make([]int, 40)'],
  },
  {
    type: 'error',
    from: 'errors.New(x)',
    zero: 'nil',
    source: '[]string',
    values: ['[]string{"a", "b", "c"}', 'nil', '[]string{"x"}'],
  },
  {
    // It panics with the first element, before anything is appended.
    type: 'int',
    from: 'half$(x)',
    zero: '0',
    source: '[]int',
    values: ['[]int{-1, 2, 3}', '[]int{2, 4, 6, 8}', 'nil', '[]int{4, -2}'],
  },
  {
    type: 'string',
    from: 'name$(x)',
    zero: '""',
    source: '[]int',
    values: ['[]int{-1, 2}', '[]int{1, 2, 3, 4, 5}', 'nil', '[]int{3, -2}'],
  },
];

export function preallocateSlice(random: Random): Pattern {
  const element = random.pick(elements);
  const type = `[]${element.type}`;
  const start = random.pick([
    { text: `var out ${type}`, nameable: true },
    { text: `var out ${type}`, nameable: true },
    { text: `out := ${type}{}`, nameable: false },
    { text: `out := make(${type}, 0)`, nameable: false },
  ]);
  const tops = [
    '//go:noinline\nfunc half$(x int) int {\nif x < 0 {\npanic("negative")\n}\nreturn x / 2\n}',
    '//go:noinline\nfunc name$(x int) string {\nif x < 0 {\npanic("no name")\n}\nreturn string(rune(64 + x))\n}',
  ].filter((one) => element.from.includes(/func (\w+\$)/.exec(one)![1]!));
  const loop = random.pick([
    `@for ${element.from.includes('i}') ? 'i' : '_'}, x := range xs {`,
    `@for i := 0; i < len(xs); i++ {\nx := xs[i]`,
    `@for i := range xs {\nx := xs[i]`,
    `@for i := range len(xs) {\nx := xs[i]`,
  ]);
  // Some slices stay in the call, and a function looks at them that can tell nil from empty.
  const stays = random.chance(0.25);
  if (stays)
    tops.push(
      `//go:noinline\nfunc count$(out ${type}) int {\nif out == nil {\nreturn -1\n}\nreturn len(out)\n}`,
    );
  const append = `out = append(out, ${element.from})`;
  const after = random.pick([
    '',
    '',
    '',
    `out = append(out, ${element.type === 'error' ? 'nil' : `${element.zero}`})`,
  ]);
  return {
    name: `append ${element.type}`,
    parameters: [{ name: 'xs', type: element.source, values: element.values }],
    results: stays
      ? [{ type: 'int', value: random.pick(['count$(out)', 'len(out)']), zero: '0' }]
      : [{ type, value: 'out', zero: 'nil' }],
    declares: { name: 'out', text: start.text, nameable: start.nameable && !stays },
    top: tops.join('\n'),
    // What fails on its way has room for what it no longer gets.
    slack: [{ objects: 1, bytes: 2048, when: 'it fails' }],
    body: `
•
${loop}
${/ i /.test(loop) ? '_ = i' : ''}
•loop
${append}
•loop
}
${after}
•`,
    reads: ['len(out)', 'out == nil', 'len(out) > 2', ...(stays ? [] : ['out'])],
    own: [
      '{\nalias := out\n_ = alias\n}',
      'if len(xs) > 3 {\nreturn ZERO\n}',
      'if len(out) > 3 {\nreturn VALUE\n}',
      'if x := len(out); x > 2 {\nout[0] = out[x-1]\n}',
    ],
  };
}
