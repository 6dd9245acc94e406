import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRepository } from '../../support/repository';
import { fileOf, moduleText, type Package } from './fix';
import type { Program } from './program';
import { goFile } from './text';

/** What a program showed with one input. */
export interface Observation {
  readonly text: string;
  readonly objects: number;
  readonly bytes: number;
  /** The call panics, or returns an error. */
  readonly failed: boolean;
  /** What is observed differs from run to run. */
  readonly unsteady: boolean;
}

/** One for each input, or a sentence that says why there are none. */
export type Outcome = readonly Observation[] | { readonly fails: string };

export type Version = 'before' | 'after';

/**
 * Compiles all programs, those before and those after their fixes, into one binary and runs it.
 * @param folder empty; the caller removes it
 * @param texts the text of each program's version; programs that are not in it are left out of that version
 */
export async function execute(
  folder: string,
  packages: readonly Package[],
  texts: Readonly<Record<Version, ReadonlyMap<Program, string>>>,
): Promise<Record<Version, Map<Program, Outcome>>> {
  const outcomes = { before: new Map<Program, Outcome>(), after: new Map<Program, Outcome>() };
  if (texts.before.size + texts.after.size === 0) return outcomes;
  await mkdir(path.join(folder, 'observe'), { recursive: true });
  await copyFile(
    inRepository('test', 'equivalence', 'go', 'observe.go'),
    path.join(folder, 'observe', 'observe.go'),
  );
  await writeFile(path.join(folder, 'go.mod'), moduleText);
  const byName = new Map<string, { program: Program; version: Version }>();
  for (const { name, programs } of packages) {
    for (const version of ['before', 'after'] as const) {
      for (const program of programs)
        byName.set(`${version}/${name}/${program.number}`, { program, version });
    }
  }
  const missing = (version: Version, program: Program): boolean =>
    !texts[version].has(program) || outcomes[version].has(program);

  // A program that does not compile is left out, and the rest tried again.
  for (;;) {
    await lay(folder, packages, texts, missing);
    const { code, stderr } = await run(
      'go',
      ['build', '-gcflags=-e', '-ldflags=-s -w', '-o', 'programs', '.'],
      folder,
    );
    if (code === 0) break;
    let found = false;
    for (const [, version, name, number, message] of stderr.matchAll(
      /^(before|after)\/(\w+)\/p(\d*)\.go:\d+:(?:\d+:)? (.*)$/gm,
    )) {
      const one = byName.get(`${version}/${name}/${number}`)!;
      if (outcomes[one.version].has(one.program)) continue;
      outcomes[one.version].set(one.program, { fails: `does not compile: ${message}` });
      found = true;
    }
    if (code === outOfTime)
      throw new Error(
        `Compiling the programs took longer than ${minutes} minutes: try fewer, or fewer rules.`,
      );
    if (!found) throw new Error(`The programs do not compile:\n${stderr.slice(0, 4000)}`);
  }

  // The binary goes through the programs in order; one that ends the process is noted, and the rest run after it.
  const started = new Set<string>();
  for (;;) {
    const { stdout, stderr, code } = await run(path.join(folder, 'programs'), [...started], folder);
    let current: string | undefined;
    for (const line of stdout.split('\n')) {
      if (line === '') continue;
      let record: Record<string, unknown>;
      try {
        record = JSON.parse(line) as Record<string, unknown>;
      } catch {
        continue;
      }
      if (typeof record['Starts'] === 'string') {
        current = record['Starts'];
        started.add(current);
        const { program, version } = byName.get(current)!;
        outcomes[version].set(program, []);
        continue;
      }
      const { program, version } = byName.get(record['Program'] as string)!;
      const { Text, Objects, Bytes, Failed, Unsteady } = record as unknown as Line;
      (outcomes[version].get(program) as Observation[]).push({
        text: Text,
        objects: Objects,
        bytes: Bytes,
        failed: Failed,
        unsteady: Unsteady,
      });
    }
    if (code === 0) break;
    const message =
      stderr.split('\n').find((line) => /^(?:panic|fatal|runtime)\b/.test(line)) ?? stderr.slice(0, 200);
    const guilty = current === undefined ? undefined : byName.get(current);
    if (!guilty) throw new Error(`The programs do not start:\n${stderr.slice(0, 4000)}`);
    outcomes[guilty.version].set(guilty.program, { fails: message });
  }
  return outcomes;
}

/** What the binary prints of an input; see Result in observe.go. */
interface Line {
  readonly Program: string;
  readonly Text: string;
  readonly Objects: number;
  readonly Bytes: number;
  readonly Failed: boolean;
  readonly Unsteady: boolean;
}

