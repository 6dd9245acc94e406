import type { StatusParams } from '../../server/src/lsp/protocol';

/** What the language status shows about the active editor's document. */
export interface StatusView {
  /** "3 findings" */
  readonly text: string;
  /** "1 in hot code, Go 1.26.1, 420 ms", or the note that says what is missing. */
  readonly detail: string;
  readonly severity: 'information' | 'warning' | 'error';
  readonly busy: boolean;
  /** The workspace is not trusted: the command is to manage trust. */
  readonly restricted: boolean;
}

/**
 * @param status what the server says; `undefined` when none runs
 * @param document URI of the active editor's document, if it is one of ours
 */
export function statusView(
  status: StatusParams | undefined,
  document: string | undefined,
  trusted: boolean,
): StatusView {
  const base = { severity: 'information', busy: false, restricted: !trusted } as const;
  if (!status)
    return {
      ...base,
      text: 'AllocLens is not running',
      detail: 'It starts with the first Go, TypeScript or JavaScript document.',
    };
  const busy = status.state === 'busy';
  const own = status.documents.find(({ uri }) => document !== undefined && sameUri(uri, document));
  // In Restricted Mode what is missing is clear, and said in fewer words.
  const note = trusted ? own?.notes[0]?.message : undefined;
  if (own?.findings === undefined)
    return { ...base, busy, text: busy ? 'Analysing' : 'Not analysed yet', detail: note ?? '' };
  const details = [
    ...(trusted ? [] : ['Restricted Mode: syntax rules only']),
    ...(own.hot ? [`${own.hot} in hot code`] : []),
    ...(own.go ? [own.go.version.replace(/^go(?=\d)/, 'Go ')] : []),
    ...(own.milliseconds === undefined ? [] : [duration(own.milliseconds)]),
  ];
  return {
    ...base,
    busy,
    // What a note says is missing may have some.
    text: own.findings === 0 && note !== undefined ? 'Limited analysis' : count(own.findings, 'finding'),
    detail: note ?? details.join(', '),
    severity: note !== undefined ? 'warning' : 'information',
  };
}

/** The server could not be started, and why. */
export function failedView(reason: string): StatusView {
  return {
    text: 'AllocLens could not start',
    detail: reason,
    severity: 'error',
    busy: false,
    restricted: false,
  };
}

/** "1 finding", "3 findings", "no findings". */
export function count(number: number, noun: string): string {
  return `${number === 0 ? 'no' : number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Milliseconds as "420 ms" or "2.4 s". */
function duration(milliseconds: number): string {
  return milliseconds < 999.5 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Editors and servers escape `:` and others differently in URIs. */
function sameUri(a: string, b: string): boolean {
  return a === b || unescaped(a) === unescaped(b);
}

function unescaped(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    // A lone % of an untitled name.
    return uri;
  }
}
