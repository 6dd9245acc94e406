import type { Random } from '../../random';
import type { Pattern } from '../program';

export function preallocateMap(random: Random): Pattern {
  const shape = random.pick([
    { key: 'int', value: 'string', source: '[]string', head: 'i, x := range xs', assign: 'm[i] = x' },
    {
      key: 'int',
      value: 'int',
      source: '[]string',
      head: 'i := 0; i < len(xs); i++',
      assign: 'm[i] = len(xs[i])',
    },
    {
      key: 'int',
      value: '[]byte',
      source: '[]string',
      head: 'i := range len(xs)',
      assign: 'm[i] = []byte(xs[i])',
    },
    {
      key: 'string',
      value: 'int',
      source: 'map[string]int',
      head: 'k, x := range xs',
      assign: 'm[k] = x + 1',
    },
    { key: 'string', value: 'bool', source: 'map[string]int', head: 'k := range xs', assign: 'm[k] = true' },
    { key: 'string', value: 'bool', source: '[]string', head: '_, x := range xs', assign: 'm[x] = true' },
    { key: 'int', value: 'int', source: '[]string', head: 'i := 0; i < 40; i++', assign: 'm[i] = i' },
  ]);
  // The order of a map's keys is another one in each run: what sees a part of them would see anything.
  const place = shape.source.startsWith('map') ? '' : '•loop';
  const type = `map[${shape.key}]${shape.value}`;
  const sources =
    shape.source === '[]string'
      ? ['[]string{"a", "b", "c"}', 'nil', 'make([]string, 20)', 'make([]string, 100)', '[]string{"x"}']
      : ['map[string]int{"a": 1, "b": 2}', 'nil', 'o.Map(30)', 'map[string]int{}'];
  return {
    name: `${type}: ${shape.assign}`,
    parameters: [{ name: 'xs', type: shape.source, values: sources }],
    results: [{ type, value: 'm', zero: 'nil' }],
    declares: {
      name: 'm',
      text: random.pick([`m := make(${type})`, `m := ${type}{}`, `var m = make(${type})`]),
      nameable: false,
    },
    // What fails on its way has room for what it no longer gets.
    slack: [{ objects: 3, bytes: 5120, when: 'it fails' }],
    body: `
•
@for ${shape.head} {
${place}
${shape.assign}
${place}
}
•`,
    reads: ['len(m)', 'm == nil', 'm'],
    own: [
      'if len(xs) > 3 {\nreturn ZERO\n}',
      '{\nalias := m\n_ = alias\n}',
      'if len(m) > 9 {\nreturn VALUE\n}',
      'clear(m)',
    ],
  };
}