/** Writes both versions of all packages, a driver into each, and the main function. */
async function lay(
  folder: string,
  packages: readonly Package[],
  texts: Readonly<Record<Version, ReadonlyMap<Program, string>>>,
  missing: (version: Version, program: Program) => boolean,
): Promise<void> {
  const imports: string[] = [];
  const calls: string[] = [];
  for (const version of ['before', 'after'] as const) {
    for (const { name, programs } of packages) {
      const present = programs.filter((program) => !missing(version, program));
      if (present.length === 0) continue;
      const directory = path.join(folder, version, name);
      await mkdir(directory, { recursive: true });
      for (const program of programs) {
        const text = missing(version, program) ? 'package p\n' : texts[version].get(program)!;
        await writeFile(path.join(directory, fileOf(program)), text);
      }
      await writeFile(path.join(directory, 'programs.go'), driver(`${version}/${name}`, present));
      imports.push(`${version}_${name} "example.com/m/${version}/${name}"`);
      calls.push(`add(${version}_${name}.Programs())`);
    }
  }
  await writeFile(
    path.join(folder, 'main.go'),
    `package main

import (
	"encoding/json"
	"os"
	"slices"

	"example.com/m/observe"
	${imports.join('\n\t')}
)

func main() {
	var all []observe.Program
	add := func(programs []observe.Program) {
		for _, p := range programs {
			if !slices.Contains(os.Args[1:], p.Name) {
				all = append(all, p)
			}
		}
	}
	${calls.join('\n\t')}
	out := json.NewEncoder(os.Stdout)
	observe.Main(all, func(v any) {
		if err := out.Encode(v); err != nil {
			panic(err)
		}
	})
}
`,
  );
}

/** Go text that calls each program with its inputs. */
function driver(prefix: string, programs: readonly Program[]): string {
  const functions = programs.map(({ number, calls }) => {
    const { callee, parameters, results, inputs } = calls;
    const names = parameters.map((_, i) => `a${i}`).join(', ');
    const values = Array.from({ length: results }, (_, i) => `r${i}`).join(', ');
    const typed = parameters.map(({ type }, i) => `, a${i} ${type}`).join('');
    const call = results === 0 ? `${callee}(${names})` : `${values} := ${callee}(${names})`;
    return `func call${number}(o *observe.Run${typed}) ([]any, func() []any) {
return []any{${names}}, func() []any {
${call}
return []any{${values}}
}
}

var inputs${number} = []func(*observe.Run){
${inputs
  .map(
    (input) =>
      `func(o *observe.Run) {\no.Observe(func() ([]any, func() []any) { return call${number}(${['o', ...input].join(', ')}) })\n},`,
  )
  .join('\n')}
}`;
  });
  const table = programs.map(({ number }) => `{Name: "${prefix}/${number}", Inputs: inputs${number}},`);
  const body = `${functions.join('\n\n')}\n\n// Programs are all of this package.\nfunc Programs() []observe.Program {\nreturn []observe.Program{\n${table.join('\n')}\n}\n}`;
  return goFile(body, 'p', ['example.com/m/observe']);
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long `go build` and the programs may take. */
const minutes = 5;

/** The exit code of what was killed because it took longer. */
const outOfTime = 5;

/** Runs a program to its end; one that takes too long is killed. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, GOWORK: 'off', GOFLAGS: '', GOTOOLCHAIN: 'local', GOPROXY: 'off' };
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: minutes * 60_000,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => stdout.push(data));
    child.stderr.on('data', (data: Buffer) => stderr.push(data));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code: code ?? outOfTime,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      }),
    );
  });
}

/** Those of the programs that compile in one package with each other. */
export async function thatCompile(programs: readonly Program[]): Promise<Program[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alloclens-compile-'));
  try {
    await writeFile(path.join(folder, 'go.mod'), moduleText);
    let left = [...programs];
    for (const program of left) await writeFile(path.join(folder, fileOf(program)), program.text);
    for (;;) {
      const { code, stderr } = await run('go', ['build', '-gcflags=-e', '-o', '/dev/null', '.'], folder);
      if (code === 0) return left;
      const broken = new Set([...stderr.matchAll(/^(?:\.\/)?(p\d*\.go):/gm)].map((match) => match[1]!));
      if (broken.size === 0) return [];
      for (const file of broken) await rm(path.join(folder, file));
      left = left.filter((program) => !broken.has(fileOf(program)));
      if (left.length === 0) return [];
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
