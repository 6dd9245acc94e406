/** Go text put together from parts: indentation, imports, numbers. */

/** Import paths by the name under which programs use them. */
const packages: Readonly<Record<string, string>> = {
  base64: 'encoding/base64',
  big: 'math/big',
  binary: 'encoding/binary',
  bufio: 'bufio',
  bytes: 'bytes',
  cmp: 'cmp',
  context: 'context',
  crc32: 'hash/crc32',
  errors: 'errors',
  flate: 'compress/flate',
  fmt: 'fmt',
  fnv: 'hash/fnv',
  gzip: 'compress/gzip',
  hash: 'hash',
  hex: 'encoding/hex',
  http: 'net/http',
  io: 'io',
  iter: 'iter',
  json: 'encoding/json',
  maps: 'maps',
  md5: 'crypto/md5',
  netip: 'net/netip',
  os: 'os',
  reflect: 'reflect',
  regexp: 'regexp',
  sha1: 'crypto/sha1',
  sha256: 'crypto/sha256',
  sha512: 'crypto/sha512',
  slices: 'slices',
  slog: 'log/slog',
  sort: 'sort',
  strconv: 'strconv',
  strings: 'strings',
  sync: 'sync',
  template: 'text/template',
  time: 'time',
  utf8: 'unicode/utf8',
  zlib: 'compress/zlib',
};

/** A file of the package with the imports that its text uses; names that the text declares itself are not imported. */
export function goFile(body: string, packageName = 'p', extra: readonly string[] = []): string {
  const bare = body.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/\/.*/g, '""');
  const used = Object.entries(packages)
    .filter(([name]) => new RegExp(`(?<![\\w.])${name}\\.[A-Z]`).test(bare))
    .map(([, path]) => `"${path}"`);
  const others = extra.map((path) => `"${path}"`);
  const isStandard = (path: string): boolean => !path.includes('.');
  const standard = [...used, ...others].filter(isStandard).sort();
  const imports = [...standard, ...others.filter((path) => !isStandard(path)).sort()];
  if (standard.length > 0 && standard.length < imports.length) imports.splice(standard.length, 0, '');
  const lines = [`package ${packageName}`, ''];
  if (imports.length === 1) lines.push(`import ${imports[0]}`, '');
  else if (imports.length > 1) lines.push('import (', ...imports, ')', '');
  return indented(`${lines.join('\n')}\n${body.trim()}\n`);
}

/**
 * The text indented as gofmt would: a tab for each open bracket, labels and cases one less. Lines inside of raw strings are
 * left alone.
 */
export function indented(text: string): string {
  let depth = 0;
  let raw = false;
  const result: string[] = [];
  for (const line of text.split('\n')) {
    if (raw) {
      result.push(line);
      if (line.includes('`')) raw = false;
      continue;
    }
    const trimmed = line.trim();
    if (trimmed === '') {
      if (result.at(-1) !== '' && !/[{(]$/.test(result.at(-1) ?? '')) result.push('');
      continue;
    }
    const code = trimmed.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)+'|`[^`]*`|\/\/.*/g, '');
    const opened = [...code.matchAll(/[({[]/g)].length;
    const closed = [...code.matchAll(/[)}\]]/g)].length;
    const leading = /^[)}\]]+/.exec(code)?.[0].length ?? 0;
    const outdent = /^(?:case\b.*|default\s*):|^[A-Za-z_]\w*:$/.test(code) ? 1 : 0;
    // A line that closes and opens as much, such as `} else {`, or `})`, stands where its first bracket puts it.
    if (depth === 0 && /^(?:func|type|var)\b/.test(trimmed) && !/^(?:$|\/\/)/.test(result.at(-1) ?? ''))
      result.push('');
    const level = Math.max(0, depth - (leading > 0 ? 1 : 0) - outdent);
    if (/^[)}]/.test(trimmed) && result.at(-1) === '') result.pop();
    result.push('\t'.repeat(level) + trimmed);
    depth += Math.sign(opened - closed);
    if ((code.match(/`/g)?.length ?? 0) % 2 === 1) raw = true;
  }
  return result.join('\n');
}

/** The text with `$` replaced by the program's number, or by nothing. */
export function numbered(text: string, number: number | ''): string {
  return text.replaceAll('$', String(number));
}

/** Words that end with `$`, without it. */
export function numberedNames(text: string): string[] {
  return [...new Set([...text.matchAll(/(\w+)\$/g)].map((match) => match[1]!))];
}
