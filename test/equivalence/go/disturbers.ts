import type { Random } from '../random';
import type { Parameter, Pattern } from './program';

/**
 * Disturbers are what programs have around a pattern and what a rule may overlook: a way out, a panic, a name that means
 * something else, a look at what is being built.
 */
export interface Disturber {
  readonly name: string;
  /** Statements for a place in the body; `return VALUE`, `return ZERO`, `return FAIL` and the label `pass` may be used. */
  readonly text: string;
  /** Of a loop: `break` and `continue` mean the pattern's own. */
  readonly loop?: true;
  /** It needs an error among the results. */
  readonly fails?: true;
  readonly label?: true;
  readonly parameters?: readonly Parameter[];
  readonly top?: string;
}

const step: Parameter = {
  name: 'step',
  type: 'func() bool',
  values: ['o.Never()', 'o.At(1)', 'o.At(2)', 'o.PanicAt(1)', 'o.PanicAt(3)', 'o.At(4)'],
};
const see: Parameter = { name: 'see', type: 'func(any)', values: ['o.See()', 'o.PanicSee(2)'] };
const own =
  'type logger$ struct{ calls int }\nfunc (o *logger$) Skip() { o.calls++ }\nfunc (o *logger$) Fatal(string) { o.calls++ }';

/** What may stand at a place of the pattern's body. */
export function disturbersFor(pattern: Pattern): Disturber[] {
  const asked = { parameters: [step] };
  const list: Disturber[] = [
    { name: 'early return of the value', text: 'if step() {\nreturn VALUE\n}', ...asked },
    { name: 'early return of nothing', text: 'if step() {\nreturn ZERO\n}', ...asked },
    { name: 'error return', text: 'if step() {\nreturn FAIL\n}', fails: true, ...asked },
    { name: 'error return', text: 'if step() {\nreturn FAIL\n}', fails: true, ...asked },
    { name: 'panic', text: 'if step() {\npanic("stop")\n}', ...asked },
    { name: 'call that may panic', text: 'step()', ...asked },
    { name: 'own Skip', text: 'new(logger$).Skip()', top: own },
    { name: 'own Fatal', text: 'if step() {\nnew(logger$).Fatal("odd")\n}', top: own, ...asked },
    { name: 'break', text: 'if step() {\nbreak\n}', loop: true, ...asked },
    { name: 'continue', text: 'if step() {\ncontinue\n}', loop: true, ...asked },
    { name: 'labelled break', text: 'if step() {\nbreak pass\n}', loop: true, label: true, ...asked },
    { name: 'labelled continue', text: 'if step() {\ncontinue pass\n}', loop: true, label: true, ...asked },
    {
      name: 'break of a switch',
      text: 'switch {\ncase step():\nbreak\n}',
      loop: true,
      ...asked,
    },
    ...(pattern.reads ?? []).map((read) => ({
      name: `look at ${read}`,
      text: `see(${read})`,
      parameters: [see],
    })),
    ...(pattern.own ?? []).map((text) => ({
      name: text.split('\n')[0]!,
      text,
      ...(/\bstep\(/.test(text) && asked),
    })),
  ];
  return list;
}

/** Names that fixes use and that a program may have given to something else. */
const shadowable = [
  'max',
  'min',
  'clear',
  'new',
  'cap',
  'slices',
  'strings',
  'strconv',
  'bytes',
  'sync',
  'any',
  'byte',
  'string',
  'int64',
  'uint64',
  'fmt',
  'io',
];

/** `max := 1; _ = max` for a name that the text does not need. */
export function shadow(text: string, random: Random): string | undefined {
  const free = shadowable.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
  if (free.length === 0) return undefined;
  const name = random.pick(free);
  return `${name} := 1\n_ = ${name}`;
}
