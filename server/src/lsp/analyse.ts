import { dirname, relative } from 'node:path';
import type { Note } from '../../../rules/model';
import { LSPErrorCodes, ResponseError, type CancellationToken, type Connection } from 'vscode-languageserver';
import { languageIdOf, languageOf } from '../service/languages';
import { compareText } from '../service/ranking';
import type { AnalysisService } from '../service/service';
import { byMessage } from '../service/notes';
import { sourceFiles, type SourceFiles } from '../service/walk';
import { withSignal } from './cancellation';
import { analyseRequest, type AnalyseParams, type AnalyseResult, type StatusNote } from './protocol';
import { report } from './say';
import { toStatusNote } from './status';
import { isVirtual, pathOf } from './uris';

/** Different notes that the answer holds; the others are counted. */
const maximumNotes = 100;

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
      const { window } = connection;
      const created = params.workDoneToken === undefined ? await window.createWorkDoneProgress() : undefined;
      const progress = created ?? window.attachWorkDoneProgress(params.workDoneToken);
      const tokens = [token, ...(created ? [created.token] : [])];
      progress.begin(`AllocLens: ${titles[params.scope] ?? 'Analysing'}`, 0, undefined, true);
      return withSignal(tokens, async (signal) => {
        try {
          const roots = folders().map(pathOf);
          const { files: paths, notes } = await filesOf(params, roots, signal);
          const result = await running.analyseFiles(paths, {
            signal,
            progress: (done, path) => {
              const root = roots.find((folder) => path.startsWith(folder));
              const name = root ? relative(root, path) : path;
              report(progress, Math.floor((100 * done) / paths.length), `${done}/${paths.length} ${name}`);
            },
          });
          return {
            ...result,
            notes: summaryOf([...notes, ...result.notes.filter(({ kind }) => kind !== 'withheld fix')]),
          };
        } catch (error) {
          if (!signal.aborted) throw error;
          // Cancelled while the files were looked for.
          return { ...nothing, cancelled: true };
        } finally {
          progress.done();
        }
      });
    },
  );
}

const nothing: AnalyseResult = {
  files: 0,
  findings: 0,
  bySeverity: { error: 0, warning: 0, information: 0, hint: 0 },
  hidden: 0,
  notes: [],
  cancelled: false,
};

/** One note for each thing to say, with the first of the files that it is about; not more than a person reads. */
function summaryOf(notes: readonly Note[]): StatusNote[] {
  const all = [...byMessage(notes)];
  const said = all.slice(0, maximumNotes).map(([message, [first, ...others]]) => {
    const more =
      others.length === 0
        ? ''
        : ` (and of ${others.length === 1 ? 'another file' : `${others.length} other files`})`;
    return toStatusNote({ ...(first !== undefined && { file: first }), message: `${message}${more}` });
  });
  const left = all.length - maximumNotes;
  return left > 0 ? [...said, { message: `${left} more of such notes.` }] : said;
}

async function filesOf(
  { scope, uri }: AnalyseParams,
  roots: readonly string[],
  signal: AbortSignal,
): Promise<SourceFiles> {
  if (scope === 'workspace') {
    const found: SourceFiles[] = [];
    for (const root of roots) found.push(await sourceFiles(root, ['go', 'typescript'], { signal }));
    const files = new Set(found.flatMap(({ files }) => files));
    return { files: [...files].sort(compareText), notes: found.flatMap(({ notes }) => notes) };
  }
  if (uri === undefined)
    throw new ResponseError(
      LSPErrorCodes.RequestFailed,
      `To analyse a ${scope === 'file' ? 'file' : 'package'}, its "uri" must be given.`,
    );
  const path = pathOf(uri);
  const itself = { files: [path], notes: [] };
  if (scope === 'file' || isVirtual(path)) return itself;
  const language = languageOf(languageIdOf(path));
  return language ? sourceFiles(dirname(path), [language], { recursive: false, signal }) : itself;
}
