import { dirname, join } from 'node:path';
import type { Connection } from 'vscode-languageserver';
import { TemporaryFolder } from '../host/temporary-folder';
import { recordGo } from '../recording/go';
import type { EngineHost } from '../service/engine';
import type { Settings } from '../service/settings';
import { onLongRequest } from './long-request';
import { recordRequest, type RecordParams, type RecordResult } from './protocol';
import { failed } from './say';
import { pathOf, uriOf } from './uris';

/** What recording needs of the session. */
export interface RecordContext {
  readonly host: EngineHost;
  readonly settings: (path: string) => Promise<Settings>;
}

/** Bytes between samples. */
const interval = 16384;

/** Profiles of benchmarks and tests; they go with the session. */
export class Recordings {
  #folder: Promise<TemporaryFolder> | undefined;

  constructor(private readonly context: RecordContext) {}

  /**
   * Runs a benchmark or a test of the file's package.
   * @param name of its function
   * @returns absolute path of the profile; recording the same again replaces it
   * @throws RecordingError, UntrustedError, AbortError
   */
  async record(file: string, name: string, signal: AbortSignal): Promise<string> {
    const { host, settings } = this.context;
    const { path } = await (this.#folder ??= TemporaryFolder.create());
    const out = join(path, `${name}.pprof`);
    const exactly = `^${name}$`;
    await recordGo({
      ...host,
      out,
      interval,
      cwd: dirname(file),
      signal,
      folder: dirname(file),
      bench: name.startsWith('Benchmark') ? exactly : undefined,
      // A benchmark alone: without a pattern all tests would run first.
      test: name.startsWith('Benchmark') ? '^$' : exactly,
      benchtime: '1s',
      settings: await settings(file),
    });
    return out;
  }

  async dispose(): Promise<void> {
    await (await this.#folder)?.dispose();
  }
}

/** `alloclens/record`: runs what the user named. */
export function registerRecord(connection: Connection, recordings: () => Recordings | undefined): void {
  onLongRequest(
    connection,
    recordRequest,
    'recording',
    async ({ uri, name }: RecordParams, { signal, progress }): Promise<RecordResult> => {
      const session = recordings();
      if (!session) throw failed('The server is not initialised.');
      if (!/^(?:Benchmark|Test)[\p{L}\p{Nd}_]*$/u.test(name))
        throw failed('Only a function whose name begins with Benchmark or Test can be recorded.');
      progress(name);
      return { uri: uriOf(await session.record(pathOf(uri), name, signal)) };
    },
  );
}
