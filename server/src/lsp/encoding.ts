import type {
  ClientCapabilities,
  TextDocumentContentChangeEvent,
  TextDocumentsConfiguration,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LineIndex, type Encoding } from '../text/positions';

/** Clients name what they count in first; UTF-16 is what all of them know. */
export function negotiated({ general }: ClientCapabilities): Encoding {
  return general?.positionEncodings?.[0] === 'utf-8' ? 'utf-8' : 'utf-16';
}

/** Documents whose changes are counted in the negotiated encoding; the library knows UTF-16 only. */
export function documentsIn(encoding: () => Encoding): TextDocumentsConfiguration<TextDocument> {
  return {
    create: (uri, languageId, version, text) => TextDocument.create(uri, languageId, version, text),
    update: (document, changes, version) => {
      if (encoding() === 'utf-16') return TextDocument.update(document, changes, version);
      // Each change counts in the text that the one before has left.
      for (const change of changes) TextDocument.update(document, [inUnits(document, change)], version);
      return document;
    },
  };
}

function inUnits(
  document: TextDocument,
  change: TextDocumentContentChangeEvent,
): TextDocumentContentChangeEvent {
  if (!('range' in change)) return change;
  const lines = new LineIndex(document.getText(), 'utf-8');
  const { start, end } = change.range;
  const range = {
    start: document.positionAt(lines.offsetAt(start)),
    end: document.positionAt(lines.offsetAt(end)),
  };
  return { range, text: change.text };
}
