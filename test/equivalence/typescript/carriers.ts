import type { Random } from '../random';
import type { Core, Place } from './pen';

/** What a pattern stands in: every kind of function, and the places that are none. */
export interface Carrier {
  readonly name: string;
  readonly place: Place;
  /** Type parameters need a function. */
  readonly generic?: true;
  write(core: Core, style: Style): Carried;
}

export interface Style {
  /** `export `, or nothing when names are exported at the end. */
  readonly exported: string;
  /** A doc comment with its line break, or nothing. */
  readonly hot: string;
}

export interface Carried {
  readonly text: string;
  /** Names that the module has to export. */
  readonly names: readonly string[];
  /** The use in a driver, given one expression for each input; a promise where the carrier is `async`. */
  call(values: readonly string[]): string;
}

const plain: Place = { mayReturn: true, mayAwait: false, mayYield: false };
const waiting: Place = { ...plain, mayAwait: true };
const yielding: Place = { ...plain, mayYield: true };
const closed: Place = { ...plain, mayReturn: false };

const parameters = ({ inputs }: Core): string =>
  inputs.map(({ name, type }) => `${name}: ${type}`).join(', ');
const names = ({ inputs }: Core): string => inputs.map(({ name }) => name).join(', ');
/** The inputs of a place that has no parameters: the first values. */
const constants = ({ inputs }: Core): string =>
  inputs.map(({ name, type, values }) => `const ${name}: ${type} = ${values[0]};`).join('\n');
const returning = ({ body, result }: Core): string => `${body}\nreturn ${result};`;
const collecting = ({ body, result }: Core): string => `${body}\nall.push(${result});`;
const args = (values: readonly string[]): string => values.join(', ');

function functions(
  name: string,
  write: (core: Core, style: Style, generics: string) => string,
  { place = plain, call = (values: readonly string[]) => `work(${args(values)})` } = {},
): Carrier {
  return {
    name,
    place,
    generic: true,
    write: (core, style) => ({ text: write(core, style, core.generics ?? ''), names: ['work'], call }),
  };
}

function classes(
  name: string,
  write: (core: Core, style: Style) => string,
  call: (values: readonly string[]) => string,
  place = plain,
): Carrier {
  return { name, place, write: (core, style) => ({ text: write(core, style), names: ['Holder'], call }) };
}

const inputsOfThis = (core: Core): string =>
  core.inputs.length === 0 ? '' : `const { ${names(core)} } = this;\n`;
const publicInputs = ({ inputs }: Core): string =>
  inputs.map(({ name, type }) => `public ${name}: ${type}`).join(', ');

