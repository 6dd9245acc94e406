import {
  LSPErrorCodes,
  MessageType,
  ResponseError,
  ShowMessageNotification,
  type Connection,
  type WorkDoneProgressReporter,
} from 'vscode-languageserver';
import type { Logger } from '../host/logger';
import { logText, plainText } from '../text/foreign';

/**
 * What the server says outside of documents. Nothing else sends words to the editor (eslint.config.mjs): names of files
 * and rules among them come from the opened folder, and editors make links of some.
 */

/** Shows a warning. Not window.showWarningMessage: that asks a question and waits for its answer. */
export function warn(connection: Connection, message: string): Promise<void> {
  return connection.sendNotification(ShowMessageNotification.type, {
    type: MessageType.Warning,
    message: plainText(message, 900),
  });
}

/** The client's output channel, which has levels of its own. */
export function loggerOf({ console }: Connection): Logger {
  return {
    trace: (message) => console.debug(logText(message)),
    debug: (message) => console.debug(logText(message)),
    info: (message) => console.info(logText(message)),
    warn: (message) => console.warn(logText(message)),
    error: (message) => console.error(logText(message)),
  };
}

/** Says how far the work is: a number from 0 to 100, and at what. */
export function report(progress: WorkDoneProgressReporter, percentage: number, what: string): void {
  progress.report(percentage, plainText(what, 200));
}

/** What a request is answered with that cannot be done: the editor shows the sentence. */
export function failed(sentence: string): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestFailed, plainText(sentence, 900));
}
