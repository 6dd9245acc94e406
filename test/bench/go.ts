import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from 'simple-statistics';
import { Builds, NotCompiled } from '../../server/src/go/compile/builds';
import type { PlannedCompile } from '../../server/src/go/compile/plan';
import { GoFolder } from '../../server/src/go/plan/folder';
import { nullLogger } from '../../server/src/host/logger';
import { ProcessRunner } from '../../server/src/host/process';
import { TrustGate } from '../../server/src/host/trust';
import { checkOut, type Project } from '../corpus/projects';
import type { FakeEditor } from '../support/fake-editor';
import { quit, serve } from './served';
import { testSettings } from '../support/go';
import { ms, print, ratio } from './table';
import { usageOf } from './usage';

const rounds = 5;
/** Milliseconds that opening a package, or one round, may take. */
const limit = 120_000;
/** So long the server must be silent, in milliseconds, before nothing more is expected of an edit. */
const silence = 700;

/** A text that was never compiled before, in any run. */
const stamp = Date.now().toString(36);

/** A package, and the file whose end is edited. */
interface Subject {
  readonly name: string;
  readonly folder: string;
  readonly file: string;
}

/** Where somebody types: in the function of the fix at the cursor, whose code may then be another, or outside of all functions. */
const places = ['in the function', 'elsewhere'] as const;
type Place = (typeof places)[number];

/** What each edit writes anew. */
const mark = (version: string): string => `bench_${stamp}_${version}_end`;

/** Stands at the end of each file that is edited: the place of the fix at the cursor. */
const edited = (version: string, place: Place): string => `
func alloclensBench(names []string) []string {
	const mark = "${place === 'in the function' ? mark(version) : ''}"
	var benched []string
	for _, name := range names {
		benched = append(benched, name)
	}
	return benched
}

var ${place === 'elsewhere' ? mark(version) : `bench_${stamp}`} int
`;

/** Thirty functions, each with a pattern that has a fix. */
function thirtyFixes(scratch: string): Subject {
  const folder = path.join(scratch, 'thirty');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'go.mod'), 'module example.com/thirty\n\ngo 1.24\n');
  const patterns = [
    (i: number) =>
      `func F${i}(line []byte, at time.Time) []byte {\n\treturn append(line, at.Format(time.RFC3339)...)\n}\n`,
    (i: number) =>
      `func F${i}(names []string) []string {\n\tvar out []string\n\tfor _, name := range names {\n\t\tout = append(out, name+"!")\n\t}\n\treturn out\n}\n`,
    (i: number) =>
      `func F${i}(r io.Reader, h io.Writer) error {\n\tbuf := make([]byte, ${64 + i}<<10)\n\tfor {\n\t\tn, err := r.Read(buf)\n\t\tif _, werr := h.Write(buf[:n]); werr != nil {\n\t\t\treturn werr\n\t\t}\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n}\n`,
  ];
  let text = 'package thirty\n\nimport (\n\t"io"\n\t"time"\n)\n\n';
  for (let i = 0; i < 30; i++) text += `${patterns[i % patterns.length]!(i)}\n`;
  const file = path.join(folder, 'thirty.go');
  writeFileSync(file, text);
  return { name: '30 candidate fixes', folder, file };
}

function package_(project: Project, file: string): Subject {
  const { cwd } = checkOut(project);
  const at = path.join(cwd, file);
  return { name: `${project.name} ${file}`, folder: path.dirname(at), file: at };
}

const subjects: readonly (() => Subject)[] = [
  () =>
    package_(
      { kind: 'go module', name: 'github.com/segmentio/ksuid', version: 'v1.0.4' },
      'cmd/ksuid/main.go',
    ),
  () => package_({ kind: 'go module', name: 'github.com/rs/zerolog', version: 'v1.35.1' }, 'event.go'),
  () =>
    package_({ kind: 'go module', name: 'github.com/gofiber/fiber/v2', version: 'v2.52.15' }, 'helpers.go'),
  () => package_({ kind: 'std', name: 'encoding/json' }, 'scanner.go'),
  () => package_({ kind: 'std', name: 'net/http' }, 'header.go'),
];

/** Milliseconds. */
interface Cost {
  readonly wall: number;
  /** User and system, of all processes. */
  readonly processor: number;
}

