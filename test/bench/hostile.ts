import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRepository } from '../support/repository';
import { hostileTexts, type HostileText } from './hostile-texts';
import { print } from './table';

/** UTF-16 units of each text. */
const size = Number(process.env['ALLOCLENS_HOSTILE_SIZE'] ?? 200_000);
/** Milliseconds of our own processor time that a text may take; what the go command takes is not ours. */
const allowed = 2000;

/**
 * Each hostile text scanned by the command line: our own processor time, and that of the compiler. ALLOCLENS_HOSTILE names those
 * that are meant (a regular expression), ALLOCLENS_HOSTILE_SIZE another size, ALLOCLENS_HOSTILE_PROFILE a folder for V8's profiles.
 */
export function hostile(): Promise<void> {
  const only = new RegExp(process.env['ALLOCLENS_HOSTILE'] ?? '');
  const rows: string[][] = [];
  for (const text of hostileTexts(size)) {
    if (!only.test(text.name)) continue;
    const { own, started, findings, notes } = scan(text);
    rows.push([
      text.name,
      `${Math.round(text.text.length / 1000)} KB`,
      seconds(own),
      seconds(started),
      findings,
      notes,
    ]);
    console.log(rows.at(-1)!.join('  '));
  }
  print(
    `Hostile texts, ${size / 1000} KB (aim: ${allowed / 1000} s of our own)`,
    ['text', 'size', 'own', 'go', 'findings', 'note'],
    rows,
  );
  return Promise.resolve();
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s${milliseconds > allowed ? ' !' : ''}`;
}

interface Scanned {
  /** Milliseconds, user and system; NaN when it did not end. */
  readonly own: number;
  readonly started: number;
  readonly findings: string;
  /** The first. */
  readonly notes: string;
}

function scan({ file, text }: HostileText): Scanned {
  const cwd = mkdtempSync(path.join(tmpdir(), 'alloclens-hostile-'));
  try {
    if (file === 'a.go') writeFileSync(path.join(cwd, 'go.mod'), 'module m\n\ngo 1.24\n');
    writeFileSync(path.join(cwd, file), text);
    const usage = path.join(cwd, 'usage.json');
    const preload = inRepository('test', 'bench', 'family-time.cjs');
    const run = spawnSync(
      process.execPath,
      [
        ...(process.env['ALLOCLENS_HOSTILE_PROFILE']
          ? ['--cpu-prof', `--cpu-prof-dir=${process.env['ALLOCLENS_HOSTILE_PROFILE']}`]
          : []),
        '--require',
        preload,
        inRepository('dist', 'cli.js'),
        'scan',
        '.',
        '--show',
        'all',
        '--format',
        'json',
      ],
      {
        cwd,
        encoding: 'utf8',
        maxBuffer: 1 << 29,
        timeout: 400_000,
        env: { ...process.env, ALLOCLENS_USAGE_FILE: usage },
      },
    );
    if (run.status === null) return { own: NaN, started: NaN, findings: '', notes: 'did not end' };
    const { own, started = 0 } = JSON.parse(readFileSync(usage, 'utf8')) as { own: number; started?: number };
    if (!run.stdout.startsWith('{')) return { own, started, findings: '', notes: run.stderr.slice(0, 80) };
    const said = JSON.parse(run.stdout) as { findings: unknown[]; notes: { message: string }[] };
    const fixed = (said.findings as { fixes: unknown[] }[]).filter(({ fixes }) => fixes.length > 0).length;
    const notes = `${said.notes.length}: ${said.notes[0]?.message.slice(0, 80) ?? ''}`;
    return { own, started, findings: `${said.findings.length} (${fixed} with a fix)`, notes };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
