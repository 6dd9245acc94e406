import type { Node } from 'web-tree-sitter';
import type { Evidence } from '../model';
import { importedFunction } from './contracts';
import { isHot } from './hot-code';
import type { GoFile, GoReport, GoRule } from './rule';
import { argumentsOf, spanOf } from './syntax';
import { typedBinary } from './typed-binary';
import { typedLog } from './typed-log';
import { typedSort } from './typed-sort';
import { namesAround, parenthesized } from './uses';
import { packageNames } from './writing';

/** Values that become interfaces in hot code and are copied to the heap for it. */
export const rule: GoRule = {
  meta: {
    id: 'go/interface-boxing',
    summary: 'a value that goes to the heap because a call in hot code takes an interface',
    fix: 'safe',
    reports: 'hot only',
    sample: 'go/interfaceboxing',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const found = sorted(file, call) ?? logged(file, call) ?? written(file, call) ?? boxed(file, call);
      if (found && isHot(file, call)) report(found);
    }
  },
};

/** The compiler's word that the argument is copied to the heap to become an interface. */
function boxing(file: GoFile, call: Node, argument: Node): Evidence[] | undefined {
  const decision = file.facts?.decision(argument);
  if (decision?.outcome !== 'heap' || decision.free) return undefined;
  const emitted = (file.facts?.emitted(argument) ?? []).filter(({ callee }) => boxes.test(callee));
  if (emitted.length === 0 || call.type !== 'call_expression') return undefined;
  return [
    { kind: 'compiler decision', text: `${decision.text} escapes to heap` },
    { kind: 'emitted call', callee: emitted[0]!.callee, count: emitted.length },
  ];
}

const boxes = /^runtime\.convT/;

function sorted(file: GoFile, call: Node): GoReport | undefined {
  const found = typedSort(file, call);
  const evidence = found && boxing(file, call, found.boxed);
  if (!evidence) return undefined;
  const name = call.childForFieldName('function')!.text;
  const swapper = name.includes('Slice') ? ', and makes a function that swaps its elements' : '';
  return {
    node: call,
    message: `${name} puts a copy of the slice header on the heap${swapper}: ${found.instead} takes the slice as it is`,
    allocation: {
      kind: 'interface conversion',
      cost: 'always',
      reason: `${name} takes an interface; ${found.instead} is generic and needs none`,
      evidence,
    },
    ...(found.fix && { fixes: [found.fix] }),
  };
}

function logged(file: GoFile, call: Node): GoReport | undefined {
  const found = typedLog(file, call);
  if (!found) return undefined;
  const { boxed: values, fix } = found;
  const texts = values.slice(0, 3).map(({ text }) => shortened(text));
  const name = call.childForFieldName('function')!.text;
  return {
    node: call,
    message: `${name} boxes ${texts.join(', ')}${values.length > 3 ? ', …' : ''}, whether the level is enabled or not: LogAttrs takes typed attributes`,
    allocation: {
      kind: 'interface conversion',
      // Small integers and empty strings need no memory.
      cost: 'conditional',
      reason: `each value becomes an interface before ${name} looks at the level; an Attr holds numbers and strings without`,
      evidence: values.map((value) => ({
        kind: 'compiler decision' as const,
        text: `${shortened(value.text)} escapes to heap`,
      })),
    },
    ...(fix && { fixes: [fix] }),
  };
}

function written(file: GoFile, call: Node): GoReport | undefined {
  const found = typedBinary(file, call);
  if (!found) return undefined;
  return {
    node: call,
    message: `binary.Write makes a buffer for ${found.bits} bits each time: ${found.order}.AppendUint${found.bits} puts them into one on the stack`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason:
        'binary.Write takes the number as an interface and hands its own buffer to the writer, so that it is on the heap',
      evidence: [{ kind: 'emitted call', callee: 'encoding/binary.Write', count: 1 }],
    },
    fixes: [found.fix],
    // With a writer that the compiler does not know the buffer is on the heap either way.
    unproven: true,
  };
}

/** Containers that hold interfaces: what else there is. */
const containers: Readonly<Record<string, string>> = {
  'container/heap.Push': 'a heap of the element type itself keeps its elements in one array',
};

/** Calls of container/heap and of functions of the package that take `any`. No fix: it is a matter of design. */
function boxed(file: GoFile, call: Node): GoReport | undefined {
  const callee = call.childForFieldName('function');
  const args = argumentsOf(call);
  if (!callee || args.length === 0) return undefined;
  const instead = containers[importedFunction(file, callee) ?? ''] ?? ownAny(file, callee);
  if (!instead) return undefined;
  for (const argument of args) {
    const evidence = boxing(file, call, argument);
    if (!evidence) continue;
    return {
      node: argument,
      message: `${shortened(argument.text)} is copied to the heap each time, because ${callee.text} takes an interface`,
      allocation: {
        kind: 'interface conversion',
        cost: evidence.some((e) => e.kind === 'emitted call' && /convT(?:noptr)?$/.test(e.callee))
          ? 'always'
          : 'conditional',
        reason: `a value in an interface is a pointer to a copy; ${instead}`,
        evidence,
      },
      related: [{ location: { file: file.path, span: spanOf(callee) }, message: 'takes an interface' }],
    };
  }
  return undefined;
}

const reporting = /log|debug|trace|info|warn|print|err|fatal|panic|assert|fail|must|format/i;

/**
 * A function of the package with a parameter `any` that it looks at, stores or uses as a key itself: what is handed on
 * to another call (reflection, formatting) needs the interface.
 */
function ownAny(file: GoFile, callee: Node): string | undefined {
  if (callee.type !== 'identifier' || reporting.test(callee.text)) return undefined;
  if (namesAround(file.root, callee).resolve(callee)) return undefined;
  const fn = packageNames(file.pkg).functions.get(callee.text);
  const names = (fn?.node.childForFieldName('parameters')?.namedChildren ?? [])
    .filter(
      (parameter) =>
        parameter.type === 'parameter_declaration' &&
        /^(?:any|interface\{\s*\})$/.test(parameter.childForFieldName('type')?.text ?? ''),
    )
    .flatMap((parameter) => parameter.childrenForFieldName('name'));
  if (!fn || names.length === 0) return undefined;
  const resolved = names.map((name) => name && namesAround(fn.file.root, fn.node).resolve(name));
  const handedOn = resolved.some((binding) =>
    binding?.uses.some(({ node }) => parenthesized(node).parent?.type === 'argument_list'),
  );
  return handedOn
    ? undefined
    : `${callee.text} with a type parameter, or with a parameter of the concrete type, takes it as it is`;
}

function shortened(text: string): string {
  const one = text.replace(/\s+/g, ' ');
  return one.length > 40 ? `${one.slice(0, 39)}…` : one;
}
