import type { Layout } from './layout';

/** Types as the Go type checker has them, or as declarations spell them: see types.ts. */

export type TypeKind =
  | 'basic'
  | 'slice'
  | 'array'
  | 'map'
  | 'channel'
  | 'pointer'
  | 'struct'
  | 'interface'
  | 'function'
  /** A type parameter: what it stands for is not known. */
  | 'parameter'
  /** What a call with no result, or with several, gives. */
  | 'tuple';

export interface GoType {
  /** Of the underlying type; undefined when a declaration spells only the name of a type of another package. */
  readonly kind: TypeKind | undefined;
  /** As the package spells it, other packages by their own names: `time.Duration`, `[]ID`. For words, not for code. */
  readonly text: string;
  /** The declared type, alias or not: path of its package, empty for the universe (`error`). */
  readonly named: NamedType | undefined;
  /** The predeclared type below, of kind `basic`: `int`, `string`; `uint8` and `int32` for byte and rune. */
  readonly basic: string | undefined;
  /** Of a slice, array, map, channel or pointer. */
  readonly element: GoType | undefined;
  /** Of a map. */
  readonly key: GoType | undefined;
  /** Of an array: number of elements. */
  readonly length: number | undefined;
  /** Of a tuple. */
  readonly parts: readonly GoType[];
  /** Undefined where it depends on a type parameter. */
  readonly layout: Layout | undefined;
  /** Undefined when it is not known. */
  readonly comparable: boolean | undefined;
  /**
   * Exported methods of a value: name → parameters and results as the package spells them, `(s fmt.State, verb rune)`.
   * Undefined when they are not known; those that only a pointer has may be among them where declarations were asked.
   */
  readonly methods: ReadonlyMap<string, string> | undefined;
  /** Those that only a pointer to it has; undefined when they are not known apart. */
  readonly pointerMethods?: ReadonlyMap<string, string>;
  /**
   * The type as code.
   * @param nameOf local name of a package in the file, by path; undefined when the file does not import it
   * @returns undefined when it cannot be spelled there, and for types of functions and type parameters
   */
  spell(nameOf: (path: string) => string | undefined): string | undefined;
}

export interface NamedType {
  readonly path: string;
  readonly name: string;
  /** Declared in a function, or a type parameter: the name means it only there. */
  readonly local: boolean;
}

/** What a call reaches. */
export interface Callee {
  /**
   * `dynamic`: the method of an interface. `value`: a variable of a function type. `conversion`, `builtin`: no call.
   */
  readonly way: 'static' | 'dynamic' | 'value' | 'conversion' | 'builtin';
  /** `path.F`, `path.T.M`, `path.(*T).M`; `path.I.M` for an interface; the type, or the name of what is built in. */
  readonly name: string;
}

/** What the type checker says of the expressions of one file. */
export interface CheckedTypes {
  /**
   * Of the expression with this span, in UTF-16 units: also of types, and of identifiers that declare. A comma-ok form has
   * the type of its value; a constant that stays untyped, its default type.
   */
  at(start: number, end: number): CheckedExpression | undefined;
}

export interface CheckedExpression {
  readonly type: GoType;
  /** `variable`: it has an address. */
  readonly mode: 'value' | 'variable' | 'type';
  /** The exact value of a constant: the string, a number in decimal or as a fraction, `true`. */
  readonly constant: string | undefined;
  /** Of a call. */
  readonly callee: Callee | undefined;
}
