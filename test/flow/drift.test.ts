/**
 * Which statements are reached, by the graph of rules/go/flow and by golang.org/x/tools/go/cfg, for every function of a good
 * part of the standard library. Labels, goto, fallthrough, select, endless loops: all that decides it occurs there.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Node } from 'web-tree-sitter';
import { buildGraph } from '../../rules/go/flow/build-graph';
import { isFunction } from '../../rules/go/syntax/nodes';
import { namesAround } from '../../rules/go/syntax/names';
import { GoSyntax } from '../../server/src/go/facts/syntax-trees';
import { grammar } from '../support/go';
import { inRepository } from '../support/repository';

/** About 19,000 functions in 1,100 files. */
const folders = ['net/http', 'encoding', 'strconv', 'reflect', 'go/types', 'runtime', 'text/template', 'fmt'];

/** Files that the grammar cannot read; what they hold is not compared. */
const mostUnreadable = 3;

/** What go/cfg says: for each file the functions by the offset of their start, each with its nodes. Offsets are bytes. */
interface Expected {
  readonly file: string;
  readonly functions: Map<number, { start: number; end: number; live: boolean }[]>;
}

function goFiles(): string[] {
  const root = path.join(execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim(), 'src');
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.go'))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => !file.includes(`${path.sep}testdata${path.sep}`)),
  );
}

const program = inRepository('test', 'support', 'go-cfg');

/** True once golang.org/x/tools is in the module cache, at the version that go.mod pins. */
function isFetched(): boolean {
  try {
    execFileSync('go', ['mod', 'download'], { cwd: program, stdio: 'pipe' });
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    return false;
  }
}

function askGoCfg(files: readonly string[]): Expected[] {
  const output = execFileSync('go', ['run', '.'], {
    cwd: program,
    input: files.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const found: Expected[] = [];
  let nodes: { start: number; end: number; live: boolean }[] = [];
  for (const line of output.split('\n')) {
    if (line.startsWith('file ')) found.push({ file: line.slice(5), functions: new Map() });
    else if (line.startsWith('func ')) found.at(-1)!.functions.set(Number(line.slice(5)), (nodes = []));
    else if (line !== '') {
      const [start, end, live] = line.split(' ').map(Number);
      nodes.push({ start: start!, end: end!, live: live === 1 });
    }
  }
  return found;
}

/** UTF-16 offsets by byte offset. */
function unitsOf(bytes: Buffer): (offset: number) => number {
  if (bytes.every((byte) => byte < 0x80)) return (offset) => offset;
  const units = new Uint32Array(bytes.length + 1);
  let unit = 0;
  bytes.forEach((byte, offset) => {
    units[offset] = unit;
    // The first byte of a character counts it, the fourth of four makes it two units.
    if ((byte & 0xc0) !== 0x80) unit += byte >= 0xf0 ? 2 : 1;
    units[offset + 1] = unit;
  });
  return (offset) => units[offset]!;
}

test('the statements that are reached are those of go/cfg', async (t) => {
  if (!isFetched()) return t.skip('golang.org/x/tools is not in the module cache and cannot be fetched');
  const syntax = await GoSyntax.load(grammar, { timeLimit: 60_000, cachedTrees: 1 });
  let functions = 0;
  let statements = 0;
  const differences: string[] = [];
  const unreadable: string[] = [];
  for (const { file, functions: expected } of askGoCfg(goFiles())) {
    const bytes = readFileSync(file);
    const parsed = syntax.parse(file, bytes.toString('utf8'))!;
    if (parsed.root.hasError) {
      unreadable.push(path.basename(file));
      parsed.release();
      continue;
    }
    const units = unitsOf(bytes);
    const byStart = new Map([...expected].map(([start, nodes]) => [units(start), nodes]));
    const isPanic = (call: Node): boolean => {
      const callee = call.childForFieldName('function');
      return callee?.text === 'panic' && !namesAround(parsed.root, callee).resolve(callee);
    };
    for (const fn of parsed.root.descendantsOfType([
      'function_declaration',
      'method_declaration',
      'func_literal',
    ])) {
      if (!fn?.childForFieldName('body')) continue;
      const nodes = byStart.get(fn.startIndex);
      if (!nodes) {
        differences.push(`${file}:${fn.startPosition.row + 1}: a function that go/cfg does not know`);
        continue;
      }
      functions++;
      const graph = buildGraph(fn, (call) => (isPanic(call) ? 'panic' : undefined));
      for (const { start, end, live } of nodes) {
        statements++;
        const node = parsed.root.namedDescendantForIndex(units(start), units(end) - 1);
        if (!node || isFunction(node) || graph.reaches(node) === live) continue;
        differences.push(
          `${file}:${node.startPosition.row + 1}: ${live ? '' : 'not '}reached: ${node.text.slice(0, 60)}`,
        );
      }
    }
    parsed.release();
  }
  syntax.dispose();
  console.log({ functions, statements, unreadable, d: differences.length });
  assert.deepEqual(differences.slice(0, 20), []);
  assert.ok(unreadable.length <= mostUnreadable, unreadable.join(', '));
  assert.ok(functions >= 5000, `${functions} functions`);
  assert.ok(statements >= 50_000, `${statements} statements`);
});
