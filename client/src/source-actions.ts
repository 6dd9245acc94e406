import { CodeAction, CodeActionKind, languages, type Disposable } from 'vscode';
import { documentSelector } from './languages';

const kind = CodeActionKind.Source.append('alloclens');

/** Commands about the whole file, in the menu “Source Action…” beside what the server offers there. */
const entries = [
  ['Show all heap allocations in this file', 'alloclens.showAll'],
  ['Find allocations in this package', 'alloclens.analysePackage'],
] as const;

export function registerSourceActions(): Disposable {
  return languages.registerCodeActionsProvider(
    documentSelector,
    {
      // Only where somebody asks for source actions: they are not about the line under the cursor.
      provideCodeActions: (_document, _range, { only }) =>
        only?.intersects(kind)
          ? entries.map(([title, command]) => {
              const action = new CodeAction(title, kind);
              action.command = { title, command };
              return action;
            })
          : [],
    },
    { providedCodeActionKinds: [kind] },
  );
}
