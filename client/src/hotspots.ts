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
import { hotspotsRequest, type Hotspot } from '../../server/src/lsp/protocol';
import { diagnosticSource } from './diagnostic-source';
import { hotspotItem } from './hotspot-items';
import type { LanguageServer } from './language-server';
import { reached } from './milestones';
import { nextPlace, type Place } from './next-place';
import { inform } from './say';

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

/** All findings that are shown, most urgent first, then hottest; goes to the one that is chosen. */
export async function listHotspots(server: LanguageServer): Promise<void> {
  const hotspots = await (await server.start()).sendRequest<Hotspot[]>(hotspotsRequest);
  if (hotspots.length === 0) return void inform(nothing);
  const items = hotspots.map((hotspot) => ({
    ...hotspotItem(hotspot, workspace.asRelativePath(Uri.parse(hotspot.uri, true))),
    hotspot,
  }));
  const choice = await window.showQuickPick(items, {
    title: `Allocation hotspots, hottest first: ${hotspots.length}`,
    placeHolder: 'Line to go to',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (choice) await goTo(choice.hotspot);
}

async function goTo({ uri, line, character }: Place): Promise<void> {
  const editor = await window.showTextDocument(await workspace.openTextDocument(Uri.parse(uri, true)));
  editor.selection = new Selection(line, character, line, character);
  editor.revealRange(editor.selection, TextEditorRevealType.InCenterIfOutsideViewport);
  await commands.executeCommand('editor.action.showHover');
  await reached('hotspotVisited');
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
