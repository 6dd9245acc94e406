import type { Finding } from '../../../rules/model';
import type { Weights } from '../profile/weights';
import type { FileAnalysis } from '../service/engine';
import type { Hotspot } from './lines';

/** What the analysis of the code at hand found, as far as a profile is joined with it. */
export interface Analysed {
  readonly findings: readonly Finding[];
  /** Of the files with findings, by absolute path. */
  readonly analyses: ReadonlyMap<string, Pick<FileAnalysis, 'text'>>;
  /** Go: folder → import path of the package in it. */
  readonly importPaths: ReadonlyMap<string, string>;
}

/** A profile joined with the code at hand. */
export interface HotspotReport {
  /** Absolute folder that paths are shown relative to. */
  readonly cwd: string;
  readonly weights: Weights;
  /** Those to be shown, heaviest first. */
  readonly hotspots: readonly Hotspot[];
  /** Cautions about the profile as a whole. */
  readonly notes: readonly string[];
}
