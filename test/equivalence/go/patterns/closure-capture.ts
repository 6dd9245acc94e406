import type { Random } from '../../random';
import type { Pattern } from '../program';
import { n, text } from './values';

export function closureCapture(random: Random): Pattern {
  const word = {
    type: 'int',
    start: 'v := n',
    change: 'v = 4',
    when: 'n == 0',
    read: 'v',
    parameter: false,
  };
  const variable = random.pick([
    word,
    word,
    word,
    word,
    {
      ...word,
      type: 'func() int',
      start: 'v := func() int { return n }',
      change: 'v = func() int { return 4 }',
      read: 'v()',
    },
    { ...word, type: '*int', start: 'v := &n', change: 'v = new(int)', read: '*v' },
    { type: 'int', start: 'v := n', change: 'v = 4', when: 'n == 0', read: 'v', parameter: false },
    { type: 'int', start: 'v := n * 2', change: 'v++', when: 'n > 3', read: 'v', parameter: false },
    {
      type: 'string',
      start: 'v := s',
      change: 'v = "none"',
      when: 's == ""',
      read: 'len(v)',
      parameter: false,
    },
    { type: 'int', start: '', change: 'n = 4', when: 'n == 0', read: 'n', parameter: true },
    {
      type: '[]int',
      start: 'v := []int{n}',
      change: 'v = append(v, 2)',
      when: 'n > 0',
      read: 'len(v)',
      parameter: false,
    },
    {
      type: 'func() int',
      start: 'v := func() int { return n }',
      change: 'v = func() int { return 4 }',
      when: 'n == 0',
      read: 'v()',
      parameter: false,
    },
    {
      type: '[3]int',
      start: 'v := [3]int{1, n}',
      change: 'v[2] = 4',
      when: 'n == 0',
      read: 'v[1] + v[2]',
      parameter: false,
    },
  ]);
  const name = variable.parameter ? 'n' : 'v';
  const settle = `${variable.start}\nif ${variable.when} {\n${variable.change}\n}`;
  const kind = random.pick([
    'channel',
    'channel',
    'channel',
    'argument',
    'argument',
    'argument',
    'workers',
    'one',
    'deferred',
    'at once',
  ]);
  const start = random.pick([
    'wg.Add(1)\ngo func() {\ndefer wg.Done()',
    'wg.Add(1)\ngo func(i int) {\n_ = i\ndefer wg.Done()',
  ]);
  const end = start.includes('i int') ? '}(1)' : '}()';
  const bodies: Record<string, string> = {
    workers: `${settle}\n•\nvar wg sync.WaitGroup\nvar mu sync.Mutex\nfor range 3 {\n${start}\nmu.Lock()\ntotal += ${variable.read}\nmu.Unlock()\n${end}\n}\nwg.Wait()\n•`,
    channel: `${settle}\n•\nresults := make(chan int, 3)\nfor range 3 {\ngo func() { results <- ${variable.read} }()\n}\nfor range 3 {\ntotal += <-results\n}\n•`,
    one: `${settle}\n•\nvar wg sync.WaitGroup\n${start}\ntotal += ${variable.read}\n${end}\nwg.Wait()\n•`,
    argument: `${settle}\n•\nresults := make(chan int, 3)\nfor i := range 3 {\ngo func(k int) { results <- k + ${variable.read} }(i)\n}\nfor range 3 {\ntotal += <-results\n}\n•`,
    deferred:
      `${settle}\nfunc() {\nfor i := range 2 {\ndefer func() { total += i + ${variable.read} }()\n•\n}\n}()\n•`.replace(
        '•\n}\n}()',
        '}\n}()',
      ),
    'at once': `${settle}\n•\nfor range 2 {\nfunc() {\ndefer func() { total += ${variable.read} }()\n}()\n}\n•`,
  };
  return {
    name: `${kind}: ${variable.type}`,
    parameters: [n, text],
    results: [{ type: 'int', value: 'total', zero: '0' }],
    declares: { name: 'total', text: 'total := 0', nameable: true },
    body: bodies[kind]!,
    reads: ['total'],
    own: [`${variable.change}`, `{\np := &${name}\n_ = p\n}`],
    // `v` must be known at the places of the pattern's own disturbers.
    not: ['goto'],
  };
}
