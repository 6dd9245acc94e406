import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Finding, RuleId } from '../../../rules/model';
import { goRules } from '../../../rules/go/index';
import type { GoRule } from '../../../rules/go/rule';
import type { FileAnalysis } from '../../../server/src/service/engine';
import { chosenFixes, withLineEnds } from '../../../server/src/service/fixes';
import { applyEdits } from '../../../server/src/text/edits';
import { testEngine, testSettings } from '../../support/go';
import type { Program } from './program';

/** Programs that are compiled as one package. */
export interface Package {
  /** Its folder's name. */
  readonly name: string;
  readonly ruleId: RuleId;
  readonly programs: readonly Program[];
}

/** What the tool made of a program. */
export interface Fixed {
  readonly text: string;
  /** Findings that were fixed. */
  readonly findings: readonly Finding[];
}

/** Packages by rule and company, none larger than compiles well. */
export function packagesOf(programs: readonly Program[], most = 60): Package[] {
  const groups = new Map<string, Program[]>();
  for (const program of programs) {
    const key = `${program.ruleId}\n${program.company}`;
    groups.set(key, [...(groups.get(key) ?? []), program]);
  }
  return [...groups.values()].flatMap((group) => {
    const count = Math.ceil(group.length / most);
    return Array.from({ length: count }, (_, i): Package => {
      const { ruleId, company } = group[0]!;
      const name = [ruleId.slice(3), company, count > 1 ? `${i}` : ''].join('_').replace(/\W+/g, '_');
      return { name: name.replace(/_+$/, ''), ruleId, programs: group.filter((_, n) => n % count === i) };
    });
  });
}

export const fileOf = ({ number }: Program): string => `p${number}.go`;

/**
 * Applies the rule's own fixes to each program, as `alloclens fix --rule` does: the engine analyses the package, verifies the
 * fixes and puts the chosen ones together. Programs without a fix are not in the result.
 * @param rules the rules to look with: the project's, or some with a fault
 * @param suggestions also fixes whose condition the programs are known to meet
 * @throws Error when a program does not compile as it is: its generator is wrong
 */
export async function fix(
  root: string,
  packages: readonly Package[],
  options: { rules?: readonly GoRule[]; suggestions: (id: RuleId) => boolean },
): Promise<Map<Program, Fixed>> {
  const owners = new Map<string, Program>();
  const ruleOf = new Map<string, RuleId>();
  for (const { name, ruleId, programs } of packages) {
    const folder = path.join(root, name);
    ruleOf.set(folder, ruleId);
    await mkdir(folder, { recursive: true });
    for (const program of programs) {
      const file = path.join(folder, fileOf(program));
      owners.set(file, program);
      await writeFile(file, program.text);
    }
  }
  await writeFile(path.join(root, 'go.mod'), moduleText);
  // Each rule looks at its own programs only.
  const rules = (options.rules ?? goRules).map((rule): GoRule => ({
    ...rule,
    check: (file, ...rest) => {
      if (ruleOf.get(path.dirname(file.path)) === rule.meta.id) rule.check(file, ...rest);
    },
  }));
  const engine = await testEngine({ rules });
  const settings = testSettings();
  const { signal } = new AbortController();
  const analyses: FileAnalysis[] = [];
  const fixed = new Map<Program, Fixed>();
  try {
    await engine.scan(
      { directories: [...ruleOf.keys()], settings },
      (files) => analyses.push(...files),
      signal,
    );
    for (const analysis of analyses) {
      const program = owners.get(analysis.path)!;
      const broken = analysis.notes.find(({ kind }) => kind === undefined);
      if (broken) {
        const named = /\bp(\d+)\.go:/.exec(broken.message)?.[1];
        const guilty = [...owners.values()].find(
          ({ ruleId, number }) => ruleId === program.ruleId && String(number) === named,
        );
        const { ruleId, name, text } = guilty ?? program;
        throw new Error(`A program of ${ruleId} does not compile (${name}): ${broken.message}\n${text}`);
      }
      const suggestions = options.suggestions(program.ruleId);
      // What writes to a buffer of another program brings that one's fix along.
      const fixes = chosenFixes(analysis.findings, { suggestions }).filter(({ edits }) =>
        edits.every(({ file }) => file === analysis.path),
      );
      if (fixes.length === 0) continue;
      const document = { path: analysis.path, languageId: 'go', version: 0, text: analysis.text };
      const request = { document, buffers: new Map(), settings };
      const { edits, applied } = await engine.combine(analysis, fixes, request, signal, true);
      const own = edits.filter(({ file }) => file === analysis.path);
      if (own.length !== edits.length)
        throw new Error(`${program.name}: a fix reaches into another program.`);
      const findings = analysis.findings.filter((finding) =>
        finding.fixes.some((one) => applied.includes(one)),
      );
      fixed.set(program, { text: applyEdits(analysis.text, withLineEnds(analysis.text, own)), findings });
    }
  } finally {
    await engine.dispose();
  }
  return apart(packages, fixed);
}

export const moduleText = 'module example.com/m\n\ngo 1.25\n';

/**
 * Fixes of two programs may declare the same name, such as `bufPool`: applied one after the other, the second would have
 * taken another. Here each gets its program's number.
 */
function apart(packages: readonly Package[], fixed: Map<Program, Fixed>): Map<Program, Fixed> {
  for (const { programs } of packages) {
    const counts = new Map<string, number>();
    const added = new Map<Program, string[]>();
    for (const program of programs) {
      const result = fixed.get(program);
      if (!result) continue;
      const before = new Set(declared(program.text));
      const names = declared(result.text).filter((name) => !before.has(name));
      added.set(program, names);
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const [program, names] of added) {
      const result = fixed.get(program)!;
      let { text } = result;
      for (const name of names) {
        if (counts.get(name)! > 1)
          text = text.replace(new RegExp(`\\b${name}\\b`, 'g'), `${name}${program.number}`);
      }
      fixed.set(program, { ...result, text });
    }
  }
  return fixed;
}

function declared(text: string): string[] {
  return [...text.matchAll(/^(?:var|const|type|func) (\w+)/gm)].map((match) => match[1]!);
}
