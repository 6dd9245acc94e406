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

func Equal(texts []string, want string) []string {
	var found []string
	for _, text := range texts {
		if text == want {
			found = append(found, text)
		}
	}
	return found
}
`;

/**
 * Owners get three or four texts each; of the stacks most have one frame, and a few have fifty; of a hundred texts one is equal, or all are.
 */
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

func BenchmarkEqual(b *testing.B) {
	same, one := make([]string, 100), make([]string, 100)
	one[50] = "text"
	for i := 0; i < b.N; i++ {
		sink = Equal(one, "text")
		if i%3 == 0 {
			sink = Equal(same, "")
		}
	}
}
`;

describe('a guessed room, with a recorded profile', () => {
  const profile = ['--profile', 'alloclens.pprof'];

  let whatOf: (line: string) => string;

  it('is as large as its slices get', async () => {
    writeFileSync(path.join(folder, 'go.mod'), 'module example.com/p\n\ngo 1.22\n');
    writeFileSync(path.join(folder, 'p.go'), source);
    writeFileSync(path.join(folder, 'p_test.go'), test);
    const how = ['--bench', '.', '--benchtime', '3000x', '--interval', '512'];
    await alloclens(folder, 'record', '--go', '.', ...how);
    const { out } = await alloclens(folder, 'hotspots', ...profile, '--format', 'json');
    whatOf = (line) =>
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
      /^No automatic fix: in the profile (?:[5-9]|1[0-9]) % of these slices get as many as 2 elements/,
    );
  });

  it('counts short slices, which Go 1.26 has on the stack until they are returned', () => {
    assert.match(
      whatOf('found = append'),
      /^No automatic fix: in the profile \d+ % of these slices get as many as/,
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
    assert.equal(out.match(/with room for 8 elements \(if it gets as many as a rule\)/g)?.length, 3);
    assert.doesNotMatch(out, /in the profile/);
  });
});
