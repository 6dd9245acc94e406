import type { Random } from '../../random';
import type { Pattern } from '../program';
import { text } from './values';

export function pointerWrapperReturn(random: Random): Pattern {
  const change = random.pick([
    { body: 'b := *p\nb = append(b, c)\nreturn &b', results: '*[]byte' },
    { body: 'b := *p\nif c == 0 {\nreturn p\n}\nb = append(b, c, c)\nreturn &b', results: '*[]byte' },
    {
      body: 'b := *p\nfor range 2 {\nb = append(b, c)\n}\nif len(b) > 30 {\nb = b[:0]\nreturn &b\n}\nreturn &b',
      results: '*[]byte',
    },
    { body: 'b := *p\nif c == \'x\' {\npanic("x")\n}\nb = append(b, c)\nreturn &b', results: '*[]byte' },
    { body: 'b := *p\nb = append(b, c)\nkept$ = &b\nreturn &b', results: '*[]byte' },
    { body: 'b := *p\nb = append(b, byte(len(*p)))\nreturn &b', results: '*[]byte' },
    {
      body: 'b := *p\nb = append(b, c)\nif len(*p) > 3 {\nb = append(b, 33)\n}\nreturn &b',
      results: '*[]byte',
    },
  ]);
  const caller = random.pick([
    's$ := pool$.Get().(*[]byte)\nfor i := range len(s) {\ns$ = add$(s$, s[i])\n}\nout = string(*s$)\n*s$ = (*s$)[:0]\npool$.Put(s$)',
    's$ := new([]byte)\nfor i := range len(s) {\n•loop\ns$ = add$(s$, s[i])\n}\nout = string(*s$)',
    's$ := new([]byte)\ns$ = add$(s$, 1)\ns$ = add$(s$, 2)\nout = string(*s$)',
    's$ := new([]byte)\nold := s$\ns$ = add$(s$, 1)\nout = string(*s$) + string(*old)',
    's$ := new([]byte)\nt$ := add$(s$, 1)\nt$ = add$(t$, 2)\nout = string(*s$) + "/" + string(*t$)',
    's$ := new([]byte)\ndefer func() { out += string(*s$) }()\ns$ = add$(s$, 1)',
    's$ := &[]byte{}\nfor i := 0; i < len(s); i++ {\nif len(*s$) > 5 {\nout = string(*s$)\nbreak\n}\ns$ = add$(s$, s[i])\n}\nout += string(*s$)',
  ]);
  return {
    name: `${change.body.replaceAll('\n', '; ')} / ${caller.split('\n').slice(0, 3).join('; ')}`,
    parameters: [text],
    top: [
      caller.includes('pool$') ? 'var pool$ = sync.Pool{New: func() any { return new([]byte) }}' : '',
      change.body.includes('kept$') ? 'var kept$ *[]byte' : '',
      `//go:noinline\nfunc add$(p *[]byte, c byte) ${change.results} {\n${change.body}\n}`,
    ].join('\n'),
    results: [{ type: 'string', value: 'out', zero: '""' }],
    declares: { name: 'out', text: 'var out string', nameable: true },
    body: `•\n${caller.replaceAll('s$', 'buf').replaceAll('t$', 'next')}\n•`,
    reads: ['out'],
    ...(caller.includes('defer') && { not: ['goroutine'] }),
  };
}
