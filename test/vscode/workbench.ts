import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import type { OpenWindow } from './host';
import { artifacts } from './repository';

const modifier = process.platform === 'darwin' ? 'Meta' : 'Control';

/** What may stand under a piece of text in the editor. */
export type Squiggle = 'warning' | 'info' | 'hint' | 'error';

/** How long an analysis may take here: a cold Go build cache on two cores that run other things, too. Milliseconds. */
const patience = 90_000;

/** What is said at the end of an analysis. */
export const analysed = /AllocLens: (\d+|no) problems? in (\d+|no) files?/;

/** A window of VS Code, driven as a person drives it: keys, menus, and what can be read on the screen. */
export class Workbench {
  readonly #window: OpenWindow;
  readonly #page: Page;
  readonly #label: string;

  private constructor(window: OpenWindow, label: string) {
    this.#window = window;
    this.#page = window.page;
    this.#label = label.replace(/[^\w.]+/g, '-').toLowerCase();
  }

  /** Resolves when the workbench is on the screen. `label` names the screenshots. */
  static async open(window: OpenWindow, label: string): Promise<Workbench> {
    const workbench = new Workbench(window, label);
    await window.page.waitForSelector('.monaco-workbench .part.statusbar .statusbar-item', {
      timeout: 60_000,
    });
    return workbench;
  }

  close(): Promise<void> {
    return this.#window.close();
  }

  /** Closes every editor; their findings go with them. Nothing may be unsaved. */
  async closeAll(): Promise<void> {
    await this.command('View: Close All Editors');
    await this.#page.locator('.tab').first().waitFor({ state: 'detached', timeout: 30_000 });
  }

  /** Ctrl+P, the absolute path, Enter; resolves when the file's text is in the editor. */
  async openFile(path: string): Promise<void> {
    await this.openTab(path);
    await this.#orFailure(this.#editor.locator('.view-line').first().waitFor({ timeout: 30_000 }));
    await this.focusEditor();
  }

