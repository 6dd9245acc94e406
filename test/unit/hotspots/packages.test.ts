import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { importPathsOf } from '../../../server/src/hotspots/packages';

/** The import paths of the folders with Go files, by the folder as it lies in the project. */
async function importPaths(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const root = mkdtempSync(join(tmpdir(), 'alloclens-test-packages-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const sources = Object.keys(files).filter((name) => name.endsWith('.go'));
  const found = await importPathsOf(sources.map((name) => join(root, name)));
  return Object.fromEntries([...found].map(([folder, path]) => [folder.slice(root.length + 1) || '.', path]));
}

describe('the import paths of Go files', () => {
  it('are the path of the module and the folders below it', async () => {
    const found = await importPaths({
      'go.mod': '// Example.\nmodule example.com/shop // v1\n\ngo 1.22\n',
      'main.go': 'package main\n',
      'internal/cart/cart.go': 'package cart\n',
    });
    assert.deepEqual(found, { '.': 'example.com/shop', 'internal/cart': 'example.com/shop/internal/cart' });
  });

  it('begin anew in a module inside another', async () => {
    const found = await importPaths({
      'go.mod': 'module example.com/shop\n',
      'tools/go.mod': 'module "example.com/tools"\n',
      'tools/gen/gen.go': 'package main\n',
      'toolsx/x.go': 'package x\n',
    });
    assert.deepEqual(found, { 'tools/gen': 'example.com/tools/gen', toolsx: 'example.com/shop/toolsx' });
  });

  it('are unknown where a go.mod names no module, or there is none', async () => {
    assert.deepEqual(await importPaths({ 'a/go.mod': 'go 1.22\n', 'a/a.go': 'package a\n' }), {});
  });
});
