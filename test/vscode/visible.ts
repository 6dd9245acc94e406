import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { editorHost } from './editor-host';
import type { Host, OpenOptions, Theme } from './host';
import { repository } from './repository';
import { Workbench } from './workbench';

/** What matters is seen, stays seen, and is one key away: the status bar, the list of problems, the commands, the walkthrough. */
export function visibleSuite(build: 'minimum' | 'newest'): void {
  describe(`what is seen in the ${build} VS Code`, { timeout: 9 * 60_000 }, () => {
    let host: Host;
    before(async () => {
      host = await editorHost(build);
    });
    after(() => host.dispose());

    for (const theme of ['dark', 'light', 'high contrast'] as const) themed(() => host, theme);
    levels(() => host);
    remedies(() => host);
    workspace(() => host);
    hotspots(() => host);
    walkthrough(() => host);
  });
}

interface Opened {
  readonly workbench: Workbench;
  readonly folder: string;
}

/** Opens a copy of the sample that ships, does something there, and closes everything. */
async function inSample(
  host: Host,
  name: string,
  options: Partial<OpenOptions>,
  run: (opened: Opened) => Promise<void>,
): Promise<void> {
  // macOS's temporary folder is a link, and the compiler names files by their real paths.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'alloclens-visible-')));
  try {
    await cp(join(repository, 'samples', 'start'), folder, { recursive: true });
    const window = await host.open({ folder, trust: 'trusted', ...options });
    try {
      const workbench = await Workbench.open(window, `${host.name}-${name}`);
      await workbench.hideSideBar();
      await run({ workbench, folder });
    } catch (error) {
      await window.page.screenshot({ path: join(repository, 'test-artifacts', `failed-${name}.png`) });
      throw error;
    } finally {
      await window.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const source = (folder: string): Promise<string> => readFile(join(folder, 'orders.go'), 'utf8');

/** The main states, in every kind of theme: for the eye. */
function themed(host: () => Host, theme: Theme): void {
  it(`shows status bar, squiggles, hover and problems in a ${theme} theme`, () =>
    inSample(host(), `theme-${theme}`, { theme }, async ({ workbench, folder }) => {
      await workbench.openFile(join(folder, 'orders.go'));
      await workbench.statusBar(/AllocLens: \d+ hot/);
      await workbench.problems('alloclens', (count) => count > 0, 'the sample has no problems');
      await workbench.cursorAt(await source(folder), 'make([]byte');
      await workbench.squiggle('info');
      await workbench.screenshot('problems');
      await workbench.hidePanel();
      await workbench.hover(/go\/per-call-buffer/);
      await workbench.screenshot('hover');
    }));
}

function levels(host: () => Host): void {
  it('counts what is hidden, shows it on request, and hides it again', () =>
    inSample(host(), 'levels', {}, async ({ workbench, folder }) => {
      await workbench.openFile(join(folder, 'orders.go'));
      await workbench.statusBar(/AllocLens: 1 hot/);
      const hidden = /(\d+) shown · (\d+) hidden/;
      const [, shown, more] = hidden.exec(await workbench.languageStatus(hidden))!.map(Number);
      assert.ok(more! > 0, 'the sample hides nothing');
      await workbench.screenshot('some-hidden');
      await workbench.keyCommand('AllocLens: Show All Heap Allocations in This File');
      await workbench.languageStatus(
        new RegExp(`${shown! + more!} shown · 0 hidden[^]*all heap allocations`),
      );
      await workbench.screenshot('all');
      await workbench.keyCommand('AllocLens: Show All Heap Allocations in This File');
      await workbench.languageStatus(new RegExp(`${shown} shown · ${more} hidden`));
    }));

  it('asks for the level where the status bar is pressed, and Enter alone changes nothing', () =>
    inSample(host(), 'level', {}, async ({ workbench, folder }) => {
      await workbench.openFile(join(folder, 'orders.go'));
      await workbench.statusBar(/AllocLens: 1 hot/);
      await workbench.pressStatusBar();
      const labels = await workbench.picks(/likely ?now/);
      for (const label of [/^hot /, /^all /, /Show all heap allocations/, /List all hotspots/])
        assert.ok(
          labels.some((row) => label.test(row)),
          `${label} is missing: ${labels.join(' | ')}`,
        );
      await workbench.screenshot('level');
      await workbench.press('Enter');
      await workbench.pressStatusBar();
      await workbench.picks(/likely ?now/);
      await workbench.press('ArrowDown', 'Enter');
      // Everything is shown, so nothing is hidden.
      await workbench.languageStatus(/\d+ shown · 0 hidden/);
    }));
}

function remedies(host: () => Host): void {
  it('says that Go is off because the folder is not trusted, and leads to trust', () =>
    inSample(host(), 'untrusted', { trust: 'restricted' }, async ({ workbench, folder }) => {
      await workbench.openFile(join(folder, 'orders.go'));
      await workbench.statusBar(/Go off: folder not trusted/);
      await workbench.screenshot('status');
      await workbench.pressStatusBar();
      await workbench.shows(/In a Trusted|Trusted Folder|Restricted Mode/);
      await workbench.screenshot('remedy');
    }));

  it('says that Go is off because the path is wrong, and leads to the setting', () => {
    const settings = { 'alloclens.go.path': '/nowhere/go' };
    return inSample(host(), 'no-go', { settings }, async ({ workbench, folder }) => {
      await workbench.openFile(join(folder, 'orders.go'));
      await workbench.statusBar(/Go off: wrong path in the settings/);
      await workbench.screenshot('status');
      await workbench.pressStatusBar();
      await workbench.shows(/Absolute path of the/);
      await workbench.screenshot('remedy');
      // TypeScript needs no Go.
      await workbench.openFile(join(folder, 'orders.ts'));
      await workbench.statusBar(/AllocLens: \d+ hot/);
    });
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

/** A new user's way: docs/first-steps.md says the same. */
function walkthrough(host: () => Host): void {
  it('completes a step of the walkthrough when it has happened, and not when its button was pressed', () => {
    return inSample(host(), 'walkthrough', {}, async ({ workbench }) => {
      await workbench.openWalkthrough('Find and Fix Allocation Hotspots');
      await workbench.stepsDone(0);
      await workbench.screenshot('start');
      await workbench.walkthroughStep('Check the Go toolchain', 'Check the Go Toolchain');
      await workbench.toast(/Go 1\.\d+(\.\d+)? found: /);
      assert.deepEqual(await workbench.stepsDone(1), ['Check the Go toolchain']);
      await workbench.screenshot('toolchain');
      await workbench.walkthroughStep('Open the sample', 'Open the Sample');
      await workbench.statusBar(/AllocLens: 1 hot/);
      await workbench.squiggle('info');
      await workbench.screenshot('sample');
      // Asking for quick fixes is not applying one.
      await workbench.backToWalkthrough();
      assert.equal((await workbench.stepsDone(2)).length, 2);
      await workbench.walkthroughStep('Read a hotspot', 'Go to the Next Hotspot');
      await workbench.shows(/Ln \d+, Col \d+/);
      await workbench.press('Escape');
      await workbench.quickFixes(/./);
      await workbench.screenshot('fixes');
      await workbench.press('Enter');
      await workbench.page.locator('.tab.active.dirty').waitFor({ timeout: 30_000 });
      await workbench.screenshot('fixed');
      await workbench.backToWalkthrough();
      assert.deepEqual(await workbench.stepsDone(4), [
        'Check the Go toolchain',
        'Open the sample',
        'Read a hotspot',
        'Apply a fix',
      ]);
      await workbench.screenshot('done');
    });
  });
}
