import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { hotspotsOf, type Hotspot } from '../../../server/src/hotspots/lines';
import { callerKey, type LineWeight } from '../../../server/src/profile/weights';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { testEngine, testSettings } from '../../support/go';
import { writeModule } from '../../support/go-module';

const source = `package p

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"sort"
	"strings"
)

type Tree struct{ nodes []*Node }
type Node struct{ name string }

func newNode(name string) *Node {
	return &Node{name: name}
}

func (t *Tree) Add(name string) {
	t.nodes = append(t.nodes, newNode(name))
}

func Send(w io.Writer, value any) error {
	zw := gzip.NewWriter(w)
	if err := json.NewEncoder(zw).Encode(value); err != nil {
		return err
	}
	return zw.Close()
}

func Names(tree *Tree) map[string]any {
	var names []string
	for _, n := range tree.nodes {
		names = append(names, n.name)
	}
	sort.Strings(names)
	return map[string]any{"names": names}
}

func Row(cells []string) string {
	row := ""
	for i, cell := range cells {
		if i > 0 {
			row += ","
		}
		row += cell
	}
	return row
}

func Hex(data []byte) string {
	var b strings.Builder
	for _, c := range data {
		b.WriteByte("0123456789abcdef"[c>>4])
		b.WriteByte("0123456789abcdef"[c&15])
	}
	return b.String()
}

func (t *Tree) First(name string) *Tree {
	return &Tree{nodes: []*Node{{name: name}, {name: "2"}, {name: "3"}, {name: "4"}}}
}
`;
const lineOf = (text: string): number => source.slice(0, source.indexOf(text)).split('\n').length;

