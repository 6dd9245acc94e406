import type { CarrierName, Parameter, Result } from './program';

/**
 * Carriers put a pattern's statements where programs have them: into a branch, a loop, a closure, a deferred call. Each gives the
 * function's body and says how the statements leave it.
 */

/** The statements to carry, with `return VALUE`, `return ZERO` and `return FAIL` where they give up. */
export interface Carried {
  readonly statements: string;
  readonly results: readonly Result[];
  /** The names of the function's results, where it has any. */
  readonly names: readonly string[];
}

export interface Carrier {
  readonly name: CarrierName;
  readonly parameters?: readonly Parameter[];
  /** Results need names: deferred functions set them. */
  readonly named?: true;
  /** Declarations of the package. */
  readonly top?: string;
  /** A receiver for the function, and what is called: `host${}`. */
  readonly receiver?: { readonly text: string; readonly value: string };
  /** Type parameters. */
  readonly types?: string;
  /** The function's body; its `return VALUE` and the others are written out by the frame. */
  body(carried: Carried): string;
}

const turns: Parameter = { name: 'turns', type: 'int', values: ['2', '1', '0', '3'] };

const last = (results: readonly Result[]): string => results.map((_, i) => `l${i}`).join(', ');
const keeps = (results: readonly Result[]): string =>
  results.map(({ type }, i) => `var l${i} ${type}`).join('\n');
const values = (results: readonly Result[]): string => results.map(({ value }) => value).join(', ');
const assigns = (results: readonly Result[], to = last(results)): string => `${to} = ${values(results)}`;
/** What gives up with an error returns. */
export const failing = (results: readonly Result[]): string =>
  results.map(({ type, zero }) => (type === 'error' ? 'errors.New("stopped")' : zero)).join(', ');
const types = (results: readonly Result[]): string =>
  results.length === 1 ? results[0]!.type : `(${results.map(({ type }) => type).join(', ')})`;

/** A loop that keeps the results of its last turn. */
const loop =
  (head: string) =>
  ({ statements, results }: Carried): string =>
    `${keeps(results)}\n${head} {\n${statements}\n${assigns(results)}\n}\nreturn ${last(results)}`;

/** In a function of its own without results the statements leave by `return`, after the results are set. */
const inside = ({ statements, results }: Carried, to: string): string =>
  statements
    .replaceAll('return VALUE', `${assigns(results, to)}\nreturn`)
    .replaceAll('return FAIL', `${to} = ${failing(results)}\nreturn`)
    .replaceAll('return ZERO', 'return');

export const carriers: readonly Carrier[] = [
  { name: 'plain', body: ({ statements }) => `${statements}\nreturn VALUE` },
  { name: 'block', body: ({ statements }) => `{\n${statements}\nreturn VALUE\n}` },
  {
    name: 'switch',
    parameters: [{ name: 'mode', type: 'int', values: ['1', '0'] }],
    body: ({ statements }) => `switch mode {\ncase 0:\nreturn ZERO\ndefault:\n${statements}\nreturn VALUE\n}`,
  },
  {
    name: 'type switch',
    parameters: [{ name: 'given', type: 'any', values: ['1', 'nil', '"text"'] }],
    body: ({ statements }) =>
      `switch given := given.(type) {\ncase nil:\nreturn ZERO\ndefault:\n_ = given\n${statements}\nreturn VALUE\n}`,
  },
  {
    name: 'select',
    parameters: [{ name: 'stop', type: '<-chan struct{}', values: ['nil', 'o.Closed()'] }],
    body: ({ statements }) => `select {\ncase <-stop:\nreturn ZERO\ndefault:\n${statements}\nreturn VALUE\n}`,
  },
  { name: 'range', parameters: [turns], body: loop('for range turns') },
  { name: 'counted', parameters: [turns], body: loop('for turn := 0; turn < turns; turn++') },
  {
    name: 'endless',
    parameters: [turns],
    body: ({ statements, results }) =>
      `${keeps(results)}\nfor {\nif turns <= 0 {\nbreak\n}\nturns--\n${statements}\nif turns == 1 {\ncontinue\n}\n${assigns(results)}\n}\nreturn ${last(results)}`,
  },
  {
    name: 'goto',
    parameters: [turns],
    body: ({ statements, results }) =>
      `${keeps(results)}\nagain:\n{\n${statements}\n${assigns(results)}\n}\nif turns--; turns > 0 {\ngoto again\n}\nreturn ${last(results)}`,
  },
  {
    name: 'closure',
    body: ({ statements, results }) =>
      `work := func() ${types(results)} {\n${statements}\nreturn VALUE\n}\nreturn work()`,
  },
  {
    name: 'defer',
    named: true,
    body: (carried) =>
      `defer func() {\n${inside(carried, carried.names.join(', '))}\n${assigns(carried.results, carried.names.join(', '))}\n}()\nreturn`,
  },
  {
    name: 'goroutine',
    body: (carried) =>
      `${keeps(carried.results)}\ndone := make(chan struct{})\nvar fell any\ngo func() {\ndefer close(done)\ndefer func() { fell = recover() }()\n${inside(carried, last(carried.results))}\n${assigns(carried.results)}\n}()\n<-done\nif fell != nil {\npanic(fell)\n}\nreturn ${last(carried.results)}`,
  },
  {
    name: 'method',
    top: 'type host$ struct{ calls int }',
    receiver: { text: '(me *host$) ', value: 'new(host$).' },
    body: ({ statements }) => `me.calls++\n${statements}\nreturn VALUE`,
  },
  {
    name: 'generic',
    types: '[T any]',
    parameters: [{ name: 'extra', type: 'T', values: ['1', '"text"'] }],
    body: ({ statements }) => `_ = extra\n${statements}\nreturn VALUE`,
  },
  {
    name: 'iterator',
    parameters: [turns],
    top: 'func seq$(n int) func(yield func(int) bool) {\nreturn func(yield func(int) bool) {\nfor i := 0; i < n && yield(i); i++ {\n}\n}\n}',
    body: loop('for range seq$(turns)'),
  },
];
