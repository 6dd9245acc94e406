import type { RuleId } from '../../../rules/model';

/**
 * The parts of which a program under test is made. All texts are Go; `$` in them becomes the program's number, so that many
 * programs fit into one package: `func fill$`, `type own$ struct{}`.
 */

/** A parameter of the function under test. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  /**
   * Go expressions for its arguments, the ordinary one first. `o` is the `*observe.Run`, which makes writers, readers and
   * questions that are answered late: `o.Writer("err 2")`, `o.At(3)`.
   */
  readonly values: readonly string[];
}

export interface Result {
  readonly type: string;
  /** What the pattern returns. */
  readonly value: string;
  /** What is returned by who gives up: `nil`, `""`, `0`. */
  readonly zero: string;
}

/** What a rule looks for, or nearly so, as statements of a function. */
export interface Pattern {
  /** For people: "append in a counted loop". */
  readonly name: string;
  readonly parameters?: readonly Parameter[];
  readonly results: readonly Result[];
  /**
   * The declaration of the first result when that is a variable, such as `var out []int`. It stands before the body, or is left
   * out where the variable becomes a named result.
   */
  readonly declares?: { readonly name: string; readonly text: string; readonly nameable: boolean };
  /**
   * The statements. A line `•` is a place for disturbers, a line `•loop` one inside of a loop. `@for` is a loop that may get a
   * label.
   */
  readonly body: string;
  /** Declarations of the package. */
  readonly top?: string;
  /** Expressions that read what is being built, valid at each place for a disturber. */
  readonly reads?: readonly string[];
  /** Disturbers that only this pattern has, one of which may stand at a place. */
  readonly own?: readonly string[];
  /**
   * Programs that would keep the rule from fixing their neighbours, such as those with a writer that changes its argument, go
   * into a package of their own kind.
   */
  readonly company?: string;
  /** Carriers that would keep the pattern from compiling or make it another one. */
  readonly not?: readonly CarrierName[];
  /** `//alloclens:hot` in front of the function. */
  readonly hot?: boolean;
  /** What the fix is known to cost on some calls; the rule's page says so. */
  readonly slack?: readonly Slack[];
}

/** What a fixed program may allocate more on a call, in objects and bytes. All that apply are added up. */
export interface Slack {
  readonly objects: number;
  readonly bytes: number;
  /** A regular expression: one of the call's arguments, as Go text, matches it. Failing is a panic or an error. */
  readonly when: 'always' | 'it fails' | RegExp;
}

export type CarrierName =
  | 'plain'
  | 'block'
  | 'switch'
  | 'type switch'
  | 'select'
  | 'range'
  | 'counted'
  | 'endless'
  | 'goto'
  | 'closure'
  | 'defer'
  | 'goroutine'
  | 'method'
  | 'generic'
  | 'iterator';

/** A program of one file and the calls that exercise it. */
export interface Program {
  readonly ruleId: RuleId;
  /** `''`: alone in its package, with plain names. */
  readonly number: number | '';
  /** Names that carry the number. */
  readonly names: readonly string[];
  /** What it is made of, for people. */
  readonly name: string;
  readonly company: string;
  /** The file, of package p. */
  readonly text: string;
  readonly calls: Calls;
  readonly slack: readonly Slack[];
}

/** How the function under test is called. */
export interface Calls {
  /** `fill7`, or `new(host7).fill7`. */
  readonly callee: string;
  readonly parameters: readonly Pick<Parameter, 'name' | 'type'>[];
  readonly results: number;
  /** For each input its arguments, as Go expressions. */
  readonly inputs: readonly (readonly string[])[];
}

/** The program with another number. */
export function renumbered(program: Program, number: number | ''): Program {
  const { names, calls } = program;
  const pattern = new RegExp(`\\b(${names.join('|')})${program.number}\\b`, 'g');
  const rename = (text: string): string => text.replace(pattern, `$1${number}`);
  return {
    ...program,
    number,
    text: rename(program.text),
    calls: {
      ...calls,
      callee: rename(calls.callee),
      parameters: calls.parameters.map(({ name, type }) => ({ name, type: rename(type) })),
      inputs: calls.inputs.map((input) => input.map(rename)),
    },
  };
}
