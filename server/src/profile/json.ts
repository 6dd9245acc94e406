import { createScanner } from 'jsonc-parser';
import { ProfileError } from './profile-error';
import { deepest, tooDeep } from './stack-depth';

export type Scalar = string | number | boolean | null;

/** Who hears what is in an object or a list. What nobody hears is passed over, and kept nowhere. */
export interface JsonTarget {
  /** @param key the name in an object, the index in a list */
  scalar?(key: string | number, value: Scalar): void;
  /** An object or a list begins. @returns who hears what is in it */
  open?(key: string | number, isList: boolean): JsonTarget | undefined;
  /** This one has ended. */
  close?(): void;
}

/** UTF-16 units of one name, text or number. V8 cuts what it writes into profiles far below. */
const tokenLimit = 16 * 1024 * 1024;

/** A frame of a stack is an object in a list. */
const depthLimit = 2 * deepest + 16;

interface Level {
  readonly target: JsonTarget | undefined;
  readonly isList: boolean;
  /** Name or index of the value that is read or comes next. */
  key: string | number;
}

type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

const words: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Reads a JSON text that arrives in pieces, and keeps nothing of it but the word that a piece ends in. */
export class JsonReader {
  readonly #levels: Level[];
  #expected: Expected = 'value';
  /** The end of the last piece that may go on in the next one. */
  #rest = '';
  /** Units that must be there before it is looked at again, so that a long word is not looked at once for each piece. */
  #needed = 0;
  /** Units before `#rest`. */
  #done = 0;

  /** @param target hears the text's only value under the empty name */
  constructor(target: JsonTarget) {
    this.#levels = [{ target, isList: false, key: '' }];
  }

  /** @throws ProfileError when it is no JSON */
  write(piece: string): void {
    this.#rest += piece;
    if (this.#rest.length >= this.#needed) this.#read(false);
  }

  /** @throws ProfileError when the text is not whole */
  end(): void {
    this.#read(true);
    if (this.#expected !== 'nothing')
      throw new ProfileError('It is no profile: it begins as JSON and is cut off.');
  }

  #read(isLast: boolean): void {
    const text = this.#rest;
    const scanner = createScanner(text, true);
    let end = 0;
    for (;;) {
      scanner.scan();
      const length = scanner.getTokenLength();
      // What ends with the piece may go on.
      if (length === 0 || (scanner.getPosition() === text.length && !isLast)) break;
      if (scanner.getTokenError() !== 0) {
        if (isLast && scanner.getPosition() === text.length) return;
        throw this.#unexpected(scanner.getTokenOffset());
      }
      this.#token(text[scanner.getTokenOffset()]!, scanner.getTokenValue(), scanner.getTokenOffset());
      end = scanner.getPosition();
    }
    this.#done += end;
    this.#rest = text.slice(end);
    this.#needed = Math.min(2 * this.#rest.length, tokenLimit + 1);
    if (this.#rest.length > tokenLimit)
      throw new ProfileError('It is damaged: it has a text of more than 16 million characters.');
  }

  #token(first: string, text: string, at: number): void {
    const expected = this.#expected;
    const level = this.#levels.at(-1)!;
    switch (first) {
      case '{':
      case '[':
        this.#mustExpectValue(at);
        this.#levels.push({
          target: level.target?.open?.(level.key, first === '['),
          isList: first === '[',
          key: first === '[' ? 0 : '',
        });
        if (this.#levels.length > depthLimit) throw tooDeep();
        this.#expected = first === '[' ? 'value or end' : 'name or end';
        return;
      case '}':
      case ']':
        if (level.isList !== (first === ']') || this.#levels.length === 1 || !expected.endsWith('or end'))
          throw this.#unexpected(at);
        level.target?.close?.();
        this.#levels.pop();
        this.#valueEnded();
        return;
      case ',':
        if (expected !== 'comma or end') throw this.#unexpected(at);
        this.#expected = level.isList ? 'value' : 'name';
        return;
      case ':':
        if (expected !== 'colon') throw this.#unexpected(at);
        this.#expected = 'value';
        return;
      case '"':
        if (expected === 'name' || expected === 'name or end') {
          level.key = text;
          this.#expected = 'colon';
          return;
        }
        return this.#scalar(text, at);
      default: {
        const value = words.has(text) ? words.get(text)! : Number(text);
        if (Number.isNaN(value)) throw this.#unexpected(at);
        this.#scalar(value, at);
      }
    }
  }

  #scalar(value: Scalar, at: number): void {
    this.#mustExpectValue(at);
    const { target, key } = this.#levels.at(-1)!;
    target?.scalar?.(key, value);
    this.#valueEnded();
  }

  #mustExpectValue(at: number): void {
    if (this.#expected !== 'value' && this.#expected !== 'value or end') throw this.#unexpected(at);
  }

  #valueEnded(): void {
    const level = this.#levels.at(-1)!;
    if (typeof level.key === 'number') level.key++;
    this.#expected = this.#levels.length === 1 ? 'nothing' : 'comma or end';
  }

  #unexpected(at: number): ProfileError {
    const found = JSON.stringify(this.#rest.slice(at, at + 20));
    return new ProfileError(
      `It is no profile: it begins as JSON and is not (${found} is not expected at character ${this.#done + at}).`,
    );
  }
}

/** Keeps an object or a list as `JSON.parse` gives it, but for what is called `__proto__`: V8 writes no such name. */
export class Kept implements JsonTarget {
  readonly #value: Record<string | number, unknown>;

  /**
   * @param value an empty object or list
   * @param leftOut name of what is not kept, at any depth
   */
  constructor(
    value: object,
    private readonly leftOut?: string,
  ) {
    this.#value = value as Record<string | number, unknown>;
  }

  scalar(key: string | number, value: Scalar): void {
    if (key !== '__proto__') this.#value[key] = value;
  }

  open(key: string | number, isList: boolean): JsonTarget | undefined {
    if (key === this.leftOut || key === '__proto__') return undefined;
    const value = isList ? [] : {};
    this.#value[key] = value;
    return new Kept(value, this.leftOut);
  }
}
