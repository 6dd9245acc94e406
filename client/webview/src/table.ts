import { percentText } from '../../../server/src/text/amounts';
import { sorted, type FlameModel, type FunctionRow, type SortKey } from './model';

interface Column {
  readonly key: SortKey;
  readonly title: string;
  readonly isNumber: boolean;
}

/** The same as the boxes show, by function: to be sorted and read from top to bottom. */
export class Table {
  #sort: { key: SortKey; descending: boolean } = { key: 'own', descending: true };
  #rows: readonly FunctionRow[] = [];
  #current = 0;

  constructor(
    private readonly element: HTMLTableElement,
    private readonly open: (node: number) => void,
  ) {
    element.onkeydown = (event) => this.#pressed(event);
  }

  /** @param found only functions of these nodes; all when absent */
  show(model: FlameModel, found?: readonly number[]): void {
    const wanted = found && new Set(found.map((node) => functionOf(model, node)));
    const rows = model.functions().filter(({ node }) => !wanted || wanted.has(functionOf(model, node)));
    this.#rows = sorted(rows, this.#sort.key, this.#sort.descending);
    this.#current = Math.min(this.#current, Math.max(0, rows.length - 1));
    const columns = columnsOf(model);
    const caption = element('caption', `${rows.length} functions; Enter opens the line of a row`);
    const head = element('thead');
    head.append(
      element('tr', ...columns.map((column) => this.#header(column, () => this.show(model, found)))),
    );
    const body = element('tbody');
    body.append(...this.#rows.map((row, i) => this.#row(row, i, model, columns)));
    this.element.replaceChildren(caption, head, body);
  }

  #header({ key, title, isNumber }: Column, again: () => void): HTMLElement {
    const button = element('button', title);
    button.type = 'button';
    button.onclick = () => {
      const { key: before, descending } = this.#sort;
      this.#sort = { key, descending: before === key ? !descending : isNumber };
      again();
      [...this.element.querySelectorAll<HTMLElement>('th button')]
        .find((one) => one.textContent === title)
        ?.focus();
    };
    const cell = element('th', button);
    cell.scope = 'col';
    if (isNumber) cell.className = 'number';
    const { key: by, descending } = this.#sort;
    cell.setAttribute('aria-sort', by === key ? (descending ? 'descending' : 'ascending') : 'none');
    return cell;
  }

  #row(row: FunctionRow, at: number, model: FlameModel, columns: readonly Column[]): HTMLElement {
    const whole = model.nodes[0]!.total;
    const cells = columns.map(({ key, isNumber }) => {
      const cell = element('td', cellText(row, key, model));
      cell.className = isNumber ? 'number' : key;
      // A tenth of the whole is worth a look.
      if (key === 'own' && whole > 0 && row.own / whole >= 0.1) cell.classList.add('heavy');
      if (key === 'change' && row.change) cell.classList.add(row.change > 0 ? 'grew' : 'shrank');
      return cell;
    });
    const line = element('tr', ...cells);
    line.tabIndex = at === this.#current ? 0 : -1;
    line.onclick = () => {
      this.#go(at);
      this.open(row.node);
    };
    return line;
  }

  #pressed(event: KeyboardEvent): void {
    if (!(event.target instanceof HTMLTableRowElement)) return;
    const last = this.#rows.length - 1;
    const to: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, this.#current + 1),
      ArrowUp: Math.max(0, this.#current - 1),
      Home: 0,
      End: last,
    };
    const next = to[event.key];
    if (next !== undefined) this.#go(next);
    else if (event.key === 'Enter') this.open(this.#rows[this.#current]!.node);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #go(at: number): void {
    const lines = this.element.tBodies[0]!.rows;
    lines[this.#current]!.tabIndex = -1;
    this.#current = at;
    lines[at]!.tabIndex = 0;
    lines[at]!.focus();
  }
}

function columnsOf(model: FlameModel): Column[] {
  return [
    { key: 'name', title: 'Function', isNumber: false },
    { key: 'own', title: 'Own', isNumber: true },
    { key: 'total', title: 'With callees', isNumber: true },
    ...(model.compares ? [{ key: 'change', title: 'Change', isNumber: true } as const] : []),
    { key: 'place', title: 'Place', isNumber: false },
    { key: 'fix', title: 'Fix', isNumber: false },
  ];
}

function cellText(row: FunctionRow, key: SortKey, model: FlameModel): string {
  const whole = model.nodes[0]!.total;
  const share = (value: number): string => (whole > 0 ? ` (${percentText(value / whole)})` : '');
  switch (key) {
    case 'own':
    case 'total':
      return `${model.amount(row[key])}${share(row[key])}`;
    case 'change':
      return model.signed(row.change ?? 0);
    default:
      return row[key];
  }
}

function functionOf(model: FlameModel, node: number): string {
  const { name, uri, file } = model.nodes[node]!;
  return `${name}\0${uri ?? file ?? ''}`;
}

/** An element with texts and elements in it; never markup. */
function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  ...content: readonly (string | Node)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}
