import type { ProfileInfo, Site, SiteWeight } from '../../../server/src/lsp/protocol';
import { amountText, countText, percentText } from '../../../server/src/text/amounts';

/** How the rows of the Hotspots view are put together. */
export type Grouping = 'none' | 'function' | 'file' | 'rule' | 'fix';

/** What can be done about a site, at a glance. */
export type FixState = 'safe fix' | 'fix with a condition' | 'no fix';

/** A row of the tree, without VS Code. Texts are plain. */
export type Row = SiteRow | GroupRow | DetailRow;

export interface SiteRow {
  readonly kind: 'site';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** For a screen reader: without bars. */
  readonly spoken: string;
  readonly step: HeatStep;
  readonly fix: FixState;
  readonly isStale: boolean;
  readonly site: Site;
  readonly children: readonly DetailRow[];
}

export interface GroupRow {
  readonly kind: 'group';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly children: readonly SiteRow[];
}

export interface DetailRow {
  readonly kind: 'why' | 'do' | 'caller' | 'caution';
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Where a click leads. */
  readonly place?: { readonly uri: string; readonly line: number };
}

/** How much a site matters: 3 most. By a profile, share of its bytes; else how hot the code looks. */
export type HeatStep = 1 | 2 | 3;

/** @param nameOf the file as it is to be named */
export function rowsOf(
  sites: readonly Site[],
  grouping: Grouping,
  profile: ProfileInfo | undefined,
  nameOf: (uri: string) => string,
): Row[] {
  const rows = sites.map((site) => siteRow(site, profile, nameOf));
  if (grouping === 'none') return rows;
  const groups = new Map<string, SiteRow[]>();
  for (const row of rows) {
    const key = keyOf(row, grouping, nameOf);
    const known = groups.get(key);
    if (known) known.push(row);
    else groups.set(key, [row]);
  }
  return [...groups]
    .map(([key, children]) => ({ key, children, amount: amountOf(children) }))
    .sort((a, b) => b.amount - a.amount)
    .map(({ key, children, amount }): GroupRow => {
      const many = `${children.length} ${children.length === 1 ? 'site' : 'sites'}`;
      const sum =
        profile && amount > 0 ? [percentText(amount / profile.total), amountText(amount, profile.unit)] : [];
      return {
        kind: 'group',
        id: `${grouping} ${key}`,
        label: key,
        description: [...sum, many].join(' · '),
        children,
      };
    });
}

/** Measured ones first, heaviest (of two profiles: the largest change) first; then the hottest, in the order of the source. */
export function inReadingOrder(sites: readonly Site[]): Site[] {
  const urgency = ({ findings: [first] }: Site): number =>
    first ? severities.indexOf(first.severity) : severities.length;
  return [...sites].sort(
    (a, b) =>
      changeOf(b) - changeOf(a) ||
      urgency(a) - urgency(b) ||
      b.score - a.score ||
      (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : a.line - b.line),
  );
}

/** What a profile makes of the site: its amount, or by how much it changed since an older profile. */
function changeOf({ weight }: Site): number {
  return weight ? Math.abs(weight.amount - (weight.before ?? 0)) : -1;
}

const severities = ['error', 'warning', 'information', 'hint'];

export function heatStep({ weight, score }: Pick<Site, 'weight' | 'score'>): HeatStep {
  if (weight) return weight.share >= 0.1 ? 3 : weight.share >= 0.01 ? 2 : 1;
  return score >= 0.75 ? 3 : score >= 0.6 ? 2 : 1;
}

export function fixState({ findings }: Pick<Site, 'findings'>): FixState {
  if (findings.some(({ fix }) => fix?.safe === true)) return 'safe fix';
  return findings.some(({ fix }) => fix) ? 'fix with a condition' : 'no fix';
}

/** Sites that are worth a number on the view's icon: those that a profile gives a hundredth, or that look hot. */
export function hotCount(sites: readonly Site[]): number {
  return sites.filter((site) => heatStep(site) >= 2).length;
}

function siteRow(site: Site, profile: ProfileInfo | undefined, nameOf: (uri: string) => string): SiteRow {
  const { id, uri, line, weight, because, text } = site;
  const place = `${nameOf(uri)}:${line + 1}`;
  const step = heatStep(site);
  const fix = fixState(site);
  const isStale = weight?.stale === true;
  const amounts = weight
    ? [
        weightText(weight, profile?.unit ?? 'bytes'),
        ...(weight.objects > 0 ? [`${countText(weight.objects)} objects`] : []),
        ...(isStale ? ['older than the function'] : []),
      ]
    : because.slice(0, 1);
  const about = [...amounts, text, ...(fix === 'no fix' ? [] : [fix])];
  const share = weight ? percentText(weight.share) : undefined;
  return {
    kind: 'site',
    id,
    label: `${bar(weight ? weight.share : step / 3)} ${share === undefined ? '' : `${share}  `}${place}`,
    description: about.join(' · '),
    spoken: [share, place, ...about].filter((part) => part !== undefined).join(', '),
    step,
    fix,
    isStale,
    site,
    children: detailsOf(site, nameOf),
  };
}

function detailsOf({ id, why, what, callers, weight }: Site, nameOf: (uri: string) => string): DetailRow[] {
  return [
    { kind: 'why', id: `${id} why`, label: why },
    ...what.map((way, i): DetailRow => ({ kind: 'do', id: `${id} do ${i}`, label: way })),
    ...callers.map(({ function: name, share, uri, line }, i): DetailRow => ({
      kind: 'caller',
      id: `${id} caller ${i}`,
      label: `${percentText(share)} from ${name}`,
      description: `${nameOf(uri)}:${line + 1}`,
      place: { uri, line },
    })),
    ...(weight?.cautions ?? []).map((caution, i): DetailRow => ({
      kind: 'caution',
      id: `${id} caution ${i}`,
      label: caution,
    })),
  ];
}

function keyOf({ site, fix }: SiteRow, grouping: Grouping, nameOf: (uri: string) => string): string {
  switch (grouping) {
    case 'file':
      return nameOf(site.uri);
    case 'function':
      return site.function === '' ? `outside of functions, ${nameOf(site.uri)}` : site.function;
    case 'rule':
      return site.findings[0]?.ruleId ?? 'no rule';
    default:
      return fix;
  }
}

function amountOf(rows: readonly SiteRow[]): number {
  return rows.reduce((sum, { site }) => sum + (site.weight?.amount ?? 0), 0);
}

/** "1.20 GiB"; of two profiles "+3 MiB (9 MiB → 12 MiB)". */
function weightText({ amount, before }: SiteWeight, unit: ProfileInfo['unit']): string {
  if (before === undefined) return amountText(amount, unit);
  const change = amountText(Math.abs(amount - before), unit);
  return `${amount < before ? '−' : '+'}${change} (${amountText(before, unit)} → ${amountText(amount, unit)})`;
}

/** Five cells, at least one full: shares that are worth a look differ by their order of magnitude. */
function bar(part: number): string {
  const full = Math.max(1, Math.min(5, Math.ceil(part * 5)));
  return '▰'.repeat(full) + '▱'.repeat(5 - full);
}
