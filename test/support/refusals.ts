import assert from 'node:assert/strict';
import type { FileAnalysis } from '../../server/src/service/engine';

/**
 * A fix that a rule proposes and verification refutes is stated by a section `-- @refuted/<id>/<path> --`: one regular
 * expression a line, each for the reason of one refusal. So `@nofix` is the rule's own decision, and `@refuted` the
 * compiler's.
 */
export function matchRefusals(
  sections: ReadonlyMap<string, string>,
  file: string,
  analysis: Pick<FileAnalysis, 'notes'>,
  ignored: ReadonlySet<string>,
): void {
  const refused = new Map<string, string[]>();
  for (const { kind, message } of analysis.notes) {
    const [, ruleId, reason] = /^(\S+): the fix “.*” was withheld: (.*)$/s.exec(message) ?? [];
    if (kind !== 'withheld fix') continue;
    assert.ok(
      ruleId !== undefined && reason !== undefined,
      `a withheld fix without rule or reason: ${message}`,
    );
    if (!ignored.has(ruleId)) refused.set(ruleId, [...(refused.get(ruleId) ?? []), reason]);
  }
  const rules = new Set(refused.keys());
  for (const key of sections.keys()) {
    const [, ruleId, name] = /^@refuted\/(\w+\/[\w-]+)\/(.+)$/.exec(key) ?? [];
    if (ruleId !== undefined && name === file) rules.add(ruleId);
  }
  for (const ruleId of rules) {
    const key = `@refuted/${ruleId}/${file}`;
    const open = [...(refused.get(ruleId) ?? [])];
    const stated = sections.get(key);
    assert.ok(
      stated !== undefined,
      `verification refuted a fix, and no section "-- ${key} --" says so; the reasons are:\n${open.join('\n')}`,
    );
    const wanted = stated.split('\n').filter((line) => line.trim() !== '');
    assert.ok(wanted.length > 0, `${key} states no reason; there are:\n${open.join('\n')}`);
    for (const line of wanted) {
      const at = open.findIndex((reason) => new RegExp(line).test(reason));
      assert.ok(
        at >= 0,
        `${key}: verification refuted nothing for the reason ${line}; it said:\n${open.join('\n')}`,
      );
      open.splice(at, 1);
    }
    assert.deepEqual(open, [], `${key} does not state these refusals`);
  }
}
