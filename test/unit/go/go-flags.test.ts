import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { neutraliseGoFlags, withoutGoFlags } from '../../../server/src/go/plan/go-flags';

describe('GOFLAGS', () => {
  for (const flag of [
    '-json',
    '--json',
    '-toolexec=/tmp/evil',
    "'-toolexec=/tmp/evil -with=arguments'",
    '-gcflags=all=-N',
    '"-gcflags=-N -l"',
    '-o=/tmp/out',
    '-overlay=o.json',
    '-mod=mod',
    '-n',
    '-x',
    '-a',
    '-C=/tmp',
    '-cover',
    '-deps',
  ]) {
    it(`leaves out ${flag}, and says why`, () => {
      const kept = neutraliseGoFlags(`-tags=a,b ${flag} -race`);
      assert.equal(kept.flags, '-tags=a,b -race -buildvcs=false');
      assert.equal(kept.notes.length, 1);
      assert.match(kept.notes[0]!, /^“-.*” in GOFLAGS is ignored here: .+\.$/);
    });
  }

  for (const flag of [
    '-mod=vendor',
    '-mod=readonly',
    '-tags=integration',
    '-race',
    '-pgo=off',
    "'-ldflags=-s -w'",
    '-trimpath',
    '-modfile=alt.mod',
    '-asmflags=-x',
  ]) {
    it(`keeps ${flag}`, () => {
      assert.deepEqual(neutraliseGoFlags(` ${flag} `), { flags: `${flag} -buildvcs=false`, notes: [] });
    });
  }

  it('is never empty, because the one of go env -w would take its place', () => {
    assert.deepEqual(neutraliseGoFlags('  '), { flags: '-buildvcs=false', notes: [] });
    assert.equal(neutraliseGoFlags('-json').flags, '-buildvcs=false');
  });

  it('asks for no stamp of a version control system, whatever the user wants', () => {
    for (const flags of ['-buildvcs=true', '-buildvcs', '--buildvcs=auto', '-buildvcs=false'])
      assert.deepEqual(neutraliseGoFlags(flags), { flags: '-buildvcs=false', notes: [] });
  });

  it('takes named flags out', () => {
    const flags = '-mod=vendor -race -modfile=x.mod -buildvcs=false';
    assert.equal(withoutGoFlags(flags, ['mod', 'modfile']), '-race -buildvcs=false');
  });
});
