import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { JsonHotspots } from '../../../server/src/report/hotspots';
import { alloclens } from '../../support/real-cli';

const folder = mkdtempSync(path.join(os.tmpdir(), 'alloclens-scaled-room-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const source = `package p

type Errors struct{ texts []string }

func (e *Errors) Add(text string) {
	e.texts = append(e.texts, text)
}

type Stack struct{ frames []string }

func (s *Stack) Push(frame string) {
	s.frames = append(s.frames, frame)
}
`;

/** Owners get three or four texts each; of the stacks most have one frame, and a few have fifty. */
const test = `package p

import "testing"

var sink any

func BenchmarkErrors(b *testing.B) {
	for i := 0; i < b.N; i++ {
		e := new(Errors)
		for range 3 + i%2 {
			e.Add("text")
		}
		sink = e
	}
}

func BenchmarkStack(b *testing.B) {
	for i := 0; i < b.N; i++ {
		s := new(Stack)
		for j := range 50 {
			s.Push("frame")
			if i%10 > 0 && j == 0 {
				break
			}
		}
		sink = s
	}
}
`;

describe('a guessed room, with a recorded profile', () => {
  const profile = ['--profile', 'alloclens.pprof'];

  it('is as large as its slices get', async () => {
    writeFileSync(path.join(folder, 'go.mod'), 'module example.com/p\n\ngo 1.22\n');
    writeFileSync(path.join(folder, 'p.go'), source);
    writeFileSync(path.join(folder, 'p_test.go'), test);
    const how = ['--bench', '.', '--benchtime', '3000x', '--interval', '512'];
    await alloclens(folder, 'record', '--go', '.', ...how);
    const { out } = await alloclens(folder, 'hotspots', ...profile, '--format', 'json');
    const whatOf = (line: string): string =>
      (JSON.parse(out) as JsonHotspots).hotspots
        .find(
          (one) =>
            one.file === 'p.go' && one.line === source.slice(0, source.indexOf(line)).split('\n').length,
        )!
        .what.join();
    assert.equal(
      whatOf('e.texts = append'),
      'Start `e.texts` with room for 4 elements (in the profile most get as many) (compiles)',
    );
    assert.match(
      whatOf('s.frames = append'),
      /^No automatic fix: in the profile (?:9|10|11|12) % of these slices get as many as 2 elements/,
    );
  });

  it('makes the bytes fewer, and stands in the edit', async () => {
    const args = [
      '--suggestions',
      '--bench',
      'Errors',
      '--count',
      '4',
      '--benchtime',
      '2000x',
      '--format',
      'json',
    ];
    const { out } = await alloclens(folder, 'prove', ...profile, ...args);
    const { changes } = JSON.parse(out) as {
      readonly changes: readonly {
        readonly titles: readonly string[];
        readonly benchmarks: readonly { readonly verdict: string }[];
      }[];
    };
    assert.deepEqual(
      changes.map(({ titles, benchmarks }) => [
        titles.join(),
        benchmarks.map(({ verdict }) => verdict).join(),
      ]),
      [['Start `e.texts` with room for 4 elements (in the profile most get as many) (compiles)', 'better']],
    );
  });

  it('is a guess without one', async () => {
    const { out } = await alloclens(
      folder,
      'scan',
      'p.go',
      '--show',
      'all',
      '--rule',
      'go/first-room',
      '--format',
      'json',
    );
    assert.equal(out.match(/with room for 8 elements \(if it gets as many as a rule\)/g)?.length, 2);
    assert.doesNotMatch(out, /in the profile/);
  });
});
