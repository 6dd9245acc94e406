import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem } from './edit/expressions';
import { indentUnit, newlineOf } from './edit/layout';
import { isDeclared, moduleName } from './edit/names';
import { isSemicolonFree } from './edit/statements';
import { earliestRun } from './flow/module-load';
import { hotThreshold } from './heat/static-heat';
import { constantTree } from './hoist/constants';
import { risksOfIntl } from './hoist/construction';
import { hoist, noCycle } from './hoist/hoist';
import { declareAtTop } from './hoist/place';
import { createRule, type ProposedFix } from './rule';
import { isModule } from './syntax/module';
import { enclosingFunction, isFunction, isGlobal, isLoop, memberName, resolve, unwrap } from './syntax/nodes';
import { typeOf } from './types/values';
import { code } from '../wording';

/** Constructors that load locale data, by the name that a shared instance gets. */
const names = new Map([
  ['NumberFormat', 'numberFormat'],
  ['DateTimeFormat', 'dateTimeFormat'],
  ['Collator', 'collator'],
  ['PluralRules', 'pluralRules'],
  ['RelativeTimeFormat', 'relativeTimeFormat'],
  ['ListFormat', 'listFormat'],
  ['DisplayNames', 'displayNames'],
  ['Segmenter', 'segmenter'],
  ['DurationFormat', 'durationFormat'],
]);
const dateFields = /^(?:weekday|era|year|month|day|dateStyle)$/;
const timeFields = /^(?:hour|minute|second|dayPeriod|fractionalSecondDigits|timeStyle)$/;
const numberOptions =
  /^(?:style|currency|currencyDisplay|notation|compactDisplay|unit|\w+(?:Fraction|Significant|Integer)Digits|useGrouping|signDisplay)$/;

/** One construction of a formatter per call, written out or hidden in a method. */
interface Formatter {
  /** What is replaced by the shared instance, or by a call of it. */
  readonly at: TSESTree.NewExpression | TSESTree.CallExpression;
  readonly className: string;
  readonly args: readonly TSESTree.CallExpressionArgument[];
  /** The replacement once the instance has a name. */
  readonly use: (name: string) => string;
  readonly conditions: readonly string[];
  /** `const nf = new Intl.NumberFormat(…)`. */
  readonly declarator: TSESTree.VariableDeclarator | undefined;
  readonly fixable: boolean;
}

export const intlPerCall = createRule({
  id: 'ts/intl-per-call',
  summary:
    'an Intl formatter or collator made on each call, also by toLocaleString and localeCompare with options',
  fix: 'suggestion',
  recipe: 'Make the formatter once for the module, or once for each locale in a Map',
  reports: 'allocation',
  sample: 'typescript/intl-per-call',
  allocation: {
    kind: 'formatter',
    cost: 'always',
    reason:
      'its locale data are loaded and its pattern compiled anew, which costs more than a hundred uses of it',
    bytes: 5_000,
  },
  words: [['Intl', 'toLocale', 'localeCompare']],
  messages: {
    made: '`new Intl.{{className}}()` loads its locale data on each call',
    hidden: '`{{method}}()` with options makes a new `Intl.{{className}}` on each call',
  },
  check(context, report) {
    const { sourceCode } = context;
    const typed = /\.[cm]?tsx?$/.test(context.filename);
    const check = (formatter: Formatter | undefined): void => {
      if (!formatter || !enclosingFunction(formatter.at)) return;
      // Made once for a whole loop: that is what this rule asks for, unless the function itself is hot.
      if (
        formatter.declarator &&
        servesLoop(sourceCode, formatter.declarator) &&
        context.heat(formatter.at).score < hotThreshold
      )
        return;
      report({
        at: formatter.at,
        messageId: formatter.at.type === 'NewExpression' ? 'made' : 'hidden',
        data: {
          className: formatter.className,
          method:
            formatter.at.type === 'CallExpression'
              ? (memberName(formatter.at.callee as TSESTree.MemberExpression) ?? '')
              : '',
        },
        fixes: fixes(sourceCode, formatter, typed),
      });
    };
    return {
      NewExpression: (node) => check(constructed(sourceCode, node)),
      CallExpression: (node) => check(hidden(sourceCode, node)),
    };
  },
});

