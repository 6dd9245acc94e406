import {
  CodeLens,
  EventEmitter,
  languages,
  Range,
  workspace,
  type CodeLensProvider,
  type Disposable,
  type TextDocument,
} from 'vscode';
import type { Site } from '../../../server/src/lsp/protocol';
import { documentSelector } from '../languages';
import { fixState } from '../views/site-rows';
import type { Sites } from '../views/sites';
import { benchmarksIn } from './benchmarks';
import { functionText } from './line-text';

/** What a profile measured over functions, and what can be run over benchmarks. */
export class Lenses implements CodeLensProvider, Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: Disposable[];

  constructor(private readonly sites: Sites) {
    this.#subscriptions = [
      languages.registerCodeLensProvider(documentSelector, this),
      sites.onDidChange(() => this.#changed.fire()),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('alloclens.codeLens')) this.#changed.fire();
      }),
    ];
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    if (!workspace.getConfiguration('alloclens', document).get<boolean>('codeLens', true)) return [];
    return [...this.#functions(document), ...benchmarkLenses(document)];
  }

  dispose(): void {
    for (const one of [...this.#subscriptions, this.#changed]) one.dispose();
  }

  #functions(document: TextDocument): CodeLens[] {
    const functions = new Map<number, Site[]>();
    for (const site of this.sites.of(document.uri.toString())) {
      if (site.functionLine === undefined) continue;
      functions.set(site.functionLine, [...(functions.get(site.functionLine) ?? []), site]);
    }
    return [...functions].flatMap(([line, sites]) => {
      const weights = sites.flatMap(({ weight }) => (weight ? [weight] : []));
      if (weights.length === 0) return [];
      const range = new Range(line, 0, line, 0);
      const fixable = sites.filter((site) => fixState(site) !== 'no fix');
      const unit = this.sites.profile?.unit ?? 'bytes';
      const title = functionText(weights, sites.length, fixable.length, unit);
      return [
        new CodeLens(range, { title, command: 'alloclens.hotspots.focus' }),
        ...fixable
          .slice(0, 1)
          .map(
            (site) =>
              new CodeLens(range, { title: 'Prove', command: 'alloclens.proveSite', arguments: [site] }),
          ),
      ];
    });
  }
}

function benchmarkLenses(document: TextDocument): CodeLens[] {
  if (document.languageId !== 'go' || !document.fileName.endsWith('_test.go')) return [];
  return benchmarksIn(document.getText()).flatMap(({ name, offset }) => {
    const at = document.positionAt(offset);
    const range = new Range(at, at);
    const uri = document.uri.toString();
    return [
      new CodeLens(range, {
        title: 'profile allocations',
        command: 'alloclens.recordBenchmark',
        arguments: [uri, name],
      }),
    ];
  });
}
