import { createRequire } from 'node:module';
import vm from 'node:vm';
import { transform } from 'esbuild';
import ts from 'typescript';
import { describe } from './describe';

/**
 * Where programs run: a realm of its own for each, with a few globals through which a program shows what it does
 * (`stageTypes`), and with counted constructors. Everything happens in this process; nothing of one program reaches
 * the next.
 */

/** A module and what uses it: the driver imports it by its path and exports `run`, which gives what is to be observed. */
export interface Staged {
  /** `a.ts`: its extension says which language, and which kind of module it is. */
  readonly path: string;
  readonly text: string;
  readonly driver: string;
  /** `./b`, where the module imports it. */
  readonly neighbour?: string;
}

/** What a program did. Texts in the notation of `describe`. */
export interface Performance {
  /** What loading the module and each of two runs came to: `returned …` or `threw …`. */
  readonly outcomes: readonly string[];
  /** What was logged, in order. */
  readonly effects: readonly string[];
  /**
   * Calls of counted constructors and of the Buffer functions that allocate, in the second run: of each call that is
   * attempted, and what comes besides. Calls that were made by `again` belong to the one that they came from.
   */
  readonly allocations: readonly number[];
}

/** The globals of the stage, for TypeScript. */
export const stageTypes = `
/** Remembers the values as they are now. */
declare function log(...values: unknown[]): void;
/** Calls, and gives what came of it: { returned } or { threw }, for a promise later. */
declare function attempt(call: () => unknown): unknown;
declare function frozen<T>(value: T): T;
/** Takes elements out: the list is as long as before. */
declare function holes<T>(list: T[], ...at: number[]): T[];
/** Makes accessors of the properties, which log that they are read. */
declare function watched<T extends object>(value: T): T;
/** A proxy that does nothing of its own. */
declare function through<T extends object>(value: T): T;
/** A table that keeps texts only, as process.env and an element's dataset do: assigning undefined stores a text. */
declare function texts<T extends Record<string, string>>(values: T): T;
/** Does what whenAgain was given last, but not from within itself: the way in from the side. */
declare function again(): void;
declare function whenAgain(call: () => unknown): void;
`;

const helpers = new vm.Script(
  `(tools) => {
    'use strict';
    const { defineProperty, getOwnPropertyDescriptor, freeze } = Object;
    globalThis.log = (...values) => tools.log(values);
    globalThis.attempt = (call) => {
      const end = (outcome) => (tools.next(), outcome);
      try {
        const value = call();
        if (!(value instanceof Promise)) return end({ returned: value });
        return value.then((returned) => end({ returned }), (threw) => end({ threw }));
      } catch (threw) {
        return end({ threw });
      }
    };
    globalThis.frozen = (value) => freeze(value);
    globalThis.holes = (list, ...at) => {
      for (const index of at) delete list[index];
      return list;
    };
    globalThis.watched = (value) => {
      for (const key of Reflect.ownKeys(value)) {
        const property = getOwnPropertyDescriptor(value, key);
        if (!property.configurable || !('value' in property)) continue;
        defineProperty(value, key, {
          get: () => (tools.log(['read ' + String(key)]), property.value),
          set: (given) => (tools.log(['write ' + String(key)]), (property.value = given)),
          enumerable: property.enumerable,
          configurable: true,
        });
      }
      return value;
    };
    globalThis.through = (value) => tools.known(new Proxy(value, {}), value);
    globalThis.texts = (values) =>
      tools.known(new Proxy(values, { set: (target, key, value) => ((target[key] = String(value)), true) }), values);
    let way = () => {};
    let inside = false;
    globalThis.whenAgain = (call) => (way = call);
    globalThis.again = () => {
      if (inside) return;
      inside = true;
      try {
        way();
      } finally {
        inside = false;
      }
    };
    const counted = (maker) =>
      new Proxy(maker, {
        construct: (target, values, newTarget) => (tools.count(), Reflect.construct(target, values, newTarget)),
      });
    for (const name of tools.constructors) globalThis[name] = counted(globalThis[name]);
    for (const name of Object.getOwnPropertyNames(Intl)) {
      if (typeof Intl[name] === 'function' && /^[A-Z]/.test(name)) Intl[name] = counted(Intl[name]);
    }
  }`,
  { filename: 'stage.js' },
);

const constructors = [
  'Array', 'ArrayBuffer', 'BigInt64Array', 'BigUint64Array', 'DataView', 'Float32Array', 'Float64Array', 'Int16Array',
  'Int32Array', 'Int8Array', 'Map', 'RegExp', 'Set', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray',
]; // prettier-ignore

/** Loops stop after so many rounds in all: a program that shrinks may lose the statement that ends one. */
const rounds = 20_000;
const effectsLimit = 5_000;
/** Of Node, what programs may ask for. */
const available = new Set(['node:buffer', 'node:crypto', 'node:util', 'node:path']);
const fromHere = createRequire(__filename);

class Endless extends Error {}

