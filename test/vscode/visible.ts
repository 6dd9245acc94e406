import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { editorHost } from './editor-host';
import type { Host, Theme } from './host';
import { inSample, source } from './in-sample';

/** What matters is seen: status bar, squiggles, hover, list of problems; and where something is missing, the step that helps. */
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
  });
}

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
