import type { Node } from 'web-tree-sitter';
import type { GoFile, GoPackage } from '../rule';
import { namesOf } from '../syntax/signatures';

/** What tells that the order of a struct's fields is behaviour, or is meant. Doubts count as yes. */

/** Encoders and code generators that go by the order of the fields and say so in tags. */
const orderedTags =
  /\b(?:json|xml|yaml|toml|bson|msgpack|cbor|codec|asn1|tls|csv|avro|parquet|thrift|protobuf|protobuf_key|bin|binary|struc|ssh|hcl|ini|header|rlp|borsh|scale)\s*:\s*\\?"/;

/** Comments about order, layout, or a group of fields. */
const aboutOrder =
  /\b(?:below|above|follow(?:s|ing) (?:\w+ )?fields?|(?:next|previous|preceding) (?:\w+ )?(?:fields?|words?|members?)|(?:first|last) (?:field|word|member)|(?:be|come|stay|go|goes)s? (?:first|last)|order|layout|align(?:ed|ment)?|(?<!struct-)padd(?:ed|ing)|cache ?lines?|offsets?|guard(?:s|ed)?|protect(?:s|ed)?|hot|packed|atomic(?:ally|s)?|64-bit|32-bit|(?:keep|must|should) .*\b(?:sync|match|same))\b|fieldalignment|maligned|go:|nolint/i;

const markers = /\b(?:no_?copy|do_?not_?copy|HostLayout|CacheLinePad|DoNotImplement|DoNotCompare)\b/i;

/** True when the declaration itself says so: markers, blank fields, tags, comments, atomic fields. */
export function orderIsFixed(file: GoFile, spec: Node, struct: Node): boolean {
  const body = struct.namedChild(0);
  const declaration = spec.parent;
  if (!body || !declaration) return true;
  if (usesLayout(file.pkg)) return true;
  for (const node of body.namedChildren) {
    if (node.type === 'comment') {
      if (aboutOrder.test(node.text)) return true;
      continue;
    }
    if (namesOf(node).some(({ text }) => text === '_')) return true;
    if (orderedTags.test(node.childForFieldName('tag')?.text ?? '')) return true;
    if (markers.test(node.text)) return true;
  }
  for (
    let comment = (declaration.namedChildCount > 1 ? spec : declaration).previousNamedSibling;
    comment?.type === 'comment';
    comment = comment.previousNamedSibling
  )
    if (aboutOrder.test(comment.text)) return true;
  return false;
}

/** True when code of the package reads the order, or code that nobody here sees may write it. */
export function orderMatters(file: GoFile, spec: Node, struct: Node): boolean {
  const fields = (struct.namedChild(0)?.namedChildren ?? []).filter(({ type }) => type !== 'comment');
  const names = fields.flatMap((field) => {
    const own = namesOf(field).map(({ text }) => text);
    return own.length > 0 ? own : [(field.childForFieldName('type')?.text ?? '').replace(/^.*\./, '')];
  });
  const exported = (name: string): boolean => /^\p{Lu}/u.test(name);
  const { encodes, atomics } = wordsOf(file.pkg);
  // An encoder sees the exported fields, whatever the type's name is.
  if (encodes && names.some(exported)) return true;
  if (names.some((name) => atomics.has(name))) return true;
  const name = spec.childForFieldName('name')?.text ?? '';
  // What this build leaves out is not compiled, so that nobody knows what it does with the type.
  const named = new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, 'u');
  if (file.pkg.files.some((other) => !other.facts && named.test(other.text))) return true;
  // Another module may write T{1, 2}: only a field that it cannot name forbids that.
  const elsewhere = file.pkg.name !== 'main' && !/(?:^|\/)internal(?:\/|$)/.test(file.pkg.importPath);
  return elsewhere && exported(name) && names.every(exported);
}

interface Words {
  readonly layout: boolean;
  readonly encodes: boolean;
  /** Fields whose address goes to a 64-bit function of sync/atomic: they have to be aligned on 32-bit machines. */
  readonly atomics: ReadonlySet<string>;
}

const cache = new WeakMap<GoPackage, Words>();

function usesLayout(pkg: GoPackage): boolean {
  return wordsOf(pkg).layout;
}

const encoders =
  /^encoding\/(?:json|xml|gob|asn1|csv)(?:\/|$)|^net\/rpc|(?:yaml|toml|json|msgpack|bson|cbor|codec|avro|parquet|jsoniter|protobuf|struc|rlp|mapstructure|hcl)\b/i;

function wordsOf(pkg: GoPackage): Words {
  const known = cache.get(pkg);
  if (known) return known;
  let layout = false;
  let encodes = false;
  const atomics = new Set<string>();
  for (const file of pkg.files) {
    const test = file.path.endsWith('_test.go');
    const paths = file.root
      .descendantsOfType('import_spec')
      .map((spec) => spec.childForFieldName('path')?.text.slice(1, -1) ?? '');
    layout ||= paths.includes('C') || (paths.includes('unsafe') && !test);
    // A function without a body is written in assembly, which reads fields by offset.
    layout ||= file.root.namedChildren.some(
      (node) =>
        /^(?:function|method)_declaration$/.test(node.type) &&
        !node.childForFieldName('body') &&
        !node.hasError,
    );
    if (test) continue;
    encodes ||= paths.some((path) => encoders.test(path));
    encodes ||=
      paths.includes('encoding/binary') &&
      /\bbinary\.(?:Read|Write|Size|Append|Encode|Decode)\(/.test(file.text);
    layout ||=
      paths.includes('reflect') && /\.(?:Field|NumField|FieldByIndex|VisibleFields)\(/.test(file.text);
    // Each name on the way to the number: what holds it has to be aligned, too.
    for (const [, operand] of file.text.matchAll(
      /\b(?:Add|Load|Store|Swap|CompareAndSwap|And|Or)(?:Int|Uint)64\(\s{0,80}&([^,)]{1,200})/g,
    ))
      for (const [field] of operand!.matchAll(/\w+/g)) atomics.add(field);
  }
  const words = { layout, encodes, atomics };
  cache.set(pkg, words);
  return words;
}