/** Loads the module and runs the driver twice. Never throws for what the program does. One at a time. */
export async function perform(program: Staged): Promise<Performance> {
  // A promise that a program forgets is not a failure of this process.
  const listeners = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[];
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', () => {});
  try {
    return await performed(program);
  } finally {
    await new Promise((resolve) => setImmediate(resolve));
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
}

async function performed({ path, text, driver, neighbour = '' }: Staged): Promise<Performance> {
  const effects: string[] = [];
  const outcomes: string[] = [];
  const targets = new WeakMap<object, object>();
  const show = (value: unknown): string => describe(value, (proxy) => targets.get(proxy));
  let allocations = [0];
  let left = rounds;

  const context = vm.createContext({ TextDecoder, TextEncoder, structuredClone });
  const tools = {
    log: (values: readonly unknown[]) => {
      if (effects.length < effectsLimit) effects.push(Array.from(values, show).join(' '));
    },
    known: <T extends object>(proxy: T, target: object): T => {
      targets.set(proxy, target);
      return proxy;
    },
    count: () => allocations[allocations.length - 1]!++,
    next: () => void allocations.push(0),
    constructors,
  };
  (helpers.runInContext(context) as (given: typeof tools) => void)(tools);
  Object.assign(context, {
    Buffer: countedBuffer(tools.count),
    [tickName]: () => {
      if (--left < 0) throw new Endless('the program does not end');
    },
  });

  const modules = new Map<string, { exports: Record<string, unknown> }>();
  const sources = new Map<string, string>();
  const main = `./${path.replace(/\.\w+$/, '')}`;
  try {
    sources
      .set(main, await commonJs(path, text))
      .set('./run', await commonJs('run.ts', driver))
      .set('./b', await commonJs('b.ts', neighbour));
  } catch (error) {
    return { outcomes: [`does not parse: ${(error as Error).message}`], effects, allocations };
  }
  const require = (name: string): unknown => {
    if (available.has(name))
      return name === 'node:buffer' ? { Buffer: context['Buffer'] as unknown } : fromHere(name);
    const key = name.replace(/\.\w+$/, '');
    const known = modules.get(key);
    if (known) return known.exports;
    const code = sources.get(key);
    if (code === undefined) throw new Error(`Cannot find module '${name}'`);
    const module = { exports: {} };
    modules.set(key, module);
    const body = vm.compileFunction(code, ['module', 'exports', 'require'], {
      parsingContext: context,
      filename: key,
    }) as (...scope: readonly unknown[]) => void;
    body(module, module.exports, require);
    return module.exports;
  };
  const outcome = async (act: () => unknown): Promise<boolean> => {
    try {
      const value = await settled(act());
      outcomes.push(`returned ${show(value)}`);
      return true;
    } catch (error) {
      outcomes.push(`threw ${show(error)}`);
      return false;
    }
  };
  const run = (): unknown => (require('./run') as { run(): unknown }).run();
  if (!(await outcome(() => void require(main))) || !(await outcome(run)))
    return { outcomes, effects, allocations: [] };
  allocations = [0];
  await outcome(run);
  return { outcomes, effects, allocations };
}

/** The value of a promise, or the promise itself when nothing settles it: programs wait for nothing but each other. */
async function settled(value: unknown): Promise<unknown> {
  const never = Symbol();
  const end = new Promise((resolve) => setImmediate(resolve, never));
  const first = await Promise.race([value, end]);
  if (first === never) throw new Endless('the program waits for something that never comes');
  return first;
}

function countedBuffer(count: () => void): typeof Buffer {
  const own: Record<string, unknown> = {};
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow', 'from', 'concat'] as const) {
    own[name] = (...values: never[]): unknown => {
      count();
      return (Buffer[name] as (...given: never[]) => unknown)(...values);
    };
  }
  return new Proxy(Buffer, {
    get: (target, key) => own[key as string] ?? (Reflect.get(target, key) as unknown),
    // What a program assigns stays with it.
    set: (_, key, value) => {
      own[key as string] = value;
      return true;
    },
  });
}

const tickName = '__tick';
const compiled = new Map<string, string>();

/**
 * The text as CommonJS without types, each round of a loop counted. What is exported is bound as in an ES module, so that
 * what is used too early throws.
 */
async function commonJs(path: string, text: string): Promise<string> {
  const key = `${path}\0${text}`;
  let code = compiled.get(key);
  if (code === undefined) {
    if (compiled.size > 2000) compiled.clear();
    const loader = /\.[cm]?ts$/.test(path) ? 'ts' : /\.[cm]?js$/.test(path) ? 'js' : 'tsx';
    const options = { loader, format: 'cjs', target: 'esnext', logLevel: 'silent' } as const;
    // A program may have an `Object` of its own.
    code = (await transform(countRounds(path, text), options)).code.replace(
      /^(var __\w+ = )(?=Object\.)/gm,
      '$1globalThis.',
    );
    compiled.set(key, code);
  }
  return code;
}

function countRounds(path: string, text: string): string {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const edits: { readonly at: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIterationStatement(node, false)) {
      const { statement } = node;
      const braces = !ts.isBlock(statement);
      const start = statement.getStart(file);
      edits.push({ at: braces ? start : start + 1, text: `${braces ? '{ ' : ' '}${tickName}(); ` });
      if (braces) edits.push({ at: statement.end, text: ' }' });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let counted = text;
  for (const edit of edits.sort((a, b) => b.at - a.at))
    counted = counted.slice(0, edit.at) + edit.text + counted.slice(edit.at);
  return counted;
}
