import { Uri, window } from 'vscode';
import type { ProfileInfo, Site } from '../../../server/src/lsp/protocol';
import type { LanguageServer } from '../language-server';
import type { HotspotsView } from './hotspots-view';
import {
  compareProfile,
  forgetProfiles,
  loadLiveProfile,
  loadProfile,
  record,
  recordChosen,
  useProfile,
} from './profile-commands';
import type { Proof, ProofsView } from './proofs-view';
import { applyFix, applyFixOf, proveFixOf } from './site-commands';
import type { Grouping, SiteRow } from './site-rows';
import type { Sites } from './sites';

export interface ViewContext {
  readonly server: LanguageServer;
  readonly sites: Sites;
  readonly hotspots: HotspotsView;
  readonly proofs: ProofsView;
}

/** The commands of the three views and of lenses. A row hands itself over; a lens hands over a site. */
export function viewCommands({
  server,
  sites,
  hotspots,
  proofs,
}: ViewContext): Record<string, (...args: never[]) => unknown> {
  return {
    'alloclens.loadProfile': (file?: unknown) => loadProfile(server, file instanceof Uri ? file : undefined),
    'alloclens.useProfile': (profile?: ProfileInfo) =>
      useProfile(server, profile?.current === true ? undefined : profile),
    'alloclens.forgetProfile': (profile?: ProfileInfo) => forgetProfiles(server, sites.profiles, profile),
    'alloclens.loadLiveProfile': () => loadLiveProfile(server),
    'alloclens.compareProfile': (base: ProfileInfo) => compareProfile(server, sites.profiles, base),
    'alloclens.recordBenchmark': (uri?: string, name?: string) =>
      uri !== undefined && name !== undefined ? record(server, uri, name) : recordChosen(server),
    'alloclens.groupHotspots': () => chooseGrouping(hotspots),
    'alloclens.applySite': (of: SiteRow | Site) => applyFixOf(siteIn(of), server),
    'alloclens.proveSite': (of: SiteRow | Site) => proveFixOf(siteIn(of), server, proofs),
    'alloclens.hideSite': (row: SiteRow) => hotspots.hide(row),
    'alloclens.showHiddenSites': () => hotspots.showHidden(),
    'alloclens.copyProof': (proof: Proof) => proofs.copy(proof),
    'alloclens.applyProof': ({ reference }: Proof) => applyFix(reference, server),
  };
}

const siteIn = (of: SiteRow | Site): Site => ('site' in of ? of.site : of);

const groupings: readonly { readonly label: string; readonly grouping: Grouping }[] = [
  { label: 'Not grouped: heaviest first', grouping: 'none' },
  { label: 'By function', grouping: 'function' },
  { label: 'By file', grouping: 'file' },
  { label: 'By rule', grouping: 'rule' },
  { label: 'By fix', grouping: 'fix' },
];

async function chooseGrouping(hotspots: HotspotsView): Promise<void> {
  const items = groupings.map((one) => ({
    ...one,
    ...(one.grouping === hotspots.grouping && { description: 'current' }),
  }));
  const choice = await window.showQuickPick(items, { title: 'Group allocation hotspots' });
  if (choice) await hotspots.group(choice.grouping);
}
