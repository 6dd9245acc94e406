import { window, workspace, type ExtensionContext } from 'vscode';
import { logText } from '../../server/src/text/foreign';
import { registerCommands } from './commands';
import type { StatusParams } from '../../server/src/lsp/protocol';
import { HeatMarks } from './editor/heat-marks';
import { Lenses } from './editor/lenses';
import { FindingLinks } from './finding-links';
import { FlameEditor } from './flame/flame-editor';
import { isAnalysed } from './languages';
import { registerLanguageModelTools } from './language-model-tools';
import { LanguageServer } from './language-server';
import type { LevelSchema } from './levels';
import { reached } from './milestones';
import { ProblemNotice } from './problem-notice';
import { RulePages } from './rule-pages';
import { Sample } from './sample';
import { registerSourceActions } from './source-actions';
import { Status } from './status';
import { ToolchainCheck } from './toolchain-check';
import { HotspotsView } from './views/hotspots-view';
import { ProfilesView } from './views/profiles-view';
import { ProofsView } from './views/proofs-view';
import { Sites } from './views/sites';

/** The part of package.json that is read. */
interface Manifest {
  readonly contributes: {
    readonly configuration: { readonly properties: { readonly 'alloclens.show': LevelSchema } };
  };
}

let server: LanguageServer | undefined;

/**
 * Two stages: commands and status exist at once; the server starts with the first document that it analyses, or when a
 * command needs it.
 */
export function activate(context: ExtensionContext): void {
  const output = window.createOutputChannel('AllocLens', { log: true });
  const status = new Status();
  const notice = new ProblemNotice(context.workspaceState);
  const sites = new Sites();
  const hotspots = new HotspotsView(sites, context.workspaceState);
  const proofs = new ProofsView();
  const hear = (now: StatusParams | undefined): void => {
    status.update(now);
    notice.update(now);
    hotspots.statusChanged(now);
    if (now?.documents.some(({ go }) => go)) void reached('toolchainFound');
  };
  const language = new LanguageServer(context, output, {
    started: (client) => void sites.started(client),
    stopped: () => {
      sites.stopped();
      hear(undefined);
    },
    status: hear,
    sites: (change) => void sites.sitesChanged(change),
    profiles: (profiles) => sites.profilesChanged(profiles),
  });
  server = language;
  const sample = new Sample(context);
  const manifest = context.extension.packageJSON as Manifest;
  const links = new FindingLinks(language);
  context.subscriptions.push(
    output,
    status,
    language,
    links,
    sites,
    hotspots,
    proofs,
    new ProfilesView(sites),
    new HeatMarks(context, sites),
    new Lenses(sites),
    new FlameEditor(context.extensionUri, language, sites),
    registerSourceActions(),
    registerLanguageModelTools(context, language),
    ...registerCommands({
      server: language,
      output,
      status,
      sample,
      links,
      sites,
      hotspots,
      proofs,
      pages: new RulePages(context.extensionUri),
      toolchain: new ToolchainCheck(language, sample),
      levels: manifest.contributes.configuration.properties['alloclens.show'],
    }),
    workspace.onDidGrantWorkspaceTrust(() => void language.trustGranted()),
  );

  const start = (): void => {
    language.start().catch((error: unknown) => {
      output.error(logText(`The language server could not start: ${String(error)}`));
      status.fail(String(error));
    });
  };
  if (workspace.textDocuments.some(isAnalysed)) {
    // VS Code waits for what an activation does in its own turn of the event loop, and all that it has promised.
    setImmediate(start);
    return;
  }
  const waiting = workspace.onDidOpenTextDocument((document) => {
    if (!isAnalysed(document)) return;
    waiting.dispose();
    if (!language.started) start();
  });
  context.subscriptions.push(waiting);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
