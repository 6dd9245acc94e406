import pico from 'picocolors';
import { siteKey } from '../../../rules/sites';
import { changeOf } from '../profile/difference';
import { callerOf, type AnyWeights, type LineWeight } from '../profile/weights';
import { entriesByAmount, type Hotspot } from '../hotspots/lines';
import type { HotspotReport } from '../hotspots/report';
import { displayPath, shownPath } from '../service/walk';
import { amountText, countText, percentText } from '../text/amounts';
import { markdownText, visible } from '../text/foreign';

/** The report for people: one paragraph a line, heaviest first. */
export function prettyHotspots({ cwd, weights, hotspots, notes }: HotspotReport, color: boolean): string {
  const colors = pico.createColors(color);
  const out: string[] = [];
  for (const { weight, share, findings, why, what, cautions } of hotspots) {
    const { file, line, function: name, objects } = weight;
    const count = objects > 0 && !weights.base ? `, ${countText(objects)} objects` : '';
    const part = partText(weight, share, weights);
    out.push(
      `${colors.bold(part.padStart(6))}${part === '' ? '' : '  '}${weightText(weight, weights)}${count}  ${colors.underline(`${shownPath(cwd, file)}:${line}`)}  ${colors.dim(visible(name))}`,
      `        ${colors.dim('why ')} ${visible(why)}${findings[0] ? colors.dim(`  ${findings[0].ruleId}`) : ''}`,
    );
    const [caller] = entriesByAmount(weight.callers);
    if (caller)
      out.push(
        `        ${colors.dim('from')} ${visible(callerText(caller[0], cwd))} (${percentText(caller[1] / weight.amount)} of it)`,
      );
    // Of two profiles: what has gone asks for nothing.
    if (weight.amount !== 0)
      for (const way of what) out.push(`        ${colors.dim('do  ')} ${visible(way)}`);
    if (cautions.length > 0) out.push(`        ${colors.yellow(cautions.join('; '))}`);
    out.push('');
  }
  for (const note of notes) out.push(`${colors.yellow('note')} ${note}`);
  out.push(summary(weights, hotspots));
  return `${out.join('\n')}\n`;
}

/** For a pull request or an issue. */
export function markdownHotspots({ cwd, weights, hotspots, notes }: HotspotReport): string {
  const rows = hotspots.map(({ weight, share, why, what, cautions }) =>
    [
      partText(weight, share, weights),
      weightText(weight, weights),
      weight.objects > 0 ? countText(weight.objects) : '',
      `\`${displayPath(cwd, weight.file)}:${weight.line}\``,
      why,
      [...what, ...cautions].join('; '),
    ].map((cell) => markdownText(cell)),
  );
  const table = [
    [
      weights.base ? 'change' : 'share',
      { bytes: 'bytes', nanoseconds: 'time', expected: 'how often' }[weights.unit],
      'objects',
      'line',
      'why',
      'what to do',
    ],
    ['--:', '--:', '--:', '---', '---', '---'],
    ...rows,
  ];
  return [
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...notes.map((note) => `> ${note}`),
    summary(weights, hotspots),
    '',
  ].join('\n');
}

/** One object, paths relative to the working directory, lines 1-based as in the profile. */
export function jsonHotspots({ cwd, weights, hotspots, notes }: HotspotReport) {
  return {
    schema: 1,
    unit: weights.unit,
    total: weights.total,
    elsewhere: weights.elsewhere,
    ...(weights.base && { base: weights.base }),
    ...(weights.time && { time: weights.time }),
    hotspots: hotspots.map(({ weight, share, sites, findings, joined, why, what, cautions }) => ({
      file: displayPath(cwd, weight.file),
      line: weight.line,
      function: weight.function,
      amount: weight.amount,
      ...(weight.before !== undefined && { before: weight.before }),
      share,
      objects: weight.objects,
      own: weight.own,
      through: entriesByAmount(weight.through).map(([name, amount]) => ({ name, amount })),
      callers: entriesByAmount(weight.callers).map(([caller, amount]) => ({
        caller: callerText(caller, cwd),
        amount,
      })),
      joined,
      sites: sites.map((site) => ({
        id: siteKey({ ...site, unit: site.language === 'go' ? site.unit : displayPath(cwd, site.unit) }),
        kind: site.kind,
        expression: site.expression,
        ...(site.size !== undefined && { size: site.size }),
      })),
      rules: [...new Set(findings.map(({ ruleId }) => ruleId))],
      fixes: findings.flatMap(({ fixes }) => fixes.map(({ title, kind }) => ({ title, kind }))),
      why,
      what,
      cautions,
    })),
    notes,
  };
}

/** What `alloclens hotspots --format json` prints. */
export type JsonHotspots = ReturnType<typeof jsonHotspots>;

/** The part of the whole, or of two profiles the change as a part of what the older one had; none of an estimate. */
function partText(weight: LineWeight, share: number, { base, unit }: AnyWeights): string {
  if (unit === 'expected') return '';
  return base ? signed(percentText)(base.total > 0 ? changeOf(weight) / base.total : 0) : percentText(share);
}

function weightText(weight: LineWeight, { unit, base }: AnyWeights): string {
  if (!base) return amountText(weight.amount, unit);
  const amount = (value: number): string => amountText(value, unit);
  return `${signed(amount)(changeOf(weight))} (${amount(weight.before ?? 0)} → ${amount(weight.amount)})`;
}

const signed =
  (text: (value: number) => string) =>
  (value: number): string =>
    value > 0 ? `+${text(value)}` : text(value).replace(/^-/, '−');

function summary({ unit, total, elsewhere, lines, base }: AnyWeights, shown: readonly Hotspot[]): string {
  if (base) {
    const part = base.total > 0 ? ` (${signed(percentText)(total / base.total - 1)})` : '';
    return `${amountText(base.total, unit)} → ${amountText(total, unit)}${part}; ${shown.length} of ${lines.length} lines shown, largest change first.`;
  }
  if (unit === 'expected')
    return `${shown.length} of ${lines.length} lines that allocate or may, by an estimate.`;
  const sum = shown.reduce((all, { weight }) => all + weight.amount, 0);
  const rest = lines.length > shown.length ? ` of ${lines.length}` : '';
  const what = unit === 'bytes' ? 'allocated' : 'in the allocator';
  const part = total > 0 ? `; these ${shown.length}${rest} have ${percentText(sum / total)}` : '';
  const outside =
    elsewhere > 0 ? `, ${percentText(elsewhere / total)} elsewhere (no frame in this code)` : '';
  return `${amountText(total, unit)} ${what}${part}${outside}.`;
}

/** A key of `LineWeight.callers` with the path as reports print it. */
function callerText(key: string, cwd: string): string {
  const { function: name, file, line } = callerOf(key);
  return `${name} (${displayPath(cwd, file)}:${line})`;
}
