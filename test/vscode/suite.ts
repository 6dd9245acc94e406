import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, afterEach, before, describe, it } from 'node:test';
import { editorHost } from './editor-host';
import { plantFakeGo } from './fake-go';
import type { Host } from './host';
import { hostileFolder } from './hostile-folder';
import { copySamples, type Samples } from './samples';
import { analysed, Workbench } from './workbench';

/** The tests of the packaged extension in one real VS Code: the oldest that the manifest allows, or the newest. */
export function editorSuite(build: 'minimum' | 'newest'): void {
  describe(`${build} VS Code`, { timeout: 9 * 60_000 }, () => {
    let host: Host;
    before(async () => {
      host = await editorHost(build);
    });
    after(() => host.dispose());

    editing(() => host);
    hostileFolder(() => host);
    for (const plant of ['PATH', 'alloclens.go.path'] as const) restricted(() => host, plant);
  });
}

/** What a person does with the findings of the samples, in one window. */
function editing(host: () => Host): void {
  describe('in a trusted folder', () => {
    let samples: Samples;
    let workbench: Workbench;
    before(async () => {
      samples = await copySamples();
      const window = await host().open({ folder: samples.folder, trust: 'trusted' });
      workbench = await Workbench.open(window, host().name);
      await workbench.hideSideBar();
    });
    afterEach(async () => {
      // A failed test must not leave its text to the next one.
      if (await workbench.isDirty()) await workbench.revert();
    });
    after(async () => {
      await workbench?.close();
      await samples?.dispose();
    });

    /** Opens a rule's sample and puts the cursor where its first finding starts. */
    const openFinding = async (ruleId: string): Promise<{ file: string; path: string; found: number }> => {
      const file = await samples.fileOf(ruleId);
      // Many samples have the same file name, and the list of problems shows them all.
      await workbench.closeAll();
      await workbench.openFile(join(samples.folder, file));
      const findings = await workbench.problems(
        ruleId,
        (count) => count > 0,
        `${file} shows no finding of ${ruleId}`,
      );
      const place = /\[Ln (\d+), Col (\d+)\]/.exec(findings[0]!);
      assert.ok(place, `the list of problems names no place: ${findings[0]}`);
      await workbench.goTo(Number(place[1]), Number(place[2]));
      return { file, path: join(samples.folder, file), found: findings.length };
    };

    /** Applies a fix of the finding at the cursor; resolves to the saved text when the finding is gone. */
    const fix = async (
      ruleId: string,
      found: { path: string; found: number },
      title: RegExp,
    ): Promise<string> => {
      await workbench.applyQuickFix(title);
      await workbench.problems(
        ruleId,
        (count) => count < found.found,
        `the finding of ${ruleId} stays after its fix`,
      );
      return workbench.save(found.path);
    };

    it('shows squiggles in a Go sample, and explains them in a hover', async () => {
      await openFinding('go/per-call-buffer');
      await workbench.squiggle('info', 'hint', 'warning');
      await workbench.hidePanel();
      const hover = await workbench.hover(/go\/per-call-buffer/);
      assert.match(hover, /alloc|heap/i);
      await workbench.screenshot('go-hover');
      await workbench.press('Escape');
    });

    it('shows squiggles in a TypeScript sample, and explains them in a hover', async () => {
      await openFinding('ts/accumulating-spread');
      await workbench.squiggle('info', 'hint', 'warning');
      await workbench.hidePanel();
      const hover = await workbench.hover(/ts\/accumulating-spread/);
      assert.match(hover, /cop(y|ies)|alloc/i);
      await workbench.screenshot('typescript-hover');
      await workbench.press('Escape');
    });

    it('follows what is typed into a Go file without saving', async () => {
      const { path } = await openFinding('go/per-call-buffer');
      const before = await readFile(path, 'utf8');
      await workbench.press('Mod+End');
      await workbench.type(
        '\nfunc typed(xss [][]int) (all [][]int) { for _, xs := range xss { out := []int{}; for _, x := range xs { out = append(out, 2*x) }; all = append(all, out) }; return all }\n',
      );
      await workbench.problems(
        'go/preallocate-slice',
        (count) => count > 0,
        'the typed Go function has no finding',
      );
      assert.equal(await workbench.isDirty(), true);
      assert.equal(await readFile(path, 'utf8'), before, 'the file on the disk must not have changed');
      await workbench.revert();
      await workbench.problems(
        'go/preallocate-slice',
        (count) => count === 0,
        'the finding stays although its text is gone',
      );
    });

    it('follows what is typed into a TypeScript file without saving', async () => {
      const { path, found } = await openFinding('ts/accumulating-spread');
      const before = await readFile(path, 'utf8');
      await workbench.press('Mod+End');
      await workbench.type(
        '\nexport function typed(xs: number[]): number[] { return xs.reduce((acc: number[], x) => [...acc, x], [] as number[]); }\n',
      );
      await workbench.problems(
        'ts/accumulating-spread',
        (count) => count === found + 1,
        'the typed TypeScript function has no finding',
      );
      assert.equal(await readFile(path, 'utf8'), before, 'the file on the disk must not have changed');
      await workbench.revert();
      await workbench.problems(
        'ts/accumulating-spread',
        (count) => count === found,
        'the finding stays although its text is gone',
      );
    });

    it('applies a pool fix to a Go sample, which still works', async () => {
      const finding = await openFinding('go/per-call-buffer');
      await workbench.hidePanel();
      await workbench.quickFixes(/sync\.Pool/);
      await workbench.screenshot('go-quick-fix');
      await workbench.press('Escape');
      const text = await fix('go/per-call-buffer', finding, /sync\.Pool/);
      assert.match(text, /"sync"/);
      assert.match(text, /sync\.Pool\{/);
      assert.match(text, /\.Get\(\)/);
      assert.match(text, /\.Put\(/);
      await samples.works(finding.file);
    });

    it('applies a preallocation fix to a Go sample, which still works', async () => {
      const finding = await openFinding('go/preallocate-slice');
      const text = await fix('go/preallocate-slice', finding, /with capacity|^Grow /);
      assert.match(text, /make\(\[\][^,]+, 0, |slices\.Grow\(/);
      await samples.works(finding.file);
    });

    it('applies a fix to a TypeScript sample, which still works', async () => {
      const finding = await openFinding('ts/accumulating-spread');
      await workbench.hidePanel();
      await workbench.quickFixes(/push|in place|assign/i);
      await workbench.screenshot('typescript-quick-fix');
      await workbench.press('Escape');
      await fix('ts/accumulating-spread', finding, /push|in place|assign/i);
      await samples.works(finding.file);
    });

    it('says in the language status what was found, by which Go, and how fast', async () => {
      await openFinding('go/append-format');
      await workbench.languageStatus(/\d+ shown · \d+ hidden[^]*Go 1\.\d+[^]*\d+(\.\d)? m?s/);
    });

    it("renders a rule's page for users where the rule's link leads, and another one in its place", async () => {
      await openFinding('go/append-format');
      await workbench.hidePanel();
      await workbench.hover(/go\/append-format/);
      await workbench.followRuleLink();
      // Rendered, so without the signs of the markup; and without the names of our test files.
      const page = await workbench.renderedPage(
        /What it reports[^]*Preconditions[^]*The file is not generated/,
      );
      assert.doesNotMatch(page, /##|txtar|<!--/);
      await workbench.screenshot('rule-page');
      await workbench.commandAndPick(
        'AllocLens: Show Documentation of an Allocation Rule',
        'go/per-call-buffer',
      );
      await workbench.renderedPage(/^go\/per-call-buffer/);
      assert.deepEqual((await workbench.tabs()).slice(1), ['per-call-buffer.md']);
    });

    it('restarts the server, and the findings come back', async () => {
      await openFinding('go/append-format');
      await workbench.command('AllocLens: Restart the Allocation Server');
      // The old server's findings go with it.
      await openFinding('go/append-format');
    });
  });
}

/** Opening a folder must run nothing of it: a planted `go` is not started until the user grants trust. */
function restricted(host: () => Host, plant: 'PATH' | 'alloclens.go.path'): void {
  it(`starts no \`go\` planted through ${plant} before the folder is trusted`, async () => {
    const trap = await mkdtemp(join(tmpdir(), 'alloclens-trap-'));
    const samples = await copySamples();
    const fake = await plantFakeGo(trap);
    await mkdir(join(samples.folder, '.vscode'), { recursive: true });
    if (plant === 'alloclens.go.path')
      await writeFile(
        join(samples.folder, '.vscode', 'settings.json'),
        JSON.stringify({ 'alloclens.go.path': fake.path }),
      );
    const path = plant === 'PATH' ? `${fake.folder}${delimiter}${process.env['PATH']}` : process.env['PATH']!;
    const window = await host().open({
      folder: samples.folder,
      trust: 'restricted',
      env: { PATH: path, GOROOT: '' },
    });
    try {
      const workbench = await Workbench.open(window, `${host().name}-restricted`);
      const file = await samples.fileOf('go/preallocate-slice');
      await workbench.openFile(join(samples.folder, file));
      await workbench.type(' ');
      await workbench.save(join(samples.folder, file));
      // Also when asked to, and after a restart. The answer comes when the analysis is through.
      await workbench.command('AllocLens: Find Allocations in the Workspace');
      await workbench.shows(analysed);
      await workbench.command('AllocLens: Restart the Allocation Server');
      await workbench.command('AllocLens: Find Allocations in This Package');
      await workbench.shows(analysed);
      // TypeScript rules need no program, so they report all the same.
      await workbench.openFile(join(samples.folder, await samples.fileOf('ts/accumulating-spread')));
      await workbench.squiggle('info', 'hint', 'warning');
      assert.deepEqual(await fake.starts(), []);

      // The trap works: once the folder is trusted, the planted program is what runs.
      await workbench.openFile(join(samples.folder, file));
      await workbench.grantTrust();
      await workbench.openFile(join(samples.folder, file));
      const deadline = Date.now() + 60_000;
      while ((await fake.starts()).length === 0 && Date.now() < deadline) await setTimeout(100);
      assert.notDeepEqual(await fake.starts(), []);
      await workbench.problems(
        'go/preallocate-slice',
        (count) => count > 0,
        'the Go findings do not come when the folder is trusted',
      );
    } finally {
      await window.close();
      await samples.dispose();
      await rm(trap, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}
