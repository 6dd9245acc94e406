import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Host } from './host';
import { analysed, Workbench } from './workbench';

const command = 'command:workbench.action.quickOpen?%5B%22%3Epwned%22%5D';
const link = `[Repair it](${command})`;

/** A folder whose every word wants to be a link: its name, its settings, its code, its module. */
const files: Record<string, string> = {
  '.vscode/settings.json': JSON.stringify({
    'alloclens.rules': { [`x". Your Go setup is broken. ${link} "`]: 'off', [`y${link}`]: 'off' },
    'alloclens.show': link,
  }),
  'spread.ts': `/** ${link} */
export function spread(xs: string[]): string[] {
  let out: string[] = [];
  for (const x of xs) {
    out = [...out, \`\${x} ${link} https://evil.test\`];
  }
  return out;
}
`,
  'works/go.mod': 'module example.com/works\n\ngo 1.21\n',
  'works/grown.go': `package works

func Grow(m map[string][]int) []int {
	var out []int
	for _, x := range m["[R](http://e.io)"] {
		out = append(out, 2*x)
	}
	return out
}
`,
  'newer/go.mod': 'module example.com/newer\n\ngo 1.99.0\n',
  'newer/newer.go': 'package newer\n\nfunc Make(n int) []byte { return make([]byte, n) }\n',
};

/** Nothing that a folder says is a link that the person who opened it might click. */
export function hostileFolder(host: () => Host): void {
  const skip = process.platform === 'win32' && 'no folder can have such a name';
  describe('a folder that wants its words to be links', { skip }, () => {
    let parent: string;
    let folder: string;
    before(async () => {
      parent = await realpath(await mkdtemp(join(tmpdir(), 'alloclens-hostile-')));
      folder = join(parent, `[Install Go](${command})`);
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
    });
    after(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }));

    /** No link on the screen but to a page of ours and to commands that VS Code or we put there. */
    const noForeignLink = async (workbench: Workbench): Promise<void> => {
      const links = await workbench.links();
      // Our own commands get the file's name as data: escaped, so that it ends nothing.
      const own = /^command:_alloclens\.(applyFix|explainFinding)\?%5B[\w%.-]*$/;
      // A link has its target in one or two attributes, by version.
      const isOwn = (target: string): boolean =>
        target
          .trim()
          .split(/ +/)
          .every((one) => own.test(one));
      const foreign = links.filter(
        ({ text, target }) =>
          /^R$|Repair it|Install Go|evil/.test(text) ||
          (/pwned|evil|\/\/e\.io/.test(target) && !isOwn(target)),
      );
      assert.deepEqual(foreign, []);
    };

    it('has none in Restricted Mode: notification, hover, language status', async () => {
      const window = await host().open({ folder, trust: 'restricted' });
      try {
        const workbench = await Workbench.open(window, `${host().name}-hostile-restricted`);
        await workbench.openFile('spread.ts');
        await workbench.shows(/Your Go setup is broken/);
        await workbench.screenshot('notification');
        await noForeignLink(workbench);
        await workbench.squiggle('info', 'hint', 'warning');
        await workbench.cursorAt(files['spread.ts']!, '[...out');
        await workbench.hover(/ts\/accumulating-spread/);
        await noForeignLink(workbench);
        await workbench.press('Escape');
        await workbench.languageStatus(/1 shown/, () => noForeignLink(workbench));
      } finally {
        await window.close();
      }
    });

    it('has none when it is trusted: what go says, code in a hover, progress, result', async () => {
      const window = await host().open({ folder, trust: 'trusted', env: { GOTOOLCHAIN: 'auto' } });
      try {
        const workbench = await Workbench.open(window, `${host().name}-hostile-trusted`);
        await workbench.openFile('newer.go');
        await workbench.shows(/The go command failed in/);
        await workbench.screenshot('notification');
        await noForeignLink(workbench);
        await workbench.languageStatus(/Install Go/, () => noForeignLink(workbench));
        await workbench.openFile('grown.go');
        await workbench.cursorAt(files['works/grown.go']!, 'append');
        await workbench.hover(/\[R\]\(http:\/\/e\.io\)[^]*go\/preallocate-slice/);
        await workbench.screenshot('hover');
        await noForeignLink(workbench);
        await workbench.press('Escape');
        await workbench.command('AllocLens: Find Allocations in the Workspace');
        await workbench.shows(analysed);
        await noForeignLink(workbench);
      } finally {
        await window.close();
      }
    });
  });
}
