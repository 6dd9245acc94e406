import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { editorHost } from './editor-host';
import type { Host } from './host';
import { hostileName, inModule } from './orders-module';
import type { Workbench } from './workbench';

/** A profile as a flame graph and as a table: seen, searched, compared, and left for the line. */
export function flameSuite(build: 'minimum' | 'newest'): void {
  describe(`the flame graph of the ${build} VS Code`, { timeout: 9 * 60_000 }, () => {
    let host: Host;
    before(async () => {
      host = await editorHost(build);
    });
    after(() => host.dispose());

    it('opens with a profile, left-heavy, marks what has a fix, finds, and a click opens the line', () =>
      inModule(host, 'flame-click', {}, async ({ workbench, folder }) => {
        const refused = refusals(workbench);
        const page = await openGraph(workbench, join(folder, 'new.pprof'));
        // What a file calls a function is text, whatever it looks like.
        assert.deepEqual((await boxes(page)).slice(0, 4), [
          'all',
          'testing.(*B).runN',
          'orders.BenchmarkLabels',
          hostileName,
        ]);
        assert.ok((await names(page)).some((name) => name.startsWith(hostileName)));
        assert.equal(await page.locator('img').count(), 0);
        // The fix comes with the analysis of the package.
        const fixable = page.locator('g.frame.fixable');
        await fixable.waitFor({ timeout: 90_000 });
        assert.match(
          (await fixable.getAttribute('aria-label'))!,
          /Labels, 72 MiB, 90\.0 %, 60 MiB of it its own, safe fix: .*orders\.go:14/,
        );
        await page.locator('#search').fill('labels');
        assert.equal(await page.locator('#found').innerText(), '2 boxes, 93.8 %');
        assert.equal(await page.locator('g.frame.found').count(), 2);
        await workbench.screenshot('found');
        await page.locator('g.frame.fixable').click();
        await workbench.shows(/Ln 14, Col/);
        assert.ok((await workbench.tabs()).some((tab) => tab.includes('orders.go')));
        await workbench.screenshot('line');
        assert.deepEqual(refused, []);
      }));

    it('is all there with keys alone: boxes, search, table, and the line', () =>
      inModule(host, 'flame-keys', {}, async ({ workbench, folder }) => {
        const page = await openGraph(workbench, join(folder, 'new.pprof'));
        await focusIs(page, /^all, /);
        await workbench.press('ArrowDown', 'ArrowDown', 'ArrowDown');
        await focusIs(page, /^example\.com\/orders\.Labels, 72 MiB/);
        await workbench.press('ArrowUp', 'ArrowRight');
        await focusIs(page, /^main\.<img/);
        // Space zooms in and out.
        await workbench.press('ArrowLeft', 'Space');
        await page.locator('g.frame.above').first().waitFor();
        assert.equal(await page.locator('g.frame', { hasText: '<img' }).count(), 0);
        await workbench.press('Escape');
        await page.locator('g.frame', { hasText: '<img' }).waitFor();
        await workbench.press('/');
        await workbench.type('itoa');
        await workbench.press('Enter');
        await focusIs(page, /^strconv\.Itoa/);
        await workbench.press('ArrowUp', 'Enter');
        await workbench.shows(/Ln 14, Col/);
        await workbench.keyCommand('View: Focus First Editor Group');
        await focusIs(page, /Labels/);
        // The table is of what was found: of everything, when nothing is searched for.
        await workbench.press('/', 'Escape', 'Tab', 'Tab');
        await focusIs(page, /^Table$/);
        await workbench.press('Enter');
        await page.locator('#table tbody tr').first().waitFor();
        await workbench.press('Tab', 'Tab', 'Tab', 'Tab');
        await focusIs(page, /^With callees$/);
        await workbench.press('Enter');
        const header = page.locator('th[aria-sort=descending]');
        assert.match(await header.innerText(), /With callees/);
        await workbench.press('Tab', 'Tab', 'Tab');
        await focusIs(page, /^testing\.\(\*B\)\.runN/);
        await workbench.press('ArrowDown', 'ArrowDown');
        await focusIs(page, /^example\.com\/orders\.Labels/);
        await workbench.screenshot('table');
        await workbench.press('Enter');
        await workbench.shows(/Ln 14, Col/);
      }));

    it('compares two profiles in two colours, in step with the Hotspots view', () =>
      inModule(host, 'flame-compared', {}, async ({ workbench, folder }) => {
        await openGraph(workbench, join(folder, 'old.pprof'));
        await workbench.closeAll();
        const page = await openGraph(workbench, join(folder, 'new.pprof'));
        await page.locator('#compare').click();
        await workbench.picks(/old\.pprof/);
        await workbench.press('Enter');
        await page
          .locator('#title', { hasText: 'new.pprof, compared with old.pprof' })
          .waitFor({ timeout: 30_000 });
        await page.locator('g.frame.grew').first().waitFor();
        assert.match(
          (await page.locator('g.frame.grew').last().getAttribute('aria-label'))!,
          /\+40 MiB since, before 32 MiB/,
        );
        await workbench.openView('Allocations');
        await workbench.treeRows(/orders\.go:14.*\+40 MiB \(20 MiB → 60 MiB\)/);
        await workbench.screenshot('both');
        await page.locator('#as-table').click();
        await page.locator('#table td.grew', { hasText: '+40 MiB' }).first().waitFor();
        await workbench.screenshot('table');
        await page.locator('#compare').click();
        await page.locator('#title', { hasText: /^new\.pprof$/ }).waitFor({ timeout: 30_000 });
      }));

    for (const theme of ['dark', 'light', 'high contrast'] as const)
      it(`has the colours of a ${theme} theme`, () =>
        inModule(host, `flame-${theme}`, { theme }, async ({ workbench, folder }) => {
          const page = await openGraph(workbench, join(folder, 'new.pprof'));
          await page.locator('g.frame.fixable').waitFor({ timeout: 90_000 });
          await page.locator('#by-objects').click();
          await page.locator('#by-objects[aria-pressed=true]').waitFor();
          await page.locator('#by-objects').click();
          await page.locator('#by-objects[aria-pressed=false]').waitFor();
          await page.locator('g.frame.fixable').waitFor();
          await workbench.screenshot('graph');
          await page.locator('#as-table').click();
          await page.locator('#table tbody tr').first().waitFor();
          await workbench.screenshot('table');
        }));

    it('says what is wrong with a file that is no profile, and how to go on', () =>
      inModule(host, 'flame-damaged', {}, async ({ workbench, folder }) => {
        await openProfile(workbench, join(folder, 'damaged.pprof'));
        const page = await workbench.webview('#again');
        assert.match(
          await page.locator('#sentence').innerText(),
          /damaged\.pprof cannot be used as a profile/,
        );
        await workbench.screenshot('sentence');
      }));
  });
}

