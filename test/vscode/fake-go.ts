import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A program named `go` that writes down that it was started, then does what the real one does. */
export interface FakeGo {
  /** The folder that holds it: for the PATH. */
  readonly folder: string;
  /** Its absolute path: for a setting. */
  readonly path: string;
  /** The command lines that it was started with. */
  starts(): Promise<string[]>;
}

const source = `package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	log, err := os.OpenFile(LOG, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		os.Exit(2)
	}
	fmt.Fprintln(log, strings.Join(os.Args, " "))
	log.Close()
	command := exec.Command(REAL, os.Args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	if command.Run() != nil {
		os.Exit(1)
	}
}
`;

/** Builds it below \`folder\` with the real Go, so that it is a program on every platform. */
export async function plantFakeGo(folder: string): Promise<FakeGo> {
  const bin = join(folder, 'bin');
  const code = join(folder, 'source');
  const log = join(folder, 'starts.log');
  const windows = process.platform === 'win32';
  for (const path of [bin, code]) await mkdir(path, { recursive: true });
  const real = (await execute(windows ? 'where' : 'which', ['go'])).stdout.split(/\r?\n/)[0]!;
  const quoted = (text: string): string => JSON.stringify(text);
  await writeFile(join(code, 'main.go'), source.replace('LOG', quoted(log)).replace('REAL', quoted(real)));
  const path = join(bin, windows ? 'go.exe' : 'go');
  await execute('go', ['build', '-o', path, 'main.go'], {
    cwd: code,
    env: { ...process.env, GOFLAGS: '', GO111MODULE: 'off' },
  });
  return {
    folder: bin,
    path,
    async starts() {
      const text = await readFile(log, 'utf8').catch(() => '');
      return text.split(/\r?\n/).filter((line) => line !== '');
    },
  };
}
