import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TrustGate, UntrustedError } from '../../../server/src/host/trust';

describe('TrustGate', () => {
  it('is closed for an untrusted workspace, and names what was held back', () => {
    const gate = new TrustGate(false);
    assert.equal(gate.trusted, false);
    assert.throws(
      () => gate.require('“go”'),
      (error) => {
        assert.ok(error instanceof UntrustedError);
        assert.match(error.message, /^“go” was not started because this workspace is not trusted\./);
        return true;
      },
    );
  });

  it('opens once, and says so once', () => {
    const gate = new TrustGate(false);
    let calls = 0;
    const unsubscribed = gate.onGranted(() => assert.fail('unsubscribed'));
    unsubscribed();
    gate.onGranted(() => calls++);
    gate.grant();
    gate.grant();
    gate.require('“go”');
    assert.equal(calls, 1);
  });

  it('does not call back when trust was there from the start', () => {
    new TrustGate(true).onGranted(() => assert.fail('already trusted'));
  });
});