describe('lines of a Go profile, joined with the allocation sites of the file', () => {
  let file = '';
  let analysis: FileAnalysis;
  before(async () => {
    const cleanup: (() => void)[] = [];
    const folder = writeModule(
      { after: (action) => cleanup.push(action) },
      {
        'go.mod': 'module example.com/p\n\ngo 1.21\n',
        'p.go': source,
      },
    );
    file = path.join(folder, 'p.go');
    const engine = await testEngine();
    try {
      await engine.scan(
        { directories: [folder], settings: testSettings() },
        (some) => (analysis = some.find((one) => one.path === file) ?? analysis),
        new AbortController().signal,
      );
    } finally {
      await engine.dispose();
      for (const action of cleanup) action();
    }
  });

  /** What is said of one line that a profile has; `moved`: lines that stood above the function when it was recorded. */
  async function of(text: string, fn: string, over: Partial<LineWeight> = {}, moved = 0): Promise<Hotspot> {
    const name = fn.slice(fn.lastIndexOf(')') < 0 ? 0 : fn.lastIndexOf(')') + 2);
    const start =
      source.split('\n').findIndex((line) => line.startsWith('func') && line.includes(`${name}(`)) + 1;
    const weight: LineWeight = {
      file,
      line: lineOf(text) + moved,
      function: `example.com/p.${fn}`,
      startLine: start + moved,
      amount: 1000,
      objects: 10,
      samples: 100,
      own: 1000,
      through: new Map(),
      callers: new Map(),
      ...over,
    };
    const [hotspot] = await hotspotsOf(
      { unit: 'bytes', total: 2000, elsewhere: 0, lines: [weight] },
      {
        findingsOf: () => [...analysis.findings, ...(analysis.hidden ?? [])],
        textOf: () => analysis.text,
        mapOf: () => Promise.resolve(analysis.code),
      },
    );
    return hotspot!;
  }
  const called = (chain: string): Partial<LineWeight> => ({ own: 0, through: new Map([[chain, 1000]]) });

  it('what is returned stays, and the caller that keeps it is named', async () => {
    const callers = new Map([
      [callerKey('example.com/p.(*Tree).Add', file, lineOf('t.nodes = append'))!, 900],
    ]);
    const { sites, joined, what } = await of('return &Node', 'newNode', { callers });
    assert.deepEqual(
      sites.map(({ expression }) => expression),
      ['&Node{name:name}'],
    );
    assert.equal(joined, 'site');
    assert.match(
      what.join(),
      /^Stays: `&Node\{name:name\}` (?:is returned to the caller, who keeps it; p\.\(\*Tree\)\.Add \(line 19\) brings 90 % of it|outlives the call)/,
    );
  });

  it('of several sites on a line it is the one of the size that the profile has', async () => {
    const here = (size: number): Promise<Hotspot> =>
      of('return &Tree{nodes', '(*Tree).First', { sizes: new Map([[size, 900]]) });
    const sitesOf = async (size: number): Promise<string[]> =>
      (await here(size)).sites.map(({ expression }) => expression);
    assert.equal((await sitesOf(7)).length, 6);
    assert.deepEqual(await sitesOf(24), [
      '&Tree{nodes:[]*Node{{name:name},{name:"2"},{name:"3"},{name:"4"}}}',
    ]);
    assert.deepEqual(await sitesOf(32), ['[]*Node{{name:name},{name:"2"},{name:"3"},{name:"4"}}']);
    assert.equal((await here(24)).joined, 'site');
  });

  it('a slice that a field keeps grows: why, and what would help where it gets long', async () => {
    const arraysOf = (...lengths: number[]): Partial<LineWeight> => ({
      sizes: new Map(lengths.map((length) => [8 * length, 8 * length * 100])),
    });
    const { why, what } = await of('t.nodes = append', '(*Tree).Add', arraysOf(1, 2, 4, 8, 16));
    assert.match(why, /^`t\.nodes` grows each time it is full/);
    assert.match(
      what.join(),
      /^Start `t\.nodes` with room for 16 elements \(in the profile most get as many\) \(compiles\)$/,
    );
    const pairs = await of('t.nodes = append', '(*Tree).Add', arraysOf(1, 2));
    assert.match(pairs.what.join(), /^Start `t\.nodes` with room for 2 elements \(in the profile/);
    assert.deepEqual(
      pairs.findings[0]!.fixes[0]!.edits.map(({ newText }) => /make\(.*\)/.exec(newText)?.[0]),
      ['make([]*Node, 0, 2)'],
    );
    const short = await of('t.nodes = append', '(*Tree).Add', arraysOf(1));
    assert.match(short.what.join(), /^No automatic fix: in the profile 0 % of these slices get as many as 2/);
  });

  it('the first write of a compressor has its tables: the fix of the constructor is offered there', async () => {
    const { why, what, findings } = await of(
      'json.NewEncoder',
      'Send',
      called('encoding/json.(*Encoder).Encode → compress/flate.NewWriter'),
    );
    assert.equal(why, '`json.(*Encoder).Encode` allocates for this line, in `flate.NewWriter`');
    assert.deepEqual(findings.map(({ ruleId }) => ruleId).slice(0, 1), ['go/per-call-constructor']);
    assert.match(what[0]!, /^Reuse `zw` from a `sync\.Pool`/);
  });

  it('the fix of a text that grows is offered at each place where it does', async () => {
    const string = await of('row += cell', 'Row');
    assert.equal(string.findings[0]!.ruleId, 'go/concat-in-loop');
    assert.match(string.what[0]!, /^Build `row` in a `strings\.Builder`/);
    const builder = await of('[c&15]', 'Hex', called('strings.(*Builder).WriteByte'));
    assert.equal(builder.findings[0]!.ruleId, 'go/grow-builder');
  });

  it('what the encoder itself allocates on that line is not the compressor’s', async () => {
    const { what, findings } = await of(
      'json.NewEncoder',
      'Send',
      called('encoding/json.(*Encoder).Encode → encoding/json.newEncodeState'),
    );
    assert.deepEqual(
      findings.map(({ ruleId }) => ruleId),
      ['go/library-call'],
    );
    assert.match(what[0]!, /^No automatic fix\. By hand: encode a struct in place of a map/);
  });

  it('what is said of a call is not said of memory that comes through another one, or through none', async () => {
    for (const over of [called('encoding/json.NewEncoder'), {}]) {
      const { findings } = await of('json.NewEncoder', 'Send', over);
      assert.ok(!findings.some(({ message }) => message.includes('lists the keys')));
    }
  });

  it('what is known of a function of the library is said where nothing in the source names it', async () => {
    const { what } = await of('zw.Close', 'Send', called('bytes.(*Buffer).Write → bytes.growSlice'));
    assert.match(what[0]!, /^By hand: keep the buffer between calls.*\(see go\/per-call-buffer\)$/);
  });

  it('a callee that nobody knows another form of is named, with the caller that brings most', async () => {
    const callers = new Map([[callerKey('example.com/p.main', file, 3), 1000]]);
    const { what } = await of('sort.Strings', 'Names', { ...called('sort.Strings → reflect.New'), callers });
    assert.equal(
      what.join(),
      'Stays: `sort.Strings` allocates, in `reflect.New`, for its result or its own work, and no rule knows another form of the call; fewer calls are fewer bytes; p.main (line 3) brings 100 % of it',
    );
  });

  it('a profile that is older than an edit above the function is moved with it, and says so', async () => {
    const { why, findings, cautions } = await of('names = append', 'Names', {}, 7);
    assert.equal(findings[0]!.ruleId, 'go/preallocate-slice');
    assert.match(why, /grows step by step/);
    assert.match(cautions.join(), /the profile is older than the file: its line \d+ is line 33 now/);
  });

  it('a function that is gone, or has become shorter, is not guessed at', async () => {
    for (const hotspot of [
      await of('names = append', 'Forgotten', { startLine: 3 }),
      await of('return map', 'newNode', { startLine: lineOf('func newNode') }),
    ]) {
      assert.equal(hotspot.joined, 'nothing');
      assert.match(hotspot.why, /the profile is older/);
      assert.deepEqual(hotspot.findings, []);
      assert.match(hotspot.what.join(), /^Record a new profile/);
    }
  });
});