async function openGraph(workbench: Workbench, profile: string): Promise<Frame> {
  await openProfile(workbench, profile);
  return workbench.webview('#chart g.frame');
}

/** While VS Code starts it does not know yet who opens what, and 1.100 opens a file from its history again as it was opened first. */
async function openProfile(workbench: Workbench, profile: string): Promise<void> {
  await workbench.openFile(join(dirname(profile), 'orders.go'));
  await workbench.statusBar(/AllocLens/);
  await workbench.openTab(profile);
}

/** What stands in the boxes, from top to bottom. */
function boxes(page: Frame): Promise<string[]> {
  return page.locator('g.frame .d3-flame-graph-label').allInnerTexts();
}

/** What a screen reader calls them. */
async function names(page: Frame): Promise<string[]> {
  const all = await page.locator('g.frame').all();
  return Promise.all(all.map(async (box) => (await box.getAttribute('aria-label')) ?? ''));
}

/** Resolves when what has the focus on the page is called so. */
async function focusIs(page: Frame, wanted: RegExp): Promise<void> {
  const name = (): Promise<string> =>
    page.evaluate(
      'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? ""',
    );
  const deadline = Date.now() + 20_000;
  let seen = '';
  while (Date.now() < deadline) {
    seen = await name();
    if (wanted.test(seen)) return;
    await page.waitForTimeout(100);
  }
  assert.match(seen, wanted);
}

/** What the page's content security policy refuses from now on. */
function refusals(workbench: Workbench): string[] {
  const found: string[] = [];
  workbench.page.on('console', (message) => {
    const text = message.text();
    if (
      /content security policy/i.test(text) &&
      /flame|fake\.html|script-src 'nonce/.test(text + message.location().url)
    )
      found.push(text);
  });
  return found;
}
