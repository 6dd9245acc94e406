import type { Random } from '../../random';
import type { Pattern } from '../program';
import { words } from './values';

/** Arguments with which the loop adds no more than one or two pieces that are not empty, or is left after them. */
const short =
  /^(?:nil|\[\]string\{""\}|make\(\[\]string, 12\)|\[\]string\{"x", "", "y"\}|o\.(?:Panic)?At\(\d\))$/;

export function concatInLoop(random: Random): Pattern {
  const name = random.pick(['s', 's', 'line', 'sql']);
  const piece = random.pick([
    'x',
    'x + ","',
    '"<" + x + ">"',
    'string(x[:len(x)/2])',
    'strconv.Itoa(i) + x',
    'fmt.Sprintf("%d", i)',
    'string(rune(65 + i))',
    `x + strconv.Itoa(len(${name}))`,
    `x + ${name}`,
    `strconv.Itoa(len(${name})) + x`,
    `x + last(${name}) + ";"`,
    'x + say(i)',
  ]);
  const top = piece.includes('last(')
    ? 'func last$(s string) string {\nif s == "" {\nreturn "-"\n}\nreturn s[len(s)-1:]\n}'
    : piece.includes('say(')
      ? 'func say$(i int) string {\nif i == 2 {\npanic("no two")\n}\nreturn strconv.Itoa(i)\n}'
      : undefined;
  const called = piece.replace(/\b(last|say)\(/, '$1$(');
  const add = random.pick([`${name} += ${called}`, `${name} = ${name} + ${called}`, `${name} += ${called}`]);
  const start = random.pick([
    `${name} := ""`,
    `var ${name} string`,
    `${name} := "begin "`,
    `${name} := xs[0]`,
  ]);
  const condition = random.pick([
    '',
    '',
    '',
    `if ${name} != "" {\n${name} += ";"\n}`,
    `if i > 0 {\n${name} += ", "\n}`,
  ]);
  const end = random.pick(['', '', `${name} += "."`, `_ = ${name}[:0]`]);
  return {
    name: add,
    parameters: [words],
    results: [
      random.chance(0.7)
        ? { type: 'string', value: name, zero: '""' }
        : { type: 'int', value: `len(${name})`, zero: '0' },
    ],
    // A builder starts with 8 bytes and doubles: a short text takes it up to three steps, a concatenation one.
    slack: [
      { objects: 0, bytes: 48, when: 'always' },
      // Some carriers run the loop three times.
      { objects: 3, bytes: 0, when: short },
      { objects: 1, bytes: 0, when: 'it fails' },
      // fmt.Fprintf puts the builder on the heap.
      ...(piece.includes('Sprintf')
        ? [
            { objects: 1, bytes: 96, when: 'always' as const },
            { objects: 3, bytes: 0, when: short },
          ]
        : []),
    ],
    declares: { name, text: start, nameable: false },
    ...(top !== undefined && { top }),
    body: `
•
@for i, x := range xs {
_, _ = i, x
${condition}
•loop
${add}
•loop
}
${end}
•`,
    reads: [`len(${name})`, `${name} == ""`, name],
    own: [
      `if ${name} == "a" {\nbreak\n}`.replace('break', 'panic("a")'),
      `{\nalias := ${name}\n_ = alias\n}`,
      `{\np := &${name}\n_ = p\n}`,
      `if len(${name}) > 3 {\nreturn VALUE\n}`,
    ],
  };
}
