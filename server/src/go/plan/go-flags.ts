/**
 * What of the user's GOFLAGS an analysis keeps. Tags, -race, -pgo, -mod=vendor and the rest decide what is compiled, so
 * they stay. What runs programs, changes the output that is parsed, or writes into the user's folder goes, and is named.
 */
const RUNS_PROGRAMS = 'it runs another program';
const OWN_COMPILER_FLAGS = 'the analysis passes its own compiler flags';
const CHANGES_OUTPUT = 'it changes the output that the analysis reads';
const INSTRUMENTS = 'it has the source rewritten before it is compiled';

/** Flag → why an analysis cannot have it. */
const NEUTRALISED: ReadonlyMap<string, string> = new Map([
  ['toolexec', RUNS_PROGRAMS],
  ['exec', RUNS_PROGRAMS],
  ['vettool', RUNS_PROGRAMS],
  ['gcflags', OWN_COMPILER_FLAGS],
  ['compiler', 'only the standard compiler explains its escape analysis'],
  ['overlay', 'the analysis passes its own overlay'],
  ['C', 'the analysis chooses its folder'],
  ['o', 'it writes a file'],
  ['a', 'it would compile every dependency on each analysis'],
  ['cover', INSTRUMENTS],
  ['covermode', INSTRUMENTS],
  ['coverpkg', INSTRUMENTS],
  ...['json', 'f', 'n', 'x', 'v', 'work', 'debug-actiongraph', 'debug-trace', 'm', 'u', 'versions'].map(
    (flag) => [flag, CHANGES_OUTPUT] as const,
  ),
  ...['retracted', 'deps', 'find', 'compiled', 'test', 'export', 'e', 'reuse', 'c', 'i'].map(
    (flag) => [flag, CHANGES_OUTPUT] as const,
  ),
]);

/**
 * Added to whatever is kept. The go command would start git in the user's folder, for a stamp that nobody reads; and an
 * empty GOFLAGS would let the one of `go env -w` through (cmd/go/internal/cfg, Getenv).
 */
const NO_STAMP = '-buildvcs=false';

export interface KeptFlags {
  /** A GOFLAGS value, never empty. */
  readonly flags: string;
  /** One sentence for each flag that was left out. */
  readonly notes: readonly string[];
}

/**
 * @param goflags GOFLAGS as `go env` gives it: the environment's or the one of `go env -w`.
 */
export function neutraliseGoFlags(goflags: string): KeptFlags {
  const kept: string[] = [];
  const notes: string[] = [];
  for (const entry of splitGoFlags(goflags)) {
    const { name, value } = parseFlag(entry);
    if (name === 'buildvcs') continue;
    const why =
      name === 'mod' && value === 'mod'
        ? 'it lets the go command change go.mod and go.sum'
        : NEUTRALISED.get(name);
    if (why === undefined) kept.push(entry);
    else notes.push(`“${unquote(entry)}” in GOFLAGS is ignored here: ${why}.`);
  }
  return { flags: [...kept, NO_STAMP].join(' '), notes };
}

/** Kept flags without the named ones, such as `mod` and `modfile`. */
export function withoutGoFlags(goflags: string, names: readonly string[]): string {
  return splitGoFlags(goflags)
    .filter((entry) => !names.includes(parseFlag(entry).name))
    .join(' ');
}

/** Entries are separated by white space; one that starts with a quote runs to the same quote (cmd/internal/quoted). */
function splitGoFlags(goflags: string): string[] {
  return goflags.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
}

function unquote(entry: string): string {
  return /^(['"]).*\1$/s.test(entry) ? entry.slice(1, -1) : entry;
}

function parseFlag(entry: string): { name: string; value: string | undefined } {
  const match = /^--?([^=]*)(?:=(.*))?$/s.exec(unquote(entry));
  return { name: match?.[1] ?? '', value: match?.[2] };
}
