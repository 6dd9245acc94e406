import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { editorHost } from './editor-host';
import type { Host } from './host';
import { inModule } from './orders-module';
import { inTotals, withModuleHooks } from './totals-project';

const area = `package orders

//alloclens:noalloc
func area(a, b int) int { return a * b }
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
      inModule(host, 'hotspots-record', {}, async ({ workbench, folder }) => {
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

    it('loads a profile, proves and applies the fix of its heaviest line with keys alone', () =>
      inModule(host, 'hotspots-keys', {}, async ({ workbench, folder }) => {
        await workbench.openFile(join(folder, 'orders.go'));
        await workbench.statusBar(/AllocLens/);
        const profile = join(folder, 'new.pprof');
        await workbench.commandAndFile('AllocLens: Load an Allocation Profile', profile);
        await workbench.keyCommand('Allocations: Focus on Hotspots View');
        await workbench.treeRows(/75\.0 %.*orders\.go:14.*safe fix/);
        await workbench.rowMenu('Hotspots', /orders\.go:14/, /Prove/);
        await workbench.treeRows(/^better.*orders\.go:14/);
        await workbench.rowMenu('Proofs', /^better/, /Apply/);
        await workbench.shows(/slices\.Grow\(labels,\s*len\(orders\)\)/);
        await workbench.screenshot('applied');
      }));

    it('proves the fix of a TypeScript finding by a benchmark that imports its file, and applies it', async () => {
      const folders = await withModuleHooks();
      await inTotals(
        host,
        'hotspots-typescript',
        { env: { PATH: folders } },
        async ({ workbench, folder }) => {
          await workbench.openFile(join(folder, 'totals.mts'));
          await workbench.openView('Allocations');
          const spread = /totals\.mts:4/;
          await workbench.treeRows(spread);
          await workbench.rowMenu('Hotspots', spread, /Prove/);
          await workbench.treeRows(/^better.*totals\.mts:4/);
          await workbench.treeRows(/^B\/op .*→/);
          await workbench.screenshot('proven');
          await workbench.rowAction(/^better/, /Apply/);
          await workbench.shows(/sums\.push\(sum\s\+=\sprice\)/);
          await workbench.screenshot('applied');
        },
      );
    });

    it('says over a function with a ceiling that it was checked, until it allocates', () =>
      inModule(host, 'hotspots-ceiling', {}, async ({ workbench, folder }) => {
        const file = join(folder, 'area.go');
        await writeFile(file, area);
        await workbench.openFile(file);
        await workbench.shows(/^0 allocations, checked$/);
        await workbench.screenshot('kept');
        await workbench.cursorAt(area, 'a * b');
        await workbench.type('*new(int) + len(make([]int, a)) + ');
        await workbench.shows(/^1 allocation, 0 allowed$/);
        await workbench.screenshot('broken');
      }));

    for (const theme of ['dark', 'light', 'high contrast'] as const)
      it(`shows lens, line weights and marks in a ${theme} theme`, () =>
        inModule(host, `hotspots-theme-${theme}`, { theme }, async ({ workbench, folder }) => {
          await workbench.openFile(join(folder, 'orders_test.go'));
          await workbench.openView('Allocations');
          await workbench.lens(/profile allocations/);
          await workbench.treeRows(/%.*orders\.go:14/);
          await workbench.openFile(join(folder, 'orders.go'));
          await workbench.shows(/, \d+\.\d %/);
          await workbench.screenshot('editor');
        }));

    it('has words and an action for every empty state', () =>
      inModule(host, 'hotspots-empty', {}, async ({ workbench }) => {
        await workbench.openView('Allocations');
        await workbench.shows(/Open a Go, TypeScript or JavaScript file/);
        await workbench.screenshot('nothing');
      }));
  });
}
