import type { DocumentStatus, StatusNote, StatusParams } from '../../server/src/lsp/protocol';

/** The one step that the status offers; `levels`: choose what is shown. */
export type Step = NonNullable<StatusNote['remedy']> | 'levels';

/** What the status bar and the language status show about the active editor's document. */
export interface StatusView {
  /** In the status bar: "AllocLens: 7 hot". */
  readonly bar: string;
  /** In the language status, which names the extension itself: "3 shown · 24 hidden". */
  readonly text: string;
  /** "1 hot, Go 1.26.1, 420 ms", or what is missing. */
  readonly detail: string;
  readonly severity: 'information' | 'warning' | 'error';
  readonly busy: boolean;
  /** Before the text in the status bar: at work on the first findings, or findings of an older text. */
  readonly icon?: 'sync~spin' | 'history';
  readonly step: Step;
}

/** Why there is no Go compiler, by what would help, short enough for the status bar. */
const goOff: Readonly<Record<'trust' | 'goPath' | 'install', string>> = {
  trust: 'folder not trusted',
  goPath: 'wrong path in the settings',
  install: 'no Go found',
};

/**
 * @param status what the server says; `undefined` when none runs
 * @param document URI of the active editor's document, if it is one of ours
 */
export function statusView(
  status: StatusParams | undefined,
  document: string | undefined,
  trusted: boolean,
): StatusView {
  const base = { severity: 'information', busy: false, step: 'levels' } as const;
  const named = (text: string): { bar: string; text: string } => ({ bar: `AllocLens: ${text}`, text });
  if (!status)
    return {
      ...base,
      ...named('not running'),
      detail: 'It starts with the first Go, TypeScript or JavaScript document.',
    };
  const busy = status.state === 'busy';
  const own = statusOf(status, document);
  const note = own && noteToShow(own.notes);
  // Whatever is missing for an untrusted folder, trust comes first.
  const remedy = note?.remedy !== undefined && !trusted ? 'trust' : note?.remedy;
  const step = remedy ?? 'levels';
  if (own?.findings === undefined)
    return {
      ...base,
      ...named(busy ? 'analysing' : 'not analysed yet'),
      ...(busy && { icon: 'sync~spin' as const }),
      busy,
      step,
      detail: note?.message ?? '',
    };
  const text = `${own.findings} shown · ${own.hidden ?? 0} hidden`;
  const figures = details(own);
  if (remedy !== undefined && remedy !== 'log') {
    const bar = `AllocLens: Go off: ${goOff[remedy]}`;
    // In Restricted Mode what is missing is clear, and no reason to warn.
    return remedy === 'trust'
      ? {
          ...base,
          bar,
          text,
          busy,
          step,
          detail: ['Restricted Mode: syntax rules only', ...figures].join(', '),
        }
      : { ...base, bar, text, busy, step, detail: note!.message, severity: 'warning' };
  }
  if (own.stale !== undefined)
    return {
      ...base,
      ...named(`${summary(own)} (stale)`),
      text,
      busy,
      step,
      icon: 'history',
      detail: own.stale,
    };
  if (note !== undefined) {
    // What a note says is missing may have some: "none" would sound as if all were well.
    const bar = `AllocLens: ${own.findings === 0 ? 'limited analysis' : summary(own)}`;
    return { ...base, bar, text, busy, step, detail: note.message, severity: 'warning' };
  }
  return { ...base, ...named(summary(own)), text, busy, step, detail: figures.join(', ') };
}

/** Of several notes the one that something can be done about, else the first. */
export function noteToShow(notes: readonly StatusNote[]): StatusNote | undefined {
  return notes.find(({ remedy }) => remedy !== undefined) ?? notes[0];
}

/** What the server says about the document with this URI, however it spells it. */
export function statusOf(
  status: StatusParams | undefined,
  document: string | undefined,
): DocumentStatus | undefined {
  return status?.documents.find(({ uri }) => document !== undefined && sameUri(uri, document));
}

/** The server could not be started, and why. */
export function failedView(reason: string): StatusView {
  return {
    bar: 'AllocLens: could not start',
    text: 'could not start',
    detail: reason,
    severity: 'error',
    busy: false,
    step: 'log',
  };
}

/** "7 hot"; "3 shown" where nothing is hot; "24 hidden" where nothing is shown; "none". */
function summary({ findings = 0, hot = 0, hidden = 0 }: DocumentStatus): string {
  if (hot > 0) return `${hot} hot`;
  if (findings > 0) return `${findings} shown`;
  return hidden > 0 ? `${hidden} hidden` : 'none';
}

function details({ hot, revealed, go, milliseconds }: DocumentStatus): string[] {
  return [
    ...(hot ? [`${hot} hot`] : []),
    ...(revealed ? ['all heap allocations of this file'] : []),
    ...(go ? [go.version.replace(/^go(?=\d)/, 'Go ')] : []),
    ...(milliseconds === undefined ? [] : [duration(milliseconds)]),
  ];
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
