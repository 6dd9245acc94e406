import type { Random } from '../random';

/** What statements may stand where a pattern is written. */
export interface Place {
  readonly mayReturn: boolean;
  readonly mayAwait: boolean;
  readonly mayYield: boolean;
}

/** What a pattern is, before something carries it: TypeScript, in any indentation, with semicolons. */
export interface Core {
  /** Types that it names; the driver gets them, too. */
  readonly types?: string;
  /** Constants and functions of the module. */
  readonly module?: string;
  /** `<T>` of the function around it. */
  readonly generics?: string;
  readonly inputs: readonly Input[];
  /** Statements. */
  readonly body: string;
  /** An expression that shows what came of them. */
  readonly result: string;
}

/** Something that the pattern works on. */
export interface Input {
  readonly name: string;
  readonly type: string;
  /** Expressions, one for each call. */
  readonly values: readonly string[];
  /** Nobody looks at it after the call: what a suggestion's title asks for. */
  readonly hidden?: true;
}

/** How many times a driver calls what carries the pattern, each time with other values. */
export const calls = 3;

const nowhere: Place = { mayReturn: false, mayAwait: false, mayYield: false };

/** What patterns are written with: choices, values that make trouble, and statements that get in between. */
export class Pen {
  constructor(
    readonly random: Random,
    readonly place: Place,
  ) {}

  chance(probability: number): boolean {
    return this.random.chance(probability);
  }

  one<T>(...choices: readonly [T, ...T[]]): T {
    return this.random.pick(choices);
  }

  /** One of the first texts mostly, one of the others now and then: what a fix should stay away from. */
  mostly<T>(usual: readonly T[], rare: readonly T[], probability = 0.2): T {
    return this.random.pick(this.chance(probability) ? rare : usual);
  }

  /** The text, or nothing. */
  maybe(text: string, probability = 0.3): string {
    return this.chance(probability) ? text : '';
  }

  input(name: string, type: string, value: () => string): Input {
    return { name, type, values: Array.from({ length: calls }, value) };
  }

  // Values.

  number(): string {
    return this.one('0', '1', '2', '3', '7', '10', '-1', '2.5', '-0', 'NaN', '1e21');
  }

  /** A whole number, 0 or more. */
  size(): string {
    return this.one('0', '1', '3', '5', '8');
  }

  text(): string {
    return this.one("''", "'a'", "'b'", "'a,b'", "'a,b,c,'", "'ä€😀'", "'toString'", "'x-1'");
  }

  /** Of a number, a string, a boolean … by its TypeScript type. */
  value(type: string): string {
    const parts = type.split('|').map((part) => part.trim());
    switch (this.random.pick(parts)) {
      case 'number':
        return this.number();
      case 'string':
        return this.text();
      case 'boolean':
        return this.one('true', 'false');
      case 'null':
        return 'null';
      case 'undefined':
        return 'undefined';
      case 'bigint':
        return this.one('0n', '1n', '2n');
      default:
        return this.one('1', "'a'", 'null', '{ id: 1 }', '[1]');
    }
  }

  /**
   * A literal of the fields, now and then one that runs code when it is read, or that refuses to be written to.
   * @param fields name → type of a simple value, or what writes the value
   */
  object(fields: Readonly<Record<string, string | (() => string)>>): string {
    const trouble = this.chance(0.3) ? this.random.pick(Object.keys(fields)) : undefined;
    const parts = Object.entries(fields).map(([name, of]) => {
      const value = typeof of === 'string' ? this.value(of) : of();
      if (name !== trouble) return `${name}: ${value}`;
      if (this.chance(0.2)) return `get ${name}(): never { throw new Error('no ${name}'); }`;
      const act = this.one(`log('read ${name}');`, 'again();', `log('read ${name}'); again();`);
      return `get ${name}() { ${act} return ${value}; }`;
    });
    const text = `{ ${parts.join(', ')} }`;
    return this.chance(0.1) ? this.one(`frozen(${text})`, `watched(${text})`, `through(${text})`) : text;
  }

  /**
   * An array that may be empty, long, frozen or full of holes. Its elements are data: an array with accessors for elements
   * is nobody's.
   * @param dense without holes, where what is tried trusts the type of the elements
   */
  list(element: () => string, { dense = false } = {}): string {
    const length = this.one(0, 1, 2, 3, 3, 4, 5, 12);
    const text = `[${Array.from({ length }, element).join(', ')}]`;
    if (length === 0 || this.chance(0.6)) return text;
    const holes = dense ? [] : [`holes(${text}, 0)`, `holes(${text}, ${length - 1})`];
    return this.random.pick([`frozen(${text})`, `through(${text})`, ...holes]);
  }

  // Statements in between.

  /**
   * A statement, or nothing: leaves early, waits, calls back, or shows that control came by.
   * @param when conditions over what is in scope
   * @param inLoop whether `break` and `continue` have something to leave
   * @param nested in a function of its own, which has to return something else
   */
  between(
    when: readonly string[],
    { inLoop = false, nested = false, label = '', probability = 0.25 } = {},
  ): string {
    if (!this.chance(probability)) return '';
    const { mayReturn, mayAwait, mayYield } = nested ? nowhere : this.place;
    const leaving = [
      ...(inLoop ? ['break;', 'continue;'] : []),
      ...(label === '' ? [] : [`break ${label};`, `continue ${label};`]),
      ...(mayReturn ? ["return 'early';"] : []),
      "throw new Error('stopped');",
    ];
    const passing = [
      "log('here');",
      'again();',
      ...(mayAwait ? ['await null;', "await Promise.reject(new Error('refused')).catch(log);"] : []),
      ...(mayYield ? ["yield 'between';"] : []),
    ];
    if (when.length > 0 && this.chance(0.6))
      return `if (${this.random.pick(when)}) ${this.random.pick(this.chance(0.7) ? leaving : passing)}`;
    return this.random.pick(passing);
  }

  /** Braces around statements, or none around a single one. */
  body(...statements: readonly string[]): string {
    const all = statements.filter((statement) => statement !== '');
    return all.length === 1 && this.chance(0.3) ? all[0]! : `{\n${all.join('\n')}\n}`;
  }
}
