import type { Finding } from '../../../rules/model';
import type { CodeMap, FileAnalysis } from '../service/engine';
import type { Encoding } from '../text/positions';
import type { LiveProfile, MapOf } from './live';
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
      await this.#measured(file, text, every, map),
    );
  }

  async #measured(
    file: string,
    text: string,
    findings: readonly Finding[],
    map: CodeMap | undefined,
  ): Promise<MeasuredHotspot[]> {
    const profile = this.#profile;
    if (!profile) return [];
    const placed = await profile.weightsIn(file, text);
    const lines = placed.map(({ weight }) => weight);
    const code = { findingsOf: () => findings, textOf: () => text, mapOf: () => Promise.resolve(map) };
    const read = { ...profile.read, weights: { ...profile.read.weights, lines } };
    const hotspots = await hotspotsIn(read, code, Infinity);
    return hotspots.map((hotspot, i) => ({ ...hotspot, isStale: placed[i]!.isStale }));
  }
}