function constructed(sourceCode: TSESLint.SourceCode, node: TSESTree.NewExpression): Formatter | undefined {
  const { callee, parent } = node;
  if (
    callee.type !== 'MemberExpression' ||
    callee.object.type !== 'Identifier' ||
    callee.object.name !== 'Intl'
  )
    return undefined;
  if (!isGlobal(sourceCode, callee.object)) return undefined;
  const className = memberName(callee) ?? '';
  if (!names.has(className)) return undefined;
  const conditions = zoneCondition(sourceCode, className, node.arguments[1]);
  const base = {
    at: node,
    className,
    args: node.arguments,
    use: (name: string) => name,
    conditions,
    fixable: true,
  };
  // new Intl.NumberFormat(…).format(n)
  if (
    parent.type === 'MemberExpression' &&
    parent.object === node &&
    parent.parent.type === 'CallExpression' &&
    parent.parent.callee === parent
  ) {
    return { ...base, declarator: undefined };
  }
  // const nf = new Intl.NumberFormat(…); … nf.format(n): what is returned, stored or handed on may well be kept.
  if (parent.type !== 'VariableDeclarator' || parent.init !== node || parent.id.type !== 'Identifier')
    return undefined;
  if (parent.parent.kind === 'var') return undefined;
  const variable = sourceCode.getDeclaredVariables?.(parent)[0];
  for (const reference of variable?.references ?? []) {
    if (reference.init) continue;
    const use = reference.identifier as TSESTree.Node;
    const called =
      use.parent?.type === 'MemberExpression' &&
      use.parent.object === use &&
      use.parent.parent.type === 'CallExpression' &&
      use.parent.parent.callee === use.parent;
    if (!called) return undefined;
  }
  return { ...base, declarator: parent };
}

/** Used in a loop or in a callback only, and made before it. */
function servesLoop(sourceCode: TSESLint.SourceCode, declarator: TSESTree.VariableDeclarator): boolean {
  const owner = enclosingFunction(declarator);
  const block = declarator.parent.parent;
  return (sourceCode.getDeclaredVariables?.(declarator)[0]?.references ?? []).some((reference) => {
    if (reference.init) return false;
    for (
      let at = (reference.identifier as TSESTree.Node).parent;
      at && at !== block && at !== owner;
      at = at.parent
    ) {
      if (isLoop(at) || isFunction(at)) return true;
    }
    return false;
  });
}

function hidden(sourceCode: TSESLint.SourceCode, node: TSESTree.CallExpression): Formatter | undefined {
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || node.optional || callee.optional) return undefined;
  const method = memberName(callee);
  if (method !== 'localeCompare' && !/^toLocale(?:Date|Time)?String$/.test(method ?? '')) return undefined;
  const first = method === 'localeCompare' ? 1 : 0;
  const options = node.arguments[first + 1];
  if (!options || node.arguments.some((argument) => argument.type === 'SpreadElement')) return undefined;
  // Options that may be undefined are no options.
  if (options.type !== 'ObjectExpression' && !isObject(sourceCode, options)) return undefined;
  const args = node.arguments.slice(first);
  const receiver = asItem(sourceCode, callee.object);
  const type = typeOf(sourceCode, callee.object)?.name;
  const keys = optionKeys(sourceCode, options);
  const base = { at: node, args, declarator: undefined };
  if (method === 'localeCompare') {
    const compared = asItem(sourceCode, node.arguments[0]!);
    return {
      ...base,
      className: 'Collator',
      use: (name) => `${name}.compare(${receiver}, ${compared})`,
      conditions: type === 'string' ? [] : [`${code(receiver)} is a string`],
      fixable: type === undefined || type === 'string',
    };
  }
  const use = (name: string): string => `${name}.format(${receiver})`;
  if (
    method === 'toLocaleString' &&
    (type === 'number' ||
      type === 'bigint' ||
      (type === undefined && keys?.some((key) => numberOptions.test(key))))
  ) {
    return {
      ...base,
      className: 'NumberFormat',
      use,
      conditions: type ? [] : [`${code(receiver)} is a number`],
      fixable: true,
    };
  }
  if (
    method === 'toLocaleString' &&
    type !== 'Date' &&
    !keys?.some((key) => dateFields.test(key) || timeFields.test(key))
  )
    return undefined;
  // Each method adds default fields unless the options name some of its own: format() would not add the same.
  const own =
    keys !== undefined &&
    (method === 'toLocaleDateString'
      ? keys.some((key) => dateFields.test(key))
      : method === 'toLocaleTimeString'
        ? keys.some((key) => timeFields.test(key))
        : keys.some((key) => dateFields.test(key) || timeFields.test(key)));
  return {
    ...base,
    className: 'DateTimeFormat',
    use,
    conditions: [
      `${code(receiver)} is ${type === 'Date' ? 'valid' : 'a valid Date'}: \`format()\` throws where \`${method}()\` says “Invalid Date”`,
      ...zoneCondition(sourceCode, 'DateTimeFormat', options),
    ],
    fixable: own && (type === undefined || type === 'Date'),
  };
}

/** A constant object of the file, or a parameter that is annotated and not optional. */
function isObject(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  if (node.type !== 'Identifier') return false;
  const declared = resolve(sourceCode, node)?.defs[0]?.name as TSESTree.Node | undefined;
  if (declared?.parent?.type === 'VariableDeclarator' && declared.parent.init)
    return unwrap(declared.parent.init).type === 'ObjectExpression';
  const type =
    declared?.type === 'Identifier' && !declared.optional
      ? declared.typeAnnotation?.typeAnnotation
      : undefined;
  return type?.type === 'TSTypeReference' && declared?.parent?.type !== 'AssignmentPattern';
}

