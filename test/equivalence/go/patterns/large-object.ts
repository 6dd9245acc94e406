import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';

/** What it gets is observed, not in which pieces: the title wants that to be all the same. */
const stream: Parameter = {
  name: 'w',
  type: 'io.Writer',
  values: [
    'o.Stream(1 << 20)',
    'o.Stream(5)',
    'o.Stream(0)',
    'io.Discard',
    'new(bytes.Buffer)',
    'new(strings.Builder)',
  ],
};

/** A stream that fails does so before its first byte: half a copy is what the title asks for. */
const source: Parameter = {
  name: 'r',
  type: 'io.Reader',
  values: [
    'o.Source("some text", 4, false)',
    'o.Source("", 1, false)',
    'o.Source("", 1, true)',
    'o.Source(strings.Repeat("0123456789", 9000), 3000, false)',
    'strings.NewReader("that writes itself")',
    'io.LimitReader(o.Source("a longer text", 5, false), 7)',
  ],
};

/** Streams that are read as a whole, only to be written on. */
export function largeObject(random: Random): Pattern {
  const limited = random.chance(0.3) ? 'io.LimitReader(from, 6)' : 'from';
  const to = random.pick(['w', 'w', 's.out$', '&buf']);
  const fails = random.pick([
    'return err',
    'return err',
    'return fmt.Errorf("relay: %w", err)',
    'count$++\nreturn err',
  ]);
  const checked = `if err != nil {\n${fails}\n}`;
  const write = random
    .pick([`${to}.Write(data)`, `io.Copy(${to}, bytes.NewReader(data))`])
    .replace('&buf.', 'buf.');
  const second = random.pick([
    `_, err = ${write}\n${fails === 'return err' ? 'return err' : `${checked}\nreturn nil`}`,
    `_, err = ${write}\n${checked}\n${to === 'w' ? 'count$++\n' : ''}return nil`,
    `if _, err = ${write}; err != nil {\n${fails}\n}\nreturn nil`,
    `if _, err := ${write}; err != nil {\n${fails}\n}\nreturn nil`,
  ]);
  const deferred = random.chance(0.25) ? 'defer func() { last$ = err }()\n' : '';
  return {
    name: `io.ReadAll(${limited}); ${checked.replaceAll('\n', ' ')}; ${second.replaceAll('\n', '; ')}`,
    hot: random.chance(0.5),
    parameters: [source, stream],
    top: `var count$ int
var last$ error
type sender$ struct{ out$ io.Writer }
func (s *sender$) relay$(w io.Writer, from io.Reader) ${deferred === '' ? 'error' : '(err error)'} {
${to === '&buf' ? 'var buf bytes.Buffer\ndefer func() { w.Write(buf.Bytes()) }()\n' : ''}${deferred}data, err := io.ReadAll(${limited})
${checked}
${second}
}`,
    results: [{ type: 'error', value: 'err', zero: 'nil' }],
    declares: { name: 'err', text: 'var err error', nameable: false },
    body: `
•
s := &sender\${out$: w}
•
err = s.relay$(w, r)
•
count$, last$ = 0, nil
•`,
    reads: ['count$', 'last$ == nil'],
    // A chunk of 32 KiB, where neither side passes the stream on by itself.
    slack: [{ objects: 2, bytes: 33 << 10, when: 'always' }],
  };
}
