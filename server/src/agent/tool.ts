import type { Agent } from './agent';

/** A tool that an agent may call. What it answers is data for a model: short, and cut into pages. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Where the model itself has to say that the user has agreed: what has to be so for `confirmed`. */
  readonly condition?: string;
  /** JSON Schema of an object. */
  readonly input: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, object>>;
    readonly required?: readonly string[];
    readonly additionalProperties: false;
  };
  /** `reads`: changes nothing and runs no code of the folder. `asks`: only after the user has agreed, with `confirmed` in the arguments. */
  readonly kind: 'reads' | 'asks';
  /**
   * @throws AgentError whose message is a sentence for the model
   */
  run(agent: Agent, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<object>;
}

/** Why a call was not answered; a sentence for the model and whoever reads along. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
}

/** A text argument; undefined when it is not given. @throws AgentError when it is something else */
export function textOf(args: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length <= 4096) return value;
  throw new AgentError(`${name} must be a text.`);
}

/** As `textOf`, for one that must be given. */
export function neededText(args: Readonly<Record<string, unknown>>, name: string): string {
  const value = textOf(args, name);
  if (value === undefined || value === '') throw new AgentError(`${name} is missing.`);
  return value;
}

/** @throws AgentError unless it is a list of texts; empty when it is not given */
export function textsOf(args: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = args[name] ?? [];
  if (Array.isArray(value) && value.length <= 100 && value.every((one) => typeof one === 'string'))
    return value as string[];
  throw new AgentError(`${name} must be a list of texts.`);
}

/** UTF-16 units of the entries of one answer: some 1,000 words of a model's memory. */
const pageLength = 3000;

/** The entries from a place on that fit into one answer, at least one. */
export function page<T>(
  items: readonly T[],
  args: Readonly<Record<string, unknown>>,
): { readonly items: readonly T[]; readonly total: number; readonly next?: number } {
  const from = args['from'] ?? 0;
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0)
    throw new AgentError('from must be the number that “next” of the answer before has.');
  let length = 0;
  let to = from;
  while (to < items.length) {
    length += JSON.stringify(items[to]).length;
    if (length > pageLength && to > from) break;
    to++;
  }
  return { items: items.slice(from, to), total: items.length, ...(to < items.length && { next: to }) };
}

export const fromProperty = {
  from: { type: 'integer', minimum: 0, description: 'Where to go on: “next” of the answer before.' },
};
export const pathsProperty = {
  paths: {
    type: 'array',
    items: { type: 'string' },
    description:
      'Files, folders or ./... for Go packages, relative to the folder that is served. All of it if not given.',
  },
};
