/**
 * The control-flow graph, without a compiler. In test/flow/graph/*.txtar a comment says what a line is: `// loop` runs once an
 * iteration (`// loop 2`: of two loops), `// dead` is never reached, `// exits: …` how a loop is left, in source order. What
 * has no comment is reached, and in no loop.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Node } from 'web-tree-sitter';
import { buildGraph } from '../../rules/go/flow/build-graph';
import type { Block, Graph } from '../../rules/go/flow/graph';
import { descendants, enclosingFunction, isFunction } from '../../rules/go/syntax/nodes';
import { namesAround } from '../../rules/go/syntax/names';
import { GoSyntax } from '../../server/src/go/facts/syntax-trees';
import { grammar } from '../support/go';
import { inRepository } from '../support/repository';
import { parseTxtar } from '../support/txtar';

const folder = inRepository('test', 'flow', 'graph');

describe('the control-flow graph', () => {
  let syntax: GoSyntax;
  before(async () => {
    syntax = await GoSyntax.load(grammar);
  });
  after(() => syntax.dispose());

  for (const name of readdirSync(folder).sort()) {
    test(name, () => {
      for (const [file, text] of parseTxtar(readFileSync(`${folder}/${name}`, 'utf8')).files)
        assert.deepEqual(described(text, `${name}/${file}`), marked(text));
    });
  }

  /** What the comments say, by 1-based line. */
  function marked(text: string): string[] {
    return text.split('\n').flatMap((line, row) => {
      const said = /\/\/ (loop|dead|exits)(.*)$/.exec(line);
      return said ? [`${row + 1} ${said[1]}${said[2]}`] : [];
    });
  }

  /** What the graphs say, in the same words. Exits only where the comments name them. */
  function described(text: string, path: string): string[] {
    const { root, release } = syntax.parse(path, text)!;
    assert.ok(!root.hasError, 'the case does not parse');
    const lines = new Map<number, string[]>();
    const graphs = new Map<number, Graph>();
    for (const node of descendants(root)) {
      if (isFunction(node)) graphs.set(node.id, graphOf(root, node));
      const row = node.startPosition.row;
      if (!isStatement(node) || lines.has(row)) continue;
      const graph = graphs.get(enclosingFunction(node)?.id ?? -1);
      if (!graph) continue;
      const said: string[] = [];
      const depth = graph.loopsOf(node).length;
      if (!graph.reaches(node)) said.push('dead');
      else if (depth > 0) said.push(depth === 1 ? 'loop' : `loop ${depth}`);
      if (node.type === 'for_statement' && text.split('\n')[row]!.includes('exits:'))
        said.push(
          `exits: ${
            graph
              .loopOf(node)
              ?.exits.map(({ why }) => why)
              .join(', ') ?? 'none'
          }`.trim(),
        );
      lines.set(row, said);
    }
    release();
    return [...lines]
      .sort(([a], [b]) => a - b)
      .flatMap(([row, said]) => (said.length > 0 ? [`${row + 1} ${said.join('; ')}`] : []));
  }

  function isStatement(node: Node): boolean {
    return /^(?:expression|assignment|return|inc|dec|send|break|continue|goto|fallthrough|defer|go|if|for|\w+_switch|select)_statement$|^(?:short_var|var)_declaration$/.test(
      node.type,
    );
  }

  function graphOf(root: Node, fn: Node): Graph {
    return buildGraph(fn, (call) => {
      const callee = call.childForFieldName('function');
      return callee?.text === 'panic' && !namesAround(root, callee).resolve(callee) ? 'panic' : undefined;
    });
  }

  test('loops and dominators of labyrinths are those of their definitions', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const text = labyrinth(seed);
      const { root, release } = syntax.parse(`/labyrinth${seed}.go`, text)!;
      const { blocks, loops, ...graph } = known(graphOf(root, root.namedChildren.at(-1)!));
      const entry = blocks[0]!;
      for (const block of blocks) {
        const inLoop = loops.some((loop) => loop.blocks.has(block));
        assert.equal(
          inLoop,
          canReach(block, block),
          `seed ${seed}: a block repeats that can be reached from itself`,
        );
        for (const other of blocks) {
          assert.equal(
            graph.dominates(other, block),
            other === block || (block !== entry && (other === entry || !canReach(entry, block, other))),
            `seed ${seed}: ${other.order} dominates ${block.order}`,
          );
        }
      }
      for (const { header, blocks: inside, outer } of loops) {
        assert.ok(inside.has(header));
        for (const block of inside) {
          assert.ok(outer?.blocks.has(block) ?? true, 'a loop lies in the one around it');
          assert.ok(!outer || block !== outer.header, 'the outer loop’s header belongs to it alone');
        }
      }
      release();
    }
  });

  function known(graph: Graph): Pick<Graph, 'blocks' | 'loops'> & { dominates(a: Block, b: Block): boolean } {
    return { blocks: graph.blocks, loops: graph.loops, dominates: (a, b) => graph.blockDominates(a, b) };
  }

  /** A way of at least one edge, not through `without`. */
  function canReach(from: Block, to: Block, without?: Block): boolean {
    const seen = new Set<Block>();
    const stack = [from];
    for (let at = stack.pop(); at; at = stack.pop()) {
      for (const edge of at.out) {
        if (edge.to === without) continue;
        if (edge.to === to) return true;
        if (!seen.has(edge.to)) stack.push(edge.to);
        seen.add(edge.to);
      }
    }
    return false;
  }

  /** A function of labels and jumps. The same seed gives the same. */
  function labyrinth(seed: number): string {
    let state = seed * 2654435761;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) % below;
    };
    const count = 2 + random(6);
    const lines = Array.from({ length: count }, (_, label) => {
      const jump = `goto l${random(count)}`;
      const kind = random(4);
      return `l${label}:\n\tx()\n\t${kind === 0 ? jump : kind === 1 ? 'return' : `if c() { ${jump} }`}`;
    });
    const used = lines.map((_, label) => `\tif c() { goto l${label} }`);
    return `package a\n\nfunc f() {\n${used.slice(0, 1 + random(count)).join('\n')}\n${lines.join('\n')}\n}\n`;
  }
});
