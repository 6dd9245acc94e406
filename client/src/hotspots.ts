import {
  commands,
  DiagnosticSeverity,
  languages,
  Selection,
  TextEditorRevealType,
  Uri,
  window,
  workspace,
} from 'vscode';
import { diagnosticSource } from './diagnostic-source';
import { fileName } from './file-name';
import { hotspotItem } from './hotspot-items';
import { nextPlace, type Place } from './next-place';
import { inform } from './say';
import type { Sites } from './views/sites';

const nothing = 'No allocation finding is shown in the files that have been analysed.';

/**
 * Puts the cursor on the next (or previous) finding of ours and shows what it says. F8 does so for the problems of all
 * extensions together.
 */
export async function goToHotspot(direction: 'next' | 'previous'): Promise<void> {
  const editor = window.activeTextEditor;
  const cursor = editor && placeOf(editor.document.uri, editor.selection.active);
  const place = nextPlace(places(), cursor, direction);
  if (place) await goTo(place);
  else void inform(nothing);
}

/** All sites, in the order of the Hotspots view; goes to the one that is chosen. */
export async function listHotspots(sites: Sites): Promise<void> {
  const { all, profile } = sites;
  if (all.length === 0) return void inform(nothing);
  const items = all.map((site) => ({
    ...hotspotItem(site, fileName(site.uri), profile?.unit),
    site,
  }));
  const choice = await window.showQuickPick(items, {
    title: `Allocation hotspots, hottest first: ${all.length}`,
    placeHolder: 'Line to go to',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (choice) await goTo(choice.site);
}

async function goTo({ uri, line, character }: Place): Promise<void> {
  const editor = await window.showTextDocument(await workspace.openTextDocument(Uri.parse(uri, true)));
  editor.selection = new Selection(line, character, line, character);
  editor.revealRange(editor.selection, TextEditorRevealType.InCenterIfOutsideViewport);
  await commands.executeCommand('editor.action.showHover');
}

function places(): Place[] {
  return languages.getDiagnostics().flatMap(([uri, diagnostics]) =>
    diagnostics
      // A hint is what was asked for beyond the hotspots (`alloclens.show`: `all`).
      .filter(({ source, severity }) => source === diagnosticSource && severity !== DiagnosticSeverity.Hint)
      .map(({ range }) => placeOf(uri, range.start)),
  );
}

function placeOf(uri: Uri, { line, character }: { line: number; character: number }): Place {
  return { uri: uri.toString(), line, character };
}
