// How samples/service is loaded and recorded, for what measures it: the script of the README's table and its test.

/** How often the load is sent, which is of twelve requests: bytes are counted, not timed. */
export const rounds = 25;
export const requests = 12;

const load = ['--bench', '.', '--benchtime', `${rounds}x`];

/** Arguments of `alloclens` in the folder of the Go service: every object is in the profile. */
export function recordArguments(out) {
  return ['record', '--go', './api', ...load, '--interval', '1', '--out', out];
}

/** Arguments of `go` there: the bytes of a round, as the package testing counts them. */
export const countArguments = [
  'test',
  '-run',
  '^$',
  ...load.map((word) => word.replace(/^--/, '-')),
  '-benchmem',
  './api',
];

/** Bytes of a round in what `go` prints with these. */
export function bytesOf(output) {
  return Number(/ (\d+) B\/op/.exec(output)[1]);
}
