import { ProfileError } from './profile-error';
import type { Frame } from './sample';

/** What V8's profiles have in common. */

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** 0-based, −1 for what has no source. */
  readonly lineNumber: number;
  /** 0-based, in UTF-16 units. */
  readonly columnNumber: number;
}

export function frameOf({ functionName, url, lineNumber, columnNumber }: CallFrame): Frame {
  const dependency = dependencyOf(String(url));
  const name = String(functionName ?? '') || '(anonymous)';
  // What has no source has no place either: -1 in V8's files.
  const [line, column] = [placeOf(lineNumber), placeOf(columnNumber)];
  return {
    name: dependency === undefined ? name : `${dependency}: ${name}`,
    file: String(url),
    line,
    startLine: line,
    column,
  };
}

/** Frames by what V8 says of them: one object for all functions of the same place and name. */
export class FrameTable {
  readonly #frames = new Map<string, Frame>();

  of(call: CallFrame): Frame {
    const key = `${call.functionName}\0${call.url}\0${call.lineNumber}:${call.columnNumber}`;
    let frame = this.#frames.get(key);
    if (!frame) this.#frames.set(key, (frame = frameOf(call)));
    return frame;
  }
}

/** @returns 1-based; 0 for none */
const placeOf = (place: number): number => (Number.isSafeInteger(place) && place >= 0 ? place + 1 : 0);

/** `@scope/name` or `name` of the installed package that a script belongs to. */
function dependencyOf(url: string): string | undefined {
  const folder = '/node_modules/';
  const at = url.lastIndexOf(folder);
  if (at < 0) return undefined;
  const [first, second] = url.slice(at + folder.length).split('/', 2);
  return first?.startsWith('@') ? `${first}/${second}` : first;
}

/** @throws ProfileError for what is no amount: negative, infinite, or not a number */
export function amountOf(value: number): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  throw new ProfileError(`It is damaged: it has ${JSON.stringify(value) ?? 'nothing'} where a size is.`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
