import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Finding, Fix, Language, Note } from '../../rules/model';
import type {
  AnalysisRequest,
  Engine,
  FileAnalysis,
  SourceDocument,
  ToolchainReport,
} from '../../server/src/service/engine';
import { judge } from '../../server/src/service/ranking';

/** Lets a test hold an analysis back and let it go: no clocks. */
export class Gate {
  #open: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  close(): void {
    this.#open = new Promise((resolve) => (this.#release = resolve));
  }

  open(): void {
    this.#release();
  }

  /** Waits for the gate; rejects when the signal fires first. */
  pass(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      void this.#open.then(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }
}

/**
 * A language of its own inside Go or TypeScript files, for tests of everything around the engines: `alloc()` is a
 * finding with a safe fix to `reuse()`, `hotalloc()` is hot, `coldalloc()` hidden, `maybealloc()` has a suggestion, `badalloc()` is a bug
 * without a fix, `synalloc()` is found in any text, `syntaxerror` leaves nothing else of its unit, `crash()` makes the engine throw, `recurse()` as
 * when the stack is full. `alloc(b.go)` has a fix that also changes that file of the folder,
 * where `take()` becomes `lend()`. What stands behind `// says` is quoted wherever a text can quote something. In Go all
 * files of the folder are one unit, and functions are known by name.
 */
export class FakeEngine implements Engine {
  /** What was asked, for tests of scheduling. */
  readonly requests: AnalysisRequest[] = [];
  readonly gate = new Gate();
  /** Absolute paths of Go folders that are one unit; each is its own when absent. */
  joined: readonly string[] | undefined;
  aborted = 0;
  disposed = false;

  constructor(readonly language: Language) {}

  async analyse(
    request: AnalysisRequest,
    publish: (files: readonly FileAnalysis[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.requests.push(request);
    try {
      await this.gate.pass(signal);
    } catch (error) {
      this.aborted++;
      throw error;
    }
    const unit = this.#unit(request);
    publish(unit.map((document) => this.#analysis(document, unit, request)));
  }

  findToolchain(path: string): Promise<ToolchainReport | Note> {
    const missing: Note = { message: 'There is no go command.', wayOut: 'install' };
    return Promise.resolve(path.endsWith('none.go') ? missing : this.toolchain()!);
  }

  /** `//alloclens:ignore` on the line above. Only for what is typed: an analysis does not look. */
  suppressions({ text }: SourceDocument): (finding: Pick<Finding, 'span'>) => boolean {
    return ({ span }) => /\/\/alloclens:ignore\n.*$/.test(text.slice(0, span.start));
  }

  toolchain(): ToolchainReport | undefined {
    return this.language === 'go' ? { version: 'go1.26.8', path: '/fake/go', how: 'in a test' } : undefined;
  }

  dispose(): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }

  #unit({ document, buffers }: AnalysisRequest): SourceDocument[] {
    if (this.language === 'typescript' || document.virtual) return [document];
    const folders = this.joined ?? [dirname(document.path)];
    const paths = new Set([
      document.path,
      ...[...buffers.keys()].filter((path) => path.endsWith('.go') && folders.includes(dirname(path))),
    ]);
    for (const folder of folders.filter((folder) => existsSync(folder)))
      for (const name of readdirSync(folder)) if (name.endsWith('.go')) paths.add(join(folder, name));
    return [...paths].sort().map((path): SourceDocument => {
      if (path === document.path) return document;
      return buffers.get(path) ?? { path, languageId: 'go', version: 0, text: readFileSync(path, 'utf8') };
    });
  }

  #analysis(
    { path, version, text, revealed }: SourceDocument,
    unit: readonly SourceDocument[],
    { settings }: AnalysisRequest,
  ): FileAnalysis {
    if (text.includes('crash()')) throw new Error('the fake engine was told to crash');
    if (text.includes('recurse()')) throw new RangeError('Maximum call stack size exceeded');
    const quote = text.match(/\/\/ says (.*)/)?.[1];
    const says = quote === undefined ? '' : ` (${quote})`;
    const broken = unit.find((document) => document.text.includes('syntaxerror'));
    const error = broken && errorIn(broken);
    const hidden: Finding[] = [];
    const findings = [...text.matchAll(/\b(hot|cold|maybe|bad|syn)?alloc\(([\w./-]*)\)/g)].flatMap(
      ({ 0: call, 1: how, 2: also, index }): Finding[] => {
        const other = unit.find((document) => document.path === join(dirname(path), also!));
        const takes = other?.text.indexOf('take()') ?? -1;
        if (also !== '' && takes < 0) return [];
        if (error !== undefined && how !== 'syn') return [];
        const rule = how === 'bad' ? 'leaked-buffer' : 'per-call-buffer';
        const meta = {
          id: `${this.language === 'go' ? 'go' : 'ts'}/${rule}`,
          reports: how === 'bad' ? 'bug' : 'allocation',
        } as const;
        const heat = how === 'hot' ? 0.7 : how === 'cold' ? 0.1 : 0.4;
        const judgement = judge(meta, 'always', { score: heat }, settings);
        if (!judgement) return [];
        const { severity } = judgement;
        const span = { start: index, end: index + call.length };
        const fix: Fix = {
          title: `${how === 'maybe' ? 'Reuse it if nobody keeps it' : 'Reuse it'}${says}`,
          kind: how === 'maybe' ? 'suggestion' : 'safe',
          edits: [
            { file: path, span, newText: 'reuse()' },
            ...(other && takes >= 0
              ? [{ file: other.path, span: { start: takes, end: takes + 6 }, newText: 'lend()' }]
              : []),
          ],
          verification: 'verified',
          ...(how !== 'maybe' && { allocationsBefore: 1, allocationsAfter: 0 }),
        };
        const finding: Finding = {
          ruleId: meta.id,
          language: this.language,
          file: path,
          span,
          message: `${call} allocates on each call${says}`,
          severity,
          allocation: {
            kind: 'make',
            cost: 'always',
            reason: `the buffer is made anew${says}`,
            evidence: [{ kind: 'compiler decision', text: `${call} escapes to heap${says}` }],
          },
          heat: {
            score: heat,
            because: how === 'hot' ? [{ text: `in a loop${says}`, span: { start: 0, end: 1 } }] : [],
          },
          related: [
            { location: { file: path, span: { start: 0, end: 2 } }, message: `it flows to here${says}` },
          ],
          fixes: how === 'bad' || (judgement.hidden && !revealed) ? [] : [fix],
        };
        if (!judgement.hidden) return [finding];
        hidden.push(finding);
        return [];
      },
    );
    const notes = text.includes('broken')
      ? [{ file: path, message: `The package does not compile.${says}` }]
      : [];
    const functions = [...text.matchAll(/^func (\w+)[^]*?^\}/gm)].map(({ 0: all, 1: name, index }) => ({
      name: name!,
      span: { start: index, end: index + all.length },
      body: index + all.indexOf('{'),
    }));
    const code = this.language === 'go' && functions.length > 0 && { code: { functions, sites: [] } };
    if (error === undefined) return { path, version, text, findings, hidden, notes, ...code };
    const note = {
      file: path,
      message: `Only the syntax was analysed: the package does not compile. ${error}`,
    };
    return { path, version, text, findings, hidden, notes: [...notes, note], incomplete: error };
  }
}

function errorIn({ path, text }: SourceDocument): string {
  const line = text.slice(0, text.indexOf('syntaxerror')).split('\n').length;
  return `${basename(path)}:${line}: syntax error`;
}
