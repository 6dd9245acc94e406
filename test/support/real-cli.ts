import { Readable } from 'node:stream';
import { run } from '../../server/src/cli/program';
import { engines, recorder, rules } from '../../server/src/composition';

/** The command line with the engines and rules that ship, in a folder. */
export async function alloclens(
  cwd: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const text = (chunk: string | Uint8Array): string => Buffer.from(chunk).toString();
  const code = await run(args, {
    cwd,
    stdin: Readable.from([]),
    stdout: { write: (chunk: string | Uint8Array) => ((out += text(chunk)), true) } as never,
    stderr: { write: (chunk: string | Uint8Array) => ((err += text(chunk)), true) } as never,
    color: false,
    signal: new AbortController().signal,
    engines,
    recorder,
    rules,
    version: '0',
  });
  return { code, out, err };
}
