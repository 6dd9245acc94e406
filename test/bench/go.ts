import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { median } from 'simple-statistics';
import type { Finding } from '../../rules/model';
import type { SourceDocument } from '../../server/src/service/engine';
import { checkOut, projects } from '../corpus/projects';
import { testEngine, testSettings } from '../support/go';
import { ms, print, ratio } from './table';

const rounds = 9;

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

/** A package of the corpus: it must be a module of its own, so that its files can be edited. */
function corpus(name: string): Subject {
  const { cwd: folder } = checkOut(projects.find((project) => project.name === name)!);
  const file = readdirSync(folder).find((entry) => entry.endsWith('.go') && !entry.endsWith('_test.go'))!;
  return { name, folder, file: path.join(folder, file) };
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

/** From an unsaved edit to published findings, and to verified fixes, against the bare compile of such an edit. */
export async function goLatency(): Promise<void> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'alloclens-bench-'));
  const rows: string[][] = [];
  try {
    for (const subject of [thirtyFixes(scratch), corpus('github.com/segmentio/ksuid')]) {
      const original = readFileSync(subject.file, 'utf8');
      const engine = await testEngine();
      const settings = testSettings();
      const bare: number[] = [];
      const published: number[] = [];
      const verified: number[] = [];
      let last: readonly Finding[] = [];
      for (let round = -1; round < rounds; round++) {
        const stamp = `${process.pid}_${round + 1}`;
        const compile = bareCompile(subject, `${original}\nvar bench_${stamp}_bare int\n`);
        const document: SourceDocument = {
          path: subject.file,
          languageId: 'go',
          version: round + 2,
          text: `${original}\nvar bench_${stamp} int\n`,
        };
        const started = performance.now();
        let first: number | undefined;
        await engine.analyse(
          { document, buffers: new Map([[document.path, document]]), settings },
          (files) => {
            first ??= performance.now() - started;
            last = files.flatMap((file) => file.findings);
          },
          new AbortController().signal,
        );
        if (round < 0) continue; // The first compile also fills the caches of the dependencies.
        bare.push(compile);
        published.push(first!);
        verified.push(performance.now() - started);
      }
      await engine.dispose();
      const [b, p, v] = [median(bare), median(published), median(verified)];
      const fixes = last.filter((finding) => finding.fixes.length > 0).length;
      rows.push([subject.name, `${last.length} (${fixes})`, ms(b), ms(p), ratio(p, b), ms(v), ratio(v, b)]);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  print(
    `Go: unsaved edit → findings → verified fixes, median of ${rounds}`,
    ['package', 'findings (with fix)', 'bare compile', 'findings', 'ratio', 'all fixes verified', 'ratio'],
    rows,
  );
}
