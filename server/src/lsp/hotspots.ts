import type { FileAnalysis } from '../service/engine';
import { isSafe } from '../service/fixes';
import { compareUrgency } from '../service/ranking';
import { plainText } from '../text/foreign';
import { LineIndex } from '../text/positions';
import { rangeOf } from './convert';
import type { Hotspot } from './protocol';

/** More than anybody reads. */
const maximum = 1000;

/** `alloclens/hotspots`: what is shown of the files, most urgent first, then hottest. */
export function hotspotsOf(files: readonly FileAnalysis[], uriOf: (path: string) => string): Hotspot[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const indexes = new Map<string, LineIndex>();
  const linesOf = (path: string): LineIndex => {
    const known = indexes.get(path) ?? new LineIndex(byPath.get(path)!.text);
    indexes.set(path, known);
    return known;
  };
  return files
    .flatMap(({ path, findings }) => findings.map((finding) => ({ path, finding })))
    .sort((a, b) => compareUrgency(a.finding, b.finding))
    .slice(0, maximum)
    .map(({ path, finding }) => ({
      uri: uriOf(path),
      ...rangeOf(linesOf(path), finding.span).start,
      ruleId: finding.ruleId,
      message: plainText(finding.message),
      severity: finding.severity,
      score: finding.heat.score,
      because: finding.heat.because.map(({ text }) => plainText(text)),
      safeFix: finding.fixes.some(isSafe),
    }));
}
