import { commands, env, ProgressLocation, window, type Disposable, type LogOutputChannel } from 'vscode';
import {
  clearNotification,
  revealRequest,
  type RevealParams,
  type RevealResult,
} from '../../server/src/lsp/protocol';
import { logText } from '../../server/src/text/foreign';
import { analyse } from './analyse';
import { goToHotspot, listHotspots } from './hotspots';
import { analysedDocument } from './languages';
import type { FindingLinks } from './finding-links';
import { applyFix, explainFinding, fixApplied, showRuleDocumentation } from './command-names';
import type { LanguageServer } from './language-server';
import { selectLevel, type LevelSchema } from './levels';
import { reached } from './milestones';
import type { RulePages } from './rule-pages';
import type { Sample } from './sample';
import { fail, inform } from './say';
import type { Status } from './status';
import type { ToolchainCheck } from './toolchain-check';
import { viewCommands } from './views/commands';
import { loadProfile } from './views/profile-commands';
import type { HotspotsView } from './views/hotspots-view';
import type { ProofsView } from './views/proofs-view';
import type { Sites } from './views/sites';

export interface CommandContext {
  readonly server: LanguageServer;
  readonly output: LogOutputChannel;
  readonly pages: RulePages;
  readonly status: Status;
  readonly sample: Sample;
  readonly toolchain: ToolchainCheck;
  readonly levels: LevelSchema;
  readonly links: FindingLinks;
  readonly sites: Sites;
  readonly hotspots: HotspotsView;
  readonly proofs: ProofsView;
}

/** Every command of the manifest, and those that hovers link to. They exist from activation on and answer whether or not the server runs. */
export function registerCommands(context: CommandContext): Disposable[] {
  const { server, output } = context;
  const table: Record<string, (...args: unknown[]) => unknown> = {
    'alloclens.showAll': () => withDocument((uri) => toggleAll(uri, server)),
    'alloclens.selectLevel': () => selectLevel(context.status, context.levels),
    'alloclens.nextHotspot': () => goToHotspot('next'),
    'alloclens.previousHotspot': () => goToHotspot('previous'),
    'alloclens.listHotspots': async () => {
      await server.start();
      await listHotspots(context.sites);
    },
    ...viewCommands(context),
    'alloclens.fixAll': () =>
      withDocument(() =>
        commands.executeCommand('editor.action.codeAction', {
          kind: 'source.fixAll.alloclens',
          apply: 'first',
        }),
      ),
    'alloclens.analyseFile': () => withDocument((uri) => analyse({ scope: 'file', uri }, server, output)),
    'alloclens.analysePackage': () =>
      withDocument((uri) => analyse({ scope: 'package', uri }, server, output)),
    'alloclens.analyseWorkspace': () => analyse({ scope: 'workspace' }, server, output),
    'alloclens.clearFindings': async () => {
      if (server.started) await (await server.start()).sendNotification(clearNotification);
    },
    'alloclens.checkToolchain': () => context.toolchain.run(),
    'alloclens.setGoPath': () => openGoPath(),
    'alloclens.openSample': () => openSample(context),
    'alloclens.restartServer': () => restart(context),
    'alloclens.showOutput': () => output.show(true),
    [showRuleDocumentation]: (rule) => context.pages.show(rule),
    [fixApplied]: () => reached('fixApplied'),
    [applyFix]: (reference) => context.links.apply(reference),
    [explainFinding]: (reference) => context.links.explain(reference),
  };
  return Object.entries(table).map(([name, run]) =>
    commands.registerCommand(name, async (...args: unknown[]) => {
      try {
        await run(...args);
      } catch (error) {
        output.error(
          logText(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
        );
        const choice = await fail(error instanceof Error ? error.message : String(error), 'Open the Log');
        if (choice) output.show(true);
      }
    }),
  );
}

/** The sample, and its hotspots by the profile that comes with it. */
async function openSample({ sample, toolchain, server }: CommandContext): Promise<void> {
  const profile = await sample.open((await toolchain.find()).go ? 'go' : 'typescript');
  if (profile) await loadProfile(server, profile);
  await commands.executeCommand('alloclens.hotspots.focus');
}

/** Does something with the active editor's document, or says that there is none of ours. */
async function withDocument(run: (uri: string) => unknown): Promise<void> {
  const document = analysedDocument(window.activeTextEditor);
  if (document) await run(document.uri.toString());
  else void inform('Only Go, TypeScript and JavaScript are analysed: open such a file first.');
}

/** Shows all allocations of the file, or no longer does. */
async function toggleAll(uri: string, server: LanguageServer): Promise<void> {
  const params: RevealParams = { uri };
  await (await server.start()).sendRequest<RevealResult>(revealRequest, params);
}

/** The setting, where it belongs: a path is one of the machine that Go runs on. */
async function openGoPath(): Promise<void> {
  const where = env.remoteName === undefined ? 'openSettings' : 'openRemoteSettings';
  await commands.executeCommand(`workbench.action.${where}`, { query: 'alloclens.go.path' });
}

async function restart({ server, output }: CommandContext): Promise<void> {
  output.info('Restarting the language server.');
  await window.withProgress({ location: ProgressLocation.Window, title: 'Restarting AllocLens' }, () =>
    server.restart(),
  );
}
