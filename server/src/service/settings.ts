import type { RuleMeta } from '../../../rules/model';
import { quoted } from '../text/foreign';
import type { RuleLevel, Show, Visibility } from './ranking';

/** Settings of one resource, checked. Every field has a usable value whatever the user wrote. */
export interface Settings extends Visibility {
  /** When the Go compiler runs. Syntax is always analysed as you type. */
  readonly run: 'onType' | 'onSave';
  readonly go: {
    readonly enable: boolean;
    /** Path of the `go` command, or empty: search. Ignored in an untrusted workspace. */
    readonly path: string;
    /** Only `-tags=…`. */
    readonly buildFlags: readonly string[];
    /** Added to the environment of the `go` command. */
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly typescript: {
    readonly enable: boolean;
    /** Names of variables, fields and classes that are object pools. */
    readonly pools: readonly string[];
  };
}

/** One setting, in the words of VS Code's `contributes.configuration`. */
export interface SettingSchema {
  readonly name: `alloclens.${string}`;
  readonly type: 'boolean' | 'string' | 'array' | 'object';
  readonly default: boolean | string | readonly string[] | Readonly<Record<string, string>>;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  /** Schema of the elements of an array. */
  readonly items?: {
    readonly type: 'string';
    readonly pattern?: string;
    readonly patternErrorMessage?: string;
  };
  /** Schema of the values of an object. */
  readonly values?: {
    readonly type: 'string';
    readonly enum?: readonly string[];
    readonly enumDescriptions?: readonly string[];
  };
  readonly scope: 'resource' | 'machine-overridable' | 'window';
  /** True when an untrusted workspace must not set it: it decides which program runs, or how. */
  readonly restricted: boolean;
  readonly markdownDescription: string;
}

const ruleLevels = [
  'off',
  'on',
  'error',
  'warning',
  'information',
  'hint',
] as const satisfies readonly RuleLevel[];

/** The one truth about settings: the manifest, the README table and the parser below come from it. */
export const settingsSchema = [
  {
    name: 'alloclens.show',
    type: 'string',
    default: 'likely',
    enum: ['hot', 'likely', 'all'],
    enumDescriptions: [
      'Only hot code: loops, request handlers, functions marked hot.',
      'Hot code and ordinary functions; not start-up, tests and error paths, nor what runs seldom beside the rest of its package.',
      'Every allocation that a rule recognises, cold code included.',
    ],
    scope: 'resource',
    restricted: false,
    markdownDescription:
      'Which allocations are shown. Misuse that corrupts or leaks is shown always, and rules that matter only in hot code report only there, unless everything is shown.',
  },
  {
    name: 'alloclens.rules',
    type: 'object',
    default: {},
    values: {
      type: 'string',
      enum: ruleLevels,
      enumDescriptions: [
        'Never report.',
        'Report with the ranked severity.',
        'Report as an error.',
        'Report as a warning.',
        'Report as information.',
        'Report as a hint.',
      ],
    },
    scope: 'resource',
    restricted: false,
    markdownDescription:
      'Rule id → `off`, `on`, or a severity: `{ "go/preallocate-slice": "off", "ts/accumulating-spread": "warning" }`. A severity does not show what `#alloclens.show#` hides.',
  },
  {
    name: 'alloclens.run',
    type: 'string',
    default: 'onType',
    enum: ['onType', 'onSave'],
    enumDescriptions: [
      'Compile shortly after each edit; unsaved text is compiled through an overlay.',
      'Compile when a file is opened or saved.',
    ],
    scope: 'resource',
    restricted: false,
    markdownDescription:
      'When the Go compiler runs. TypeScript is always analysed as you type: it needs no compiler.',
  },
  {
    name: 'alloclens.go.enable',
    type: 'boolean',
    default: true,
    scope: 'resource',
    restricted: false,
    markdownDescription: 'Analyse Go files.',
  },
  {
    name: 'alloclens.go.path',
    type: 'string',
    default: '',
    scope: 'machine-overridable',
    restricted: true,
    markdownDescription:
      'Absolute path of the `go` command. Empty: the one on the `PATH`, then the usual installation folders. The language status shows which one was found, and how.',
  },
  {
    name: 'alloclens.go.buildFlags',
    type: 'array',
    default: [],
    items: {
      type: 'string',
      pattern: '^--?tags=[\\p{L}\\p{N}_.]+(,[\\p{L}\\p{N}_.]+)*$',
      patternErrorMessage: 'Only build tags: -tags=integration,linux',
    },
    scope: 'machine-overridable',
    restricted: true,
    markdownDescription:
      'Build tags to compile with: `["-tags=integration"]`. Other flags are refused, because they can run programs or change what the compiler prints.',
  },
  {
    name: 'alloclens.go.environment',
    type: 'object',
    default: {},
    values: { type: 'string' },
    scope: 'machine-overridable',
    restricted: true,
    markdownDescription:
      'Variables for the `go` command, such as `{ "GOOS": "linux", "CGO_ENABLED": "0" }`. The network is always off (`GOPROXY`, `GOVCS` and the like are set), and flags in `GOFLAGS` that run programs or change the output are removed.',
  },
  {
    name: 'alloclens.typescript.enable',
    type: 'boolean',
    default: true,
    scope: 'resource',
    restricted: false,
    markdownDescription: 'Analyse TypeScript and JavaScript files.',
  },
  {
    name: 'alloclens.typescript.pools',
    type: 'array',
    default: [],
    items: {
      type: 'string',
      pattern: '^[\\p{ID_Start}$_][\\p{ID_Continue}$]*$',
      patternErrorMessage: 'The name of a variable, field or class: bufferPool, BufferPool',
    },
    scope: 'resource',
    restricted: false,
    markdownDescription:
      'Names of variables, fields and classes that are object pools, wherever they come from: `["bufferPool", "ConnectionPool"]`. `ts/pool-misuse` checks their uses as those of declarations that are tagged `@pool`.',
  },
  // Of the editor alone: the server draws nothing.
  {
    name: 'alloclens.gutter',
    type: 'boolean',
    default: true,
    scope: 'resource',
    restricted: false,
    markdownDescription: 'Mark hot and measured lines in the gutter and in the overview ruler.',
  },
  {
    name: 'alloclens.lineWeights',
    type: 'boolean',
    default: true,
    scope: 'resource',
    restricted: false,
    markdownDescription: 'Show what a profile measured at the ends of lines.',
  },
  {
    name: 'alloclens.codeLens',
    type: 'boolean',
    default: true,
    scope: 'resource',
    restricted: false,
    markdownDescription:
      'Show what a profile measured over functions, and over Go benchmarks a way to profile them.',
  },
  {
    name: 'alloclens.ceilingLens',
    type: 'boolean',
    default: true,
    scope: 'resource',
    restricted: false,
    markdownDescription:
      'Show over Go functions that `//alloclens:noalloc` or `//alloclens:max` marks what the compiler emits for them.',
  },
  {
    name: 'alloclens.trace.server',
    type: 'string',
    default: 'off',
    enum: ['off', 'messages', 'verbose'],
    enumDescriptions: ['No trace.', 'Names of the messages.', 'Messages with their content.'],
    scope: 'window',
    restricted: false,
    markdownDescription: 'Log the messages between VS Code and the language server.',
  },
] as const satisfies readonly SettingSchema[];

export type SettingName = (typeof settingsSchema)[number]['name'];

const schemaOf = new Map<string, SettingSchema>(settingsSchema.map((setting) => [setting.name, setting]));

/** Settings that `capabilities.untrustedWorkspaces.restrictedConfigurations` of the manifest lists. */
export function restrictedSettings(): SettingName[] {
  return settingsSchema.filter((setting) => setting.restricted).map((setting) => setting.name);
}

/** The manifest's `contributes.configuration`, with one completion entry a rule in `alloclens.rules`. */
export function manifestConfiguration(rules: readonly Pick<RuleMeta, 'id' | 'summary'>[]): object {
  const properties: Record<string, object> = {};
  (settingsSchema as readonly SettingSchema[]).forEach((setting, order) => {
    const { name, values, restricted: _restricted, ...rest } = setting;
    properties[name] = {
      ...rest,
      order,
      ...(name === 'alloclens.rules' && {
        properties: Object.fromEntries(
          rules.map(({ id, summary }) => [id, { ...values, default: 'on', description: summary }]),
        ),
        additionalProperties: false,
      }),
      ...(values && name !== 'alloclens.rules' && { additionalProperties: values }),
    };
  });
  return { title: 'AllocLens', properties };
}

/** The README's settings table, in Markdown. */
export function settingsTable(): string {
  const rows = (settingsSchema as readonly SettingSchema[]).map(({ name, default: value, ...setting }) => {
    const values = setting.enum ?? setting.values?.enum;
    const description = setting.markdownDescription.replace(/`#([^#`]+)#`/g, '`$1`');
    return `| \`${name}\` | \`${JSON.stringify(value)}\` | ${description}${values ? ` Values: ${values.map((v) => `\`${v}\``).join(', ')}.` : ''} |`;
  });
  return ['| Setting | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Mistakes among the entries of one setting that are described; the others are counted. */
const describedEntries = 2;

export const defaultSettings: Settings = parseSettings(undefined, undefined).settings;

/**
 * Reads the section `alloclens` as an editor sends it: nested objects. What cannot be used is left at its default and
 * described in `problems`, one sentence each: the setting, what was found, what may stand there. Many mistakes in one
 * setting are counted after the first few.
 * @param rules ids that exist, or `undefined` when they are not to be checked
 */
export function parseSettings(
  section: unknown,
  rules: ReadonlySet<string> | undefined,
): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  /** Says what is wrong with the entries of a setting. */
  const entries = (name: SettingName, wrong: readonly string[]): void => {
    problems.push(...wrong.slice(0, describedEntries));
    const more = wrong.length - describedEntries;
    if (more > 0)
      problems.push(`"${name}" has ${more} more ${more === 1 ? 'mistake' : 'mistakes'} like these.`);
  };
  const root = section === undefined || section === null ? {} : section;
  if (!isRecord(root)) problems.push(`"alloclens" must be an object of settings, not ${quoted(root)}.`);

  const read = <T>(name: SettingName): T => {
    const schema = schemaOf.get(name)!;
    let value: unknown = root;
    for (const part of name.split('.').slice(1)) value = isRecord(value) ? value[part] : undefined;
    if (value === undefined || value === null) return schema.default as T;
    const problem = mismatch(schema, value);
    if (problem === undefined) return value as T;
    problems.push(`"${name}" must be ${problem}, not ${quoted(value)}. The default is used.`);
    return schema.default as T;
  };
  /** Keeps the good entries of an object and names the others. */
  const readMap = (name: SettingName, entry: (key: string, value: unknown) => string | undefined) => {
    const kept: Record<string, string> = {};
    const wrong: string[] = [];
    for (const [key, value] of Object.entries(read<Record<string, unknown>>(name))) {
      const problem = entry(key, value);
      if (problem === undefined) kept[key] = value as string;
      else wrong.push(problem);
    }
    entries(name, wrong);
    return kept;
  };
  /** Keeps the good elements of a list and names the others. */
  const readList = (name: SettingName, accepted: string) => {
    const pattern = new RegExp(itemPattern(name), 'u');
    const wrong: string[] = [];
    const kept = read<unknown[]>(name).filter((value): value is string => {
      const good = typeof value === 'string' && pattern.test(value);
      if (!good) wrong.push(`"${name}" contains ${quoted(value)}; only ${accepted} are accepted.`);
      return good;
    });
    entries(name, wrong);
    return kept;
  };

  const settings: Settings = {
    show: read<Show>('alloclens.show'),
    rules: readMap('alloclens.rules', (id, level) =>
      rules && !rules.has(id)
        ? `"alloclens.rules" names the rule ${quoted(id)}, which does not exist.`
        : (ruleLevels as readonly unknown[]).includes(level)
          ? undefined
          : `"alloclens.rules" gives the rule ${quoted(id)} ${quoted(level)}; it may be ${alternatives(ruleLevels)}.`,
    ) as Record<string, RuleLevel>,
    run: read<Settings['run']>('alloclens.run'),
    go: {
      enable: read<boolean>('alloclens.go.enable'),
      path: read<string>('alloclens.go.path').trim(),
      buildFlags: readList('alloclens.go.buildFlags', 'build tags such as "-tags=integration"'),
      environment: readMap('alloclens.go.environment', (name, value) =>
        !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
          ? `"alloclens.go.environment" contains ${quoted(name)}, which is not the name of a variable.`
          : typeof value === 'string' && !value.includes('\0')
            ? undefined
            : `"alloclens.go.environment" gives ${quoted(name)} ${quoted(value)}; it must be a text.`,
      ),
    },
    typescript: {
      enable: read<boolean>('alloclens.typescript.enable'),
      pools: readList('alloclens.typescript.pools', 'names of variables, fields and classes'),
    },
  };
  return { settings, problems };
}

function itemPattern(name: SettingName): string {
  return schemaOf.get(name)?.items?.pattern ?? '';
}

/** What the value should have been, or `undefined` when it fits. Entries of arrays and objects are not looked at. */
function mismatch(schema: SettingSchema, value: unknown): string | undefined {
  switch (schema.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'array':
      return Array.isArray(value) ? undefined : 'a list';
    case 'object':
      return isRecord(value) ? undefined : 'an object';
    case 'string':
      if (schema.enum)
        return (schema.enum as readonly unknown[]).includes(value) ? undefined : alternatives(schema.enum);
      return typeof value === 'string' ? undefined : 'a text';
  }
}

function alternatives(values: readonly string[]): string {
  return values
    .map((value) => `"${value}"`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
