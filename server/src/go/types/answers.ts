import type { Layout } from '../../../../rules/go/types/layout';
import type {
  Callee,
  CheckedExpression,
  CheckedTypes,
  GoType,
  TypeKind,
} from '../../../../rules/go/types/go-type';
import type { TypeAnswer, TypeRow } from './type-checker';

const modes = ['value', 'variable', 'type'] as const;
const ways = ['static', 'dynamic', 'value', 'conversion', 'builtin'] as const;

/** The tables of one answer, shared by its files. */
export class TypeAnswers {
  readonly #types: (RowType | undefined)[];

  constructor(private readonly answer: TypeAnswer) {
    this.#types = new Array<RowType | undefined>(answer.types.length);
  }

  /** @param index of the file in the request */
  file(index: number): CheckedTypes | undefined {
    const rows = this.answer.files[index];
    return rows && rows.x.length > 0 ? new FileTypes(this, rows) : undefined;
  }

  type(index: number): GoType {
    return (this.#types[index] ??= new RowType(this, this.answer.types[index]!));
  }

  string(index: number): string {
    return this.answer.strings[index] ?? '';
  }
}

/** Expressions in order of their start, the longer first. */
class FileTypes implements CheckedTypes {
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #what: Uint32Array;
  readonly #constants = new Map<number, number>();
  readonly #calls = new Map<number, Callee>();

  constructor(
    private readonly answers: TypeAnswers,
    rows: TypeAnswer['files'][number],
  ) {
    const { x, v, f } = rows;
    const count = x.length / 3;
    this.#starts = new Uint32Array(count);
    this.#lengths = new Uint32Array(count);
    this.#what = new Uint32Array(count);
    let start = 0;
    for (let i = 0; i < count; i++) {
      start += x[3 * i]!;
      this.#starts[i] = start;
      this.#lengths[i] = x[3 * i + 1]!;
      this.#what[i] = x[3 * i + 2]!;
    }
    for (let i = 0; i < v.length; i += 2) this.#constants.set(v[i]!, v[i + 1]!);
    for (let i = 0; i < f.length; i += 3)
      this.#calls.set(f[i]!, { way: ways[f[i + 1]!] ?? 'value', name: answers.string(f[i + 2]!) });
  }

  at(start: number, end: number): CheckedExpression | undefined {
    // The first that does not come before it.
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const before =
        this.#starts[middle]! < start ||
        (this.#starts[middle] === start && this.#lengths[middle]! > end - start);
      if (before) low = middle + 1;
      else high = middle;
    }
    if (this.#starts[low] !== start || this.#lengths[low] !== end - start) return undefined;
    const what = this.#what[low]!;
    const constant = this.#constants.get(low);
    return {
      type: this.answers.type(what >>> 2),
      mode: modes[what & 3] ?? 'value',
      constant: constant === undefined ? undefined : this.answers.string(constant),
      callee: this.#calls.get(low),
    };
  }
}

/** A package in the text of a type: `«net/http|http».Header`. */
const packageIn = /«([^«|»]*)\|([^«»]*)»/g;

class RowType implements GoType {
  readonly kind: TypeKind;
  readonly text: string;
  readonly named: GoType['named'];
  readonly basic: string | undefined;
  readonly length: number | undefined;
  readonly layout: Layout | undefined;
  readonly comparable: boolean;
  #methods: ReadonlyMap<string, string> | undefined;
  #pointerMethods: ReadonlyMap<string, string> | undefined;

  constructor(
    private readonly answers: TypeAnswers,
    private readonly row: TypeRow,
  ) {
    this.kind = row.k as TypeKind;
    this.text = row.t.replace(packageIn, '$2');
    this.named = row.n === undefined ? undefined : { path: row.p ?? '', name: row.n, local: row.l === true };
    this.basic = row.b === 'byte' ? 'uint8' : row.b === 'rune' ? 'int32' : row.b;
    this.length = row.k === 'array' ? (row.c ?? 0) : undefined;
    const [size, align, pointers] = row.z ?? [];
    this.layout = row.z && { size: size!, align: align!, pointers: pointers! };
    this.comparable = row.w === true;
  }

  get element(): GoType | undefined {
    return this.row.e ? this.answers.type(this.row.e - 1) : undefined;
  }

  get key(): GoType | undefined {
    return this.row.y ? this.answers.type(this.row.y - 1) : undefined;
  }

  get parts(): readonly GoType[] {
    return (this.row.a ?? []).map((index) => this.answers.type(index - 1));
  }

  get methods(): ReadonlyMap<string, string> {
    return (this.#methods ??= this.#named(this.row.m));
  }

  get pointerMethods(): ReadonlyMap<string, string> {
    return (this.#pointerMethods ??= this.#named(this.row.q));
  }

  #named(indexes: readonly number[] = []): ReadonlyMap<string, string> {
    return new Map(
      indexes.map((index) => {
        const text = this.answers.string(index).replace(packageIn, '$2');
        const parenthesis = text.indexOf('(');
        return [text.slice(0, parenthesis), text.slice(parenthesis)];
      }),
    );
  }

  spell(nameOf: (path: string) => string | undefined): string | undefined {
    // A type of a function inside another type is not marked: a rule that spells one has it refuted by the compiler.
    if (this.row.l || this.kind === 'tuple') return undefined;
    let known = true;
    const text = this.row.t.replace(packageIn, (_, path: string) => {
      const name = nameOf(path);
      known &&= name !== undefined;
      return name ?? '';
    });
    // What another package does not export has no name here.
    return known && !/»\.(?!\p{Lu})/u.test(this.row.t) ? text : undefined;
  }
}
