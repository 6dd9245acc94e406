import type { Node } from 'web-tree-sitter';
import type { Evidence } from '../model';
import type { GoFile, GoReport, GoRule } from './rule';
import { argumentsOf } from './syntax/nodes';
import { typedBinary } from './stdlib/typed-binary';
import { typedLog } from './stdlib/typed-log';
import { largestElement, typedSort } from './stdlib/typed-sort';
import { decided } from './sites/evidence';
import { code } from '../wording';

/** Values that become interfaces in hot code and are copied to the heap for it. */
export const rule: GoRule = {
  meta: {
    id: 'go/interface-boxing',
    summary: 'a value that goes to the heap because a call in hot code takes an interface',
    fix: 'safe',
    recipe: 'Call a typed form in hot code, or hand over a pointer that exists already',
    reports: 'hot only',
    sample: 'go/interfaceboxing',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const found = sorted(file, call) ?? logged(file, call) ?? written(file, call) ?? contained(file, call);
      if (found) report(found);
    }
  },
};

/** The compiler's word that the argument is copied to the heap to become an interface, by one of the calls `by`. */
function boxing(file: GoFile, argument: Node, by: RegExp): Evidence[] | undefined {
  const decision = file.facts?.decision(argument);
  if (decision?.outcome !== 'heap' || decision.free) return undefined;
  const emitted = (file.facts?.emitted(argument) ?? []).filter(({ callee }) => by.test(callee));
  if (emitted.length === 0) return undefined;
  return [decided(decision), { kind: 'emitted call', callee: emitted[0]!.callee, count: emitted.length }];
}

const copies = `, but hands each comparison copies of two elements: not for elements over ${largestElement} bytes`;

function sorted(file: GoFile, call: Node): GoReport | undefined {
  const found = typedSort(file, call);
  // A struct that sorts something else in its Swap is not a slice.
  const evidence = found && boxing(file, found.boxed, /^runtime\.convTslice$/);
  if (!found || !evidence) return undefined;
  const name = call.childForFieldName('function')!.text;
  const swapper = name.includes('Slice') ? ', and a swap function' : '';
  return {
    node: call,
    message: `${code(name)} puts a copy of the slice header on the heap${swapper}`,
    allocation: {
      kind: 'interface conversion',
      cost: 'always',
      reason: `${code(name)} takes an interface; ${code(found.instead)} is generic and needs none${found.fix ? '' : copies}`,
      evidence,
    },
    // For large elements the advice would be wrong: the fix's obligations know their size.
    ...(found.fix && { fixes: [found.fix], restsOn: found.fix.obligations }),
  };
}

function logged(file: GoFile, call: Node): GoReport | undefined {
  const found = typedLog(file, call);
  if (!found) return undefined;
  const { boxed: values, fix } = found;
  const texts = values.slice(0, 2).map(({ text }) => code(text));
  const name = call.childForFieldName('function')!.text;
  return {
    node: call,
    message: `${code(name)} boxes ${texts.join(' and ')}${values.length > 2 ? ' and more' : ''}, even when the level is off`,
    allocation: {
      kind: 'interface conversion',
      // Small integers and empty strings need no memory.
      cost: 'conditional',
      reason: `each value becomes an interface before ${code(name)} looks at the level; an attribute of \`LogAttrs\` holds numbers and strings without`,
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
    message: `\`binary.Write\` makes a buffer for ${found.bits} bits each time`,
    details: `${code(`${found.order}.AppendUint${found.bits}`)} puts them into a buffer on the stack.`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason:
        '`binary.Write` takes the number as an interface and hands its own buffer to the writer, so that it is on the heap',
      evidence: [{ kind: 'emitted call', callee: 'encoding/binary.Write', count: 1 }],
    },
    fixes: [found.fix],
    // With a writer that the compiler does not know the buffer is on the heap either way.
    restsOn: 'its fix',
  };
}

/** Containers of the standard library that hold interfaces, by the compiler's name of the function. */
const containers: Readonly<Record<string, string>> = {
  'heap.Push': 'a heap that is written for the element type keeps its elements in one array',
  'list.(*List).PushBack': 'a list that is written for the element type has it in the element itself',
  'list.(*List).PushFront': 'a list that is written for the element type has it in the element itself',
};

/** Values put into package container's types. No fix: another container is a matter of design. */
function contained(file: GoFile, call: Node): GoReport | undefined {
  const callee = call.childForFieldName('function');
  const field = callee?.type === 'selector_expression' ? callee.childForFieldName('field')?.text : undefined;
  if (!callee || field === undefined || !/^Push(?:Back|Front)?$/.test(field)) return undefined;
  const args = argumentsOf(call);
  const called = file.facts?.inlined(call);
  const name = Object.keys(containers).find(
    (known) =>
      known === called ||
      file.facts?.emitted(call).some((emitted) => emitted.callee === `container/${known}`),
  );
  if (name === undefined || !name.endsWith(field)) return undefined;
  const instead = containers[name];
  for (const argument of args) {
    const evidence = boxing(file, argument, /^runtime\.convT/);
    if (!evidence) continue;
    // Numbers below 256 and empty strings are not copied.
    const certain = evidence.some((e) => e.kind === 'emitted call' && /convT(?:noptr)?$/.test(e.callee));
    return {
      node: argument,
      message: `${code(argument.text)} is copied to the heap: ${code(callee.text)} takes an interface`,
      allocation: {
        kind: 'interface conversion',
        cost: certain ? 'always' : 'conditional',
        reason: `a value in an interface is a pointer to a copy; ${instead}`,
        evidence,
      },
    };
  }
  return undefined;
}

function shortened(text: string): string {
  const one = text.replace(/\s+/g, ' ');
  return one.length > 40 ? `${one.slice(0, 39)}…` : one;
}
