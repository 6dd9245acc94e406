import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { qualified } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { receiverType } from '../syntax/signatures';
import { spelledBasicType } from './basic-types';
import { spelledTypeNode, typeNodeHome, underlying, type DeclaredType } from './declared-types';
import type { GoType, TypeKind } from './go-type';
import { layoutOf, type Layout } from './layout';

/** The type of an expression as declarations of this package spell it, in place of the type checker's answer. */
export function spelledGoType(expression: Node, file: GoFile): GoType | undefined {
  const found = spelledTypeNode(expression, file);
  const known = found && new SpelledType(found.node, found.file);
  if (known?.kind !== undefined) return known;
  const basic = spelledBasicType(expression, file);
  return basic ? new BasicSpelled(basic.basic, basic.named, file) : known;
}

/** What a node spells. */
class SpelledType implements GoType {
  readonly #shape: DeclaredType | undefined;

  constructor(
    private readonly node: Node,
    private readonly file: GoFile,
  ) {
    this.#shape = underlying(node, file, 0);
  }

  get kind(): TypeKind | undefined {
    const shape = this.#shape;
    if (shape?.kind !== 'basic') return shape?.kind;
    return /^(?:error|any)$/.test(shape.name) ? 'interface' : 'basic';
  }

  get text(): string {
    return this.node.text;
  }

  get named(): GoType['named'] {
    const { node, file } = this;
    if (node.type === 'qualified_type') {
      const found = qualified(node, file.imports);
      return found && { path: found.path, name: found.name, local: false };
    }
    if (node.type !== 'type_identifier') return undefined;
    const own = packageNames(file.pkg).types.get(node.text);
    // An alias is another name.
    if (own?.spec.type === 'type_alias') return undefined;
    if (own) return { path: file.pkg.importPath, name: node.text, local: false };
    return node.text === 'error' ? { path: '', name: 'error', local: false } : undefined;
  }

  get basic(): string | undefined {
    return this.#shape?.kind === 'basic' ? plainBasic(this.#shape.name) : undefined;
  }

  get element(): GoType | undefined {
    const shape = this.#shape;
    switch (shape?.kind) {
      case 'slice':
      case 'array':
        return this.#part(shape.node.childForFieldName('element'));
      case 'map':
      case 'channel':
        return this.#part(shape.node.childForFieldName('value'));
      case 'pointer':
        return this.#part(shape.node.namedChild(0));
      default:
        return undefined;
    }
  }

  get key(): GoType | undefined {
    return this.#shape?.kind === 'map' ? this.#part(this.#shape.node.childForFieldName('key')) : undefined;
  }

  #part(node: Node | null): GoType | undefined {
    // What lies behind a name may stand in another file.
    const home = node && typeNodeHome(node, this.file);
    return node && home && underlying(node, home, 0) ? new SpelledType(node, home) : undefined;
  }

  get length(): number | undefined {
    return this.#shape?.kind === 'array' ? this.#shape.length : undefined;
  }

  readonly parts = [];

  get layout(): Layout | undefined {
    return layoutOf(this.node, this.file);
  }

  get comparable(): undefined {
    return undefined;
  }

  get methods(): ReadonlyMap<string, string> | undefined {
    const { named, file } = this;
    if (named === undefined)
      return this.kind === 'struct' || this.kind === 'interface' ? undefined : new Map();
    return named.path === file.pkg.importPath ? methodsOf(named.name, file) : undefined;
  }

  spell(): string {
    return this.node.text;
  }
}

/** What a literal, a counter, a sum is. */
class BasicSpelled implements GoType {
  readonly kind = 'basic';
  readonly element = undefined;
  readonly key = undefined;
  readonly length = undefined;
  readonly parts = [];
  readonly layout = undefined;
  readonly comparable = true;
  readonly named: GoType['named'];

  constructor(
    readonly basic: string,
    private readonly name: string | undefined,
    private readonly file: GoFile,
  ) {
    this.named = name === undefined ? undefined : { path: file.pkg.importPath, name, local: false };
  }

  get text(): string {
    return this.name ?? this.basic;
  }

  get methods(): ReadonlyMap<string, string> {
    return this.name === undefined ? new Map() : methodsOf(this.name, this.file);
  }

  spell(): string {
    return this.text;
  }
}

function plainBasic(name: string): string {
  return name === 'byte' ? 'uint8' : name === 'rune' ? 'int32' : name;
}

/** Of values and pointers alike: which of them is not told apart here. */
function methodsOf(name: string, file: GoFile): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { node } of packageNames(file.pkg).methods) {
    if (receiverType(node) !== name) continue;
    const parameters = node.childForFieldName('parameters')?.text ?? '()';
    const result = node.childForFieldName('result')?.text;
    found.set(node.childForFieldName('name')?.text ?? '', result ? `${parameters} ${result}` : parameters);
  }
  return found;
}
