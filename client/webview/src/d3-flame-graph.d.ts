/** The part of d3-flame-graph 5 that is used; the package has no types of its own. */
declare module 'd3-flame-graph' {
  import type { Selection } from 'd3-selection';

  /** What a box is made of. */
  interface FlameData {
    readonly name: string;
    /** Callees included. */
    readonly value: number;
    readonly children: readonly FlameData[];
  }

  /** A box: a node of d3-hierarchy. */
  interface FlameFrame<Data extends FlameData> {
    readonly data: Data;
    readonly depth: number;
  }

  interface FlameChart<Data extends FlameData> {
    (selection: Selection<HTMLElement, Data, null, undefined>): void;
    /** Pixels. */
    width(pixels: number): this;
    cellHeight(pixels: number): this;
    minFrameSize(pixels: number): this;
    /** Milliseconds. */
    transitionDuration(duration: number): this;
    /** The root is at the top. */
    inverted(inverted: boolean): this;
    setLabelHandler(label: (frame: FlameFrame<Data>) => string): this;
    setColorMapper(color: (frame: FlameFrame<Data>, usual: string) => string): this;
    zoomTo(frame: FlameFrame<Data>): void;
    resetZoom(): void;
    update(): this;
  }

  export default function flamegraph<Data extends FlameData>(): FlameChart<Data>;
}
