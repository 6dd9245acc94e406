import type { RuleId } from '../../../rules/model';
import type { Random } from '../random';
import { pickCarrier, type Carried } from './carriers';
import { indented, inDialect, isTyped, pickDialect, type Dialect } from './dialect';
import { calls, Pen, type Core } from './pen';
import type { Staged } from './stage';
import { surroundings } from './surroundings';

/** What a rule's fix works on, and everything that has to stay as it is. */
export interface Pattern {
  /** The rule's suggestions are applied, too: the pattern keeps what their titles ask for. */
  readonly suggestions?: true;
  /** It rests on annotations. */
  readonly typedOnly?: true;
  /** How often it is taken, compared with the rule's other patterns. */
  readonly weight?: number;
  /** Globals that it or its fix names. */
  readonly globals?: readonly string[];
  write(pen: Pen): Core;
}

export interface Program extends Staged {
  readonly rule: RuleId;
  readonly suggestions: boolean;
  /** Its carrier and dialect in words, for statistics. */
  readonly about: string;
}

/** A program around one of the patterns. */
export function writeProgram(rule: RuleId, patterns: readonly Pattern[], random: Random): Program {
  const weighted = patterns.flatMap((pattern) => Array.from({ length: pattern.weight ?? 1 }, () => pattern));
  const pattern = random.pick(weighted);
  const dialect = pickDialect(random, pattern.typedOnly ?? false);
  const fork = random.fork('carrier');
  let carrier = pickCarrier(fork, () => true);
  let core = pattern.write(new Pen(random.fork('pattern'), carrier.place));
  if (core.generics !== undefined && !carrier.generic) {
    carrier = pickCarrier(fork, ({ generic }) => generic === true);
    core = pattern.write(new Pen(random.fork('pattern'), carrier.place));
  }
  const inline = dialect.module === 'esm' && random.chance(0.8);
  const carried = carrier.write(core, {
    exported: inline ? 'export ' : '',
    hot: random.chance(0.8) ? '/** @hot */\n' : '',
  });
  const path = `a.${dialect.extension}`;
  const { text, names, neighbour } = surroundings(random.fork('surroundings'), {
    core,
    carried,
    dialect,
    pattern,
    path,
  });
  return {
    rule,
    suggestions: pattern.suggestions ?? false,
    about: `${carrier.name}, ${dialect.extension} ${dialect.module}`,
    path,
    ...(neighbour === '' ? {} : { neighbour }),
    text: inDialect(
      `${text}\n${exportsOf(dialect, inline ? names : [...carried.names, ...names], random)}`,
      dialect,
      random,
    ),
    driver: indented(
      driverOf(path, core, carried, [...carried.names, ...names], dialect, carrier.place.mayAwait),
      '  ',
    ),
  };
}

function exportsOf({ module }: Dialect, names: readonly string[], random: Random): string {
  if (names.length === 0) return '';
  const list = `{ ${names.join(', ')} }`;
  if (module === 'esm') return `export ${list};`;
  if (module === 'script') return `Object.assign(globalThis, ${list});`;
  return random.chance(0.5)
    ? `module.exports = ${list};`
    : names.map((name) => `exports.${name} = ${name};`).join('\n');
}

function driverOf(
  path: string,
  { types = '', inputs }: Core,
  { call }: Carried,
  names: readonly string[],
  dialect: Dialect,
  waits: boolean,
): string {
  const wait = waits ? 'await ' : '';
  const constants: string[] = [];
  const values = Array.from({ length: calls }, (_, n) =>
    inputs.map(({ name, type, values: given }) => {
      constants.push(`const ${name}${n}: ${type} = ${given[n]!};`);
      return `${name}${n}`;
    }),
  );
  const results = [...values.keys(), 0].map((n) => `${wait}attempt(() => ${call(values[n]!)}),`);
  const others = names.filter((name) => name === 'early');
  return (
    [
      dialect.module === 'script'
        ? `import './${path}';\nconst { ${names.join(', ')} } = globalThis as any;`
        : `import { ${names.join(', ')} } from './${path}';`,
      types,
      `export const run = ${waits ? 'async ' : ''}() => {`,
      ...constants,
      `whenAgain(() => ${call(values[1]!)});`,
      'return [',
      ...results,
      ...values.flatMap((names) => names.flatMap((name, i) => (inputs[i]!.hidden ? [] : [`${name},`]))),
      ...others.map((name) => `${name},`),
      '];',
      '};',
    ].join('\n') + (isTyped(dialect) ? '' : '\n')
  );
}