/** Every carrier, ordinary ones first. */
export const carriers: readonly Carrier[] = [
  functions(
    'function',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}function work${generics}(${parameters(core)}): unknown {\n${returning(core)}\n}`,
  ),
  functions(
    'arrow',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}const work = ${generics === '<T>' ? '<T,>' : generics}(${parameters(core)}): unknown => {\n${returning(core)}\n};`,
  ),
  functions('arrow with an expression for a body', (core, { exported, hot }, generics) =>
    core.body.trim() === ''
      ? `${hot}${exported}const work = ${generics === '<T>' ? '<T,>' : generics}(${parameters(core)}): unknown => ${core.result.startsWith('{') ? `(${core.result})` : core.result};`
      : `${hot}${exported}const work = ${generics === '<T>' ? '<T,>' : generics}(${parameters(core)}) => {\n${returning(core)}\n};`,
  ),
  functions(
    'function expression',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}const work = function ${generics}(${parameters(core)}): unknown {\n${returning(core)}\n};`,
  ),
  functions(
    'closure',
    (core, { exported, hot }, generics) =>
      `${exported}function work${generics}(${parameters(core)}): unknown {
      ${hot}const inner = () => {\n${returning(core)}\n};
      return [inner(), inner()];
    }`,
  ),
  functions(
    'callback of forEach',
    (core, { exported }, generics) =>
      `${exported}function work${generics}(${parameters(core)}): unknown {
      const all: unknown[] = [];
      [1, 2].forEach(() => {\n${collecting(core)}\n});
      return all;
    }`,
  ),
  functions(
    'callback of map',
    (core, { exported, hot }, generics) =>
      `${exported}function work${generics}(${parameters(core)}): unknown {
      return [1, 2].map(${hot}(round) => {\n${core.body}\nreturn [round, ${core.result}];\n});
    }`,
  ),
  functions(
    'generator',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}function* work${generics}(${parameters(core)}): Generator<unknown> {\n${core.body}\nyield ${core.result};\n}`,
    { place: yielding, call: (values) => `[...work(${args(values)})]` },
  ),
  functions(
    'two generators at once',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}function* work${generics}(${parameters(core)}): Generator<unknown> {\n${core.body}\nyield ${core.result};\n}`,
    {
      place: yielding,
      call: (values) =>
        `[work(${args(values)}), work(${args(values)})].map((one) => [one.next(), one] as const).map(([first, one]) => [first, ...one])`,
    },
  ),
  functions(
    'async function',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}async function work${generics}(${parameters(core)}): Promise<unknown> {\n${returning(core)}\n}`,
    { place: waiting },
  ),
  functions(
    'async arrow, twice at once',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}const work = async ${generics === '<T>' ? '<T,>' : generics}(${parameters(core)}): Promise<unknown> => {\n${returning(core)}\n};`,
    {
      place: waiting,
      call: (values) => `Promise.allSettled([work(${args(values)}), work(${args(values)})])`,
    },
  ),
  functions(
    'try',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}function work${generics}(${parameters(core)}): unknown {
      try {\n${returning(core)}\n} catch (error) {\nreturn ['caught', String(error)];\n} finally {\nlog('finally');\n}
    }`,
  ),
  functions(
    'loop',
    (core, { exported }, generics) =>
      `${exported}function work${generics}(${parameters(core)}): unknown {
      const all: unknown[] = [];
      for (let round = 0; round < 2; round++) {\n${collecting(core)}\n}
      return all;
    }`,
  ),
  functions(
    'labelled loop with try',
    (core, { exported }, generics) =>
      `${exported}function work${generics}(${parameters(core)}): unknown {
      const all: unknown[] = [];
      let round = 0;
      rounds: while (round++ < 3) {
        try {
          if (round === 2) continue rounds;\n${collecting(core)}
        } catch (error) {
          all.push(String(error));
        } finally {
          log('round', round);
        }
      }
      return all;
    }`,
  ),
  functions(
    'switch',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}function work${generics}(${parameters(core)}): unknown {
      switch (typeof log) {
        case 'function':\n${returning(core)}
        default:
          return 'nothing';
      }
    }`,
  ),
  functions(
    'branch',
    (core, { exported, hot }, generics) =>
      `${hot}${exported}function work${generics}(${parameters(core)}): unknown {
      if (typeof log === 'function') {\n${returning(core)}\n} else return 'nothing';
    }`,
  ),
  functions(
    'function of a namespace',
    (core, { exported, hot }, generics) =>
      `namespace Space {\n${hot}export function work${generics}(${parameters(core)}): unknown {\n${returning(core)}\n}\n}\n${exported}const work = Space.work;`,
  ),
  {
    name: 'method of an object',
    place: plain,
    write: (core, { exported, hot }) => ({
      text: `${exported}const holder = {\n${hot}work(${parameters(core)}): unknown {\n${returning(core)}\n},\n};`,
      names: ['holder'],
      call: (values) => `holder.work(${args(values)})`,
    }),
  },
  classes(
    'method',
    (core, { exported, hot }) =>
      `${exported}class Holder {\n${hot}work(${parameters(core)}): unknown {\n${returning(core)}\n}\n}`,
    (values) => `new Holder().work(${args(values)})`,
  ),
  classes(
    'static method',
    (core, { exported, hot }) =>
      `${exported}class Holder {\n${hot}static work(${parameters(core)}): unknown {\n${returning(core)}\n}\n}`,
    (values) => `Holder.work(${args(values)})`,
  ),
  classes(
    'getter',
    (core, { exported, hot }) =>
      `${exported}class Holder {\nconstructor(${publicInputs(core)}) {}\n${hot}get result(): unknown {\n${inputsOfThis(core)}${returning(core)}\n}\n}`,
    (values) => `new Holder(${args(values)}).result`,
  ),
  classes(
    'constructor',
    (core, { exported, hot }) =>
      `${exported}class Holder {\nreadonly result: unknown;\n${hot}constructor(${parameters(core)}) {\n${core.body}\nthis.result = ${core.result};\n}\n}`,
    (values) => `new Holder(${args(values)}).result`,
    closed,
  ),
  classes(
    'private method',
    (core, { exported, hot }) =>
      `${exported}class Holder {\n${hot}#work(${parameters(core)}): unknown {\n${returning(core)}\n}\nwork(${parameters(core)}): unknown {\nreturn this.#work(${names(core)});\n}\n}`,
    (values) => `new Holder().work(${args(values)})`,
  ),
  classes(
    'arrow in a field',
    (core, { exported, hot }) =>
      `${exported}class Holder {\n${hot}readonly work = (${parameters(core)}): unknown => {\n${returning(core)}\n};\n}`,
    (values) => `new Holder().work(${args(values)})`,
  ),
  classes(
    'field initialiser',
    (core, { exported, hot }) =>
      `${constants(core)}\n${exported}class Holder {\nreadonly result: unknown = (${hot}() => {\n${returning(core)}\n})();\n}`,
    () => 'new Holder().result',
  ),
  classes(
    'static block',
    (core, { exported }) =>
      `${constants(core)}\n${exported}class Holder {\nstatic readonly all: unknown[] = [];\nstatic {\nconst all = Holder.all;\nfor (const round of [1, 2]) {\nlog(round);\n${collecting(core)}\n}\n}\n}`,
    () => 'Holder.all',
    closed,
  ),
  {
    name: 'module',
    place: closed,
    write: (core, { exported }) => ({
      text: `${constants(core)}\n${exported}const all: unknown[] = [];\nfor (const round of [1, 2]) {\nlog(round);\n${collecting(core)}\n}`,
      names: ['all'],
      call: () => 'all',
    }),
  },
];

/** Mostly a plain function: what is special stands in the pattern then. */
export function pickCarrier(random: Random, fits: (carrier: Carrier) => boolean): Carrier {
  const fitting = carriers.filter(fits);
  return random.chance(0.3) ? fitting[0]! : random.pick(fitting);
}
