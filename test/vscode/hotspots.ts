import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { editorHost } from './editor-host';
import type { Host, OpenOptions } from './host';
import { repository } from './repository';
import { Workbench } from './workbench';

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

/** From a profile to a proven fix, in the views of the side bar. */
export function hotspotsSuite(build: 'minimum' | 'newest'): void {
  describe(`the hotspots of the ${build} VS Code`, { timeout: 9 * 60_000 }, () => {
    let host: Host;
    before(async () => {
      host = await editorHost(build);
    });
    after(() => host.dispose());

    it('records a benchmark from its lens, shows the heaviest line, proves its fix, applies it, and the share falls', () =>
      inModule(host, 'record', {}, async ({ workbench, folder }) => {
        await workbench.openFile(join(folder, 'orders_test.go'));
        await workbench.openView('Allocations');
        await workbench.lens(/profile allocations/);
        const appends = /%.*orders\.go:14/;
        // Bytes at once, the fix once its package was compiled.
        await workbench.treeRows(/%.*orders\.go:14.*[KMG]iB.*safe fix/);
        await workbench.screenshot('hotspots');
        await workbench.rowAction(appends, /Prove/);
        await workbench.treeRows(/^better.*orders\.go:14/);
        await workbench.treeRows(/^B\/op .*→/);
        await workbench.screenshot('proof');
        await workbench.rowAction(/^better/, /Apply/);
        await workbench.shows(/slices\.Grow\(labels,\s*len\(orders\)\)/);
        await workbench.screenshot('applied');
        await workbench.press('Mod+S');
        await workbench.openFile(join(folder, 'orders_test.go'));
        await workbench.lens(/profile allocations/);
        // Room is reserved once now: what is appended, four lines further down, allocates nothing.
        await workbench.treeRows(/%.*orders\.go:15/);
        const left = await workbench.treeRows(/%.*orders\.go/);
        assert.ok(!left.some((row) => /orders\.go:18/.test(row)), left.join('\n'));
        await workbench.screenshot('after');
      }));

    for (const theme of ['dark', 'light', 'high contrast'] as const)
      it(`shows lens, line weights and marks in a ${theme} theme`, () =>
        inModule(host, `theme-${theme}`, { theme }, async ({ workbench, folder }) => {
          await workbench.openFile(join(folder, 'orders_test.go'));
          await workbench.openView('Allocations');
          await workbench.lens(/profile allocations/);
          await workbench.treeRows(/%.*orders\.go:14/);
          await workbench.openFile(join(folder, 'orders.go'));
          await workbench.shows(/, \d+\.\d %/);
          await workbench.screenshot('editor');
        }));

    it('has words and an action for every empty state', () =>
      inModule(host, 'empty', {}, async ({ workbench }) => {
        await workbench.openView('Allocations');
        await workbench.shows(/Open a Go, TypeScript or JavaScript file/);
        await workbench.screenshot('nothing');
      }));
  });
}

async function inModule(
  host: Host,
  name: string,
  options: Partial<OpenOptions>,
  run: (opened: { workbench: Workbench; folder: string }) => Promise<void>,
): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'alloclens-hotspots-')));
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'go.mod'), 'module example.com/orders\n\ngo 1.22\n');
    await writeFile(join(folder, 'orders.go'), orders);
    await writeFile(join(folder, 'orders_test.go'), ordersTest);
    const window = await host.open({ folder, trust: 'trusted', ...options });
    try {
      const workbench = await Workbench.open(window, `${host.name}-hotspots-${name}`);
      await run({ workbench, folder });
    } catch (error) {
      await window.page.screenshot({
        path: join(repository, 'test-artifacts', `failed-hotspots-${name}.png`),
      });
      throw error;
    } finally {
      await window.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
