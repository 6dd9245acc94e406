import { findCandidate, subject, type Candidate } from './memory/buffer-candidate';
import { assumptionsOf, buildFix } from './pools/buffer-pool';
import { PackageVariables } from './edit/package-variables';
import type { Related } from '../model';
import { lifetimeOf, type Lifetime } from './memory/lifetime';
import { fieldLifetime } from './memory/field-lifetime';
import type { GoFile, GoRule } from './rule';
import { spanOf } from './syntax/nodes';
import { type Binding } from './syntax/names';
import { decided } from './sites/evidence';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/per-call-buffer',
    summary: 'a buffer allocated on every call that never outlives it',
    fix: 'safe',
    recipe:
      'Take the buffer from a `sync.Pool`, put it back when the function ends, and drop what has grown too large',
    reports: 'allocation',
    sample: 'go/perbuffer',
  },
  check(file, report) {
    // What a test or a benchmark allocates outside of its loop, it allocates once.
    if (file.path.endsWith('_test.go')) return;
    const variables = new PackageVariables(file);
    const reported = new Set<Binding>();
    for (const decision of file.facts?.decisions ?? []) {
      const candidate = findCandidate(file, decision);
      if (!candidate || reported.has(candidate.variable)) continue;
      const lifetime =
        candidate.field === undefined
          ? lifetimeOf(file, candidate.variable, candidate.shape, candidate.typeName)
          : fieldLifetime(file, candidate.variable, candidate.field);
      if (!staysInCall(candidate, lifetime)) continue;
      const fix = buildFix(file, candidate, lifetime, variables);
      reported.add(candidate.variable);
      report({
        node: candidate.node,
        message: `${code(subject(candidate))} is allocated on each call, and nothing keeps it`,
        allocation: {
          kind: candidate.kind,
          cost: candidate.cost,
          reason: candidate.reason,
          evidence: [
            decided(decision),
            ...(candidate.emitted > 0
              ? ([{ kind: 'emitted call', callee: 'runtime.makeslice', count: candidate.emitted }] as const)
              : []),
          ],
        },
        related: relatedCalls(file, lifetime),
        restsOn: assumptionsOf(file, candidate, lifetime),
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

function staysInCall(candidate: Candidate, lifetime: Lifetime): boolean {
  return candidate.proven || lifetime.kept === undefined;
}

function relatedCalls(file: GoFile, lifetime: Lifetime): Related[] {
  return lifetime.contracts.slice(0, 3).map(({ argument, contract }) => ({
    location: { file: file.path, span: spanOf(argument) },
    message: `handed to ${contract.name.startsWith('the ') ? contract.name : code(contract.name)}, which does not keep it`,
  }));
}
