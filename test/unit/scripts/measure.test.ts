import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

interface Figures {
  time: number;
  bytes: number;
  allocs: number;
  extra: Record<string, number>;
}

const script = pathToFileURL(path.join(__dirname, '../../../../scripts/measure/go.mjs')).href;

test('benchmark lines of several runs become medians, in the order of the source', async () => {
  const { readBenchmarks } = (await import(script)) as {
    readBenchmarks(text: string): Map<string, Figures>;
  };
  const text = `goos: linux
BenchmarkSize-2     	 4951474	        41.46 ns/op	       8 B/op	       1 allocs/op
BenchmarkSize-2     	 4951474	        90 ns/op	       9 B/op	       1 allocs/op
BenchmarkSize-2     	 4951474	        39.5 ns/op	       8 B/op	       2 allocs/op
BenchmarkAlloc/4KiB-16	     100	      1204 ns/op	 812.40 MB/s	    4096 B/op	       1 allocs/op
BenchmarkNone	     100	      1.5 ns/op
BenchmarkScan	     100	      7 ns/op	     20 scanned-B/op	       8 B/op	       1 allocs/op
BenchmarkScan	     100	      7 ns/op	     40 scanned-B/op	       8 B/op	       1 allocs/op
BenchmarkScan	     100	      7 ns/op	     30 scanned-B/op	       8 B/op	       1 allocs/op
PASS
`;
  assert.deepEqual(
    [...readBenchmarks(text)],
    [
      ['Size', { time: 41.46, bytes: 8, allocs: 1, extra: {} }],
      ['Alloc/4KiB', { time: 1204, bytes: 4096, allocs: 1, extra: {} }],
      ['None', { time: 1.5, bytes: 0, allocs: 0, extra: {} }],
      ['Scan', { time: 7, bytes: 8, allocs: 1, extra: { 'scanned-B': 30 } }],
    ],
  );
});
