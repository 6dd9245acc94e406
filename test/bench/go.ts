import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { median } from 'simple-statistics';
import type { Range } from 'vscode-languageserver';
import { engines, rules } from '../../server/src/composition';
import { TrustGate } from '../../server/src/host/trust';
import { checkOut, projects } from '../corpus/projects';
import { FakeEditor } from '../support/fake-editor';
import { ms, print, ratio } from './table';

const rounds = 9;

/** A text that was never compiled before, in any run. */
const stamp = Date.now().toString(36);

/** A module with one package, and the file whose last line a keystroke changes. */
interface Subject {
  readonly name: string;
  readonly folder: string;
  readonly file: string;
}

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

/** A file with a fix in a module of the corpus. */
function corpus(name: string, file: string): Subject {
  const { cwd } = checkOut(projects.find((project) => project.name === name)!);
  const at = path.join(cwd, file);
  return { name: `${name} ${file}`, folder: path.dirname(at), file: at };
}

/** The compile that every tool on the compiler's output needs, of a text that was never compiled before. */
function bareCompile({ folder, file }: Subject, text: string): number {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'alloclens-bench-'));
  const backing = path.join(scratch, 'edited.go');
  const overlay = path.join(scratch, 'overlay.json');
  writeFileSync(backing, text);
  writeFileSync(overlay, JSON.stringify({ Replace: { [file]: backing } }));
  const started = performance.now();
  const run = spawnSync(
    'go',
    ['list', '-e', '-export', '-test', '-trimpath', '-overlay', overlay, '-gcflags=-m=2', '.'],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const took = performance.now() - started;
  if (run.status !== 0) throw new Error(`go list failed in ${folder}`);
  rmSync(scratch, { recursive: true });
  return took;
}

/** Milliseconds since the edit, and the bare compile of such an edit in the same round. */
interface Round {
  readonly bare: number;
  readonly findings: number;
  readonly menu: number;
  readonly cursor: number;
  readonly all: number;
}

/** The file open in an editor that speaks to the language server, as a person has it. */
class Session {
  #edits = 0;

  private constructor(
    private readonly editor: FakeEditor,
    private readonly file: string,
    /** Where the cursor stands: at a finding that has a fix, in the middle of them. */
    private cursor: Range,
  ) {}

  static async open({ folder, file }: Subject): Promise<Session> {
    const editor = await FakeEditor.inProcess(
      { version: 'bench', engines, rules, trust: new TrustGate(true) },
      {
        folders: [folder],
        patience: 180_000,
        settings: () => ({ show: 'all', go: { environment: { GOTOOLCHAIN: 'local' } } }),
      },
    );
    await editor.open(file, `${readFileSync(file, 'utf8')}\nvar bench_${stamp}_0 int\n`);
    const session = new Session(editor, file, {
      start: { line: 0, character: 0 },
      end: { line: 0, character: 0 },
    });
    await session.idle(0);
    const fixable = await session.#fixable();
    session.cursor = fixable[fixable.length >> 1]!;
    return session;
  }

  get findings(): number {
    return this.editor.shownFor(this.file).length;
  }

  /** Places of the findings that have a verified fix. */
  async #fixable(): Promise<Range[]> {
    const places: Range[] = [];
    for (const { range } of this.editor.shownFor(this.file))
      if (await this.#verified(range)) places.push(range);
    return places;
  }

  async fixes(): Promise<number> {
    return (await this.#fixable()).length;
  }

  async #verified(range: Range): Promise<boolean> {
    const actions = await this.editor.codeActions(this.file, range);
    return actions.some(({ title }) => /\((?:verified|compiles)/.test(title));
  }

  /** Until the server has nothing left to do about the texts that it got since that status. */
  async idle(since: number): Promise<void> {
    await this.editor.until(() => {
      const news = this.editor.statuses.slice(since);
      const busy = news.some(({ state }) => state === 'busy');
      return busy && news.at(-1)!.state === 'idle' && this.#isCurrent();
    }, 'an idle server');
  }

  #isCurrent(): boolean {
    const last = this.editor.published.at(-1);
    return last?.version === this.editor.document(this.file).version;
  }

  /** Types one character at the end of the file and opens the quick-fix menu at once. */
  async edit(): Promise<Omit<Round, 'bare'>> {
    const { editor, file } = this;
    const statuses = editor.statuses.length;
    let seen = editor.published.length;
    const name = (edit: number): string => `bench_${stamp}_${edit} `;
    const started = performance.now();
    const since = (): number => performance.now() - started;
    await editor.edit(file, name(this.#edits), name(++this.#edits));
    let menu: number | undefined;
    void editor.codeActions(file, this.cursor).then((actions) => {
      if (actions.length > 0) menu = since();
    });
    let findings: number | undefined;
    let cursor: number | undefined;
    let all = 0;
    const ended = this.idle(statuses).then(() => true);
    for (;;) {
      const published = editor
        .until(() => editor.published.length > seen, 'diagnostics')
        .then(
          () => false,
          () => true,
        );
      if (await Promise.race([ended, published])) break;
      seen = editor.published.length;
      if (!this.#isCurrent()) continue;
      all = since();
      findings ??= all;
      if (cursor === undefined && (await this.#verified(this.cursor))) cursor = since();
    }
    if (findings === undefined || menu === undefined || cursor === undefined)
      throw new Error(`no findings, menu or fix in ${file}`);
    return { findings, menu, cursor, all };
  }

  quit(): Promise<void> {
    return this.editor.quit();
  }
}

/**
 * From an unsaved edit to what a person sees of it, against the bare compile of such an edit (issue 3). The menu is asked
 * for right after the edit, which also ends the wait for further keys. “Last” is the last fix of the package.
 */
export async function goLatency(): Promise<void> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'alloclens-bench-'));
  const rows: string[][] = [];
  try {
    for (const subject of [thirtyFixes(scratch), corpus('github.com/segmentio/ksuid', 'cmd/ksuid/main.go')]) {
      const original = readFileSync(subject.file, 'utf8');
      bareCompile(subject, original); // Fills the caches of the dependencies.
      const session = await Session.open(subject);
      const done: Round[] = [];
      for (let round = 0; round < rounds; round++) {
        const bare = bareCompile(subject, `${original}\nvar bench_${stamp}_${round}_bare int\n`);
        done.push({ bare, ...(await session.edit()) });
      }
      const middle = (of: (round: Round) => number): number => median(done.map(of));
      const bare = middle((round) => round.bare);
      const against = (of: (round: Round) => number): string =>
        `${ms(middle(of))}  ${ratio(middle(of), bare)}`;
      rows.push([
        subject.name,
        `${session.findings} (${await session.fixes()})`,
        ms(bare),
        against((round) => round.findings),
        against((round) => round.menu),
        against((round) => round.cursor),
        against((round) => round.all),
      ]);
      await session.quit();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  print(
    `Go: from an unsaved edit, median of ${rounds}, × bare compile`,
    ['package', 'findings (with fix)', 'bare compile', 'findings', 'menu', 'fix at the cursor', 'last fix'],
    rows,
  );
}
