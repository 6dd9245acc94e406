import { pprofOf } from '../support/pprof';
import type { Host, OpenOptions } from './host';
import { filesIn, inFolder, type Opened } from './in-folder';

const orders = `package orders

import "strconv"

type Order struct {
	ID    int
	Items []string
}

func Labels(orders []Order) []string {
	var labels []string
	for _, o := range orders {
		label := strconv.Itoa(o.ID)
		labels = append(labels, label)
	}
	return labels
}
`;

const ordersTest = `package orders

import "testing"

var sink []string

func BenchmarkLabels(b *testing.B) {
	orders := make([]Order, 1000)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		sink = Labels(orders)
	}
}
`;

/** A name as nobody gives it, but a file may say it: it has to stay text. */
export const hostileName = 'main.<img src=x onerror="document.title=1">';

/**
 * A heap profile of the benchmark, as Go writes it.
 * @param mebibytes that the append in line 14 allocates
 */
export function ordersProfile(mebibytes: number): Uint8Array {
  const runN = { name: 'testing.(*B).runN', file: '/go/src/testing/benchmark.go', line: 219, startLine: 193 };
  const benchmark = {
    name: 'example.com/orders.BenchmarkLabels',
    file: '/build/orders_test.go',
    line: 11,
    startLine: 7,
  };
  const labels = (line: number) => ({
    name: 'example.com/orders.Labels',
    file: '/build/orders.go',
    line,
    startLine: 10,
  });
  const itoa = { name: 'strconv.Itoa', file: '/go/src/strconv/itoa.go', line: 34, startLine: 34 };
  const hostile = { name: hostileName, file: '/build/<b>.go', line: 3, startLine: 1 };
  const mebi = 1024 ** 2;
  const sample = (stack: readonly object[], bytes: number, objects: number) => ({
    stack: stack.map((frame) => [frame]),
    values: [objects, bytes, 0, 0],
  });
  return pprofOf({
    samples: [
      sample([labels(14), benchmark, runN], mebibytes * mebi, 900),
      sample([itoa, labels(13), benchmark, runN], 12 * mebi, 400_000),
      sample([benchmark, runN], 3 * mebi, 100),
      sample([hostile, runN], 5 * mebi, 300),
    ],
  });
}

/** Opens a module with a benchmark and two profiles of it, `old.pprof` and `new.pprof`, does something there, and closes everything. */
export function inModule(
  host: Host,
  name: string,
  options: Partial<OpenOptions>,
  run: (opened: Opened) => Promise<void>,
): Promise<void> {
  const fill = filesIn({
    'go.mod': 'module example.com/orders\n\ngo 1.22\n',
    'orders.go': orders,
    'orders_test.go': ordersTest,
    'old.pprof': ordersProfile(20),
    'new.pprof': ordersProfile(60),
    'damaged.pprof': 'no profile',
  });
  return inFolder(host, name, options, fill, run);
}
