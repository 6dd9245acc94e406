import flamegraph, { type FlameChart, type FlameFrame } from 'd3-flame-graph';
import { select, type Selection } from 'd3-selection';
import type { FlameModel } from './model';

/** Pixels. */
const [boxHeight, leastWidth] = [20, 1];

interface Box {
  readonly name: string;
  readonly value: number;
  readonly children: readonly Box[];
  /** Index of its node in the model. */
  readonly node: number;
}

export interface ChartListener {
  /** A box was clicked, or Enter was pressed on it. */
  readonly open: (node: number) => void;
  /** A box has the focus, or the mouse is over it. */
  readonly look: (node: number) => void;
}

/**
 * The boxes. d3-flame-graph lays them out, zooms and draws; it knows no keyboard and no screen reader, so each time that it has drawn, the
 * boxes are made the items of a tree: one of them is in the order of Tab, arrow keys lead from one to the next.
 */
export class Chart {
  readonly #chart: FlameChart<Box>;
  readonly #selection: Selection<HTMLElement, Box, null, undefined>;
  readonly #found = new Set<number>();
  #model: FlameModel;
  #current = 0;
  #zoomed = 0;

  constructor(
    private readonly element: HTMLElement,
    model: FlameModel,
    private readonly listener: ChartListener,
  ) {
    this.#model = model;
    element.replaceChildren();
    this.#chart = flamegraph<Box>()
      .width(element.clientWidth)
      .cellHeight(boxHeight)
      .minFrameSize(leastWidth)
      .transitionDuration(0)
      .inverted(true)
      .setLabelHandler(({ data }) => this.#model.describe(data.node))
      // Colours are the theme's, by class.
      .setColorMapper(() => 'none');
    this.#selection = select<HTMLElement, unknown>(element).datum(this.#boxOf(0));
    this.#chart(this.#selection);
    element.onkeydown = (event) => this.#pressed(event);
    this.#drawn();
  }

  /** Draws for the width that there is now. */
  resize(): void {
    if (this.element.clientWidth === 0) return;
    this.#chart.width(this.element.clientWidth).update();
    this.#drawn();
  }

  /** Other marks on the same graph. */
  use(model: FlameModel): void {
    this.#model = model;
    this.#drawn();
  }

  /** Marks what a search has found. */
  find(nodes: readonly number[]): void {
    this.#found.clear();
    for (const node of nodes) this.#found.add(node);
    this.#drawn();
  }

  /** Puts the focus on a box; zooms out when it is not seen. */
  focus(node: number): void {
    if (!this.#elementOf(node)) this.#zoom(0);
    this.#current = node;
    this.#drawn();
    this.#elementOf(node)?.focus();
  }

  /** Where the keyboard is. */
  get current(): number {
    return this.#current;
  }

  #zoom(node: number): void {
    const frame = this.#frames.data().find(({ data }) => data.node === node);
    if (node === 0) this.#chart.resetZoom();
    else if (frame) this.#chart.zoomTo(frame);
    this.#zoomed = node;
    this.#drawn();
  }

  /** Makes items of a tree of what was drawn. */
  #drawn(): void {
    const model = this.#model;
    select(this.element).select('svg').attr('role', 'tree').attr('aria-label', 'Flame graph');
    if (!this.#elementOf(this.#current)) this.#current = this.#zoomed;
    const { listener } = this;
    this.#frames
      .attr('role', 'treeitem')
      .attr('aria-level', ({ depth }) => depth + 1)
      .attr('aria-label', ({ data }) => model.describe(data.node))
      .attr('data-node', ({ data }) => data.node)
      .attr('tabindex', ({ data }) => (data.node === this.#current ? 0 : -1))
      .attr('class', (frame) => this.#classesOf(frame))
      .on('click', (_event, { data }) => {
        this.focus(data.node);
        listener.open(data.node);
      })
      .on('dblclick', (_event, { data }) => this.#zoom(data.node === this.#zoomed ? 0 : data.node))
      .on('focus mouseover', (_event, { data }) => listener.look(data.node))
      .select('title')
      .text(({ data }) => model.describe(data.node));
    this.#frames.select('.d3-flame-graph-label').text(({ data }) => data.name);
    // The attribute grows for a quarter of a second, whatever the duration is; style has the last word.
    this.#frames.select<SVGRectElement>('rect').style('width', function () {
      return `${this.parentElement!.getAttribute('width')}px`;
    });
  }

  /** Its label is what the model says when it is drawn: the library draws it once more, later. */
  #boxOf(node: number): Box {
    const label = (): string => this.#model.label(node);
    return {
      get name() {
        return label();
      },
      value: this.#model.nodes[node]!.size,
      children: this.#model.childrenOf(node).map((child) => this.#boxOf(child)),
      node,
    };
  }

  #classesOf({ data: { node } }: FlameFrame<Box>): string {
    const { uri, merged } = this.#model.nodes[node]!;
    const mark = this.#model.markOf(node);
    return [
      'frame',
      merged !== undefined ? 'merged' : uri === undefined ? 'foreign' : 'own',
      this.#model.changeOf(node) ?? '',
      mark ? 'fixable' : '',
      this.#found.has(node) ? 'found' : '',
      this.#isAbove(node) ? 'above' : '',
    ]
      .filter((name) => name !== '')
      .join(' ');
  }

  /** It leads to the box that was zoomed to. */
  #isAbove(node: number): boolean {
    for (let at = this.#model.nodes[this.#zoomed]!.parent; at >= 0; at = this.#model.nodes[at]!.parent)
      if (at === node) return true;
    return false;
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
      case 'ArrowLeft':
      case 'ArrowRight':
      case 'Home': {
        const next = this.#model.towards(this.#current, event.key);
        // What is too narrow to be drawn is reached by zooming in.
        if (this.#elementOf(next)) this.focus(next);
        break;
      }
      case 'Enter':
        this.listener.open(this.#current);
        break;
      case ' ': {
        const node = this.#current;
        this.#zoom(node === this.#zoomed ? 0 : node);
        this.focus(node);
        break;
      }
      case 'Escape': {
        const node = this.#current;
        this.#zoom(0);
        this.focus(node);
        break;
      }
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  get #frames(): Selection<SVGGElement, FlameFrame<Box>, HTMLElement, Box> {
    return this.#selection.selectAll<SVGGElement, FlameFrame<Box>>('g.frame') as unknown as Selection<
      SVGGElement,
      FlameFrame<Box>,
      HTMLElement,
      Box
    >;
  }

  #elementOf(node: number): SVGGElement | undefined {
    return this.#frames.nodes().find((_, i) => this.#frames.data()[i]!.data.node === node);
  }
}
