import {
  EventEmitter,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';
import { fileName } from '../file-name';
import type { ProfileInfo } from '../../../server/src/lsp/protocol';
import { amountText, percentText } from '../../../server/src/text/amounts';
import type { Sites } from './sites';

/** The profiles that are loaded; a click weighs the hotspots by another. */
export class ProfilesView implements TreeDataProvider<ProfileInfo | string>, Disposable {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view = window.createTreeView<ProfileInfo | string>('alloclens.profiles', {
    treeDataProvider: this,
  });
  readonly #subscription: Disposable;

  constructor(private readonly sites: Sites) {
    this.#subscription = sites.onDidChange(() => this.#changed.fire(undefined));
  }

  getChildren(profile?: ProfileInfo | string): (ProfileInfo | string)[] {
    if (profile === undefined) return [...this.sites.profiles];
    return typeof profile === 'string' ? [] : [...profile.notes];
  }

  getTreeItem(profile: ProfileInfo | string): TreeItem {
    if (typeof profile === 'string') {
      const note = new TreeItem(profile, TreeItemCollapsibleState.None);
      note.iconPath = new ThemeIcon('info');
      note.tooltip = profile;
      return note;
    }
    const { uri, current, base, unit, total, elsewhere, notes, kind } = profile;
    const item = new TreeItem(
      profileName(uri),
      notes.length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
    );
    item.id = uri;
    item.tooltip = uri;
    const outside = total > 0 && elsewhere > 0 ? [`${percentText(elsewhere / total)} elsewhere`] : [];
    item.description = [
      ...(current ? ['current'] : base ? ['compared with'] : []),
      `${amountText(total, unit)} ${unit === 'bytes' ? 'allocated' : 'in the allocator'}`,
      ...outside,
      kind === 'v8' ? 'V8' : 'Go',
    ].join(' · ');
    item.iconPath = new ThemeIcon(current ? 'pass-filled' : base ? 'git-compare' : 'circle-large-outline');
    item.contextValue = current ? 'currentProfile' : 'profile';
    item.command = { command: 'alloclens.useProfile', title: 'Weigh by This Profile', arguments: [profile] };
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }
}

/** A file as the workspace names it, a recording by what was run; an address as it was typed. */
export function profileName(uri: string): string {
  return /^https?:/i.test(uri) ? uri : fileName(uri);
}
