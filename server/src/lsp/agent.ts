import type { Connection } from 'vscode-languageserver';
import type { RuleMeta } from '../../../rules/model';
import { Agent } from '../agent/agent';
import { AgentError } from '../agent/tool';
import { callTool, tools } from '../agent/tools';
import type { Analyser } from '../service/analyser';
import type { EngineHost, SourceDocument } from '../service/engine';
import type { Settings } from '../service/settings';
import { plainText } from '../text/foreign';
import { onLongRequest } from './long-request';
import { agentRequest, type AgentParams, type AgentResult } from './protocol';
import { failed } from './say';
import { pathOf } from './uris';

/** What agents need of the session. */
export interface AgentContext {
  readonly analyser: Analyser;
  readonly host: EngineHost;
  readonly rules: readonly RuleMeta[];
  readonly buffers: () => ReadonlyMap<string, SourceDocument>;
  readonly settings: (path: string) => Promise<Settings>;
  /** Absolute paths of the workspace folders. */
  readonly folders: () => readonly string[];
}

/** What agents of the editor have found so far, by workspace folder. */
export class Agents {
  readonly #byFolder = new Map<string, Agent>();

  constructor(private readonly context: AgentContext) {}

  /**
   * @param folder absolute; the first one of the workspace if not given
   * @throws AgentError
   */
  async call(
    { tool, arguments: args, confirmed, folder }: Omit<AgentParams, 'folder'> & { readonly folder?: string },
    signal: AbortSignal,
  ): Promise<string> {
    const { host, folders } = this.context;
    if (!host.trust.trusted)
      throw new AgentError('This folder is not trusted, so nothing of it is read for an agent or run.');
    const place = folders().find((one) => folder === undefined || one === folder);
    if (place === undefined) throw new AgentError('There is no such folder in the workspace.');
    const asks = tools.find(({ name }) => name === tool)?.kind === 'asks';
    const agent = await this.#agent(place);
    return callTool(agent, tool, { ...args, ...(asks && { confirmed: confirmed === true }) }, signal);
  }

  async #agent(folder: string): Promise<Agent> {
    const { settings: settingsOf, folders: _, ...options } = this.context;
    const settings = await settingsOf(folder);
    const known = this.#byFolder.get(folder);
    // What was found by other settings may be something else.
    if (known?.options.settings === settings) return known;
    const agent = new Agent({ ...options, settings, folder });
    this.#byFolder.set(folder, agent);
    return agent;
  }
}

/** `alloclens/agent`: one call of a tool. */
export function registerAgents(connection: Connection, agents: () => Agents | undefined): void {
  onLongRequest(
    connection,
    agentRequest,
    'answering an agent',
    async ({ folder, ...call }: AgentParams, { signal }): Promise<AgentResult> => {
      const session = agents();
      if (!session) throw failed('The server is not initialised.');
      try {
        const place = folder === undefined ? {} : { folder: pathOf(folder) };
        return { text: await session.call({ ...call, ...place }, signal) };
      } catch (error) {
        if (error instanceof AgentError) throw failed(plainText(error.message));
        throw error;
      }
    },
  );
}
