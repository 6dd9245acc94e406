import type { Random } from '../random';
import type { Carried } from './carriers';
import type { Dialect } from './dialect';
import type { Core } from './pen';
import type { Pattern } from './program';

interface Surrounded {
  readonly text: string;
  /** What it exports besides what carries the pattern. */
  readonly names: readonly string[];
  /** Another module, which it imports; nothing mostly. */
  readonly neighbour: string;
}

interface Surrounding {
  readonly core: Core;
  readonly carried: Carried;
  readonly dialect: Dialect;
  readonly pattern: Pattern;
  readonly path: string;
}

/** What stands around the pattern in its module. */
export function surroundings(
  random: Random,
  { core, carried, dialect, pattern, path }: Surrounding,
): Surrounded {
  const names: string[] = [];
  const call = carried.call(core.inputs.map((input) => input.values[0]!));
  const cycle = dialect.module === 'esm' && !pattern.suggestions && random.chance(0.08);
  const parts = [
    header(random, dialect),
    imports(random, dialect),
    cycle ? "import './b';" : '',
    core.types ?? '',
  ];
  const own = [core.module ?? '', carried.text];
  if (random.chance(0.3)) own.reverse();
  if (random.chance(0.2)) {
    // Before the constants of the module are there.
    parts.push(`const early = attempt(() => ${call});`);
    names.push('early');
  }
  if (random.chance(0.12)) parts.push(redefinition(random, pattern.globals ?? []));
  if (random.chance(0.06)) parts.push(patched(random));
  if (random.chance(0.15)) parts.push(taken(random));
  parts.push(...own);
  if (random.chance(0.2)) parts.push("log('loaded');");
  return {
    text: parts.filter((part) => part !== '').join(random.chance(0.7) ? '\n\n' : '\n'),
    names,
    neighbour: cycle
      ? `import { ${carried.names.join(', ')} } from './${path}';\n${core.types ?? ''}\nlog(attempt(() => ${call}));\n`
      : '',
  };
}

function header(random: Random, { module }: Dialect): string {
  if (!random.chance(0.25)) return '';
  return random.pick([
    '/* Copyright of nobody. */',
    '// What this is about.',
    '/** What the first statement is about. */',
    '/* eslint-disable no-console */',
    ...(module === 'esm' ? [] : ["'use strict';"]),
  ]);
}

function imports(random: Random, { module }: Dialect): string {
  if (module === 'script' || !random.chance(0.3)) return '';
  return module === 'esm'
    ? random.pick(["import 'node:path';", "import * as path from 'node:path';\nlog(typeof path.join);"])
    : "const path = require('node:path');\nlog(typeof path.join);";
}

/** A global gets another meaning in the file, or looks as if it did. */
function redefinition(random: Random, globals: readonly string[]): string {
  if (globals.length === 0) return '';
  const name = random.pick(globals);
  return random.pick([
    `const ${name} = globalThis.${name};`,
    `const globals = { ${name} };\nlog(typeof globals.${name});`,
    `Object.assign(${name}, { extra: true });`,
  ]);
}

/** A method of a built-in class is replaced by one that says so. */
function patched(random: Random): string {
  const [owner, name] = random.pick([
    ['Array', 'push'], ['Array', 'map'], ['Array', 'reduce'], ['Array', 'fill'], ['Array', 'concat'],
    ['String', 'slice'], ['String', 'indexOf'], ['String', 'split'], ['Uint8Array', 'subarray'], ['Map', 'get'],
  ] as const); // prettier-ignore
  return [
    `const { ${name}: original } = ${owner}.prototype as any;`,
    `Object.defineProperty(${owner}.prototype, '${name}', { configurable: true, writable: true, value(...values: unknown[]) { log('own ${name}'); return original.apply(this, values); } });`,
  ].join('\n');
}

/** Names that a fix would like to have. */
function taken(random: Random): string {
  const names = ['count', 'item', 'next', 'index', 'element', 'out', 'partAt', 'partBefore', 'pattern', 'table', 'constantSet', 'constantMap', 'numberFormat', 'collator', 'workResult']; // prettier-ignore
  const name = random.pick(names);
  return random.pick([
    `const ${name} = 'taken';\nlog(${name});`,
    `function ${name}() { return 'taken'; }\nlog(${name}());`,
  ]);
}
