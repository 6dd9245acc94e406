import { scratchMapsIn } from './pools/scratch-maps';
import type { GoRule } from './rule';
import { decided } from './sites/evidence';
import { code } from '../wording';

/** A map with room for many entries that each call makes and drops. */
export const rule: GoRule = {
  meta: {
    id: 'go/per-call-map',
    summary: 'a map with room for many entries, made on every call, that never outlives it',
    fix: 'suggestion',
    recipe:
      'Keep the map where it outlives the call, in the owner or in a `sync.Pool`, and `clear` it; a few entries are found in a slice as fast',
    reports: 'allocation',
    sample: 'go/percallmap',
  },
  check(file, report) {
    if (file.path.endsWith('_test.go')) return;
    for (const { call, size, callee, variable, decision, fix } of scratchMapsIn(file)) {
      report({
        node: call,
        message: `Each call makes the map ${code(variable.name)}, which nothing keeps`,
        allocation: {
          kind: 'make',
          // Up to 8 entries are one group, which lies on the stack (internal/runtime/maps, NewMap; cmd/compile walkMakeMap).
          cost: 'conditional',
          reason: `room for ${code(size.text)} entries is made on the heap anew when they are more than 8`,
          evidence: [decided(decision), { kind: 'emitted call', callee, count: 1 }],
        },
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};
