import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siteKey, type Site } from '../../../rules/sites';
import { newTypeScriptEngine } from '../../support/typescript';

function sitesIn(text: string, path = '/p/a.ts'): readonly Site[] {
  const map = newTypeScriptEngine().codeMap({ path, languageId: 'typescript', version: 1, text });
  assert.ok(map);
  return map.sites;
}

const source = `
export class Server {
  handle(request: { url: string; headers: string[] }) {
    const parts = request.url.split('/');
    return { parts, names: request.headers.map((name) => name.toLowerCase()) };
  }
}

const label = (n: number) => \`#\${n}\`;
const table = [1, 2, 3];
export function count(xs: readonly number[]): number {
  let sum = 0;
  for (const x of xs) sum += x;
  return sum;
}
`;

test('every expression that makes a new value is a site of the declaration around it', () => {
  assert.deepEqual(
    sitesIn(source).map(({ function: name, kind, expression }) => `${name} | ${kind} | ${expression}`),
    [
      "Server.handle | array | request.url.split('/')",
      'Server.handle | object | {parts,names:request.headers.map((name)=>name.toLowerCase())}',
      'Server.handle | array | request.headers.map((name)=>name.toLowerCase())',
      'Server.handle | closure | (name)=>name.toLowerCase()',
      'label | string concatenation | `#${n}`',
      ' | array | [1,2,3]',
    ],
  );
});

test('a site is the same one after edits around it and in another layout', () => {
  const keys = sitesIn(source).map(siteKey);
  const moved = `// a new first line\nfunction before(): void {}\n${source.replace("split('/')", "split(\n      '/', // path\n    )")}`;
  assert.deepEqual(sitesIn(moved).map(siteKey), keys);
});

test('what does not parse has no sites', () => {
  const map = newTypeScriptEngine().codeMap({
    path: '/p/a.ts',
    languageId: 'typescript',
    version: 1,
    text: 'const = {',
  });
  assert.equal(map, undefined);
});

test('says where a new value goes, as far as its function shows', () => {
  const text = `
export class Frames {
  #last?: { n: number };
  next(n: number, out: Map<string, unknown>) {
    this.#last = { n };
    out.set('pair', [n, n]);
    const text = \`#\${n}\`;
    if (n < 0) throw new RangeError(text);
    const found = n > 1 ? { n, list: [n] } : undefined;
    const sum = [n, 2].length;
    return found ?? { n: sum };
  }
}
export function* all(n: number) { yield [n]; }
export const of = (n: number) => ({ n });
`;
  assert.deepEqual(
    sitesIn(text).flatMap(({ expression, reason }) => `${expression}: ${reason ?? '–'}`),
    [
      '{n}: it is kept in `this.#last`',
      '[n,n]: `out.set()` gets it',
      '`#${n}`: `RangeError()` gets it',
      'new RangeError(text): it is thrown',
      '{n,list:[n]}: it is part of what is returned to the caller',
      '[n]: it is part of what is returned to the caller',
      '[n,2]: –',
      '{n:sum}: it is part of what is returned to the caller',
      '[n]: it is handed out by `yield`',
      '{n}: it is returned to the caller',
    ],
  );
});
