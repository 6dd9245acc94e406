import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { layoutOf, standardLayouts } from '../../../rules/go/types/layout';
import { nameOfImport } from '../../../rules/go/edit/imports';
import { compileFiles, type CompiledFiles } from '../../support/go-package';

/** Types of the package under test, beside those of the standard library. */
const declarations = `
const four = 4
type small struct { a bool; b string; c bool }
type empty struct {}
type last struct { n int64; e empty }
type nested struct { small; p *small; a [four]small; t [2]bool }
type words struct { a, b int32; c complex64; d uint8 }
type embedded struct { *small; n int16 }
type callback func()
type generic struct { p atomic.Pointer[small]; f callback; i interface{ M() }; m map[string]int; ch chan int }
type array [3]struct { s []byte; ok bool }
`;
const own = [...declarations.matchAll(/^type (\w+)/gm)].map(([, name]) => name!);

/** `[size, alignment, pointer bytes]` of each type, as a running Go program has them (internal/abi.Type, PtrBytes). */
function askGo(types: readonly string[], imports: string): Record<string, number[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-layout-'));
  try {
    const lines = types.map((type) => `\tshow[${type}]("${type}")`);
    const text = `package main

import (
	"fmt"
	"reflect"
	"unsafe"
${imports}
)
${declarations}
func show[T any](name string) {
	t := reflect.TypeFor[*T]().Elem()
	words := (*[2]uintptr)((*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1])
	fmt.Printf("%q: [%d, %d, %d],", name, t.Size(), t.Align(), words[1])
}

func main() {
	fmt.Print("{")
${lines.join('\n')}
	fmt.Print("\\"\\": []}")
}
`;
    writeFileSync(path.join(folder, 'main.go'), text);
    writeFileSync(path.join(folder, 'go.mod'), 'module example.com/layout\n\ngo 1.23\n');
    return JSON.parse(execFileSync('go', ['run', '.'], { cwd: folder, encoding: 'utf8' })) as Record<
      string,
      number[]
    >;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('layouts of types are those of the compiler', () => {
  const paths = [...new Set([...standardLayouts.keys()].map((name) => name.slice(0, name.lastIndexOf('.'))))];
  const imports = paths
    .filter((name) => !/^(?:reflect|fmt)$/.test(name))
    .map((name) => `\t"${name}"`)
    .join('\n');
  const spelled = (name: string): string => {
    const dot = name.lastIndexOf('.');
    const type = `${nameOfImport(name.slice(0, dot))}${name.slice(dot)}`;
    return type === 'atomic.Pointer' ? `${type}[int]` : type;
  };
  let compiled: CompiledFiles;
  let measured: Record<string, number[]>;
  before(async () => {
    if (!/64/.test(process.arch)) return;
    const text = `package p\n\nimport "sync/atomic"\n${declarations}`;
    compiled = await compileFiles({ 'a.go': text });
    measured = askGo([...own, ...[...standardLayouts.keys()].map(spelled)], imports);
  });
  after(() => compiled.dispose());

  it('for types of the standard library', () => {
    for (const [name, { size, align, pointers }] of standardLayouts)
      assert.deepEqual([size, align, pointers], measured[spelled(name)], name);
  });

  it('for types of the package', () => {
    const file = compiled.pkg.files[0]!;
    for (const spec of file.root.descendantsOfType('type_spec')) {
      const layout = layoutOf(spec.childForFieldName('type')!, file);
      const name = spec.childForFieldName('name')!.text;
      assert.ok(layout, name);
      assert.deepEqual([layout.size, layout.align, layout.pointers], measured[name], name);
    }
  });
});
