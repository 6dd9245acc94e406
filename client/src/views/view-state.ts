import type { StatusParams } from '../../../server/src/lsp/protocol';

/**
 * Why the Hotspots view may be empty; the manifest has words and an action for each. `nothing`: no document of ours was analysed.
 * `restricted`: the folder is not trusted. `noGo`: the toolchain is missing. `broken`: something does not compile or parse.
 * `analysing`: the first answer is not there. `cold`: analysed, and nothing is worth showing.
 */
export type ViewState = 'nothing' | 'restricted' | 'noGo' | 'broken' | 'analysing' | 'cold';

/** @param status what the server says; `undefined` when none runs */
export function viewState(status: StatusParams | undefined, isTrusted: boolean): ViewState {
  if (!status || status.documents.length === 0) return 'nothing';
  const notes = status.documents.flatMap((document) => document.notes);
  if (notes.some(({ remedy }) => remedy === 'trust') && !isTrusted) return 'restricted';
  if (notes.some(({ remedy }) => remedy === 'goPath' || remedy === 'install')) return 'noGo';
  if (status.documents.every(({ findings }) => findings === undefined)) return 'analysing';
  if (status.documents.some(({ stale }) => stale !== undefined) || notes.length > 0) return 'broken';
  return status.state === 'busy' ? 'analysing' : 'cold';
}
