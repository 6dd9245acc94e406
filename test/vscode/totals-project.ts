import Module from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as NodeBinary from '../../scripts/lib/node-binary.mjs' with { 'resolution-mode': 'import' };
import type { Host, OpenOptions } from './host';
import { filesIn, inFolder, type Opened } from './in-folder';
import { repository } from './repository';

const totals = `export function totals(prices: readonly number[]): number[] {
  let sums: number[] = [];
  let sum = 0;
  for (const price of prices) sums = [...sums, (sum += price)];
  return sums;
}
`;

const bench = `import { totals } from './totals.mts';

const prices = Array.from({ length: 200 }, (_, i) => i);
let length = 0;
for (let i = 0; i < 200; i++) length += totals(prices).length;
if (length !== 40_000) throw new Error(String(length));
`;

/** A PATH with a `node` that can put a fix in the place of a module as it is loaded (22.15 or newer). */
export async function withModuleHooks(): Promise<string> {
  const usual = process.env['PATH'] ?? '';
  if ('registerHooks' in Module) return [dirname(process.execPath), usual].join(delimiter);
  const url = pathToFileURL(join(repository, 'scripts', 'lib', 'node-binary.mjs')).href;
  const { nodeBinary } = (await import(url)) as typeof NodeBinary;
  return [dirname(await nodeBinary(24, () => {})), usual].join(delimiter);
}

/** Opens a package of one TypeScript file and a script that measures it, does something there, and closes everything. */
export function inTotals(
  host: Host,
  name: string,
  options: Partial<OpenOptions>,
  run: (opened: Opened) => Promise<void>,
): Promise<void> {
  const fill = filesIn({
    'package.json': '{ "private": true, "type": "module" }\n',
    'totals.mts': totals,
    'totals.bench.mts': bench,
  });
  return inFolder(host, name, options, fill, run);
}
