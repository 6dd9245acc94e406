import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRepository } from '../support/repository';

/** Of `alloclens scan --format json`, what the corpus tests look at; positions 0-based. */
export interface Scan {
  readonly findings: readonly ScanFinding[];
  readonly notes: readonly { readonly file?: string; readonly message: string }[];
}

export interface ScanFinding {
  readonly ruleId: string;
  readonly file: string;
  readonly range: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly message: string;
  readonly allocation: { readonly kind: string; readonly cost: string };
  readonly fixes: readonly { readonly kind: string; readonly verification: string }[];
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Peak resident set of the process, in bytes. */
  readonly peak: number;
}

/** Runs the built command line; fails on any exit code but 0 (nothing to report) and 1 (findings). */
export function alloclens(args: readonly string[], cwd: string): Ran {
  const peakFile = path.join(mkdtempSync(path.join(tmpdir(), 'alloclens-corpus-')), 'peak');
  const started = performance.now();
  const run = spawnSync(
    process.execPath,
    ['--require', inRepository('test', 'corpus', 'peak-memory.cjs'), inRepository('dist', 'cli.js'), ...args],
    {
      cwd,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, ALLOCLENS_PEAK_FILE: peakFile },
    },
  );
  const seconds = (performance.now() - started) / 1000;
  assert.ok(run.status === 0 || run.status === 1, `exit ${run.status}: ${run.stderr}`);
  return { stdout: run.stdout, stderr: run.stderr, seconds, peak: Number(readFileSync(peakFile, 'utf8')) };
}
