import type { Connection } from 'vscode-languageserver';
import { flameBoxes, type FlameBox } from '../profile/flame';
import { ProfileError } from '../profile/profile-error';
import type { CallTree, Counted } from '../profile/call-tree';
import { plainText } from '../text/foreign';
import { flameGraphRequest, type FlameGraphParams, type FlameGraphResult, type FlameNode } from './protocol';
import { failed } from './say';

/** Where the stacks of loaded profiles are, and how files are called. */
export interface FlameContext {
  /** @throws ProfileError */
  readonly tree: (uri: string, base: string | undefined) => CallTree;
  readonly uriOf: (path: string) => string;
}

/** Answers `alloclens/flameGraph`. */
export function registerFlameGraph(connection: Connection, context: () => FlameContext | undefined): void {
  connection.onRequest(flameGraphRequest, ({ uri, base, by }: FlameGraphParams): FlameGraphResult => {
    const session = context();
    if (!session) throw failed('The server is not initialised.');
    try {
      const tree = session.tree(uri, base);
      return {
        unit: by === 'objects' ? 'objects' : tree.unit,
        countsObjects: tree.countsObjects,
        nodes: flameBoxes(tree, by).map((box) => nodeOf(box, by, session.uriOf)),
      };
    } catch (error) {
      throw error instanceof ProfileError ? failed(error.message) : error;
    }
  });
}

function nodeOf(
  { node, parent, size }: FlameBox,
  by: keyof Counted,
  uriOf: FlameContext['uriOf'],
): FlameNode {
  const { name, file, isOwn, line, charged, total, own, before, merged } = node;
  return {
    parent,
    name: plainText(name, 200),
    size,
    total: total[by],
    own: own[by],
    ...(before && { before: { total: before.total[by], own: before.own[by] } }),
    ...(isOwn ? { uri: uriOf(file) } : file !== '' && { file: plainText(file, 300) }),
    ...(line > 0 && { line: line - 1 }),
    ...(charged.length > 0 && { charged: charged.map((one) => one - 1) }),
    ...(merged > 0 && { merged }),
  };
}
