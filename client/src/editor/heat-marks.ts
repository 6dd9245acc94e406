import {
  DecorationRangeBehavior,
  OverviewRulerLane,
  Range,
  ThemeColor,
  Uri,
  window,
  workspace,
  type DecorationOptions,
  type Disposable,
  type ExtensionContext,
  type TextEditor,
  type TextEditorDecorationType,
} from 'vscode';
import { isAnalysed } from '../languages';
import { heatStep, type HeatStep } from '../views/site-rows';
import type { Sites } from '../views/sites';
import { lineText } from './line-text';

const steps: readonly HeatStep[] = [1, 2, 3];

/** Marks in the gutter and the ruler of the editors that are seen, and what a profile measured at the ends of lines. */
export class HeatMarks implements Disposable {
  readonly #marks: ReadonlyMap<HeatStep, TextEditorDecorationType>;
  /** Each line brings its own text. */
  readonly #texts = window.createTextEditorDecorationType({
    rangeBehavior: DecorationRangeBehavior.ClosedClosed,
  });
  readonly #subscriptions: Disposable[];

  constructor(
    { extensionUri }: Pick<ExtensionContext, 'extensionUri'>,
    private readonly sites: Sites,
  ) {
    const icon = (step: HeatStep, theme: string): Uri =>
      Uri.joinPath(extensionUri, 'media', 'gutter', `heat${step}-${theme}.svg`);
    this.#marks = new Map(
      steps.map((step) => [
        step,
        window.createTextEditorDecorationType({
          dark: { gutterIconPath: icon(step, 'dark') },
          light: { gutterIconPath: icon(step, 'light') },
          gutterIconSize: 'contain',
          overviewRulerColor: new ThemeColor(`alloclens.heat${step}`),
          overviewRulerLane: OverviewRulerLane.Right,
        }),
      ]),
    );
    const all = (): void => window.visibleTextEditors.forEach((editor) => this.#draw(editor));
    this.#subscriptions = [
      sites.onDidChange(all),
      window.onDidChangeVisibleTextEditors(all),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('alloclens')) all();
      }),
    ];
    all();
  }

  dispose(): void {
    for (const one of [...this.#subscriptions, ...this.#marks.values(), this.#texts]) one.dispose();
  }

  #draw(editor: TextEditor): void {
    const { document } = editor;
    if (!isAnalysed(document)) return;
    const settings = workspace.getConfiguration('alloclens', document);
    const sites = this.sites.of(document.uri.toString());
    const unit = this.sites.profile?.unit ?? 'bytes';
    const marked = settings.get<boolean>('gutter', true) ? sites : [];
    for (const [step, type] of this.#marks)
      editor.setDecorations(
        type,
        marked
          // What only looks warm has its squiggle; a mark is for what is hot or measured.
          .filter((site) => heatStep(site) === step && (site.weight !== undefined || step >= 2))
          .map(({ line }) => new Range(line, 0, line, 0)),
      );
    const measured = settings.get<boolean>('lineWeights', true) ? sites : [];
    editor.setDecorations(
      this.#texts,
      measured.flatMap(({ line, weight }): DecorationOptions[] => {
        if (!weight || line >= document.lineCount) return [];
        const { end } = document.lineAt(line).range;
        return [
          {
            range: new Range(end, end),
            renderOptions: {
              after: {
                contentText: lineText(weight, unit),
                color: new ThemeColor('alloclens.lineWeight'),
                margin: '0 0 0 3ch',
                ...(weight.stale && { fontStyle: 'italic' }),
              },
            },
          },
        ];
      }),
    );
  }
}
