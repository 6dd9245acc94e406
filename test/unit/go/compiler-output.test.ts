import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { CompilerRecord } from '../../../server/src/go/compiler-record';
import {
  CompilerOutputParser,
  parseCompilerOutput,
  type CompilerOutputOptions,
} from '../../../server/src/go/compiler-output';

const fixtures = path.resolve(__dirname, '../../../../test/fixtures/go-compiler-output');
const read = (name: string) => readFileSync(path.join(fixtures, name));
const recorded = readdirSync(fixtures).filter((name) =>
  /^(m2|alloc_m|alloc_m_escapedebug)-go\d+\.txt$/.test(name),
);

type Kind = CompilerRecord['kind'];
type Of<K extends Kind> = Extract<CompilerRecord, { kind: K }>;

function of<K extends Kind>(records: readonly CompilerRecord[], kind: K): Of<K>[] {
  return records.filter((record): record is Of<K> => record.kind === kind);
}

/** What a careful reader with grep would count. */
function simpleCounts(text: string): Partial<Record<Kind, number>> {
  const count = (pattern: RegExp) => (text.match(pattern) ?? []).length;
  const bareStays = count(/^\S+:\d+(?::\d+)?: [~.]?\w+ does not escape$/gm);
  return {
    package: count(/^# /gm),
    explanation: count(/^\S+:\d+(?::\d+)?: \S.* escapes to heap(?: in .*)?:$/gm),
    expression:
      count(/^\S+:\d+(?::\d+)?: \S.* escapes to heap$/gm) + count(/ does not escape$/gm) - bareStays,
    parameter: count(/: leaking param/g) + bareStays,
    moved: count(/: moved to heap: /g),
    inlined: count(/: inlining call to /g),
    'zero-copy': count(/: zero-copy /g),
    free: count(/: convert: using global/g) + count(/: closure converted to global$/gm),
    'heap closure': count(/: heap closure, /g),
    call: 0,
    error: 0,
  };
}

describe('compiler output of every recorded toolchain', () => {
  assert.equal(recorded.length, 13, 'the recorded outputs are there');
  for (const name of recorded) {
    const bytes = read(name);
    const records = parseCompilerOutput(bytes);

    it(`${name}: as many records of each kind as lines`, () => {
      for (const [kind, count] of Object.entries(simpleCounts(bytes.toString()))) {
        assert.equal(of(records, kind as Kind).length, count, kind);
      }
    });

    it(`${name}: every line is accounted for`, () => {
      // With escapedebug the recording holds stdout, too: the import path that `go list` prints.
      const expected = name.includes('escapedebug') ? ['ex.com/t5'] : [];
      assert.deepEqual(
        of(records, 'unaccounted').map((record) => record.line),
        expected,
      );
    });

    it(`${name}: as many flow steps as "from" lines of escape explanations`, () => {
      const text = bytes.toString().replace(/^.*: parameter .* leaks to .*:\n(?:\S+:  .*\n)*/gm, '');
      const steps = of(records, 'explanation').flatMap((record) => record.flow);
      assert.equal(steps.length, (text.match(/:     from /g) ?? []).length);
      for (const step of steps) {
        assert.match(step.why, /^[a-z/:. -]+[a-zA-Z]$/);
        assert.ok(step.at !== undefined, step.expression);
      }
    });
  }
});

const options: CompilerOutputOptions = {};
void options;
void CompilerOutputParser;
