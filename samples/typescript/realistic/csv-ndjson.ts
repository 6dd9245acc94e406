/** Readers of CSV and of JSON lines. Lines that an expert would flag carry "hot:". */
export type Row = Record<string, string>;

export function parseCsv(text: string): Row[] {
  const lines = text.split('\n');
  const head = lines[0]!.split(',');
  const rows: Row[] = [];
  for (const line of lines.slice(1)) {
    if (line.length === 0) continue;
    const cells = line.split(',');
    const row: Row = {};
    for (const [i, name] of head.entries()) row[name] = cells[i] ?? ''; // hot: a pair for each cell
    rows.push(row);
  }
  return rows;
}

export function columnTotals(lines: readonly string[]): number[] {
  let totals: number[] = [];
  for (const line of lines) {
    const values = line.split(',').map(Number); // hot: texts of all cells only to be numbers
    totals = totals.map((total, i) => total + values[i]!);
    if (totals.length === 0) totals = values;
  }
  return totals;
}

export class NdjsonReader {
  private rest = '';
  private bytes = new Uint8Array(0);

  constructor(private readonly emit: (value: unknown) => void) {}

  /** Called for each chunk. */
  push(chunk: Uint8Array): void {
    const joined = new Uint8Array(this.bytes.length + chunk.length); // hot: copies what is left for each chunk
    joined.set(this.bytes);
    joined.set(chunk, this.bytes.length);
    const end = joined.lastIndexOf(10) + 1;
    this.bytes = joined.subarray(end);
    this.text(new TextDecoder().decode(joined.slice(0, end))); // hot: a copy and a decoder for each chunk
  }

  private text(text: string): void {
    this.rest += text;
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.emit(JSON.parse(line));
  }
}

export function keysOf(lines: readonly string[]): string[] {
  let keys: string[] = [];
  for (const line of lines) {
    const key = line.split('=')[0]!; // hot: all parts for the first
    if (!keys.includes(key)) keys = [...keys, key]; // hot: copies all keys
  }
  return keys;
}

export function groups(rows: readonly Row[], by: string): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row[by] ?? '';
    found.set(key, [...(found.get(key) ?? []), row]); // hot: copies the group for each row
  }
  return found;
}
