import { languages, type TextDocument, type TextEditor } from 'vscode';

/** Language ids that the server analyses. */
const goIds = ['go'];
const typescriptIds = ['typescript', 'typescriptreact', 'javascript', 'javascriptreact'];

/**
 * Schemes whose documents a person edits. Not among them: the old side of a diff (`git`), notebook cells, output.
 * `vscode-vfs` is a repository opened without a clone: only syntax rules report there.
 */
const schemes = ['file', 'untitled', 'vscode-vfs'];

function selectorOf(ids: readonly string[]): { language: string; scheme: string }[] {
  return ids.flatMap((language) => schemes.map((scheme) => ({ language, scheme })));
}

export const goSelector = selectorOf(goIds);
export const typescriptSelector = selectorOf(typescriptIds);
export const documentSelector = [...goSelector, ...typescriptSelector];

/** True when the server looks at documents like this one. */
export function isAnalysed(document: TextDocument): boolean {
  return languages.match(documentSelector, document) > 0;
}

/** The document of the editor, if the server looks at it. */
export function analysedDocument(editor: TextEditor | undefined): TextDocument | undefined {
  return editor && isAnalysed(editor.document) ? editor.document : undefined;
}