function zoneCondition(
  sourceCode: TSESLint.SourceCode,
  className: string,
  options: TSESTree.CallExpressionArgument | undefined,
): string[] {
  if (className !== 'DateTimeFormat' || optionKeys(sourceCode, options)?.includes('timeZone')) return [];
  return ['the default time zone stays the same while the program runs'];
}

/** The options' names, where the file shows them. */
function optionKeys(sourceCode: TSESLint.SourceCode, node: TSESTree.Node | undefined): string[] | undefined {
  if (node?.type === 'ObjectExpression') {
    const keys = node.properties.map((property) =>
      property.type === 'Property' && !property.computed
        ? property.key.type === 'Identifier'
          ? property.key.name
          : sourceCode.getText(property.key).slice(1, -1)
        : undefined,
    );
    return keys.every((key) => key !== undefined) ? keys : undefined;
  }
  const value = constantTree(sourceCode, node)?.value;
  return typeof value === 'object' && value !== null ? Object.keys(value) : undefined;
}

function fixes(sourceCode: TSESLint.SourceCode, formatter: Formatter, typed: boolean): ProposedFix[] {
  const { at, className, args, use, declarator } = formatter;
  if (!formatter.fixable) return [];
  const constants = args.map((argument) => constantTree(sourceCode, argument));
  if (!constants.every((constant) => constant !== undefined)) return byLocale(sourceCode, formatter, typed);
  const values = constants.map(({ value }) => value);
  const fix = hoist(sourceCode, {
    at,
    creation: `new Intl.${className}(${args.map((argument) => sourceCode.getText(argument)).join(', ')})`,
    use,
    declarator,
    parts: args,
    names: namesFor(className, values[1]),
    suffix: /(?:Format|Collator|Rules|Names|Segmenter)$/.exec(className)![0],
    shareable: true,
    needed: constants.flatMap(({ needed }) => needed),
    risks: risksOfIntl(sourceCode, at, className, values),
    title: `Share one \`Intl.${className}\` of the module`,
    conditions: formatter.conditions,
  });
  return fix ? [fix] : [];
}

/** `numberFormat`, or by what it formats: `percentFormat`. */
function namesFor(className: string, options: unknown): [string, ...string[]] {
  const style = (options as { style?: unknown } | undefined)?.style;
  const own = names.get(className)!;
  return className === 'NumberFormat' && typeof style === 'string' ? [own, `${style}Format`] : [own];
}

/** Only the locale varies: one instance for each. */
function byLocale(sourceCode: TSESLint.SourceCode, formatter: Formatter, typed: boolean): ProposedFix[] {
  const { at, className, args, use, declarator } = formatter;
  const [locale, ...rest] = args;
  if (!typed || declarator || locale?.type !== 'Identifier' || typeOf(sourceCode, locale)?.name !== 'string')
    return [];
  const constants = rest.map((argument) => constantTree(sourceCode, argument));
  // Constants of the file would have to stand before the new function's first call: keep to what is written out.
  if (!constants.every((constant) => constant?.needed.length === 0)) return [];
  if (!isModule(sourceCode) || sourceCode.getCommentsInside(at).length > 0) return [];
  if (isDeclared(sourceCode, 'Map')) return [];
  const early = earliestRun(sourceCode, at);
  if (early === 'too early') return [];
  const conditions = ['there are few of them', ...formatter.conditions];
  if (early === 'in an import cycle') conditions.push(noCycle);
  const base = names.get(className)!;
  const map = moduleName(sourceCode, `${base}s`);
  const get = moduleName(sourceCode, `${base}Of`);
  const eol = newlineOf(sourceCode.text);
  const unit = indentUnit(sourceCode.text);
  const end = isSemicolonFree(sourceCode) ? '' : ';';
  const type = `Intl.${className}`;
  // Another name than the caller's, so that no reader takes one for the other.
  const tag = locale.name === 'tag' ? 'locale' : 'tag';
  const creation = `new ${type}(${[tag, ...rest.map((argument) => sourceCode.getText(argument))].join(', ')})`;
  const helper = [
    `const ${map} = new Map<string, ${type}>()${end}`,
    '',
    `function ${get}(${tag}: string): ${type} {`,
    `${unit}let found = ${map}.get(${tag})${end}`,
    `${unit}if (!found) {`,
    `${unit}${unit}found = ${creation}${end}`,
    `${unit}${unit}${map}.set(${tag}, found)${end}`,
    `${unit}}`,
    `${unit}return found${end}`,
    `}`,
  ].join(eol);
  return [
    {
      title: `Keep one \`Intl.${className}\` for each locale (if ${conditions.join(', and ')})`,
      kind: 'suggestion',
      edits: [
        declareAtTop(sourceCode, helper),
        {
          span: { start: at.range[0], end: at.range[1] },
          newText: use(`${get}(${sourceCode.getText(locale)})`),
        },
      ],
    },
  ];
}