  /** As `openFile`, for what no text editor shows; resolves when its tab is the active one. */
  async openTab(path: string): Promise<void> {
    const base = path.split(/[\\/]/).at(-1)!;
    const tab = this.#page.locator(`.tab.active[data-resource-name="${base}"]`);
    // The list goes on sorting itself: Enter takes the first row, so it must be the file, and the tab tells.
    await this.#persist(async () => {
      await this.#quickInput(`${modifier}+P`, path);
      const first = this.#page.locator('.quick-input-list .monaco-list-row[data-index="0"] .label-name');
      await first.getByText(base, { exact: true }).waitFor({ timeout: 10_000 });
      await this.press('Enter');
      await tab.waitFor({ timeout: 5000 });
    });
  }

  /** The command palette, the title, a click. */
  async command(title: string): Promise<void> {
    await this.#persist(() => this.#palette(title));
  }

  /** A command that asks for one entry of a list, and the entry. */
  async commandAndPick(title: string, label: string): Promise<void> {
    await this.#persist(async () => {
      await this.#palette(title);
      await this.#quickInputField.fill(label, { timeout: 10_000 });
      await this.#quickInputRow(label).click({ timeout: 10_000 });
    });
  }

  /** Gives up what was typed since the file was saved. */
  async revert(): Promise<void> {
    await this.focusEditor();
    await this.command('File: Revert File');
    await this.#page.locator('.tab.active:not(.dirty)').waitFor({ timeout: 30_000 });
  }

  /** Trusts the folder, through the page that VS Code has for it. */
  async grantTrust(): Promise<void> {
    await this.command('Workspaces: Manage Workspace Trust');
    const page = this.#page.locator('.workspace-trust-editor');
    await this.#orFailure(page.waitFor({ timeout: 30_000 }));
    await this.#orFailure(
      page
        .locator('.monaco-button', { hasText: /^Trust$/ })
        .first()
        .click({ timeout: 30_000 }),
    );
    await this.#orFailure(page.getByText('You trust').first().waitFor({ timeout: 30_000 }));
  }

  /** Puts the cursor before the first occurrence of `text` in `content`, which is what the editor shows. */
  async cursorAt(content: string, text: string): Promise<void> {
    const offset = content.indexOf(text);
    assert.ok(offset >= 0, `the text does not contain ${JSON.stringify(text)}`);
    const before = content.slice(0, offset).split('\n');
    await this.goTo(before.length, before.at(-1)!.length + 1);
  }

  /** 1-based line and UTF-16 column. */
  async goTo(line: number, column: number): Promise<void> {
    // The status bar's column, and in newer versions this input's, counts the width of tabs; arrow keys do not.
    const place = new RegExp(`Ln ${line}, Col `);
    await this.#persist(async () => {
      await this.#quickInput('Control+G', `:${line}:1`);
      await this.press('Enter');
      await this.#page.locator('.statusbar-item', { hasText: place }).waitFor({ timeout: 5000 });
    });
    await this.focusEditor();
    for (let i = 1; i < column; i++) await this.press('ArrowRight');
  }

  /** Types at the cursor, as a person would, so that every key is an edit. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text, { delay: 15 });
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key.replace('Mod', modifier));
  }

  /** Saves the editor's text and reads it from the disk. */
  async save(file: string): Promise<string> {
    await this.focusEditor();
    await this.press('Mod+S');
    await this.#page.locator('.tab.active:not(.dirty)').waitFor({ timeout: 30_000 });
    return readFile(file, 'utf8');
  }

  /** True when the editor holds text that the disk does not. */
  isDirty(): Promise<boolean> {
    return this.#page.locator('.tab.active.dirty').isVisible();
  }

  focusEditor(): Promise<void> {
    // The element that takes the keys: a text area, or an EditContext element in newer versions.
    return this.#editor.locator('textarea.inputarea, .native-edit-context').first().focus();
  }

  /**
   * The rows of the list of problems that name the rule, once their number is what is wanted. The list is a table
   * (settingsFor), one row a finding, filtered by the rule, because only rows on the screen can be read.
   * @param what the sentence of the failure: "the finding stays after its fix"
   */
  async problems(ruleId: string, wanted: (count: number) => boolean, what: string): Promise<string[]> {
    const panel = this.#page.locator('.markers-panel');
    if (!(await panel.isVisible())) {
      await this.command('Problems: Focus on Problems View');
      await panel.waitFor({ timeout: 30_000 });
    }
    const filter = this.#page.locator(
      '.part.panel .viewpane-filter input, .part.panel .markers-panel-action-filter input',
    );
    await filter.first().fill(ruleId);
    const rows = panel.locator('.monaco-list-row', { hasText: ruleId });
    let seen: string[] = [];
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      seen = await rows.allInnerTexts();
      if (wanted(seen.length)) {
        await this.focusEditor();
        return seen;
      }
      await this.#page.waitForTimeout(100);
    }
    await this.failure();
    throw new Error(`${what}; the list of problems shows:\n${(await panel.innerText()).slice(0, 2000)}`);
  }

  /** Resolves when the editor shows a squiggle of one of these kinds. */
  async squiggle(...kinds: readonly Squiggle[]): Promise<void> {
    const selector = kinds.map((kind) => `.squiggly-${kind}`).join(', ');
    await this.#orFailure(this.#editor.locator(selector).first().waitFor({ timeout: patience }));
  }

  /** Titles of the quick-fix menu at the cursor, once one of them matches. The menu stays open. */
  async quickFixes(wanted: RegExp): Promise<string[]> {
    const rows = this.#page.locator('.action-widget .monaco-list-row.action');
    const deadline = Date.now() + patience;
    let seen: string[] = [];
    for (;;) {
      await this.press('Mod+.');
      try {
        await rows.first().waitFor({ timeout: 5000 });
        seen = (await rows.allInnerTexts()).map((title) => title.trim());
        if (seen.some((title) => wanted.test(title))) return seen;
      } catch {
        // "No code actions available": the findings, or the verdicts on their fixes, are not there yet.
      }
      if (Date.now() > deadline) {
        await this.failure();
        throw new Error(`no quick fix matches ${wanted}; the menu shows:\n${seen.join('\n')}`);
      }
      await this.press('Escape');
      await this.#page.waitForTimeout(300);
    }
  }

  /** Opens the quick-fix menu at the cursor and takes the entry that matches. */
  async applyQuickFix(wanted: RegExp): Promise<void> {
    const titles = await this.quickFixes(wanted);
    const focused = this.#page.locator('.action-widget .monaco-list-row.action.focused');
    for (let i = 0; !wanted.test((await focused.allInnerTexts()).join('')); i++) {
      assert.ok(i <= titles.length, `the menu's focus does not reach ${wanted}: ${titles.join(' | ')}`);
      await this.press('ArrowDown');
    }
    await this.press('Enter');
    await focused.waitFor({ state: 'hidden', timeout: 30_000 });
    await this.#orFailure(this.#page.locator('.tab.active.dirty').waitFor({ timeout: 30_000 }));
  }

  /** The hover at the cursor, once it contains what is wanted. */
  async hover(wanted: RegExp): Promise<string> {
    const hover = this.#page.locator('.monaco-hover:visible').first();
    const deadline = Date.now() + patience;
    let seen = '';
    while (Date.now() < deadline) {
      await this.press('Mod+K', 'Mod+I');
      await this.#page.waitForTimeout(700);
      if (await hover.isVisible()) {
        seen = await hover.innerText();
        if (wanted.test(seen)) return seen;
      }
      await this.press('Escape');
    }
    await this.failure();
    throw new Error(`the hover does not match ${wanted}; it shows:\n${seen}`);
  }

  /** Follows the link of the rule's id in the hover that shows: a diagnostic's `codeDescription`. */
  async followRuleLink(): Promise<void> {
    await this.#orFailure(this.#page.locator('.monaco-hover a.code-link').first().click({ timeout: 30_000 }));
  }

  /** The text of the rendered page (a webview) in the active editor, once it contains what is wanted. */
  async renderedPage(wanted: RegExp): Promise<string> {
    const deadline = Date.now() + 30_000;
    let seen = '';
    while (Date.now() < deadline) {
      for (const frame of this.#page.frames().slice(1)) {
        seen = await frame
          .locator('body')
          .innerText({ timeout: 1000 })
          .catch(() => '');
        if (wanted.test(seen)) return seen;
      }
      await this.#page.waitForTimeout(200);
    }
    await this.failure();
    throw new Error(`no rendered page matches ${wanted}; the last one shows:\n${seen.slice(0, 1000)}`);
  }

  /** The page of an editor that is no text editor (a webview), once it has an element of this kind. */
  async webview(selector: string): Promise<Frame> {
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      for (const frame of this.#page.frames().slice(1))
        if (
          await frame
            .locator(selector)
            .first()
            .isVisible()
            .catch(() => false)
        )
          return frame;
      await this.#page.waitForTimeout(200);
    }
    await this.failure();
    throw new Error(`no page has ${selector}`);
  }

  /** Names of the open editors. */
  async tabs(): Promise<string[]> {
    const names = await this.#page.locator('.tab').allInnerTexts();
    return names.map((name) => name.replaceAll('\n', ''));
  }

  /** Opens a walkthrough by its title. */
  async openWalkthrough(title: string): Promise<void> {
    await this.commandAndPick('Welcome: Open Walkthrough...', title);
    await this.#orFailure(this.#page.locator('.getting-started-step').first().waitFor({ timeout: 30_000 }));
  }

  /** Comes back to the walkthrough's tab. */
  async backToWalkthrough(): Promise<void> {
    await this.#page
      .locator('.tab', { hasText: /Welcome|Walkthrough/ })
      .first()
      .click();
    await this.#orFailure(this.#page.locator('.getting-started-step').first().waitFor({ timeout: 30_000 }));
  }

  /** Opens a step of the walkthrough that shows, and presses its first button. */
  async walkthroughStep(title: string, button: string): Promise<void> {
    const step = this.#page.locator('.getting-started-step', { hasText: title });
    await this.#orFailure(step.click({ timeout: 30_000 }));
    await this.#orFailure(step.locator('.monaco-button', { hasText: button }).click({ timeout: 30_000 }));
  }

  /** The titles of the walkthrough's steps that are done, once there are as many. */
  async stepsDone(number: number): Promise<string[]> {
    const done = this.#page.locator('.getting-started-step', {
      has: this.#page.locator('.codicon-getting-started-step-checked'),
    });
    const deadline = Date.now() + 30_000;
    let seen: string[] = [];
    while (Date.now() < deadline) {
      seen = (await done.locator('.step-title').allInnerTexts()).map((text) => text.trim());
      if (seen.length === number) return seen;
      await this.#page.waitForTimeout(200);
    }
    await this.failure();
    throw new Error(`${number} steps should be done; these are: ${seen.join(' | ')}`);
  }

  /** Milliseconds that the activation of an extension took, as VS Code says it (Developer: Show Running Extensions). */
  async activationTime(extension: string): Promise<number> {
    await this.command('Developer: Show Running Extensions');
    const rows = this.#page.locator('.runtime-extensions-editor .extension');
    const time = rows.filter({ hasText: extension }).first().locator('.activation-time');
    await this.#orFailure(rows.first().click({ timeout: 30_000 }));
    // Slowest first, and only rows on the screen can be read.
    for (let page = 0; page < 10 && !(await time.isVisible()); page++) {
      await this.press('PageDown');
      await this.#page.waitForTimeout(200);
    }
    const text = await this.#says(time, /\d+ ?ms/, 'the running extension');
    return Number(/(\d+) ?ms/.exec(text)![1]);
  }

  /** Links in what hovers over the window: notifications, hovers, the language status. */
  links(): Promise<{ text: string; target: string }[]> {
    return this.#page
      .locator('.notifications-toasts a, .monaco-hover a, .hover-language-status a')
      .evaluateAll((links) =>
        links.map((link) => ({
          text: link.textContent ?? '',
          target: ['href', 'data-href', 'title'].map((name) => link.getAttribute(name) ?? '').join(' '),
        })),
      );
  }

  /**
   * What the language status (`{}` in the status bar) says, once it matches.
   * @param look what is to be done while it shows
   */
  async languageStatus(wanted: RegExp, look?: () => Promise<void>): Promise<string> {
    const item = this.#page.locator('[id="status.languageStatus"]');
    const hover = this.#page.locator('.hover-language-status').first();
    const deadline = Date.now() + patience;
    let seen = '';
    while (Date.now() < deadline) {
      await item.hover();
      if (await hover.isVisible()) {
        seen = await hover.innerText();
        if (wanted.test(seen)) {
          await look?.();
          await this.#page.mouse.move(640, 5);
          return seen;
        }
      }
      await this.#page.waitForTimeout(300);
    }
    await this.failure();
    throw new Error(`the language status does not match ${wanted}; it says:\n${seen}`);
  }

  /** What our item in the status bar says, once it matches. */
  async statusBar(wanted: RegExp): Promise<string> {
    return this.#says(this.#statusBar, wanted, 'the status bar');
  }

  /** Presses our item in the status bar, with keys alone. */
  async pressStatusBar(): Promise<void> {
    await this.keyCommand('Focus Status Bar');
    const focused = this.#page.locator('.statusbar-item:focus-within, .statusbar-item.focused');
    // The arrow keys go from item to item and stop at the ends.
    for (let i = 0; i < 40; i++) {
      const id = await focused
        .first()
        .getAttribute('id', { timeout: 2000 })
        .catch(() => null);
      if (id?.startsWith('alloclens.')) return this.press('Enter');
      await this.press('ArrowRight');
    }
    await this.failure();
    throw new Error('the status bar has no item of ours that takes the focus');
  }

  /** What VS Code counts at the left of the status bar: errors, warnings and the rest, as the Problems view lists them. */
  async problemCounts(): Promise<{ errors: number; warnings: number; infos: number }> {
    const label = await this.#page
      .locator('[id="status.problems"] [aria-label]')
      .first()
      .getAttribute('aria-label');
    const count = (name: string): number =>
      Number(
        new RegExp(`${name}s?: (\\d+)|(\\d+) ${name}`, 'i')
          .exec(label ?? '')
          ?.slice(1)
          .find(Boolean) ?? 0,
      );
    return { errors: count('error'), warnings: count('warning'), infos: count('info') };
  }

  /** The text of a notification, once it matches. */
  async toast(wanted: RegExp): Promise<string> {
    return this.#says(this.#page.locator('.notifications-toasts'), wanted, 'no notification');
  }

  /** The text of a modal dialog, once it matches. */
  async dialog(wanted: RegExp): Promise<string> {
    return this.#says(this.#page.locator('.monaco-dialog-box'), wanted, 'no dialog');
  }

  /** Labels of the list at the top of the window, once one of them matches. */
  async picks(wanted: RegExp): Promise<string[]> {
    const rows = this.#page.locator('.quick-input-list .monaco-list-row');
    await this.#says(this.#page.locator('.quick-input-list'), wanted, 'the list');
    return (await rows.allInnerTexts()).map((row) => row.replaceAll('\n', ' '));
  }

  /** A command with keys alone: F1, its title, Enter. */
  async keyCommand(title: string): Promise<void> {
    await this.#persist(async () => {
      await this.#quickInput('F1', `>${title}`);
      const first = this.#page.locator('.quick-input-list .monaco-list-row[data-index="0"] .label-name');
      await first.getByText(title, { exact: false }).waitFor({ timeout: 10_000 });
      await this.press('Enter');
    });
  }

  /** The text that the locator shows, once it matches. */
  async #says(shown: Locator, wanted: RegExp, what: string): Promise<string> {
    const deadline = Date.now() + patience;
    let seen = '';
    while (Date.now() < deadline) {
      seen = (await shown.allInnerTexts()).join('\n');
      if (wanted.test(seen)) return seen;
      await this.#page.waitForTimeout(100);
    }
    await this.failure();
    throw new Error(`${what} does not match ${wanted}; it says:\n${seen}`);
  }

  /** Resolves when text that matches is anywhere on the screen. */
  async shows(wanted: RegExp): Promise<void> {
    await this.#orFailure(this.#page.getByText(wanted).first().waitFor({ timeout: patience }));
  }

  /** Clicks a button of a dialog, a notification or an editor by its label. */
  async click(label: string | RegExp): Promise<void> {
    await this.#orFailure(this.#page.getByRole('button', { name: label }).first().click({ timeout: 30_000 }));
  }

  /** Opens a container of views in the side bar, if it is not open yet. */
  async openView(title: string): Promise<void> {
    const action = this.#page.locator(`.activitybar .action-item:has([aria-label^="${title}"])`).first();
    if ((await action.getAttribute('aria-selected')) !== 'true') await this.#orFailure(action.click());
    await this.#orFailure(
      this.#page
        .locator('.part.sidebar .pane-header', { hasText: 'Hotspots' })
        .first()
        .waitFor({ timeout: 30_000 }),
    );
  }

  /** Presses a code lens of the active editor, once it is there. */
  async lens(title: RegExp): Promise<void> {
    const lens = this.#editor.locator('.codelens-decoration a', { hasText: title }).first();
    await this.#orFailure(lens.click({ timeout: patience }));
  }

  /** The rows of the trees in the side bar, from top to bottom, once one of them matches. */
  async treeRows(wanted: RegExp): Promise<string[]> {
    const rows = this.#page.locator('.part.sidebar .monaco-list-row');
    const deadline = Date.now() + patience;
    let seen: string[] = [];
    while (Date.now() < deadline) {
      seen = (await rows.allInnerTexts()).map((row) => row.replaceAll('\n', ' ').trim());
      if (seen.some((row) => wanted.test(row))) return seen.filter((row) => wanted.test(row));
      await this.#page.waitForTimeout(200);
    }
    await this.failure();
    throw new Error(`no row of the side bar matches ${wanted}; it shows:\n${seen.join('\n')}`);
  }

  /** Drags the edge of the side bar, so that its rows can be read. */
  async widenSideBar(pixels: number): Promise<void> {
    const box = await this.#page.locator('.part.sidebar').boundingBox();
    if (!box) throw new Error('There is no side bar to be widened.');
    const [edge, middle] = [box.x + box.width, box.y + box.height / 2];
    await this.#page.mouse.move(edge, middle);
    await this.#page.mouse.down();
    await this.#page.mouse.move(edge + pixels, middle, { steps: 4 });
    await this.#page.mouse.up();
  }

  /** Clicks a row of the side bar. */
  async selectRow(row: RegExp): Promise<void> {
    const found = this.#page.locator('.part.sidebar .monaco-list-row', { hasText: row }).first();
    await this.#orFailure(found.click({ timeout: 30_000 }));
    // What the click opens is on the screen.
    await this.#page.waitForTimeout(1000);
  }

  /** Presses a button at the end of a row of the side bar. */
  async rowAction(row: RegExp, label: RegExp): Promise<void> {
    const found = this.#page.locator('.part.sidebar .monaco-list-row', { hasText: row }).first();
    await this.#orFailure(found.hover({ timeout: 30_000 }));
    await this.#orFailure(
      found.locator('.action-label').and(this.#page.getByLabel(label)).first().click({ timeout: 30_000 }),
    );
  }

  /**
   * Takes an entry of the context menu of a row of the side bar, with keys alone: arrow keys, Shift+F10, arrow keys, Enter.
   * @param view title of the view with the row
   */
  async rowMenu(view: string, row: RegExp, label: RegExp): Promise<void> {
    await this.keyCommand(`Allocations: Focus on ${view} View`);
    // The view has the focus: its title, or its rows.
    const rows = this.#page.locator('.part.sidebar .monaco-list:focus');
    await this.#page.waitForTimeout(500);
    if (!(await rows.isVisible())) await this.press('Tab');
    await this.press('Home');
    const focused = this.#page.locator('.part.sidebar .monaco-list-row.focused', { hasText: row });
    await this.#walk(focused, 'the rows');
    await this.press('Shift+F10');
    const menu = this.#page.locator('.context-view .monaco-menu');
    await this.#orFailure(menu.waitFor({ timeout: 30_000 }));
    await this.#walk(menu.locator('.action-item.focused', { hasText: label }), 'the menu');
    await this.press('Enter');
    await menu.waitFor({ state: 'hidden', timeout: 30_000 });
  }

  /** Arrow down, until what is wanted has the focus. */
  async #walk(wanted: Locator, what: string): Promise<void> {
    for (let i = 0; i < 30; i++) {
      if (await wanted.first().isVisible()) return;
      await this.press('ArrowDown');
      await this.#page.waitForTimeout(100);
    }
    await this.failure();
    throw new Error(`the arrow keys do not lead to it in ${what}`);
  }

  /** A command that asks for a file, and the file, with keys alone. The dialog is the input at the top of the window. */
  async commandAndFile(title: string, path: string): Promise<void> {
    await this.#persist(async () => {
      await this.#quickInput('F1', `>${title}`);
      const first = this.#page.locator('.quick-input-list .monaco-list-row[data-index="0"] .label-name');
      await first.getByText(title, { exact: false }).waitFor({ timeout: 10_000 });
      await this.press('Enter');
      // It begins with the folder.
      const field = this.#quickInputField;
      for (let i = 0; i < 100 && !/[\\/]/.test(await field.inputValue().catch(() => '')); i++)
        await this.#page.waitForTimeout(100);
      await field.fill(path, { timeout: 10_000 });
      // The dialog looks for the file before it takes Enter.
      await this.#page.waitForTimeout(1000);
      await this.press('Enter');
    });
  }

  /** Hides the side bar: pictures are about the editor. */
  async hideSideBar(): Promise<void> {
    await this.press('Mod+B');
    await this.#page.locator('.part.sidebar').waitFor({ state: 'hidden', timeout: 30_000 });
  }

  /** Hides the list of problems, and what hovers under the mouse. */
  async hidePanel(): Promise<void> {
    await this.#page.mouse.move(640, 5);
    if (await this.#page.locator('.part.panel').isVisible()) await this.press('Mod+J');
    await this.#page.locator('.part.panel').waitFor({ state: 'hidden', timeout: 30_000 });
    await this.focusEditor();
  }

  /** Keeps a picture of the window in test-artifacts/. */
  async screenshot(name: string): Promise<void> {
    await mkdir(artifacts, { recursive: true });
    await this.#page.screenshot({ path: join(artifacts, `${this.#label}-${name}.png`) });
  }

  /** Keeps what there is to see and to read when a test fails. */
  async failure(): Promise<void> {
    await this.screenshot(`failure-${Date.now()}`).catch(() => undefined);
  }

  get page(): Page {
    return this.#page;
  }

  get #editor(): Locator {
    return this.#page.locator('.editor-group-container.active .monaco-editor').first();
  }

  get #statusBar(): Locator {
    return this.#page.locator('.statusbar-item[id^="alloclens."]');
  }

  get #quickInputField(): Locator {
    return this.#page.locator('.quick-input-widget input[type=text]');
  }

  #quickInputRow(text: string): Locator {
    return this.#page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  }

  /** Opens the input at the top of the window with a key and fills it in. */
  async #quickInput(key: string, text: string): Promise<void> {
    await this.press(key);
    await this.#quickInputField.fill(text, { timeout: 5000 });
  }

  async #palette(title: string): Promise<void> {
    await this.#quickInput('F1', `>${title}`);
    await this.#quickInputRow(title).click({ timeout: 10_000 });
  }

  /**
   * Does something with the input at the top of the window; tries again as a person would. A key that comes while the
   * workbench is busy is lost now and then, and whatever takes the focus meanwhile, such as a page that has just
   * loaded, may close the input.
   */
  async #persist(action: () => Promise<void>): Promise<void> {
    const widget = this.#page.locator('.quick-input-widget');
    for (let attempt = 1; ; attempt++) {
      try {
        await action();
        await widget.waitFor({ state: 'hidden', timeout: 10_000 });
        return;
      } catch (error) {
        if (attempt === 6) {
          await this.failure();
          throw error;
        }
        await this.press('Escape');
      }
    }
  }

  async #orFailure<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      await this.failure();
      throw error;
    }
  }
}
