import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typescriptRules } from '../../../rules/typescript/index';
import { TypeScriptEngine } from '../../../server/src/typescript/engine';
import type { ModuleFiles } from '../../../server/src/typescript/imports';
import { analyseTypeScript } from '../../support/typescript';

/** Files by path, and how often each was read. */
function disk(
  files: Record<string, string>,
): ModuleFiles & { readonly reads: string[]; write(path: string, text: string): void } {
  const reads: string[] = [];
  let written = 0;
  const stamps = new Map<string, string>();
  return {
    reads,
    stamp: (path) => (path in files ? (stamps.get(path) ?? 'first') : undefined),
    text(path) {
      reads.push(path);
      return files[path]!;
    },
    write(path, text) {
      files[path] = text;
      stamps.set(path, String(++written));
    },
  };
}

/** Findings of `/app/a.ts`, each as its rule and the title of its first fix. */
async function findings(files: ModuleFiles | undefined, text: string, path = '/app/a.ts'): Promise<string[]> {
  const engine = new TypeScriptEngine({ log: assert.fail, ...(files && { files }) }, typescriptRules);
  const analysis = await analyseTypeScript(engine, path, text);
  return analysis.findings.map(
    ({ ruleId, fixes: [fix] }) => `${ruleId}: ${fix ? `${fix.kind}: ${fix.title}` : 'no fix'}`,
  );
}

const first = (of: string, imports = "import { store } from './store';"): string =>
  `${imports}\nexport const first = (): unknown => [...${of}][0];\n`;

const iterator = ['ts/whole-collection: safe: Ask the iterator for its first'];
const unknown = ['ts/whole-collection: no fix'];

describe('what relative imports declare', () => {
  const store = 'export const store: Map<string, number> = new Map();';

  it('types the values of a module', async () => {
    assert.deepEqual(await findings(disk({ '/app/store.ts': store }), first('store.keys()')), iterator);
    assert.deepEqual(
      await findings(disk({ '/app/store.ts': 'export const store = new Map();' }), first('store.keys()')),
      iterator,
    );
  });

  it('is asked again when a text is looked at again after an imported file has changed', async () => {
    const files = disk({ '/app/store.ts': 'export const store = { keys: () => [1] };' });
    const engine = new TypeScriptEngine({ log: assert.fail, files }, typescriptRules);
    const fixes = async () =>
      (await analyseTypeScript(engine, '/app/a.ts', first('store.keys()'))).findings.map(
        ({ fixes }) => fixes.length,
      );
    assert.deepEqual(await fixes(), [0]);
    files.write('/app/store.ts', store);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.deepEqual(await fixes(), [1]);
  });

  it('is not known where nobody reads files, and where there is no such file', async () => {
    assert.deepEqual(await findings(undefined, first('store.keys()')), unknown);
    assert.deepEqual(await findings(disk({}), first('store.keys()')), unknown);
    assert.deepEqual(
      await findings(disk({ '/app/store.ts': 'not { TypeScript' }), first('store.keys()')),
      unknown,
    );
  });

  it('says nothing for what may be undefined, is assigned elsewhere, or has no written type', async () => {
    for (const text of [
      'export const store: Map<string, number> | { keys(): number[] } = new Map();',
      'export let store = new Map();',
      'declare const made: any; export const store = made;',
      'const store = new Map();',
    ])
      assert.deepEqual(await findings(disk({ '/app/store.ts': text }), first('store.keys()')), unknown, text);
  });

  it('follows members of interfaces and classes, also in circles, and what functions give', async () => {
    const types = `
      export interface Node { next: Node; entries: Map<string, number>; perhaps?: string[] }
      export class Table { constructor(readonly rows: Set<string>) {} list(): string[] { return [...this.rows]; } }
      export function open(): Node { throw new Error(); }
      export default function make(): Table { throw new Error(); }
    `;
    const imports =
      "import make, { open, Table, type Node } from './types.js';\nimport * as all from './types';\ndeclare const node: Node;\nconst table = new Table(new Set());";
    for (const of of [
      'node.next.next.entries.keys()',
      'open().entries.keys()',
      'table.rows',
      'make().rows',
      'all.open().entries.values()',
    ])
      assert.deepEqual(await findings(disk({ '/app/types.ts': types }), first(of, imports)), iterator, of);
    for (const of of ['node.perhaps', 'node.absent', 'all.absent.keys()', 'node.entries'])
      assert.notDeepEqual(
        await findings(disk({ '/app/types.ts': types }), first(of, imports)),
        ['ts/whole-collection: safe: Take the first of `node.perhaps`'],
        of,
      );
  });

  it('follows what a module passes on, and not for ever', async () => {
    const files = disk({
      '/app/store/index.ts': "export * from './far'; export { map as store } from './near';",
      '/app/store/near.ts': "import { map } from './far'; export { map };",
      '/app/store/far.ts': "export * from './index'; export const map = new Map<string, number>();",
    });
    assert.deepEqual(await findings(files, first('store.keys()')), iterator);
    assert.deepEqual(await findings(files, first('map.keys()', "import { map } from './store';")), iterator);
  });

  it('leaves packages to the rules that know them', async () => {
    const files = disk({
      '/app/scene.ts':
        "import { Vector3 } from 'three'; export const up: Vector3 = new Vector3(); export type { Vector3 };",
    });
    const text =
      "import { up } from './scene';\nexport class S { at = up; update(dt: number): void { console.log(up.clone().length() * dt); } }\n";
    assert.deepEqual(await findings(files, text), ['ts/frame-garbage: no fix']);
  });

  it('reads each file once for each of its stamps, and none that no rule asks for', async () => {
    const files = disk({ '/app/store.ts': store, '/app/other.ts': 'export const other = 1;' });
    const engine = new TypeScriptEngine({ log: assert.fail, files }, typescriptRules);
    const text = `import { other } from './other';\n${first('store.keys()')}export const n = other;\n`;
    for (let edit = 0; edit < 3; edit++) await analyseTypeScript(engine, '/app/a.ts', `${text}// ${edit}\n`);
    assert.deepEqual(files.reads, ['/app/store.ts']);
  });
});
