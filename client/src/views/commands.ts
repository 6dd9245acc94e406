import { commands, Uri, window } from 'vscode';
import type { ProfileInfo, Site } from '../../../server/src/lsp/protocol';
import type { LanguageServer } from '../language-server';
import { flameEditors } from '../flame/flame-editor';
import { inform } from '../say';
import type { HotspotsView } from './hotspots-view';
import {
  compareCurrentProfile,
  forgetProfiles,
  loadChosenProfile,
  loadLiveProfile,
  loadProfile,
  record,
  recordChosen,
  useProfile,
} from './profile-commands';
import type { Proof, ProofsView } from './proofs-view';
import { applyFixOf, openAndApply, proveFixOf } from './site-commands';
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
    'alloclens.loadProfile': (file?: unknown) =>
      file instanceof Uri ? loadProfile(server, file) : loadChosenProfile(server),
    'alloclens.openFlameGraph': (of?: Uri | ProfileInfo) => openFlameGraph(of, sites.profile),
    'alloclens.useProfile': (profile?: ProfileInfo) =>
      useProfile(server, profile?.current === true ? undefined : profile),
    'alloclens.forgetProfile': (profile?: ProfileInfo) => forgetProfiles(server, sites.profiles, profile),
    'alloclens.loadLiveProfile': () => loadLiveProfile(server),
    'alloclens.compareProfile': (base: ProfileInfo) => compareCurrentProfile(server, sites.profiles, base),
    'alloclens.recordBenchmark': (uri?: string, name?: string) =>
      uri !== undefined && name !== undefined ? record(server, uri, name) : recordChosen(server),
    'alloclens.groupHotspots': () => chooseGrouping(hotspots),
    'alloclens.applySite': (of: SiteRow | Site) => applyFixOf(siteIn(of), server),
    'alloclens.proveSite': (of: SiteRow | Site) => proveFixOf(siteIn(of), server, proofs),
    'alloclens.hideSite': (row: SiteRow) => hotspots.hide(row),
    'alloclens.showHiddenSites': () => hotspots.showHidden(),
    'alloclens.copyProof': (proof: Proof) => proofs.copy(proof),
    'alloclens.applyProof': ({ reference }: Proof) => openAndApply(reference, server),
  };
}

/** Of a file, of a row of the Profiles view, or of the profile that sites are weighed by. */
async function openFlameGraph(
  of: Uri | ProfileInfo | undefined,
  current: ProfileInfo | undefined,
): Promise<void> {
  const profile = of instanceof Uri ? of.toString() : (of ?? current)?.uri;
  if (profile === undefined)
    return void inform('No profile is loaded: load one, or open its file with the flame graph.');
  await commands.executeCommand('vscode.openWith', Uri.parse(profile, true), flameEditors[0]);
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
