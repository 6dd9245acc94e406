/** With inspected.ts the only place that opens a connection, and only to an address that a person typed. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** An address that gave nothing. The message is a sentence for the user that does not name the address. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

export interface DownloadLimits {
  /** Until all of it is there, in milliseconds. */
  readonly patience: number;
  /** Bytes. */
  readonly size: number;
  readonly signal: AbortSignal;
}

/**
 * Writes what the address answers into a file. Redirections are not followed: they lead to addresses that nobody typed.
 * @param file absolute path, in a private folder
 * @throws DownloadError, AbortError
 */
export async function download(
  url: URL,
  file: string,
  { patience, size, signal }: DownloadLimits,
): Promise<void> {
  const late = AbortSignal.timeout(patience);
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([signal, late]) });
    if (response.status !== 200) throw new DownloadError(await refusal(response));
    let length = 0;
    await pipeline(
      Readable.fromWeb(response.body! as Parameters<typeof Readable.fromWeb>[0]),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          length += chunk.length;
          if (length > size)
            throw new DownloadError(`It answers with more than ${Math.round(size / 1024 ** 2)} MiB.`);
          yield chunk;
        }
      },
      createWriteStream(file, { mode: 0o600 }),
    );
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    signal.throwIfAborted();
    if (late.aborted)
      throw new DownloadError(`It did not answer within ${Math.round(patience / 1000)} seconds.`);
    throw new DownloadError(failure(error));
  }
}

async function refusal(response: Response): Promise<string> {
  const { status } = response;
  if (300 <= status && status < 400) {
    await response.body?.cancel();
    return `It sends elsewhere (status ${status}), and only the address that was typed is asked.`;
  }
  // net/http/pprof says what is wrong in one line of plain text.
  const first = await response.body?.getReader().read();
  const [line = ''] = Buffer.from(first?.value ?? [])
    .toString('utf8')
    .trim()
    .split('\n');
  const said = /^[\x20-\x7e]{1,200}$/.test(line) && !line.startsWith('<') ? `: ${line}` : '';
  return status === 404
    ? 'It has nothing there (status 404): does the program import net/http/pprof, and serve it under this path?'
    : `It refuses with status ${status}${said}.`;
}

function failure(error: unknown): string {
  // What happened on the network is the cause of fetch's "fetch failed".
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
  const { code = cause.message } = cause as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody listens there; is the program running?',
    ENOTFOUND: 'there is no such host',
    ECONNRESET: 'the connection broke off',
    UND_ERR_SOCKET: 'the connection broke off',
    HPE_INVALID_CONSTANT: 'what answers does not speak HTTP',
  };
  return `It cannot be read: ${reasons[code] ?? code}.`;
}
