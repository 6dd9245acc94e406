import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../model';
import { hotThreshold } from './heat/static-heat';
import {
  declareAtTop,
  freshName,
  isModule,
  lineBreak,
  mayRunBeforeModule,
  onlyIn,
  removeStatement,
  sameInstance,
  withoutSemicolons,
} from './edit/module-level';
import { createRule, type ProposedFix } from './rule';
import { enclosingFunction, isFunction, isGlobal, isLoop, memberName, resolve } from './syntax/nodes';
import { typeOf } from './types/values';

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
  reports: 'allocation',
  sample: 'typescript/intl-per-call',
  allocation: {
    kind: 'formatter',
    cost: 'always',
    reason: 'its locale data are loaded and its pattern compiled anew',
  },
  words: [['Intl', 'toLocale', 'localeCompare']],
  messages: {
    made: 'new Intl.{{className}}() loads its locale data on each call, which costs more than hundred uses of it.',
    hidden:
      '{{method}}() with options makes a new Intl.{{className}} on each call: V8 caches it only without options.',
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
  const receiver = sourceCode.getText(callee.object);
  const type = typeOf(sourceCode, callee.object)?.name;
  const keys = optionKeys(sourceCode, options);
  const base = { at: node, args, declarator: undefined };
  if (method === 'localeCompare') {
    const compared = sourceCode.getText(node.arguments[0]!);
    return {
      ...base,
      className: 'Collator',
      use: (name) => `${name}.compare(${receiver}, ${compared})`,
      conditions: type === 'string' ? [] : [`${short(receiver)} is a string`],
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
      conditions: type ? [] : [`${short(receiver)} is a number`],
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
      `${short(receiver)} is ${type === 'Date' ? 'valid' : 'a valid Date'}: format() throws where ${method}() says "Invalid Date"`,
      ...zoneCondition(sourceCode, 'DateTimeFormat', options),
    ],
    fixable: own && (type === undefined || type === 'Date'),
  };
}

/** A constant object of the file, or a parameter that is annotated and not optional. */
function isObject(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  if (node.type !== 'Identifier') return false;
  if (constantOf(sourceCode, node)?.type === 'ObjectExpression') return true;
  const declared = resolve(sourceCode, node)?.defs[0]?.name as TSESTree.Node | undefined;
  const type =
    declared?.type === 'Identifier' && !declared.optional
      ? declared.typeAnnotation?.typeAnnotation
      : undefined;
  return type?.type === 'TSTypeReference' && declared?.parent?.type !== 'AssignmentPattern';
}

const short = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 40);

function zoneCondition(
  sourceCode: TSESLint.SourceCode,
  className: string,
  options: TSESTree.CallExpressionArgument | undefined,
): string[] {
  if (className !== 'DateTimeFormat' || optionKeys(sourceCode, options)?.includes('timeZone')) return [];
  return ['the default time zone stays the same while the program runs'];
}

function optionKeys(sourceCode: TSESLint.SourceCode, node: TSESTree.Node | undefined): string[] | undefined {
  const object = node?.type === 'Identifier' ? constantOf(sourceCode, node) : node;
  if (object?.type !== 'ObjectExpression') return undefined;
  const keys: string[] = [];
  for (const property of object.properties) {
    if (property.type !== 'Property' || property.computed) return undefined;
    keys.push(
      property.key.type === 'Identifier' ? property.key.name : sourceCode.getText(property.key).slice(1, -1),
    );
  }
  return keys;
}

/** The value of a module-level `const` that nothing changes. */
function constantOf(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Identifier,
): TSESTree.Expression | undefined {
  const variable = resolve(sourceCode, node);
  const declarator = variable?.defs.length === 1 ? (variable.defs[0]!.node as TSESTree.Node) : undefined;
  if (
    declarator?.type !== 'VariableDeclarator' ||
    declarator.parent.kind !== 'const' ||
    declarator.id.type !== 'Identifier'
  )
    return undefined;
  const statement =
    declarator.parent.parent.type === 'ExportNamedDeclaration' ? declarator.parent.parent : declarator.parent;
  if (statement.parent?.type !== 'Program') return undefined;
  const changed = variable!.references.some((reference) => {
    const use = reference.identifier as TSESTree.Node;
    const holder = use.parent;
    return (
      holder?.type === 'MemberExpression' &&
      (holder.parent.type === 'AssignmentExpression' ||
        holder.parent.type === 'UpdateExpression' ||
        holder.parent.type === 'UnaryExpression')
    );
  });
  let { init } = declarator;
  while (init?.type === 'TSAsExpression' || init?.type === 'TSSatisfiesExpression') init = init.expression;
  return changed || !init ? undefined : init;
}