/** The go command's own compile of the package, called directly: no flag of ours, no tests. */
class BareCompile {
  private constructor(
    private readonly subject: Subject,
    private readonly compile: PlannedCompile,
    private readonly env: NodeJS.ProcessEnv,
    private readonly scratch: string,
  ) {
    writeFileSync(path.join(scratch, 'importcfg'), compile.importcfg);
    if (compile.embedcfg !== undefined) writeFileSync(path.join(scratch, 'embedcfg'), compile.embedcfg);
  }

  static async of(subject: Subject, scratch: string): Promise<BareCompile> {
    const host = { logger: nullLogger, trust: new TrustGate(true) };
    const builds = new Builds(host, new ProcessRunner(host.trust, host.logger));
    const { signal } = new AbortController();
    try {
      const folder = await GoFolder.read(subject.folder, new Map());
      const unit = await builds.locate(subject.file, new Map(), testSettings(), signal, folder);
      if (unit instanceof NotCompiled) throw new Error(unit.why);
      await builds.run(unit, new Map(), signal); // What it depends on is in the build cache from now on.
      const plan = await builds.plan(unit, subject.folder, new Map(), signal);
      const compile = plan?.compiles.get('package');
      if (!compile) throw new Error(`${subject.name} cannot be compiled without the go command`);
      return new BareCompile(subject, compile, unit.toolchain.compilerEnv, scratch);
    } finally {
      await builds.dispose();
    }
  }

  run(text: string): Cost {
    const { subject, compile, scratch } = this;
    const file = path.join(scratch, 'edited.go');
    writeFileSync(file, text);
    const embed = compile.embedcfg === undefined ? [] : ['-embedcfg', path.join(scratch, 'embedcfg')];
    const args = [
      ...['-o', path.join(scratch, 'bare.a'), '-importcfg', path.join(scratch, 'importcfg')],
      ...[...embed, ...compile.flags],
      ...compile.files.map((one) => (one === subject.file ? file : one)),
    ];
    const before = usageOf(process.pid).processor;
    const started = performance.now();
    const { status, stdout } = spawnSync(compile.compiler, args, {
      cwd: compile.folder,
      env: this.env,
      encoding: 'utf8',
    });
    const wall = performance.now() - started;
    if (status !== 0) throw new Error(`the compile of ${subject.name} failed: ${stdout}`);
    return { wall, processor: usageOf(process.pid).processor - before };
  }
}

/** From the edit until a person sees it. Undefined: not within the limit. */
interface Round {
  /** With the calls that the compiler emits and how many, but for what waits for the listing. */
  readonly findings: Cost | undefined;
  readonly cursor: Cost | undefined;
  /** The last word: tests compiled, all fixes checked. */
  readonly all: Cost | undefined;
}

/** The file open in an editor that speaks to the language server as it ships, as a person has it. */
class Session {
  #edits = 0;

  private constructor(
    readonly editor: FakeEditor,
    readonly server: ChildProcess,
    private readonly file: string,
  ) {}

