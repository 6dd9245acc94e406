import type { LineWeight } from '../profile/weights';
import type { CodeMap, SourceFunction } from '../service/engine';
import { LineIndex } from '../text/positions';
import { TextChange } from '../text/text-change';
import { compareProfiles } from './read';
import type { ReadProfile } from './report';

/** Lines of a profile that are kept in step. */
const maximumLines = 200;

/** A weight where its line now is. */
export interface PlacedWeight {
  readonly weight: LineWeight;
  /** The function around it is not the one that was measured. */
  readonly isStale: boolean;
}

/** What is in a text of a file, if that is known. */
export type MapOf = (file: string, text: string) => Promise<CodeMap | undefined>;

/** A loaded profile: keeps its weights at the right lines of texts that change. Lines that are changed lose their weight. */
export class LiveProfile {
  /** By file: its text when the profile was loaded. */
  readonly #texts: ReadonlyMap<string, string>;
  readonly #lines: readonly LineWeight[];
  readonly #files = new Map<string, MeasuredFile>();

  /**
   * @param file absolute path of the profile, or the address that it came from
   * @param read joined with the texts as they are now
   * @param textOf the present text of a file
   */
  constructor(
    readonly file: string,
    readonly read: ReadProfile,
    private readonly textOf: (file: string) => string,
    private readonly mapOf: MapOf,
  ) {
    this.#lines = read.weights.lines.slice(0, maximumLines);
    this.#texts = new Map(this.#lines.map(({ file: of }) => [of, textOf(of)]));
  }

  /** What changed since an older profile. @throws ProfileError when they measure different things */
  since(older: LiveProfile): LiveProfile {
    const read = compareProfiles(this.read, older.read);
    return new LiveProfile(this.file, read, (file) => this.#texts.get(file) ?? this.textOf(file), this.mapOf);
  }

  /** The files with weights, absolute; the one with the heaviest line first. */
  get files(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** The file's weights in its present text, heaviest first. */
  async weightsIn(file: string, present: string): Promise<PlacedWeight[]> {
    const text = this.#texts.get(file);
    if (text === undefined) return [];
    let known = this.#files.get(file);
    if (!known) {
      const map = await this.mapOf(file, text);
      const weights = this.#lines.filter((weight) => weight.file === file);
      known = new MeasuredFile(text, map?.functions ?? [], weights);
      // Go's functions are known once the file was compiled.
      if (map) this.#files.set(file, known);
    }
    return known.weightsIn(present);
  }
}

class MeasuredFile {
  readonly #lines: LineIndex;
  #last: { readonly text: string; readonly weights: PlacedWeight[] } | undefined;

  constructor(
    text: string,
    private readonly functions: readonly SourceFunction[],
    private readonly weights: readonly LineWeight[],
  ) {
    this.#lines = new LineIndex(text);
  }

  weightsIn(text: string): PlacedWeight[] {
    if (this.#last?.text === text) return this.#last.weights;
    const weights = text === this.#lines.text ? this.#unmoved() : this.#moved(text);
    this.#last = { text, weights };
    return weights;
  }

  #unmoved(): PlacedWeight[] {
    return this.weights.map((weight) => ({ weight, isStale: false }));
  }

  #moved(text: string): PlacedWeight[] {
    const change = new TextChange(this.#lines.text, text);
    const now = new LineIndex(text);
    return this.weights.flatMap((weight): PlacedWeight[] => {
      const line = weight.line - 1;
      const start = this.#lines.lineStart(line);
      const at = change.moved(trimmed(this.#lines, line));
      if (!at) return [];
      const around = this.functions.find(({ span }) => span.start <= start && start < span.end);
      return [
        {
          weight: { ...weight, line: now.positionAt(at.start).line + 1 },
          isStale: around !== undefined && change.moved(around.span) === undefined,
        },
      ];
    });
  }
}

/** The line without the white space around it: what another indentation leaves the same. */
function trimmed(lines: LineIndex, line: number): { start: number; end: number } {
  const [start, end] = [lines.lineStart(line), lines.lineEnd(line)];
  const text = lines.text.slice(start, end);
  return { start: start + text.length - text.trimStart().length, end: start + text.trimEnd().length };
}
