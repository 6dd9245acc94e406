import type { ProfileInfo, SiteWeight } from '../../../server/src/lsp/protocol';
import { amountText, countText, percentText } from '../../../server/src/text/amounts';

/** At the end of a line: "1.20 GiB, 38.2 %". */
export function lineText({ amount, share, stale }: SiteWeight, unit: ProfileInfo['unit']): string {
  return `${amountText(amount, unit)}, ${percentText(share)}${stale ? ' before the change' : ''}`;
}

/** Over a function: "1.20 GiB, 38.2 % · 3 sites, 2 with a fix". */
export function functionText(
  weights: readonly SiteWeight[],
  sites: number,
  fixable: number,
  unit: ProfileInfo['unit'],
): string {
  const sum = (of: (weight: SiteWeight) => number): number => weights.reduce((all, one) => all + of(one), 0);
  const objects = sum((one) => one.objects);
  const parts = [
    `${amountText(
      sum((one) => one.amount),
      unit,
    )}, ${percentText(sum((one) => one.share))}`,
    ...(objects > 0 ? [`${countText(objects)} objects`] : []),
    `${sites} ${sites === 1 ? 'site' : 'sites'}${fixable > 0 ? `, ${fixable} with a fix` : ''}`,
  ];
  return parts.join(' · ');
}
