import { Chart } from './chart';
import type { By, FromPage, ShownGraph, ToPage } from './messages';
import { FlameModel } from './model';
import { Table } from './table';
// After what the chart brings, which it changes.
import './flame.css';

/** What the page keeps while it is not seen. */
interface Kept {
  readonly words: string;
  readonly table: boolean;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
};

const vscode = acquireVsCodeApi();
const say = (message: FromPage): void => vscode.postMessage(message);
const get = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const title = get('title');
const search = get<HTMLInputElement>('search');
const found = get('found');
const sentence = get('sentence');
const again = get<HTMLButtonElement>('again');
const content = get('content');
const details = get('details');
const chartElement = get('chart');
const tableButton = get<HTMLButtonElement>('as-table');
const byObjects = get<HTMLButtonElement>('by-objects');
const compare = get<HTMLButtonElement>('compare');
const legend = get('legend');

const kept = vscode.getState();
let shown: ShownGraph | undefined;
let model: FlameModel | undefined;
let chart: Chart | undefined;
let matches: readonly number[] = [];
search.value = kept?.words ?? '';
pressed(tableButton, kept?.table ?? false);

const open = (node: number): void => say({ kind: 'open', node });
const look = (node: number): void => {
  details.textContent = model?.describe(node) ?? '';
};
const table = new Table(get<HTMLTableElement>('table'), open);

function pressed(button: HTMLButtonElement, value?: boolean): boolean {
  if (value !== undefined) button.setAttribute('aria-pressed', String(value));
  return button.getAttribute('aria-pressed') === 'true';
}

function show(graph: ShownGraph): void {
  const isAnew = shown === undefined;
  const focused = chartElement.contains(document.activeElement);
  shown = graph;
  model = new FlameModel(graph.graph, graph.marks);
  sentence.hidden = true;
  again.hidden = true;
  content.hidden = false;
  title.textContent = graph.base === undefined ? graph.name : `${graph.name}, compared with ${graph.base}`;
  pressed(byObjects, graph.by === 'objects');
  byObjects.disabled = !graph.graph.countsObjects;
  compare.textContent = graph.base === undefined ? 'Compare with…' : 'Stop comparing';
  if (model.isEmpty) return tell('The profile holds no allocation.', false);
  lookAs();
  chart = new Chart(chartElement, model, { open, look });
  explain();
  searchFor();
  if ((isAnew || focused) && !pressed(tableButton)) chart.focus(chart.current);
}

function tell(text: string, isBusy: boolean): void {
  sentence.textContent = text;
  sentence.hidden = false;
  again.hidden = isBusy;
  content.hidden = true;
}

/** What the colours mean; what is marked is said, too. */
function explain(): void {
  if (!model) return;
  const entries = model.compares
    ? [
        ['grew', 'more than before'],
        ['shrank', 'less than before'],
        ['same', 'as before'],
      ]
    : [
        ['own', 'code of the workspace'],
        ['foreign', 'other code'],
      ];
  const fixable = `⚒ ${model.marked === 0 ? 'nothing here has a fix' : `${model.marked} with a fix`}`;
  legend.replaceChildren(
    ...[...entries, ['fixable', fixable]].map(([name, text]) => {
      const entry = document.createElement('span');
      entry.className = `entry ${name}`;
      entry.textContent = text!;
      return entry;
    }),
  );
}

function lookAs(): void {
  const asTable = pressed(tableButton);
  chartElement.hidden = asTable;
  legend.hidden = asTable;
  details.hidden = asTable;
  get('table').hidden = !asTable;
  keep();
}

function searchFor(): void {
  if (!model) return;
  matches = model.search(search.value);
  found.textContent = model.found(matches, search.value);
  chart?.find(matches);
  table.show(model, search.value.trim() === '' ? undefined : matches);
  keep();
}

function keep(): void {
  vscode.setState({ words: search.value, table: pressed(tableButton) });
}

/** To the next box that the search has found, or to the first. */
function next(): void {
  if (!chart || matches.length === 0) return;
  const { current } = chart;
  chart.focus(matches.find((node) => node > current) ?? matches[0]!);
}

search.oninput = searchFor;
search.onkeydown = (event) => {
  if (event.key === 'Enter') {
    if (pressed(tableButton)) document.querySelector<HTMLElement>('#table tbody tr')?.focus();
    else next();
  } else if (event.key === 'Escape') {
    search.value = '';
    searchFor();
  } else return;
  event.preventDefault();
  event.stopPropagation();
};
tableButton.onclick = () => {
  pressed(tableButton, !pressed(tableButton));
  lookAs();
  chart?.resize();
};
byObjects.onclick = () => {
  const by: By = pressed(byObjects) ? 'amount' : 'objects';
  say({ kind: 'by', by });
};
compare.onclick = () => say({ kind: 'compare', stop: shown?.base !== undefined });
again.onclick = () => say({ kind: 'load' });

document.addEventListener('keydown', (event) => {
  const isFind =
    (event.key === 'f' && (event.ctrlKey || event.metaKey)) || (event.key === '/' && event.target !== search);
  if (isFind) search.select();
  else if (event.key === 'F3') next();
  else return;
  if (isFind) search.focus();
  event.preventDefault();
  event.stopPropagation();
});
window.addEventListener('resize', () => chart?.resize());
window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === 'graph') show(data);
  else if (data.kind === 'sentence') tell(data.text, data.busy);
  else if (model) {
    model = model.with(data.marks);
    chart?.use(model);
    explain();
    searchFor();
  }
});
say({ kind: 'ready' });
