import type { CallTree } from '../profile/call-tree';
import type { Finding } from '../../../rules/model';
import type { AnyWeights, Weights } from '../profile/weights';
import type { CodeMap } from '../service/engine';
import type { Hotspot } from './lines';

/** The code at hand, as a profile is joined with it. Paths are absolute. */
export interface Code {
  readonly findingsOf: (file: string) => readonly Finding[];
  readonly textOf: (file: string) => string;
  /** Undefined where the file does not compile or parse. */
  readonly mapOf: (file: string) => Promise<CodeMap | undefined>;
}

/** A profile, weighed by the places of the code at hand. */
export interface ReadProfile extends Weighed {
  /** Go's pprof knows lines, V8 functions. */
  readonly kind: 'pprof' | 'v8';
}

/** What reading a profile gives. */
export interface Weighed {
  readonly weights: Weights;
  /** The same by the ways that lead to the allocations, where that was asked for. */
  readonly tree?: CallTree;
  /** Cautions about the profile as a whole. */
  readonly notes: readonly string[];
}

/** A profile, or an estimate, joined with the code at hand. */
export interface HotspotReport {
  /** Absolute folder that paths are shown relative to. */
  readonly cwd: string;
  readonly weights: AnyWeights;
  /** Those to be shown, heaviest first. */
  readonly hotspots: readonly Hotspot[];
  readonly notes: readonly string[];
}
