import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { editorHost } from './editor-host';
import type { Host } from './host';
import { inSample, source } from './in-sample';
import { artifacts } from './repository';

/** What a person does from one end to the other: scans a workspace, goes through the hotspots, types. */
export function journeySuite(build: 'minimum' | 'newest'): void {
  describe(`ways through the ${build} VS Code`, { timeout: 9 * 60_000 }, () => {
    let host: Host;
    before(async () => {
      host = await editorHost(build);
    });
    after(() => host.dispose());

    workspace(() => host);
    hotspots(() => host);
    typing(() => host);
  });
}

function workspace(host: () => Host): void {
  it('counts in its message what the Problems view lists, and lists the hottest first', () =>
    inSample(host(), 'workspace', {}, async ({ workbench, folder }) => {
      await workbench.keyCommand('AllocLens: Find Allocations in the Workspace');
      const said = await workbench.toast(/\d+ problems? in \d+ files?/);
      await workbench.screenshot('toast');
      const problems = Number(/(\d+) problems? in/.exec(said)![1]);
      const { errors, warnings, infos } = await workbench.problemCounts();
      assert.equal(errors + warnings + infos, problems, said);
      await workbench.click('List Hotspots');
      const rows = await workbench.picks(/orders\.ts:\d+/);
      const heats = rows.map((row) => Number(/ (\d\.\d)(:| )/.exec(row)?.[1]));
      assert.equal(heats[0], Math.max(...heats), rows.join('\n'));
      await workbench.screenshot('hotspots');
      await workbench.press('Enter');
      await workbench.shows(/Ln \d+, Col \d+/);
      // The panel shows the same.
      const listed = await workbench.problems(
        'alloclens',
        (count) => count === problems,
        'the panel counts otherwise',
      );
      assert.equal(listed.length, problems);
      await workbench.screenshot('problems');
      // As the command line does.
      assert.ok((await source(folder)).length > 0);
    }));

  it('can be cancelled from its notification, and keeps what it has found', () =>
    inSample(host(), 'cancel', {}, async ({ workbench, folder }) => {
      // Enough packages for a hand to reach the button.
      for (let i = 0; i < 40; i++) await cp(join(folder, 'orders.go'), join(folder, `p${i}`, 'orders.go'));
      await workbench.keyCommand('AllocLens: Find Allocations in the Workspace');
      await workbench.toast(/finding allocations in the workspace/);
      await workbench.screenshot('progress');
      await workbench.click('Cancel');
      const said = await workbench.toast(/Cancelled: .* so far/);
      await workbench.screenshot('cancelled');
      const problems = Number(/(\d+) problems? in/.exec(said)?.[1] ?? 0);
      const { errors, warnings, infos } = await workbench.problemCounts();
      assert.equal(errors + warnings + infos, problems, said);
    }));
}

