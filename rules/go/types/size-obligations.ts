import type { Node } from 'web-tree-sitter';
import type { GoFile, Obligation } from '../rule';
import { freshName } from '../edit/layout';

/** An array type whose length is the size in bytes, and the size as the compiler has it: they are the same, or an error. */
function sized(type: string, size: number): string {
  return `var _ [${size}]struct{} = [alloclensUnsafe.Sizeof(*(*${type})(nil))]struct{}{}`;
}

const imports = { alloclensUnsafe: 'unsafe' };

/** The compiler confirms that a type of the package has this size in the fixed text, in bytes. */
export function hasSize(name: string, size: number): Obligation {
  return { states: `${name} has ${size} bytes`, at: 'file', code: sized(name, size), imports };
}

/** The compiler confirms the size that a struct type has before the fix, in bytes: the old type is declared again beside it. */
export function hadSize(file: GoFile, name: string, struct: Node, size: number): Obligation {
  const old = freshName(file, [`alloclens${name}Before`]);
  return {
    states: `${name} had ${size} bytes`,
    at: 'file',
    code: `type ${old} ${struct.text}\n${sized(old, size)}`,
    imports,
  };
}
