import path from 'node:path';
import { readText } from '../../host/files';
import type { ProcessRunner } from '../../host/process';
import { TemporaryFolder } from '../../host/temporary-folder';
import type { GoToolchain } from '../plan/toolchain';

/**
 * The texts as the toolchain's gofmt writes them, in their order; one that it cannot read stays as it is.
 * @throws ToolError when there is no gofmt beside the go command, AbortError when `signal` fires
 */
export async function gofmt(
  runner: ProcessRunner,
  { goroot, env }: Pick<GoToolchain, 'goroot' | 'env'>,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const folder = await TemporaryFolder.create();
  try {
    const files = await Promise.all(texts.map((text, i) => folder.put(path.join('texts', `${i}.go`), text)));
    await runner.run({
      command: path.join(goroot, 'bin', process.platform === 'win32' ? 'gofmt.exe' : 'gofmt'),
      // A folder: a command line has limits.
      args: ['-w', path.join(folder.path, 'texts')],
      cwd: folder.path,
      env,
      signal,
    });
    return await Promise.all(files.map(async (file) => (await readText(file)).text));
  } finally {
    await folder.dispose();
  }
}
