import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';
import { n } from './values';

/**
 * Entries of one map differ in nothing that the programs look at: their order is not seen. All are maps, which no loop changes, as
 * the title wants it.
 */
const maps: Parameter = {
  name: 'v',
  type: 'reflect.Value',
  values: [
    'reflect.ValueOf(map[string]int{"aa": 3, "bb": 3, "cc": 3})',
    'reflect.ValueOf(map[string]int(nil))',
    'reflect.ValueOf(map[string]int{"x": 1})',
    'reflect.ValueOf(struct{ M map[string]int }{map[string]int{"yy": 2, "zz": 2}}).Field(0)',
  ],
};

const values: Parameter = {
  name: 'v',
  type: 'reflect.Value',
  values: [
    'reflect.ValueOf(&struct {\nA int\nB string\nC any\nD any\nE error\nF time.Time\nG []byte\nH *int\nI float64\nJ [2]int\nK fmt.Stringer\n}{A: 4, B: "b", C: 5, F: time.Unix(3, 0), G: []byte("g"), J: [2]int{1, 2}, K: time.Second}).Elem()',
    'reflect.ValueOf(struct {\nA any\nB string\n}{"text", ""})',
    'reflect.ValueOf(&struct{}{}).Elem()',
    'reflect.ValueOf([]any{1, "two", nil, 3.5, [2]int{1}})',
    'reflect.ValueOf([]time.Duration{1, 2})',
  ],
};

/** What reflection copies: lists of keys, and values for an assertion. */
export function reflectCopy(random: Random): Pattern {
  return random.chance(0.5) ? keys(random) : assertion(random);
}

function keys(random: Random): Pattern {
  const use = random.pick([
    'out += int(v.MapIndex(key).Int())',
    'out += key.Len()\nout += int(v.MapIndex(key).Int())',
    'out += len(key.String())',
    'k := key\nout += int(v.MapIndex(k).Int()) + k.Len()',
    'func() { out += int(v.MapIndex(key).Int()) }()',
    'later = append(later, func() int { return key.Len() })',
    'out += int(v.MapIndex(key).Int())\nv = other',
    'kept = append(kept, key)',
    'key = reflect.ValueOf("x")\nif found := v.MapIndex(key); found.IsValid() {\nout += int(found.Int())\n}',
  ]);
  return {
    name: `range v.MapKeys(): ${use.replaceAll('\n', '; ')}`,
    hot: true,
    parameters: [maps, { ...maps, name: 'other', values: maps.values.toReversed() }, n],
    results: [{ type: 'int', value: 'out', zero: '0' }],
    declares: { name: 'out', text: 'var out int', nameable: true },
    body: `
var later []func() int
var kept []reflect.Value
•
@for _, key := range v.MapKeys() {
•loop
${use}
•loop
}
•
for _, one := range later {
out += one()
}
for _, one := range kept {
out += one.Len()
}
•`,
    reads: ['out', 'len(later)'],
  };
}

function assertion(random: Random): Pattern {
  const [type, use] = random.pick([
    ['int', 'out += x'],
    ['string', 'out += len(x)'],
    ['time.Time', 'out += int(x.Unix())'],
    ['[]byte', 'out += len(x)'],
    ['float64', 'out += int(x)'],
    ['[2]int', 'out += x[0]'],
    ['time.Duration', 'out += int(x)'],
    ['error', 'out += len(x.Error())'],
    ['fmt.Stringer', 'out += len(x.String())'],
  ] as const);
  const at = random.pick(['v.Field(i)', 'field']);
  const form = random
    .pick([
      `if x, ok := AT.Interface().(${type}); ok {\n${use}\n}`,
      `x, ok := AT.Interface().(${type})\nif ok {\n${use}\n}`,
      `var x, ok = AT.Interface().(${type})\nif !ok {\nmissed++\ncontinue\n}\n${use}`,
    ])
    .replace('AT', at);
  return {
    name: form.replaceAll('\n', '; '),
    hot: true,
    parameters: [values, n],
    results: [
      { type: 'int', value: 'out', zero: '0' },
      { type: 'int', value: 'missed', zero: '0' },
    ],
    declares: { name: 'out', text: 'var out int', nameable: true },
    body: `
var missed int
if v.Kind() == reflect.Slice {
for i := range v.Len() {
field := v.Index(i)
${form.replaceAll('v.Field(i)', 'field')}
}
return VALUE
}
•
@for i := range v.NumField() {
•loop
${at === 'field' ? 'field := v.Field(i)' : ''}
${form}
•loop
}
•`,
    reads: ['out'],
  };
}