function hotspots(host: () => Host): void {
  it('finds its commands under “allocation”, in the context menu and under Source Action', () =>
    inSample(host(), 'commands', {}, async ({ workbench, folder }) => {
      await workbench.openFile(join(folder, 'orders.go'));
      await workbench.statusBar(/AllocLens: 1 hot/);
      await workbench.press('F1');
      await workbench.type('allocation');
      const labels = await workbench.picks(/Go to Next Allocation Hotspot/);
      assert.ok(labels.length > 8, labels.join(' | '));
      await workbench.screenshot('palette');
      await workbench.press('Escape');
      await workbench.cursorAt(await source(folder), 'make([]byte');
      await workbench.press('Shift+F10');
      await workbench.shows(/^Allocations$/);
      await workbench.screenshot('context-menu');
      await workbench.press('Escape');
      await workbench.keyCommand('Source Action...');
      await workbench.shows(/Apply all safe allocation fixes in this file/);
      await workbench.shows(/Show all heap allocations in this file/);
      await workbench.screenshot('source-action');
      await workbench.press('Escape');
    }));

  it('goes from hotspot to hotspot, and fixes all that is safe, with keys alone', () =>
    inSample(host(), 'keys', {}, async ({ workbench, folder }) => {
      await workbench.openFile(join(folder, 'orders.go'));
      await workbench.statusBar(/AllocLens: 1 hot/);
      const problems = await workbench.problems('alloclens', (count) => count > 0, 'nothing to go to');
      const lines = problems.map((row) => Number(/\[Ln (\d+), /.exec(row)?.[1])).sort((x, y) => x - y);
      await workbench.hidePanel();
      for (const line of lines) {
        await workbench.keyCommand('AllocLens: Go to Next Allocation Hotspot');
        await workbench.shows(new RegExp(`Ln ${line}, `));
      }
      await workbench.screenshot('next');
      await workbench.press('Escape');
      await workbench.keyCommand('AllocLens: Go to Previous Allocation Hotspot');
      await workbench.shows(new RegExp(`Ln ${lines.at(-2) ?? lines[0]}, `));
      await workbench.press('Escape');
      await workbench.keyCommand('AllocLens: Apply All Safe Allocation Fixes in This File');
      await workbench.statusBar(/AllocLens: (none|\d+ hidden)/);
      const fixed = await workbench.save(join(folder, 'orders.go'));
      assert.match(fixed, /slices\.Grow|make\(\[\]int, 0, /);
      assert.match(fixed, /AppendFormat/);
      assert.match(fixed, /sync\.Pool/);
      await workbench.screenshot('fixed');
    }));
}

/** What is shown after each key while a statement is broken and repaired: kept in test-artifacts/ as a table. */
function typing(host: () => Host): void {
  it('keeps the findings of a package while a statement is typed into it and repaired, key by key', () =>
    inSample(host(), 'typing', {}, async ({ workbench, folder }) => {
      const path = join(folder, 'orders.go');
      await workbench.openFile(path);
      await workbench.statusBar(/AllocLens: \d+ hot$/);
      const before = (await workbench.problemCounts()).infos;
      assert.ok(before > 1, 'the sample has too few findings');
      const rows: string[] = [];
      const type = async (keys: readonly string[]): Promise<void> => {
        for (const key of keys) {
          await workbench.press(key);
          await setTimeout(300);
          const { infos } = await workbench.problemCounts();
          // Without the sign before it, which is a letter of VS Code's own font.
          const status = (await workbench.statusBar(/AllocLens/)).replace(/^\W+/, '');
          rows.push(`| \`${key}\` | ${status} | ${infos} |`);
          assert.notEqual(infos, 0, `no finding is left after ${rows.length} keys:\n${rows.join('\n')}`);
        }
      };
      await workbench.cursorAt(await source(folder), "line = append(line, ' ')");
      await type([...'if order.Cents > 0 {', 'Enter']);
      // The brace is missing: the findings are those of the text before, and the error is named with its line.
      await workbench.statusBar(/AllocLens: \d+ hot \(stale\)/);
      await workbench.languageStatus(/orders\.go:\d+/);
      await workbench.screenshot('broken');
      await workbench.cursorAt(await source(folder), 'make([]byte');
      const fixes = await workbench.quickFixes(/Disable|documentation/);
      assert.ok(!fixes.some((title) => /sync\.Pool/.test(title)), fixes.join(' | '));
      await workbench.press('Escape');
      // Back to the end of the line that was typed first, and the brace.
      const lines = (await source(folder)).split('\n');
      await workbench.goTo(lines.findIndex((line) => line.includes("' '")) + 2, 1);
      await workbench.press('End');
      await type(['Enter', '}']);
      await workbench.statusBar(/AllocLens: \d+ hot$/);
      assert.equal((await workbench.problemCounts()).infos, before);
      await workbench.screenshot('repaired');
      await mkdir(artifacts, { recursive: true });
      const table = ['| key | status bar | problems |', '| --- | --- | --- |', ...rows].join('\n');
      await writeFile(join(artifacts, `typing-${host().version}.md`), `${table}\n`);
    }));
}
