import {
  env,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';
import type { FindingReference, ProofResult } from '../../../server/src/lsp/protocol';
import { reached } from '../milestones';
import { inform } from '../say';
import { detailsOf, verdictText, type ProofDetail } from './proof-rows';

/** A run of `prove`, and which fix it was about. */
export interface Proof {
  readonly id: number;
  /** "a.go:12" */
  readonly place: string;
  readonly reference: FindingReference;
  readonly result: ProofResult;
}

const icons = {
  better: new ThemeIcon('pass', new ThemeColor('testing.iconPassed')),
  same: new ThemeIcon('dash'),
  worse: new ThemeIcon('error', new ThemeColor('testing.iconFailed')),
} as const;

/** Runs that are kept. */
const maximum = 20;

/** What proofs of this session said, newest first. */
export class ProofsView implements TreeDataProvider<Proof | ProofDetail>, Disposable {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view = window.createTreeView<Proof | ProofDetail>('alloclens.proofs', { treeDataProvider: this });
  #proofs: readonly Proof[] = [];
  #runs = 0;

  /** Adds a run and shows it. */
  async add(place: string, reference: FindingReference, result: ProofResult): Promise<void> {
    const proof: Proof = { id: ++this.#runs, place, reference, result };
    this.#proofs = [proof, ...this.#proofs].slice(0, maximum);
    this.#changed.fire(undefined);
    await this.#view.reveal(proof, { expand: 2, focus: false });
    if (result.verdict !== undefined) await reached('fixProven');
  }

  async copy({ result }: Proof): Promise<void> {
    await env.clipboard.writeText(result.markdown);
    void inform('The proof is on the clipboard, as Markdown for a pull request.');
  }

  getChildren(of?: Proof | ProofDetail): (Proof | ProofDetail)[] {
    if (!of) return [...this.#proofs];
    return 'result' in of ? detailsOf(of.result) : [...of.children];
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(of: Proof | ProofDetail): TreeItem {
    return 'result' in of ? proofItem(of) : detailItem(of);
  }

  dispose(): void {
    this.#view.dispose();
    this.#changed.dispose();
  }
}

function proofItem({ id, place, result }: Proof): TreeItem {
  const item = new TreeItem(`${verdictText(result)}  ${place}`, TreeItemCollapsibleState.Expanded);
  item.id = String(id);
  item.description = result.title;
  item.tooltip = result.title;
  item.iconPath = result.verdict ? icons[result.verdict] : new ThemeIcon('question');
  item.contextValue = result.verdict === 'better' ? 'betterProof' : 'proof';
  return item;
}

function detailItem({ label, description, verdict, children }: ProofDetail): TreeItem {
  const item = new TreeItem(
    label,
    children.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
  );
  if (description !== undefined) item.description = description;
  if (verdict) item.iconPath = icons[verdict];
  item.tooltip = description === undefined ? label : `${label}  ${description}`;
  return item;
}
