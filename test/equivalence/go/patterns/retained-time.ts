import type { Random } from '../../random';
import type { Parameter, Pattern } from '../program';
import { n } from './values';

const times: Parameter = {
  name: 'ts',
  type: '[]time.Time',
  values: [
    '[]time.Time{time.Unix(100, 5), time.Unix(50, 999999999), time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("odd", 3600))}',
    'nil',
    '[]time.Time{{}}',
    '[]time.Time{time.Unix(-1, 1), time.Unix(1<<40, 0), time.Unix(0, 0).UTC()}',
    '[]time.Time{time.Date(-5000, 1, 1, 0, 0, 0, 0, time.UTC), {}, time.UnixMilli(1), time.Unix(1<<62, 0)}',
    'make([]time.Time, 30)',
  ],
};

/** Times that a collection keeps, asked for the instant; without a monotonic clock, as the title wants it. */
export function retainedTime(random: Random): Pattern {
  const isMap = random.chance(0.4);
  const isGlobal = !isMap && random.chance(0.3);
  const list = isMap ? 's.all$' : isGlobal ? 'all$' : 's.all$';
  const literal = random.pick(['{n: n, at$: t}', '{at$: t, n: n}', '{n: n}']);
  const put = isMap
    ? `${random.pick([`e := entry$${literal}\n`, `e := entry$${literal}\ne.at$ = t\n`])}${list}[len(${list})] = e`
    : random.pick([
        `${list} = append(${list}, entry$${literal})`,
        `e := entry$${literal}\ne.at$ = t\n${list} = append(${list}, e)`,
        `${list} = append(${list}, entry$${literal})\n${list}[len(${list})-1].at$ = t.Add(time.Second)`,
        `e := &entry$${literal}\ne.at$ = t\n${list} = append(${list}, *e)`,
      ]);
  const asks = random.some(
    [
      'if e.at$.IsZero() {\nout++\n}',
      'if e.at$.After(now) {\nout += 2\n}',
      'if now.After(e.at$) || e.at$.Before(time.Unix(60, 0)) {\nout += 4\n}',
      'out += int64(now.Sub(e.at$))',
      'out += e.at$.Unix() + int64(e.at$.Nanosecond())',
      'out += e.at$.UnixNano()',
      'if e.at$.Equal(now) {\nout += 8\n}',
      'out += int64(e.at$.Compare(now))',
      'at := e.at$\nif at.Add(time.Minute).After(now) {\nout += 16\n}',
      'other := entry${n: 1, at$: e.at$}\nout += other.at$.UnixMilli()',
      'if next := e.at$.Truncate(time.Second); next.Before(e.at$) {\nout += 32\n}',
      'see(e.at$.Unix())',
      'out += later$(e, e)',
    ],
    4,
  );
  const own = isGlobal ? '' : `type store$ struct {\n${isMap ? 'all$ map[int]entry$' : 'all$ []entry$'}\n}`;
  return {
    name: `${put.replaceAll('\n', '; ')} / ${asks.join('; ').replaceAll('\n', ' ')}`,
    hot: random.chance(0.5),
    parameters: [
      times,
      { name: 'now', type: 'time.Time', values: ['time.Unix(75, 0)', 'time.Time{}', 'time.Unix(1<<40, 0)'] },
      n,
      { name: 'see', type: 'func(any)', values: ['o.See()', 'o.PanicSee(2)'] },
    ],
    top: `type entry$ struct {
n int
at$ time.Time
}
${own}
${isGlobal ? 'var all$ []entry$' : ''}
func later$(a, b entry$) int64 {
if a.at$.Before(b.at$) {
return b.at$.Unix()
}
return a.at$.Unix()
}
func ${isGlobal ? '' : '(s *store$) '}add$(t time.Time, n int) {
${put}
}`,
    results: [{ type: 'int64', value: 'out', zero: '0' }],
    declares: { name: 'out', text: 'var out int64', nameable: true },
    body: `
${isGlobal ? 'all$ = nil' : isMap ? 's := &store${all$: map[int]entry${}}' : 's := &store${}'}
•
@for i, t := range ts {
•loop
${isGlobal ? '' : 's.'}add$(t, n+i)
}
•
for i := range len(${list}) {
e := ${list}[i]
_ = e
${asks.join('\n')}
}
out += int64(len(${list}))
•`,
    reads: ['out'],
  };
}