  /** Undefined when the first analysis has not ended within the limit. */
  static async open({ folder, file }: Subject, place: Place): Promise<Session | undefined> {
    const { editor, server } = await serve(folder, { show: 'all' });
    const session = new Session(editor, server, file);
    await editor.open(file, readFileSync(file, 'utf8') + edited('0', place));
    if ((await session.#settled(performance.now(), () => {})) !== undefined) return session;
    await session.quit();
    return undefined;
  }

  get findings(): number {
    return this.editor.shownFor(this.file).length;
  }

  get peak(): number {
    return usageOf(this.server.pid!).peak;
  }

  /**
   * Waits until the server has nothing more to say about the present text.
   * @param heard for each publication of it
   * @returns when it last said anything, milliseconds of `performance.now`; undefined when the limit is passed
   */
  async #settled(started: number, heard: () => Promise<void> | void): Promise<number | undefined> {
    const { editor, file } = this;
    const { version } = editor.document(file);
    let seen = editor.published.length;
    let last: number | undefined;
    while (performance.now() - started < limit) {
      const count = editor.published.length;
      if (count > seen) {
        seen = count;
        last = performance.now();
        if (editor.diagnostics.get(editor.uri(file))?.version === version) await heard();
      }
      const answered = editor.diagnostics.get(editor.uri(file))?.version === version;
      const idle = editor.statuses.at(-1)?.state === 'idle';
      if (answered && idle && last !== undefined && performance.now() - last > silence) return last;
      await sleep(2);
    }
    return undefined;
  }

  async #verified(): Promise<boolean> {
    const actions = await this.editor.codeActions(this.file, 'append(benched, name)');
    return actions.some(({ title }) => /\((?:verified|compiles)/.test(title));
  }

  /** Types a word at the end of the file and opens the quick-fix menu at once, which ends the wait for further keys. */
  async edit(): Promise<Round> {
    const { editor, file, server } = this;
    const name = (edit: number): string => mark(String(edit));
    const before = usageOf(server.pid!).processor;
    const started = performance.now();
    const cost = (): Cost => ({
      wall: performance.now() - started,
      processor: usageOf(server.pid!).processor - before,
    });
    let [findings, cursor, all]: (Cost | undefined)[] = [];
    await editor.edit(file, name(this.#edits), name(++this.#edits));
    void editor.codeActions(file, 'append(benched, name)');
    const ended = await this.#settled(started, async () => {
      all = cost();
      findings ??= all;
      if (cursor === undefined && (await this.#verified())) cursor = cost();
    });
    return { findings, cursor, all: ended === undefined ? undefined : all };
  }

  quit(): Promise<void> {
    return quit(this);
  }
}

/**
 * From an unsaved edit to what a person sees of it, against a bare compile of such an edit in the same round (issue 11), and the
 * largest memory of the server with the programs that it keeps. A row that takes too long says so.
 */
export async function goLatency(): Promise<void> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'alloclens-bench-'));
  const chosen = process.env['SUBJECT'] ?? '';
  const rows: string[][] = [];
  try {
    for (const make of [() => thirtyFixes(scratch), ...subjects]) {
      const subject = make();
      if (!subject.name.includes(chosen)) continue;
      for (const place of places) {
        rows.push(await rowOf(subject, place, scratch));
        console.log(rows.at(-1)!.join('  '));
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  print(
    `Go: from an unsaved edit, median of ${rounds}; × bare compile by wall clock (by processor time)`,
    [
      'package',
      'edit',
      'findings',
      'bare compile',
      'first findings',
      'fix at the cursor',
      'last word',
      'server, MB',
    ],
    rows,
  );
}

async function rowOf(subject: Subject, place: Place, scratch: string): Promise<string[]> {
  const original = readFileSync(subject.file, 'utf8');
  const bare = await BareCompile.of(subject, scratch);
  const session = await Session.open(subject, place);
  if (!session) return [subject.name, place, `no answer within ${ms(limit)}`];
  const done: (Round & { readonly bare: Cost })[] = [];
  try {
    // The first makes the plan and warms the server's code up.
    await session.edit();
    for (let round = 0; round < rounds; round++)
      done.push({ bare: bare.run(original + edited(`${round}_bare`, place)), ...(await session.edit()) });
    const middle = (of: (round: Round) => Cost | undefined): string => {
      if (done.every((round) => round.all && !of(round))) return 'none';
      const costs = done.flatMap((round) => {
        const cost = of(round);
        return cost ? [{ cost, bare: round.bare }] : [];
      });
      if (costs.length < done.length) return `over ${ms(limit)} in ${done.length - costs.length} rounds`;
      const by = (what: keyof Cost): string =>
        ratio(median(costs.map(({ cost }) => cost[what])), median(costs.map(({ bare }) => bare[what])));
      return `${ms(median(costs.map(({ cost }) => cost.wall)))}  ${by('wall')} (${by('processor')})`;
    };
    return [
      subject.name,
      place,
      String(session.findings),
      `${ms(median(done.map(({ bare }) => bare.wall)))} (${ms(median(done.map(({ bare }) => bare.processor)))})`,
      middle(({ findings }) => findings),
      middle(({ cursor }) => cursor),
      middle(({ all }) => all),
      (session.peak / 1e6).toFixed(0),
    ];
  } finally {
    await session.quit();
  }
}
