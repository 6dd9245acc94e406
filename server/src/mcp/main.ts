/**
 * The Model Context Protocol on standard input and output: a bundle of its own, because the SDK is larger than everything else that the command
 * line loads. Knows nothing of what the tools do.
 */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Readable, Writable } from 'node:stream';

/** A tool as the protocol lists it. */
export interface ServedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: object;
  /** Whether it changes nothing and runs nothing. */
  readonly isReading: boolean;
}

export interface ServeOptions {
  readonly version: string;
  readonly instructions: string;
  readonly tools: readonly ServedTool[];
  /** The answer's text; a rejection is told as an error with its message. */
  readonly call: (
    name: string,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => Promise<string>;
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
}

/** Serves until the input ends or the signal fires. */
export async function serve(options: ServeOptions): Promise<void> {
  const { version, instructions, tools, call, input, output, signal } = options;
  const server = new Server({ name: 'alloclens', version }, { capabilities: { tools: {} }, instructions });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ name, title, description, input: inputSchema, isReading }) => ({
      name,
      title,
      description,
      inputSchema: inputSchema as { type: 'object' },
      annotations: { title, readOnlyHint: isReading, destructiveHint: !isReading, openWorldHint: false },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    try {
      const text = await call(params.name, params.arguments ?? {}, AbortSignal.any([signal, extra.signal]));
      return { content: [{ type: 'text', text }] };
    } catch (error) {
      return { content: [{ type: 'text', text: (error as Error).message }], isError: true };
    }
  });
  const ended = new Promise<void>((resolve) => {
    input.once('end', resolve);
    input.once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport(input, output));
  await ended;
  await server.close();
}
