import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RuleMeta } from '../../rules/model';
import { TrustGate } from '../../server/src/host/trust';
import { FakeEditor, temporaryFolder, uri, type EditorOptions } from './fake-editor';
import { FakeEngine } from './fake-engine';

const rule = (id: RuleMeta['id'], reports: RuleMeta['reports'] = 'allocation'): RuleMeta => ({
  id,
  summary: 's',
  fix: 'safe',
  recipe: 'Do it by hand',
  reports,
  sample: 'go/x',
});
const rules = [rule('go/per-call-buffer'), rule('go/leaked-buffer', 'bug'), rule('ts/per-call-buffer')];

export interface SessionOptions extends Omit<EditorOptions, 'settings'> {
  settings?: (path: string) => unknown;
  /** Collects the URIs that settings were asked for. */
  asked?: string[];
  debounce?: number;
}

/** An editor and a server whose engines are fakes, on a temporary folder; all of it goes with the test. */
export async function start(t: TestContext, files: Record<string, string>, options: SessionOptions = {}) {
  const go = new FakeEngine('go');
  const typescript = new FakeEngine('typescript');
  const { folder, remove } = temporaryFolder(files);
  const trust = new TrustGate(false);
  const { settings, debounce = 5, folders = ['.'], asked, ...rest } = options;
  const editor = await FakeEditor.inProcess(
    {
      version: '1.2.3',
      rules,
      engines: {
        go: () => Promise.resolve(() => go),
        typescript: () => Promise.resolve(() => typescript),
      },
      trust,
      debounce,
    },
    {
      ...rest,
      folders: folders.map((name) => join(folder, name)),
      settings: (document) => {
        asked?.push(document);
        return settings?.(document.slice(uri(folder).length + 1));
      },
    },
  );
  let ended = false;
  const quit = async (): Promise<void> => {
    if (!ended) await editor.quit();
    ended = true;
  };
  t.after(async () => {
    await quit();
    remove();
  });
  return { editor, go, typescript, trust, folder, quit, at: (name: string) => join(folder, name) };
}
