/** A connection to a Node program that listens for an inspector, at an address that a person typed and nowhere else. */

/** Nothing could be asked. The message is a sentence for the user. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
}

export interface Inspected {
  /** As the program names itself: "node.js/v24.22.3". */
  readonly program: string;
  /** Its script, as it says. */
  readonly title: string;
  /** @throws InspectorError when the program refuses or ends */
  ask(method: string, params?: object): Promise<unknown>;
  /** Resolves when the program has gone. */
  readonly gone: Promise<void>;
  close(): void;
}

/** Milliseconds. */
const patience = 10_000;

/**
 * "9229", "host:9229", or the address that `node --inspect` prints ("ws://127.0.0.1:9229/…").
 * @throws InspectorError
 */
export function inspectorAddress(typed: string): {
  readonly host: string;
  readonly path: string | undefined;
} {
  const text = /^\d+$/.test(typed) ? `127.0.0.1:${typed}` : typed.replace(/^(?:ws|http):\/\//, '');
  const parts = /^(\[[\da-fA-F:]+\]|[\w.-]+):(\d{1,5})(\/[\w-]*)?$/.exec(text);
  if (!parts || Number(parts[2]) > 65_535)
    throw new InspectorError(
      `${typed} is no address of an inspector: a port such as 9229, host:port, or the ws:// address that node --inspect prints.`,
    );
  const path = parts[3]?.slice(1);
  return { host: `${parts[1]!}:${parts[2]!}`, path: path === '' ? undefined : path };
}

/**
 * Connects to the first program that listens there.
 * @throws InspectorError, AbortError
 */
export async function inspect(typed: string, signal: AbortSignal): Promise<Inspected> {
  // The types are those of Node 20, which has none.
  const Socket = (globalThis as { WebSocket?: typeof WebSocket }).WebSocket;
  if (!Socket)
    throw new InspectorError(
      `An inspector is spoken to through a WebSocket, which Node ${process.version} has only with NODE_OPTIONS=--experimental-websocket: set that, or run alloclens with Node 22 or newer.`,
    );
  const { host, path } = inspectorAddress(typed);
  const [{ Browser }, targets] = await Promise.all([
    json<{ Browser?: unknown }>(`http://${host}/json/version`, signal),
    json<readonly { id?: unknown; title?: unknown }[]>(`http://${host}/json/list`, signal),
  ]);
  const target = Array.isArray(targets)
    ? targets.find(({ id }) => path === undefined || id === path)
    : undefined;
  if (typeof target?.id !== 'string' || !/^[\w-]+$/.test(target.id))
    throw new InspectorError(
      `${host} has no program to be inspected${path === undefined ? '' : ' of this id'}.`,
    );
  // To the host that was typed, whatever the answer names.
  const socket = new Socket(`ws://${host}/${target.id}`);
  await opened(socket, host, signal);
  return {
    program: String(Browser),
    title: typeof target.title === 'string' ? target.title : '',
    ...conversation(socket, host),
  };
}

async function json<T>(url: string, signal: AbortSignal): Promise<T> {
  const { host } = new URL(url);
  try {
    const late = AbortSignal.timeout(patience);
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.any([signal, late]) });
    return (await response.json()) as T;
  } catch (error) {
    signal.throwIfAborted();
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    throw new InspectorError(
      cause?.code === 'ECONNREFUSED'
        ? `Nobody listens at ${host}: start the program with node --inspect, or send it SIGUSR1.`
        : `What listens at ${host} is no inspector of Node.`,
    );
  }
}

function opened(socket: WebSocket, host: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => {
      socket.close();
      reject(reason as Error);
    };
    const both = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    both.addEventListener('abort', () => {
      fail(signal.aborted ? signal.reason : new InspectorError(`The inspector at ${host} does not answer.`));
    });
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () =>
      fail(new InspectorError(`The inspector at ${host} refuses the connection.`)),
    );
  });
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message?: unknown };
}

function conversation(socket: WebSocket, host: string): Pick<Inspected, 'ask' | 'gone' | 'close'> {
  const open = new Map<number, (answer: Answer | undefined) => void>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id === undefined) return;
    open.get(answer.id)?.(answer);
    open.delete(answer.id);
  });
  const gone = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => {
      for (const answer of open.values()) answer(undefined);
      open.clear();
      resolve();
    });
  });
  return {
    gone,
    close: () => socket.close(),
    ask: (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        open.set(id, (answer) => {
          if (!answer) reject(new InspectorError(`The program at ${host} ended before it gave its profile.`));
          else if (answer.error)
            reject(
              new InspectorError(
                `The inspector at ${host} refuses ${method}: ${String(answer.error.message)}.`,
              ),
            );
          else resolve(answer.result);
        });
        if (socket.readyState === 1) socket.send(JSON.stringify({ id, method, params }));
        else open.get(id)!(undefined);
      }),
  };
}