/** The statements that a constant expression needs in front of it; `undefined` when it is not constant. */
function dependencies(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): TSESTree.Node[] | undefined {
  switch (node.type) {
    case 'Literal':
      return [];
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? [] : undefined;
    case 'UnaryExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      if (node.type === 'TSAsExpression' && sourceCode.getText(node.typeAnnotation) === 'const')
        return dependencies(sourceCode, node.expression);
      return node.type === 'UnaryExpression' ? dependencies(sourceCode, node.argument) : undefined;
    case 'ArrayExpression':
      return all(sourceCode, node.elements);
    case 'ObjectExpression':
      return all(
        sourceCode,
        node.properties.map((property) =>
          property.type === 'Property' && !property.computed && !property.method && property.kind === 'init'
            ? property.value
            : null,
        ),
      );
    case 'Identifier': {
      if (node.name === 'undefined') return [];
      const value = constantOf(sourceCode, node);
      const inner = value && dependencies(sourceCode, value);
      const declared = resolve(sourceCode, node)?.defs[0]?.node.parent as TSESTree.Node | undefined;
      return inner && declared
        ? [...inner, declared.parent?.type === 'ExportNamedDeclaration' ? declared.parent : declared]
        : undefined;
    }
    default:
      return undefined;
  }
}

function all(
  sourceCode: TSESLint.SourceCode,
  nodes: readonly (TSESTree.Node | null)[],
): TSESTree.Node[] | undefined {
  const found: TSESTree.Node[] = [];
  for (const node of nodes) {
    const inner = node && dependencies(sourceCode, node);
    if (!inner) return undefined;
    found.push(...inner);
  }
  return found;
}

function fixes(sourceCode: TSESLint.SourceCode, formatter: Formatter, typed: boolean): ProposedFix[] {
  const { at, className, args, use, declarator } = formatter;
  if (!formatter.fixable || !isModule(sourceCode) || sourceCode.getCommentsInside(at).length > 0) return [];
  const needed = all(sourceCode, args);
  if (!needed) return byLocale(sourceCode, formatter, typed);
  const conditions = [...formatter.conditions];
  if (mayRunBeforeModule(sourceCode, at))
    conditions.push('no import cycle calls it before this module has run');
  const creation = `new Intl.${className}(${args.map((argument) => sourceCode.getText(argument)).join(', ')})`;
  const edits: TextEdit[] = [];
  const existing = sameInstance(sourceCode, creation);
  // The local name can move along with the declaration where nothing else in the file has it.
  const moves =
    declarator !== undefined &&
    existing === undefined &&
    declarator.parent.declarations.length === 1 &&
    onlyIn(sourceCode, declarator);
  const name =
    existing ??
    (moves ? (declarator.id as TSESTree.Identifier).name : freshName(sourceCode, names.get(className)!));
  if (!existing) {
    const end = withoutSemicolons(sourceCode) ? '' : ';';
    const last = Math.max(
      ...needed.filter((node) => node.parent?.type === 'Program').map((node) => node.range[1]),
      -1,
    );
    edits.push(
      last < 0
        ? declareAtTop(sourceCode, [`const ${name} = ${creation}`])
        : {
            span: { start: last, end: last },
            newText: `${lineBreak(sourceCode)}const ${name} = ${creation}${end}`,
          },
    );
  }
  if (moves && declarator) edits.push(removeStatement(sourceCode, declarator.parent));
  else edits.push({ span: { start: at.range[0], end: at.range[1] }, newText: use(name) });
  return [
    {
      title: `Share one Intl.${className} of the module${conditions.length > 0 ? ` (if ${conditions.join(', and ')})` : ''}`,
      kind: conditions.length > 0 ? 'suggestion' : 'safe',
      edits: edits.sort((a, b) => a.span.start - b.span.start),
    },
  ];
}

/** Only the locale varies: one instance for each. */
function byLocale(sourceCode: TSESLint.SourceCode, formatter: Formatter, typed: boolean): ProposedFix[] {
  const { at, className, args, use, declarator } = formatter;
  const [locale, ...rest] = args;
  if (!typed || declarator || locale?.type !== 'Identifier' || typeOf(sourceCode, locale)?.name !== 'string')
    return [];
  const needed = all(sourceCode, rest);
  // Constants of the file would have to stand before the new function's first call: keep to what is written out.
  if (!needed || needed.length > 0) return [];
  const base = names.get(className)!;
  const map = freshName(sourceCode, `${base}s`);
  const get = freshName(sourceCode, `${base}Of`);
  const eol = lineBreak(sourceCode);
  const end = withoutSemicolons(sourceCode) ? '' : ';';
  const type = `Intl.${className}`;
  // Another name than the caller's, so that no reader takes one for the other.
  const tag = locale.name === 'tag' ? 'locale' : 'tag';
  const creation = `new ${type}(${[tag, ...rest.map((argument) => sourceCode.getText(argument))].join(', ')})`;
  const helper = [
    `function ${get}(${tag}: string): ${type} {`,
    `  let found = ${map}.get(${tag})${end}`,
    `  if (!found) {`,
    `    found = ${creation}${end}`,
    `    ${map}.set(${tag}, found)${end}`,
    `  }`,
    `  return found${end}`,
    `}`,
  ].join(eol);
  const top = declareAtTop(sourceCode, [`const ${map} = new Map<string, ${type}>()`]);
  const trimmed = top.newText.trimEnd();
  return [
    {
      title: `Keep one Intl.${className} for each locale (if there are few of them${formatter.conditions.map((condition) => `, and ${condition}`).join('')})`,
      kind: 'suggestion',
      edits: [
        { span: top.span, newText: `${trimmed}${eol}${eol}${helper}${top.newText.slice(trimmed.length)}` },
        {
          span: { start: at.range[0], end: at.range[1] },
          newText: use(`${get}(${sourceCode.getText(locale)})`),
        },
      ],
    },
  ];
}
