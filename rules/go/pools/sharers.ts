import type { Node } from 'web-tree-sitter';
import type { Binding } from '../syntax/names';
import type { Given } from './memory';

/** Whoever may use an object's memory beside the variable itself, as bits of a `State`. */

/** Somebody outside of the function's own flow, who uses what he was given whenever he likes. */
export interface Holder {
  readonly kind: 'channel' | 'goroutine' | 'map';
  /** The statement that hands it over. */
  readonly node: Node;
  /** The channel or map as it is written. */
  readonly name: string;
  readonly given: Given;
}

export class Sharers {
  readonly #locals: Binding[] = [];
  readonly #holders = new Map<number, Holder>();
  readonly #bits = new Map<Binding | number, number>();
  /** More than a state has bits for. */
  isFull = false;

  get locals(): readonly Binding[] {
    return this.#locals;
  }

  get holders(): readonly Holder[] {
    return [...this.#holders.values()];
  }

  /** The bit of a local that shares memory from here on. */
  local(variable: Binding): number {
    if (!this.#bits.has(variable)) this.#locals.push(variable);
    return this.#bit(variable);
  }

  /** 0 for a variable that never shares any. */
  bitOf(variable: Binding): number {
    return this.#bits.get(variable) ?? 0;
  }

  holder(holder: Holder): number {
    if (!this.#holders.has(holder.node.id)) this.#holders.set(holder.node.id, holder);
    return this.#bit(holder.node.id);
  }

  #bit(key: Binding | number): number {
    const known = this.#bits.get(key);
    if (known !== undefined) return known;
    // The sign is left to what is outside of the scope.
    this.isFull ||= this.#bits.size >= 30;
    const bit = this.isFull ? 0 : 1 << this.#bits.size;
    this.#bits.set(key, bit);
    return bit;
  }
}
