import {
  Disposable,
  LanguageModelTextPart,
  LanguageModelToolResult,
  lm,
  MarkdownString,
  window,
  workspace,
  type CancellationToken,
  type ExtensionContext,
} from 'vscode';
import { agentRequest, type AgentParams, type AgentResult } from '../../server/src/lsp/protocol';
import { markdownCode, plainText } from '../../server/src/text/foreign';
import type { LanguageServer } from './language-server';

/** What is read of an entry of `contributes.languageModelTools`; server/src/agent/language-model-tools.ts makes them. */
interface DeclaredTool {
  readonly name: string;
  readonly displayName: string;
  readonly tags: readonly string[];
}

/**
 * The tools for language models of the manifest, once the workspace is trusted: until then they are not there. Editors that have no
 * language models do without.
 */
export function registerLanguageModelTools(context: ExtensionContext, server: LanguageServer): Disposable {
  const { contributes } = context.extension.packageJSON as {
    readonly contributes: { readonly languageModelTools: readonly DeclaredTool[] };
  };
  const registered: Disposable[] = [];
  const register = (): void => {
    // Editors that are built on VS Code may lack it.
    if (typeof (lm as typeof lm | undefined)?.registerTool !== 'function') return;
    registered.push(...contributes.languageModelTools.map((tool) => registerOne(tool, server)));
  };
  if (workspace.isTrusted) register();
  else registered.push(workspace.onDidGrantWorkspaceTrust(register));
  return new Disposable(() => registered.forEach((one) => void one.dispose()));
}

function registerOne({ name, displayName, tags }: DeclaredTool, server: LanguageServer): Disposable {
  const asks = tags.includes('asks');
  return lm.registerTool<Readonly<Record<string, unknown>>>(name, {
    prepareInvocation: ({ input }) => ({
      invocationMessage: displayName,
      ...(asks && { confirmationMessages: { title: displayName, message: question(input) } }),
    }),
    invoke: async ({ input }, token) =>
      // VS Code calls what asks only after the user has agreed.
      new LanguageModelToolResult([
        new LanguageModelTextPart(
          await call(server, { tool: toolOf(name), arguments: input, confirmed: asks }, token),
        ),
      ]),
  });
}

const toolOf = (name: string): string => name.replace(/^alloclens_/, '');

/** What is to be run, in the model's words. */
function question(input: Readonly<Record<string, unknown>>): MarkdownString {
  const given = Object.entries(input).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return new MarkdownString(
    `The benchmarks that reach the fix are run, before and after it: code of this folder runs on this machine. ${markdownCode(given.join(', '), 300)}`,
  );
}

async function call(server: LanguageServer, params: AgentParams, token: CancellationToken): Promise<string> {
  if (!workspace.isTrusted) throw new Error('This folder is not trusted, so nothing of it is read or run.');
  const uri = window.activeTextEditor?.document.uri;
  const folder = (uri && workspace.getWorkspaceFolder(uri)) ?? workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('There is no folder open.');
  try {
    const client = await server.start();
    const { text } = await client.sendRequest<AgentResult>(
      agentRequest,
      { ...params, folder: client.code2ProtocolConverter.asUri(folder.uri) },
      token,
    );
    return text;
  } catch (error) {
    // The model is told why; a person reads it, too.
    throw new Error(plainText((error as Error).message), { cause: error });
  }
}
