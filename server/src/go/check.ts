import type { Finding, Note, Related, RuleId } from '../../../rules/model';
import { explainStep, explainWhy } from '../../../rules/go/sites/explain';
import { staticHeat } from '../../../rules/go/heat/static-heat';
import { loopsAround } from '../../../rules/go/flow/loops';
import type { Decision, GoFile, GoFix, GoPackage, GoReport, GoRule } from '../../../rules/go/rule';
import { suppressionsOf } from '../../../rules/go/syntax/directives';
import { spanOf } from '../../../rules/go/syntax/nodes';
import { compareFindings, severityOf, type Visibility } from '../service/ranking';

/** A finding that has not got its fixes yet. */
export interface Candidate {
  readonly finding: Finding;
  readonly fixes: readonly GoFix[];
  /** In a loop of its function: "per call" would be wrong. */
  readonly inLoop: boolean;
  /** Not to be shown without a verified fix. */
  readonly unproven: boolean;
}

export interface CheckedFile {
  readonly file: GoFile;
  readonly candidates: readonly Candidate[];
  /** Of "on request" rules, below `show: all`. */
  readonly explanations: readonly Finding[];
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
  const explanations: Finding[] = [];
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
          const heatAt = report.heatAt ?? report.node;
          const home = file.pkg.files.find(({ root }) => root.tree === heatAt.tree);
          const heat = staticHeat(home ?? file, heatAt);
          const severity = severityOf(meta, report.allocation.cost, heat.score, visibility);
          const asked = meta.reports === 'on request' && report.allocation.cost !== 'none';
          if (severity === undefined && !asked) return;
          const finding: Finding = {
            ruleId: meta.id,
            language: 'go',
            file: file.path,
            span: spanOf(report.node),
            message: report.message,
            severity: severity ?? 'hint',
            allocation: report.allocation,
            heat,
            related: relatedOf(file, report),
            fixes: [],
          };
          if (severity === undefined) {
            explanations.push(finding);
            return;
          }
          candidates.push({
            finding,
            fixes: file.generated ? [] : (report.fixes ?? []),
            unproven: report.unproven === true,
            inLoop: loopsAround(file, heatAt).length > 0,
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
  const explaining = new Set(
    rules.filter(({ meta }) => meta.reports === 'on request').map(({ meta }) => meta.id),
  );
  const others = candidates
    .filter(({ finding }) => !explaining.has(finding.ruleId))
    .map(({ finding }) => finding);
  // What another rule reports needs no second voice.
  const topOf = ({ span }: Finding): number | undefined =>
    file.root.namedChildren.find((node) => node.startIndex <= span.start && span.end <= node.endIndex)?.id;
  const alone = (finding: Finding): boolean =>
    !others.some(
      (other) =>
        (other.span.start < finding.span.end && finding.span.start < other.span.end) ||
        (movedIn(finding) !== undefined &&
          movedIn(other) === movedIn(finding) &&
          topOf(other) === topOf(finding)),
    );
  const kept = candidates.filter(({ finding }) => !explaining.has(finding.ruleId) || alone(finding));
  kept.sort((a, b) => compareFindings(a.finding, b.finding));

  return { file, candidates: kept, explanations: explanations.filter(alone), notes };
}

/** The moved variable that a finding is about: another rule may point at the place that moves it. */
function movedIn({ allocation }: Finding): string | undefined {
  const found = allocation.evidence.find((evidence) => evidence.kind === 'compiler decision');
  return found?.kind === 'compiler decision' && found.text.startsWith('moved to heap:')
    ? found.text
    : undefined;
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
