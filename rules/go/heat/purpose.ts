import { perPooled, perProgram, perText } from '../../factors';

/** What a function's name says of how often it runs. */
export interface Purpose {
  /** "by its name it is about errors". */
  readonly text: string;
  /** Of its runs. */
  readonly factor: number;
  /** Counts only for calls from outside of the package: who calls `String` in a loop means it. */
  readonly fromOutside: boolean;
}

/** Makes, joins, reports or throws errors: `RaiseError`, `appendErrors`, `failf`, `panicWithTraceback`. */
const failing =
  /^(?:[rR]aise|[tT]hrow|[pP]anic|[fF]atal|[fF]ail)(?:$|[A-Z]|f$)|(?:[eE]rrors?|[pP]anic|[fF]atal|[fF]ailure)f?$|(?:^|[a-z])Err$|^[eE]rr[A-Z]|[tT]raceback|[sS]tackTrace/;

/** What goes over a connection comes far more often: `doReconnect`, `wsInitHandshake`, `dial`. */
const connecting = /^(?:do|try)?(?:[rR]econnect|[cC]onnect|[dD]ial)(?:$|[A-Z])|[hH]andshake/;

const debugging = /^(?:[dD]ump|[dD]ebug)(?:$|[A-Z]|f$|ln$)/;

/** Texts for people, which loggers, debuggers and panics ask for. */
const presenting = /^(?:String|GoString|Format)$/;

/** @param name of the function or method, without its package or receiver */
export function purposeOf(name: string): Purpose | undefined {
  if (isAboutErrors(name))
    return { text: 'by its name it is about errors', factor: perProgram, fromOutside: false };
  if (connecting.test(name))
    return { text: 'by its name it makes a connection', factor: perPooled, fromOutside: false };
  if (debugging.test(name))
    return { text: 'by its name it serves debugging', factor: perText, fromOutside: false };
  if (presenting.test(name)) return { text: 'a text for people', factor: perText, fromOutside: true };
  return undefined;
}

/** The function is called, and its arguments made, where something has failed. */
export function isAboutErrors(name: string): boolean {
  return failing.test(name);
}
