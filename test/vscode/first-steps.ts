import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { editorHost } from './editor-host';
import type { Host } from './host';
import { inFolder } from './in-folder';

const title = 'Find and Fix Allocation Hotspots';

/**
 * A new user's way through the walkthrough, in an empty folder: docs/first-steps.md says the same. Its pictures, in the order of their
 * numbers, are the README's animated one (`npm run pictures`).
 */
export function firstStepsSuite(build: 'minimum' | 'newest'): void {
  describe(`first steps in the ${build} VS Code`, { timeout: 9 * 60_000 }, () => {
    let host: Host;
    before(async () => {
      host = await editorHost(build);
    });
    after(() => host.dispose());

    for (const theme of ['dark', 'light'] as const)
      it(`leads from the heaviest line to an applied fix, to a proof and to a profile of one's own, in a ${theme} theme`, () =>
        inFolder(host, `steps-${theme}`, { theme }, nothing, async ({ workbench }) => {
          await workbench.openWalkthrough(title);
          await workbench.stepsDone(0);
          await workbench.screenshot('01-walkthrough');
          await workbench.walkthroughStep('See the heaviest lines', 'Open the Sample');
          await workbench.treeRows(/5\d\.\d %.*orders\.go:20.*safe fix/);
          await workbench.hidePanel();
          await workbench.widenSideBar(160);
          await workbench.screenshot('02-hotspots');
          await workbench.selectRow(/5\d\.\d %.*orders\.go:20/);
          await workbench.screenshot('03-heaviest');

          await workbench.rowAction(/orders\.go:20/, /Apply/);
          await workbench.shows(/sync\.Pool/);
          await workbench.screenshot('04-applied');
          await workbench.press('Mod+S');

          const grows = /4\d\.\d %.*orders\.go:43.*cents/;
          // Ten lines were added above it, and the row knows at once.
          await workbench.treeRows(grows);
          await workbench.selectRow(grows);
          await workbench.screenshot('05-next');
          await workbench.rowAction(grows, /Prove/);
          await workbench.toast(/proving the fix at orders\.go/);
          await workbench.screenshot('06-proving');
          await workbench.treeRows(/^better/);
          await workbench.treeRows(/^B\/op .*→/);
          await workbench.screenshot('07-proven');
          await workbench.rowAction(/^better/, /Apply/);
          await workbench.shows(/slices\.Grow\(cents,\s*len\(orders\)\)|make\(\[\]int, 0, len\(orders\)\)/);
          await workbench.screenshot('08-applied');
          await workbench.press('Mod+S');

          await workbench.keyCommand('AllocLens: Record an Allocation Profile of a Go Benchmark');
          await workbench.picks(/BenchmarkRelay/);
          await workbench.screenshot('09-benchmarks');
          await workbench.press('Enter');
          await workbench.toast(/running BenchmarkRelay/);
          await workbench.treeRows(/BenchmarkRelay.*current/);
          // What is left of the buffer are those that the pool made.
          const rows = await workbench.treeRows(/9\d\.\d %.*orders_test\.go/);
          assert.ok(!rows.some((row) => /[1-9]\d\.\d %.*orders\.go/.test(row)), rows.join('\n'));
          await workbench.screenshot('10-recorded');

          await workbench.backToWalkthrough();
          assert.deepEqual(await workbench.stepsDone(5), [
            'See the heaviest lines',
            'Apply a fix',
            'Prove a fix',
            'Record a profile',
            // The findings could not be there without.
            'Check the Go toolchain',
          ]);
          await workbench.screenshot('11-done');
        }));
  });
}

const nothing = (): Promise<void> => Promise.resolve();
