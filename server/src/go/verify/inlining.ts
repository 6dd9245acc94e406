import type { GoPackage } from '../../../../rules/go/rule';
import { isFunction } from '../../../../rules/go/syntax/nodes';
import { wordsOf } from '../compile/declared';

/**
 * Into which functions of a package the code of others was inlined: what is changed in one of these is seen in the calls that are emitted for
 * the others.
 */
export class Inlining {
  /** Key of a function → its name, if it was inlined somewhere. */
  readonly #names = new Map<string, string>();
  /** Name → keys of the functions that name it. */
  readonly #users = new Map<string, string[]>();

  /** @param inlined words of the names of functions that were inlined */
  constructor(pkg: GoPackage, inlined: ReadonlySet<string>) {
    for (const { path, root } of pkg.files)
      for (const node of root.namedChildren) {
        if (!isFunction(node)) continue;
        const key = `${path}:${node.startIndex}`;
        const name = node.childForFieldName('name')?.text;
        if (name !== undefined && inlined.has(name)) this.#names.set(key, name);
        for (const word of wordsOf(node.text)) {
          if (!inlined.has(word)) continue;
          const users = this.#users.get(word);
          if (users) users.push(key);
          else this.#users.set(word, [key]);
        }
      }
  }

  /** The functions, by their keys, and all that may hold their code. */
  into(functions: Iterable<string>): ReadonlySet<string> {
    const found = new Set(functions);
    for (const key of found) {
      const name = this.#names.get(key);
      if (name !== undefined) for (const user of this.#users.get(name) ?? []) found.add(user);
    }
    return found;
  }
}
