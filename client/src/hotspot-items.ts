import type { Hotspot } from '../../server/src/lsp/protocol';

/** A row of the list of hotspots. */
export interface HotspotItem {
  /** "a/b.go:12". Quick picks make icons of `$(name)`, which the server has taken apart in all it quotes. */
  readonly label: string;
  /** "0.7: in a loop · safe fix" */
  readonly description: string;
  readonly detail: string;
}

/** @param file the file as it is to be named */
export function hotspotItem(hotspot: Hotspot, file: string): HotspotItem {
  const { line, severity, score, because, safeFix, message } = hotspot;
  const heat = [score.toFixed(1), ...(because.length > 0 ? [because.join(', ')] : [])].join(': ');
  const kind = severity === 'error' || severity === 'warning' ? [severity] : [];
  return {
    label: `${file.replaceAll('$(', '$ (')}:${line + 1}`,
    description: [...kind, heat, ...(safeFix ? ['safe fix'] : [])].join(' · '),
    detail: message,
  };
}
