import type { FlameGraphResult, FlameNode, Site } from '../../../server/src/lsp/protocol';
import type { Mark } from '../../webview/src/messages';
import { fixState } from '../views/site-rows';

/** The sites of a document, as far as they are known. */
export type SitesOf = (uri: string) => readonly Site[];

/** The nodes whose memory is charged to a site with a fix. */
export function marksOf({ nodes }: FlameGraphResult, sitesOf: SitesOf): Mark[] {
  return nodes.flatMap((node, i): Mark[] => {
    const sites = chargedSites(node, sitesOf).filter((site) => fixState(site) !== 'no fix');
    const site = sites.find((one) => fixState(one) === 'safe fix') ?? sites[0];
    const state = site && fixState(site);
    const fix = site?.findings.find((one) => one.fix && (state !== 'safe fix' || one.fix.safe))?.fix;
    return fix && state !== undefined && state !== 'no fix'
      ? [{ node: i, fix: state, title: fix.title }]
      : [];
  });
}

/** Where a node's line is now: its heaviest site where it has one, else the line when the profile was loaded. 0-based. */
export function placeOf(
  node: FlameNode,
  sitesOf: SitesOf,
): { readonly uri: string; readonly line: number; readonly character: number } | undefined {
  const { uri, line } = node;
  if (uri === undefined) return undefined;
  const [site] = chargedSites(node, sitesOf);
  return { uri, line: site?.line ?? line ?? 0, character: site?.character ?? 0 };
}

/** In the order of the node's lines, heaviest first. */
function chargedSites({ uri, charged = [] }: FlameNode, sitesOf: SitesOf): Site[] {
  if (uri === undefined || charged.length === 0) return [];
  const sites = sitesOf(uri);
  return charged.flatMap((line) =>
    sites.filter((site) => (site.weight ? site.weight.measuredLine : site.line) === line),
  );
}
