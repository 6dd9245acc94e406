import type { Finding } from '../../../rules/model';
import type { CodeMap, FileAnalysis } from '../service/engine';
import type { Encoding } from '../text/positions';
import type { LiveProfile, MapOf, PlacedWeight } from './live';
import { hotspotsIn } from './read';
import { compareRows, rowsOf, type MeasuredHotspot, type Row } from './rows';

/** Where the list finds the code. Paths are absolute. */
export interface ListSource {
  /** What columns are counted in. */
  readonly encoding: Encoding;
  /** The files of which something is known, as they are shown. */
  readonly shown: () => readonly FileAnalysis[];
  /** What is known of a file that is shown. */
  readonly last: (file: string) => FileAnalysis | undefined;
  /** Of a file that nobody looks at. */
  readonly textOf: (file: string) => string;
  readonly mapOf: MapOf;
}

/** The hotspots of the code that is known, file by file: an edit makes one file's rows anew. */
export class HotspotList {
  #profile: LiveProfile | undefined;
  #analyses: ReadonlyMap<string, FileAnalysis> = new Map();

  constructor(private readonly source: ListSource) {}

  get profile(): LiveProfile | undefined {
    return this.#profile;
  }

  /**
   * Weighs the rows by a profile, or by none.
   * @param analyses of files that the profile names and nobody looks at, all their findings shown
   */
  use(profile: LiveProfile | undefined, analyses: ReadonlyMap<string, FileAnalysis> = new Map()): void {
    this.#profile = profile;
    this.#analyses = analyses;
  }

  /** What is known of a file that nobody looks at, or does. */
  analysisOf(file: string): FileAnalysis | undefined {
    return this.source.last(file) ?? this.#analyses.get(file);
  }

  /** The files with rows. */
  get files(): string[] {
    return [...new Set([...(this.#profile?.files ?? []), ...this.source.shown().map(({ path }) => path)])];
  }

  /** All rows, in the order in which they are read. */
  async all(): Promise<Row[]> {
    const rows: Row[] = [];
    for (const file of this.files) rows.push(...(await this.rowsIn(file)));
    return rows.sort(compareRows);
  }

  /** The rows of one file, in source order. */
  async rowsIn(file: string): Promise<Row[]> {
    const shown = this.source.last(file);
    const analysis = this.analysisOf(file);
    const text = analysis?.text ?? this.source.textOf(file);
    const placed = (await this.#profile?.weightsIn(file, text)) ?? [];
    // Of most files nothing is listed: what is in them is not asked then.
    if (placed.length === 0 && (shown?.findings.length ?? 0) === 0) return [];
    const map = analysis?.code ?? (await this.source.mapOf(file, text));
    const functions = map?.functions ?? [];
    const every = [...(analysis?.findings ?? []), ...(analysis?.hidden ?? [])];
    return rowsOf(
      {
        path: file,
        text,
        encoding: this.source.encoding,
        findings: shown?.findings ?? [],
        functionAt: (offset) =>
          functions.findLast(({ name, span }) => name !== '' && span.start <= offset && offset < span.end),
      },
      await this.#measured(placed, text, every, map),
    );
  }

  async #measured(
    placed: readonly PlacedWeight[],
    text: string,
    findings: readonly Finding[],
    map: CodeMap | undefined,
  ): Promise<MeasuredHotspot[]> {
    if (!this.#profile || placed.length === 0) return [];
    const { read } = this.#profile;
    const lines = placed.map(({ weight }) => weight);
    const code = { findingsOf: () => findings, textOf: () => text, mapOf: () => Promise.resolve(map) };
    const hotspots = await hotspotsIn({ ...read, weights: { ...read.weights, lines } }, code, Infinity);
    return hotspots.map((hotspot, i) => {
      const { measuredLine, isStale, cautions } = placed[i]!;
      return { ...hotspot, measuredLine, isStale, cautions: [...cautions, ...hotspot.cautions] };
    });
  }
}
