import path from 'node:path';
import type { ToolExit } from '../../host/process';

/** Longer texts of the go command are cut: a note stays a note. UTF-16 units. */
const LONGEST = 1000;

/** What the go command wrote to its error output, on one line: its reasons without progress and without its name. */
export function reasonsOf(stderr: string): string {
  return stderr
    .split(/\r?\n/)
    .map((line) => line.replace(/^go: /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('downloading '))
    .join('; ');
}

/** The sentence about a go command that failed as a whole: what it said, and what can be done. */
export function failureIn(folder: string, said: string, exit?: Pick<ToolExit, 'code' | 'signal'>): string {
  const ended = exit?.code === null ? ` (ended by ${exit.signal})` : '';
  const reason = said.length > LONGEST ? `${said.slice(0, LONGEST)}…` : said;
  const sentence = withWayOut(reason.replace(/\.$/, '') || 'it gave no reason', folder);
  return `The go command failed in ${folder}${ended}: ${sentence.replace(/\.?$/, '.')}`;
}

/** Adds what the user can do to an error that comes of our keeping the network from the go command. */
export function withWayOut(said: string, folder: string): string {
  const remedy = /download go[\d.]|requires go >= /.test(said)
    ? `run “go version” in ${folder} once, or install that version of Go`
    : /disabled by GOPROXY=off/.test(said)
      ? `run “go mod download” in ${folder}`
      : undefined;
  return remedy === undefined ? said : `${said}. AllocLens downloads nothing: ${remedy}.`;
}

interface ErrorAt {
  readonly at: { readonly file: string; readonly line: number } | undefined;
  readonly message: string;
}

/** `b.go:3: cannot use …` */
export function describeError({ at, message }: ErrorAt): string {
  return at ? `${path.basename(at.file)}:${at.line}: ${message}` : message;
}
