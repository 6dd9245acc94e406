import { dirname, relative } from 'node:path';
import { LSPErrorCodes, ResponseError, type CancellationToken, type Connection } from 'vscode-languageserver';
import { languageIdOf, languageOf } from '../service/languages';
import { compareText } from '../service/ranking';
import type { AnalysisService } from '../service/service';
import { sourceFiles } from '../service/walk';

import { analyseRequest, type AnalyseParams, type AnalyseResult } from './protocol';
import { report } from './say';
import { toStatusNote } from './status';
import { isVirtual, pathOf } from './uris';

const titles = {
  file: 'Analysing the file',
  package: 'Analysing the package',
  workspace: 'Analysing the workspace',
} as const;

/** `alloclens/analyse`: analyses what the user named, with progress that can be cancelled. */
export function registerAnalyse(
  connection: Connection,
  service: () => AnalysisService | undefined,
  folders: () => readonly string[],
): void {
  connection.onRequest(
    analyseRequest,
    async (params: AnalyseParams, token: CancellationToken): Promise<AnalyseResult> => {
      const running = service();
      if (!running) throw new ResponseError(LSPErrorCodes.RequestFailed, 'The server is not initialised.');
      const progress = await connection.window.createWorkDoneProgress();
      const abort = new AbortController();
      const cancel = (): void => abort.abort();
      const subscriptions = [
        token.onCancellationRequested(cancel),
        progress.token.onCancellationRequested(cancel),
      ];
      progress.begin(`AllocLens: ${titles[params.scope] ?? 'Analysing'}`, 0, undefined, true);
      try {
        const roots = folders().map(pathOf);
        const paths = await pathsOf(params, roots, abort.signal);
        const result = await running.analyseFiles(paths, {
          signal: abort.signal,
          progress: (done, path) => {
            const root = roots.find((folder) => path.startsWith(folder));
            const name = root ? relative(root, path) : path;
            report(progress, Math.floor((100 * done) / paths.length), `${done}/${paths.length} ${name}`);
          },
        });
        return {
          ...result,
          notes: result.notes.filter(({ kind }) => kind !== 'withheld fix').map(toStatusNote),
          cancelled: false,
        };
      } catch (error) {
        if (!abort.signal.aborted) throw error;
        return { files: 0, findings: 0, notes: [], cancelled: true };
      } finally {
        progress.done();
        for (const subscription of subscriptions) subscription.dispose();
      }
    },
  );
}

async function pathsOf(
  { scope, uri }: AnalyseParams,
  roots: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  if (scope === 'workspace') {
    const files = new Set<string>();
    for (const root of roots)
      for (const file of await sourceFiles(root, ['go', 'typescript'], { signal })) files.add(file);
    return [...files].sort(compareText);
  }
  if (uri === undefined)
    throw new ResponseError(
      LSPErrorCodes.RequestFailed,
      `To analyse a ${scope === 'file' ? 'file' : 'package'}, its "uri" must be given.`,
    );
  const path = pathOf(uri);
  if (scope === 'file' || isVirtual(path)) return [path];
  const language = languageOf(languageIdOf(path));
  return language ? sourceFiles(dirname(path), [language], { recursive: false, signal }) : [path];
}
