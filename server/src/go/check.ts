import type { Finding, Note, Related, RuleId } from '../../../rules/model';
import { explainStep, explainWhy } from '../../../rules/go/explain';
import { loopsAround, staticHeat } from '../../../rules/go/hot-code';
import type { Decision, GoFile, GoFix, GoPackage, GoReport, GoRule } from '../../../rules/go/rule';
import { suppressionsOf } from '../../../rules/go/suppress';
import { spanOf } from '../../../rules/go/syntax';
import { compareFindings, severityOf, type Visibility } from '../service/ranking';

/** A finding that has not got its fixes yet. */
export interface Candidate {
  readonly finding: Finding;
  readonly fixes: readonly GoFix[];
  /** In a loop of its function: "per call" would be wrong. */
  readonly inLoop: boolean;
}

export interface CheckedFile {
  readonly file: GoFile;
  readonly candidates: readonly Candidate[];
  readonly notes: readonly Note[];
}

/** Runs the rules over the package. A rule that throws is noted once by id and skipped; the others go on. */
export function checkPackage(
  pkg: GoPackage,
  rules: readonly GoRule[],
  visibility: Visibility,
  broken: Map<RuleId, unknown>,
): CheckedFile[] {
  return pkg.files.map((file) => checkFile(file, rules, visibility, broken));
}

function checkFile(
  file: GoFile,
  rules: readonly GoRule[],
  visibility: Visibility,
  broken: Map<RuleId, unknown>,
): CheckedFile {
  const candidates: Candidate[] = [];
  const notes: Note[] = [];
  const suppressions = suppressionsOf(file.root);
  for (const rule of rules) {
    const { meta } = rule;
    if (visibility.rules[meta.id] === 'off') continue;
    try {
      const note = (message: string): void => {
        notes.push({ file: file.path, kind: 'unchecked contract', message });
      };
      rule.check(
        file,
        (report) => {
          if (suppressions.hides(meta.id, report.node.startPosition.row)) return;
          const heat = staticHeat(file, report.heatAt ?? report.node);
          const severity = severityOf(meta, report.allocation.cost, heat.score, visibility);
          if (severity === undefined) return;
          candidates.push({
            finding: {
              ruleId: meta.id,
              language: 'go',
              file: file.path,
              span: spanOf(report.node),
              message: report.message,
              severity,
              allocation: report.allocation,
              heat,
              related: relatedOf(file, report),
              fixes: [],
            },
            fixes: file.generated ? [] : (report.fixes ?? []),
            inLoop: loopsAround(report.heatAt ?? report.node).length > 0,
          });
        },
        note,
      );
    } catch (error) {
      if (!broken.has(meta.id)) {
        notes.push({
          file: file.path,
          message: `The rule ${meta.id} failed and was skipped: ${String(error)}`,
        });
      }
      broken.set(meta.id, error);
    }
  }
  candidates.sort((a, b) => compareFindings(a.finding, b.finding));
  return { file, candidates, notes };
}

/** What the rule named, then the escape flow down to the line that causes it. */
function relatedOf(file: GoFile, report: GoReport): Related[] {
  const related = [...(report.related ?? [])];
  const decision = file.facts?.decision(report.node) ?? file.facts?.moved(report.node);
  if (decision?.outcome === 'heap') related.push(...flowOf(decision));
  const seen = new Set<string>();
  return related.filter(({ location, message }) => {
    const key = `${location.file}:${location.span.start}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** The steps that tell something, each with the place that it is about. */
function flowOf({ flow }: Decision): Related[] {
  const telling = flow.filter(({ why }) => !explainWhy(why)?.passing);
  return (telling.length > 0 ? telling : flow).flatMap((step) =>
    step.location ? [{ location: step.location, message: explainStep(step) }] : [],
  );
}
