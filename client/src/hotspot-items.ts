import type { ProfileInfo, Site } from '../../server/src/lsp/protocol';
import { amountText, percentText } from '../../server/src/text/amounts';
import { fixState } from './views/site-rows';

/** A row of the list of hotspots. */
export interface HotspotItem {
  /** "a/b.go:12". Quick picks make icons of `$(name)`, which the server has taken apart in all it quotes. */
  readonly label: string;
  /** "38.2 %, 1.20 GiB · safe fix", or "0.7: in a loop · safe fix" */
  readonly description: string;
  readonly detail: string;
}

/** @param file the file as it is to be named */
export function hotspotItem(site: Site, file: string, unit: ProfileInfo['unit'] = 'bytes'): HotspotItem {
  const { line, score, because, why, weight, findings } = site;
  const heat = weight
    ? `${percentText(weight.share)}, ${amountText(weight.amount, unit)}`
    : [score.toFixed(1), ...(because.length > 0 ? [because.join(', ')] : [])].join(': ');
  const severity = findings[0]?.severity;
  const kind = severity === 'error' || severity === 'warning' ? [severity] : [];
  const fix = fixState(site);
  return {
    label: `${file.replaceAll('$(', '$ (')}:${line + 1}`,
    description: [...kind, heat, ...(fix === 'no fix' ? [] : [fix])].join(' · '),
    detail: why,
  };
}
