import {
  commands,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
  type Command,
  type Disposable,
  type Memento,
  type TreeDataProvider,
} from 'vscode';
import { fileName } from '../file-name';
import type { StatusParams } from '../../../server/src/lsp/protocol';
import { Hidden } from './hidden';
import {
  hotCount,
  rowsOf,
  type DetailRow,
  type FixState,
  type Grouping,
  type Row,
  type SiteRow,
} from './site-rows';
import { profileName } from './profiles-view';
import type { Sites } from './sites';
import { viewState } from './view-state';

const groupingKey = 'alloclens.hotspots.grouping';

/** The sites, heaviest first. What the view says when it is empty stands in the manifest (`viewsWelcome`). */
export class HotspotsView implements TreeDataProvider<Row>, Disposable {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view = window.createTreeView<Row>('alloclens.hotspots', {
    treeDataProvider: this,
    showCollapseAll: true,
  });
  readonly #hidden: Hidden;
  readonly #subscription: Disposable;
  readonly #told = new Map<string, string | boolean>();
  #status: StatusParams | undefined;

  constructor(
    private readonly sites: Sites,
    private readonly memory: Memento,
  ) {
    this.#hidden = new Hidden(memory);
    this.#subscription = sites.onDidChange(() => this.#refresh());
    this.#refresh();
  }

  get grouping(): Grouping {
    return this.memory.get<Grouping>(groupingKey, 'none');
  }

  async group(by: Grouping): Promise<void> {
    await this.memory.update(groupingKey, by);
    this.#refresh();
  }

  /** Leaves a site out until `showHidden`. */
  async hide(row: SiteRow): Promise<void> {
    await this.#hidden.add(row.id);
    this.#refresh();
  }

  async showHidden(): Promise<void> {
    await this.#hidden.clear();
    this.#refresh();
  }

  statusChanged(status: StatusParams | undefined): void {
    this.#status = status;
    this.#say();
  }

  getChildren(row?: Row): Row[] {
    if (row) return 'children' in row ? [...row.children] : [];
    return rowsOf(this.#shown(), this.grouping, this.sites.profile, fileName);
  }

  getTreeItem(row: Row): TreeItem {
    switch (row.kind) {
      case 'site':
        return siteItem(row);
      case 'group': {
        const item = new TreeItem(row.label, TreeItemCollapsibleState.Expanded);
        item.id = row.id;
        item.description = row.description;
        return item;
      }
      default:
        return detailItem(row);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #shown() {
    return this.sites.all.filter(({ id }) => !this.#hidden.has(id));
  }

  #refresh(): void {
    this.#changed.fire(undefined);
    const shown = this.#shown();
    const hot = hotCount(shown);
    this.#view.badge =
      hot === 0
        ? undefined
        : { value: hot, tooltip: `${hot} hot allocation ${hot === 1 ? 'site' : 'sites'}` };
    const hidden = this.sites.all.length - shown.length;
    const parts = [
      ...(this.sites.profile ? [`by ${profileName(this.sites.profile.uri)}`] : []),
      ...(hidden > 0 ? [`${hidden} hidden`] : []),
    ];
    this.#view.description = parts.join(' · ');
    this.#tell('alloclens.hasHiddenSites', hidden > 0);
    this.#say();
  }

  /** Which of the empty states it is. */
  #say(): void {
    this.#tell('alloclens.view', viewState(this.#status, workspace.isTrusted));
  }

  /** Tells the manifest's conditions what has changed: a status comes with every key. */
  #tell(key: string, value: string | boolean): void {
    if (this.#told.get(key) === value) return;
    this.#told.set(key, value);
    void commands.executeCommand('setContext', key, value);
  }
}

const icons: Readonly<Record<FixState, string>> = {
  'safe fix': 'lightbulb-autofix',
  'fix with a condition': 'lightbulb',
  'no fix': 'flame',
};

function siteItem(row: SiteRow): TreeItem {
  const item = new TreeItem(row.label, TreeItemCollapsibleState.Collapsed);
  item.id = row.id;
  item.description = row.description;
  item.iconPath = new ThemeIcon(icons[row.fix], new ThemeColor(`alloclens.heat${row.step}`));
  item.tooltip = [row.site.function, row.site.text, row.site.why, ...row.site.because]
    .filter((line) => line !== '')
    .join('\n');
  item.accessibilityInformation = { label: row.spoken };
  item.contextValue = row.fix === 'no fix' ? 'site' : 'siteWithFix';
  item.command = opening(row.site);
  return item;
}

const detailIcons: Readonly<Record<DetailRow['kind'], string>> = {
  why: 'question',
  do: 'tools',
  caller: 'call-incoming',
  caution: 'warning',
};

function detailItem({ kind, id, label, description, place }: DetailRow): TreeItem {
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.id = id;
  if (description !== undefined) item.description = description;
  item.tooltip = label;
  item.iconPath = new ThemeIcon(detailIcons[kind]);
  if (place) item.command = opening({ ...place, character: 0 });
  return item;
}

/** A click, or Enter, opens the line. */
function opening({ uri, line, character }: { uri: string; line: number; character: number }): Command {
  const at = { line, character };
  return {
    command: 'vscode.open',
    title: 'Open',
    arguments: [Uri.parse(uri, true), { selection: { start: at, end: at } }],
  };
}
