import {
  commands,
  ConfigurationTarget,
  QuickPickItemKind,
  window,
  workspace,
  type QuickPickItem,
} from 'vscode';
import { analysedDocument } from './languages';
import { reached } from './milestones';
import type { Status } from './status';

interface Item extends QuickPickItem {
  readonly chosen?: () => Thenable<unknown>;
}

/** The setting as the manifest has it. */
export interface LevelSchema {
  readonly enum: readonly string[];
  readonly enumDescriptions: readonly string[];
}

/** Asks which allocations are to be shown: by the setting, or all of this file. Opened from the status bar, too. */
export async function selectLevel(status: Status, schema: LevelSchema): Promise<void> {
  const document = analysedDocument(window.activeTextEditor);
  const settings = workspace.getConfiguration('alloclens', document);
  const levels = schema.enum.map((value, i): Item => ({
    label: value,
    description: value === settings.get('show') ? 'now' : '',
    detail: schema.enumDescriptions[i]!,
    chosen: async () => {
      await settings.update('show', value, targetOf(settings.inspect('show')));
      await reached('levelSelected');
    },
  }));
  const command = (label: string, name: string): Item => ({
    label,
    chosen: () => commands.executeCommand(name),
  });
  const own = document && status.of(document.uri.toString());
  const items: Item[] = [
    ...levels,
    { label: 'this file', kind: QuickPickItemKind.Separator },
    ...(document
      ? [
          command(
            own?.revealed ? 'Show only this level again' : 'Show all heap allocations in this file',
            'alloclens.showAll',
          ),
        ]
      : []),
    command('Go to the next hotspot', 'alloclens.nextHotspot'),
    command('List all hotspots, hottest first', 'alloclens.listHotspots'),
  ];
  const counts = own?.findings === undefined ? '' : `: ${own.findings} shown · ${own.hidden ?? 0} hidden`;
  const pick = window.createQuickPick<Item>();
  pick.title = `Allocations in this file${counts}`;
  pick.placeholder = 'Which allocations are shown';
  pick.items = items;
  // Enter alone changes nothing.
  pick.activeItems = levels.filter(({ description }) => description !== '');
  pick.onDidAccept(() => pick.hide());
  const choice = new Promise<Item | undefined>((resolve) =>
    pick.onDidHide(() => resolve(pick.selectedItems[0])),
  );
  pick.show();
  await (await choice)?.chosen?.();
  pick.dispose();
}

/** Where the setting is changed: where it is set now, else for the user. */
function targetOf(
  set: { workspaceValue?: unknown; workspaceFolderValue?: unknown } | undefined,
): ConfigurationTarget {
  if (set?.workspaceFolderValue !== undefined) return ConfigurationTarget.WorkspaceFolder;
  return set?.workspaceValue === undefined ? ConfigurationTarget.Global : ConfigurationTarget.Workspace;
}
