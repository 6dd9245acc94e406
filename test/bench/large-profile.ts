import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from 'simple-statistics';
import {
  flameGraphRequest,
  loadProfileRequest,
  sitesRequest,
  type FlameGraphResult,
  type SitesResult,
} from '../../server/src/lsp/protocol';
import { uri, type FakeEditor } from '../support/fake-editor';
import { quit, serve } from './served';
import { inRepository } from '../support/repository';
import { corpusText } from './corpus-text';
import { largeGoFile } from './large-go-file';
import { writeHeapProfile, writePprof } from './large-profiles';
import { ms, print } from './table';
import { usageOf } from './usage';

const mebi = 1024 ** 2;
const lines = 5000;
/** Edits before and after the profile is read; while it is, as many as there is time for. */
const edits = 10;
/** Milliseconds between what a person types. */
const pace = 150;

/** The longest that the server's main thread was busy without a break. */
interface Pauses {
  /** Processor time, in milliseconds: what other programs take does not count. */
  readonly busy: number;
  /** By the clock, as `perf_hooks` measures the delay of the event loop. */
  readonly delay: number;
}

/** The server as it ships, with pauses.cjs in it, and a file that is typed in. */
class Session {
  #version = 0;

  private constructor(
    readonly editor: FakeEditor,
    readonly server: ChildProcess,
    private readonly file: string,
    private readonly pausesFile: string,
  ) {}

  static async open(folder: string, file: string): Promise<Session> {
    const pausesFile = path.join(folder, 'pauses.json');
    const { editor, server } = await serve(
      folder,
      {},
      {
        flags: ['--require', inRepository('test', 'bench', 'pauses.cjs')],
        env: { ALLOCLENS_PAUSES_FILE: pausesFile },
        patience: 180_000,
      },
    );
    const session = new Session(editor, server, file, pausesFile);
    await editor.open(file, `${readFileSync(file, 'utf8')}\n// typed 0 end\n`);
    await session.#heard();
    await editor.idle();
    return session;
  }

  /** Since it was asked last. */
  async pauses(): Promise<Pauses> {
    rmSync(this.pausesFile, { force: true });
    this.server.kill('SIGUSR2');
    while (!existsSync(this.pausesFile)) await sleep(5);
    return JSON.parse(readFileSync(this.pausesFile, 'utf8')) as Pauses;
  }

  /** One word more. @returns milliseconds until its findings are there */
  async type(): Promise<number> {
    const started = performance.now();
    await this.editor.edit(this.file, `typed ${this.#version} end`, `typed ${++this.#version} end`);
    await this.#heard();
    return performance.now() - started;
  }

  async #heard(): Promise<void> {
    const { version } = this.editor.document(this.file);
    await this.editor.until(
      () => this.editor.diagnostics.get(this.editor.uri(this.file))?.version === version,
      `the findings of version ${version}`,
    );
  }

  get peak(): number {
    return usageOf(this.server.pid!).peak;
  }

  quit(): Promise<void> {
    return quit(this);
  }
}

/** Typing into a file of 5,000 lines while a large profile that speaks of it is read, and when it has been (issue 14). */
export async function largeProfile(): Promise<void> {
  const chosen = process.env['SUBJECT'] ?? '';
  const rows: string[][] = [];
  for (const subject of [go, typescript]) {
    if (!subject.name.includes(chosen)) continue;
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'alloclens-bench-')));
    try {
      const { file, profile, what } = await subject(folder);
      rows.push(...(await rowsOf(folder, file, profile)).map((row) => [what, ...row]));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  print(
    `A large profile, and a file of ${lines} lines that is typed in: longest pauses of the server's main thread, median time to findings`,
    ['profile', 'when', 'busy at most', 'by the clock', 'edits', 'findings', 'peak', 'progress'],
    rows,
  );
}

interface Subject {
  readonly file: string;
  readonly profile: string;
  readonly what: string;
}

async function go(folder: string): Promise<Subject> {
  const { text, functions } = largeGoFile(lines);
  const file = path.join(folder, 'large.go');
  writeFileSync(path.join(folder, 'go.mod'), 'module example.com/large\n\ngo 1.21\n');
  writeFileSync(file, text);
  const profile = path.join(folder, 'large.pprof');
  const own = functions.map(({ name, line, allocates }) => ({
    name: `example.com/large.${name}`,
    file: 'example.com/large/large.go',
    startLine: line,
    line: allocates,
  }));
  const others = Array.from({ length: 10 * own.length }, (_, i) => ({
    name: `example.com/other.f${i}`,
    file: '/x/other.go',
    startLine: i + 1,
    line: i + 2,
  }));
  await writePprof(profile, 50 * mebi, [...own, ...others]);
  return { file, profile, what: 'pprof, 50 MiB' };
}

async function typescript(folder: string): Promise<Subject> {
  const text = corpusText(lines);
  const file = path.join(folder, 'large.ts');
  writeFileSync(file, text);
  const profile = path.join(folder, 'large.heapprofile');
  const own = text.split('\n').flatMap((line, at) => {
    const found = /\bfunction (\w+)(?=[(<])/.exec(line);
    if (!found) return [];
    return [{ name: found[1]!, url: uri(file), line: at, column: found.index + found[0].length }];
  });
  const others = Array.from({ length: 10 * own.length }, (_, i) => ({
    name: `f${i}`,
    url: 'file:///elsewhere/b.js',
    line: i,
    column: i % 80,
  }));
  await writeHeapProfile(profile, 100 * mebi, [...own, ...others]);
  return { file, profile, what: '.heapprofile, 100 MiB' };
}

async function rowsOf(folder: string, file: string, profile: string): Promise<string[][]> {
  const session = await Session.open(folder, file);
  const { editor } = session;
  const rows: string[][] = [];
  const row = async (when: string, times: readonly number[], ...rest: string[]): Promise<void> => {
    const { busy, delay } = await session.pauses();
    const found = times.length > 0 ? ms(median([...times])) : '';
    rows.push([when, ms(busy), ms(delay), String(times.length), found, ...rest]);
    console.log(rows.at(-1)!.join('  '));
  };
  const typed = async (isDone: (count: number) => boolean): Promise<number[]> => {
    const times: number[] = [];
    while (!isDone(times.length)) {
      times.push(await session.type());
      await sleep(pace);
    }
    return times;
  };
  try {
    await row('opened', []);
    await typed((count) => count === edits);
    await row('warmed up', []);
    await row('without a profile', await typed((count) => count === edits));
    let isLoaded = false;
    const loading = editor.connection
      .sendRequest(loadProfileRequest, { uri: uri(profile), workDoneToken: 'load' })
      .finally(() => (isLoaded = true));
    const times = await typed(() => isLoaded);
    await loading;
    const percentages = editor.progress.flatMap(({ token, value }) =>
      token === 'load' && 'percentage' in value ? [Number(value.percentage)] : [],
    );
    const steps = new Set(percentages);
    await row(
      'while it is read',
      times,
      `${Math.round(session.peak / mebi)} MiB`,
      `${steps.size} percentages`,
    );
    const { sites } = await editor.connection.sendRequest<SitesResult>(sitesRequest);
    if (!sites.some(({ weight }) => weight)) throw new Error('the profile weighs no site of the file');
    await row('the sites are asked for', []);
    const { nodes } = await editor.connection.sendRequest<FlameGraphResult>(flameGraphRequest, {
      uri: uri(profile),
      by: 'amount',
    });
    await row(`its flame graph is asked for (${nodes.length} boxes)`, []);
    await row('when it is loaded', await typed((count) => count === edits));
  } finally {
    await session.quit();
  }
  return rows;
}
