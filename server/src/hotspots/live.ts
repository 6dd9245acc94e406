import type { LineWeight } from '../profile/weights';
import type { CodeMap, SourceFunction } from '../service/engine';
import { LineIndex } from '../text/positions';
import { TextChange } from '../text/text-change';
import { placeOf } from './lines';
import { compareProfiles } from './read';
import type { ReadProfile } from './report';

/** Lines of a profile that are kept in step. */
const maximumLines = 200;

/** A weight where its line now is. */
export interface PlacedWeight {
  readonly weight: LineWeight;
  /** 1-based line that the profile gives it. */
  readonly measuredLine: number;
  /** The function around it is not the one that was measured. */
  readonly isStale: boolean;
  /** About where the line was when the profile was loaded. */
  readonly cautions: readonly string[];
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
  async weightsIn(file: string, present: string): Promise<readonly PlacedWeight[]> {
    const text = this.#texts.get(file);
    if (text === undefined) return [];
    let known = this.#files.get(file);
    if (!known) {
      const map = await this.mapOf(file, text);
      const weights = this.#lines.filter((weight) => weight.file === file);
      known = new MeasuredFile(text, map, weights, this.read.kind);
      // Go's functions are known once the file was compiled.
      if (map) this.#files.set(file, known);
    }
    return known.weightsIn(present);
  }
}

/**
 * The weights of one file. What the profile is older than the file that it was loaded beside, functions tell (`placeOf`), once; from then on
 * the texts do.
 */
class MeasuredFile {
  readonly #lines: LineIndex;
  readonly #functions: readonly SourceFunction[];
  readonly #weights: readonly (PlacedWeight & { readonly isOld: boolean })[];
  #last: { readonly text: string; readonly weights: readonly PlacedWeight[] } | undefined;

  constructor(
    text: string,
    map: CodeMap | undefined,
    weights: readonly LineWeight[],
    kind: ReadProfile['kind'],
  ) {
    this.#lines = new LineIndex(text);
    this.#functions = map?.functions ?? [];
    this.#weights = weights.map((weight) => {
      const measuredLine = weight.line;
      // V8's functions are found by their own place or name.
      if (kind === 'v8' || !map) return { weight, measuredLine, isOld: false, isStale: false, cautions: [] };
      const { line, isOld, cautions } = placeOf(weight, this.#lines, map);
      // Without the function's start the line is where it is.
      const placed = isOld ? weight : { ...weight, line: line + 1, startLine: 0 };
      return { weight: placed, measuredLine, isOld, isStale: false, cautions };
    });
  }

  weightsIn(text: string): readonly PlacedWeight[] {
    if (this.#last?.text === text) return this.#last.weights;
    const weights = text === this.#lines.text ? this.#weights : this.#moved(text);
    this.#last = { text, weights };
    return weights;
  }

  #moved(text: string): PlacedWeight[] {
    const change = new TextChange(this.#lines.text, text);
    const now = new LineIndex(text);
    return this.#weights.flatMap(({ weight, measuredLine, isOld, cautions }): PlacedWeight[] => {
      const line = weight.line - 1;
      const start = this.#lines.lineStart(line);
      const at = change.moved(trimmed(this.#lines, line));
      if (!at) return [];
      const around = this.#functions.find(({ span }) => span.start <= start && start < span.end);
      return [
        {
          weight: {
            ...weight,
            line: now.positionAt(at.start).line + 1,
            startLine: isOld ? weight.startLine : 0,
          },
          measuredLine,
          isStale: around !== undefined && change.moved(around.span) === undefined,
          cautions,
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
