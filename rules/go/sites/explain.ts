import { asClause, asSentence, code } from '../../wording';
import type { Decision, FlowStep, HeapReason } from '../rule';

/**
 * The compiler's explanations in plain words. Every note that cmd/compile/internal/escape can write behind a step
 * (`from EXPR (WHY) at POS`) is here, Go 1.19 to 1.27; a test compares the list with the source of the installed Go.
 */
export interface WhyExplanation {
  /** What the step means, about "it", without a full stop; `expression` is the step's, shortened and in backticks. */
  readonly says: (expression: string) => string;
  /** The same for a title: shorter, and without the expression where it is not needed. */
  readonly brief: string | ((expression: string) => string);
  /** What the reader can do about it, as an imperative without a full stop; absent for steps that only pass it on. */
  readonly advice?: string;
  /** True for steps that a reader does not miss: they name the memory itself or hand a value from name to name. */
  readonly passing?: boolean;
}

/** `through`: how a `call parameter` step calls, when that is known to be no call of a function by its name. */
export type Step = Pick<FlowStep, 'expression' | 'why' | 'of' | 'elsewhere'> & {
  readonly through?: string | undefined;
};

const KEEPS_IT =
  'call a function that does not keep its argument, and call it directly: through an interface or a function value anything may keep it';

export const whyNotes: ReadonlyMap<string, WhyExplanation> = new Map<string, WhyExplanation>([
  [
    'address-of',
    {
      brief: 'its address is taken',
      says: (e) => `its address is taken in ${e}`,
      advice: 'use the value instead of a pointer to it, unless the pointer is what others share',
    },
  ],
  [
    'appendee slice',
    { brief: 'append extends it', says: (e) => `${e} extends it, so the result may share its array` },
  ],
  [
    'appended slice...',
    { brief: 'its elements are appended', says: (e) => `its elements are appended in ${e}` },
  ],
  [
    'array literal element',
    { brief: 'it becomes an element of an array', says: (e) => `it becomes an element of ${e}` },
  ],
  [
    'assign',
    {
      brief: (e) => {
        const target = assigned(e);
        return target === undefined ? 'it is assigned' : `it is assigned to ${target}`;
      },
      says: (e) => {
        const element = /^`([\w.]+\[[^\]=]*\]) = /.exec(e)?.[1];
        return element === undefined
          ? `it is assigned in ${e}`
          : `it is stored in ${e}, and what an element of a slice or map points to is on the heap`;
      },
      advice: 'keep it in a variable of the function, and copy only what must live longer',
    },
  ],
  ['assign-pair', { brief: 'it is assigned', says: (e) => `it is assigned in ${e}`, passing: true }],
  [
    'assign-pair-dot-type',
    { brief: 'it comes out of an interface', says: (e) => `it is taken out of an interface in ${e}` },
  ],
  ['assign-pair-mapr', { brief: 'it comes out of a map', says: (e) => `it is read from a map in ${e}` }],
  [
    'assign-pair-receive',
    { brief: 'it is received from a channel', says: (e) => `it is received from a channel in ${e}` },
  ],
  [
    'call parameter',
    {
      brief: (e) => (callee(e) === '`append`' ? 'it is appended to a slice' : `it is passed to ${callee(e)}`),
      says: (e) =>
        callee(e) === '`append`'
          ? `it is appended in ${e}, and what the elements of a slice point to is on the heap`
          : `it is passed to ${callee(e)}, which may keep it`,
      advice: KEEPS_IT,
    },
  ],
  [
    'callee operand',
    {
      brief: 'the function that is called is not known',
      says: (e) => `it is what is called in ${e}, where the compiler does not know the function`,
      advice: 'call the function by its name, or the method on its concrete type',
    },
  ],
  [
    'captured by a closure',
    {
      brief: 'a closure captures it',
      says: (e) => `a function literal captures ${e}`,
      advice: 'pass it to the function literal as an argument, or do without the literal',
    },
  ],
  [
    'conversion to unsafe.Pointer',
    {
      brief: 'it becomes an unsafe pointer',
      says: (e) => `it becomes an unsafe.Pointer in ${e}, which the compiler does not follow`,
    },
  ],
  [
    'copied slice',
    {
      brief: 'its elements are copied',
      says: (e) => `its elements are copied in ${e}, and what they point to with them`,
    },
  ],
  ['dot', { brief: 'a field of it is used', says: (e) => `a field of it is used in ${e}`, passing: true }],
  [
    'dot of pointer',
    {
      brief: 'a field of what it points to is used',
      says: (e) => `a field of what it points to is used in ${e}`,
      passing: true,
    },
  ],
  [
    'fixed-array-index-of',
    { brief: 'an element of it is used', says: (e) => `an element of it is used in ${e}`, passing: true },
  ],
  [
    '//go:uintptrescapes',
    {
      brief: 'it is passed on as an integer',
      says: (e) => `it is passed as a uintptr to ${callee(e)}, which is marked //go:uintptrescapes`,
    },
  ],
  [
    'indirection',
    { brief: 'what it points to is used', says: (e) => `what it points to is used in ${e}`, passing: true },
  ],
  [
    'interface-converted',
    {
      brief: 'it is converted to an interface',
      says: (e) => `${e} is converted to an interface`,
      advice: 'use a concrete or generic type where the interface is not needed',
    },
  ],
  [
    'key of map put',
    {
      brief: 'it becomes a key of a map',
      says: (e) => `it becomes a key of a map in ${e}, and maps keep their keys on the heap`,
    },
  ],
  [
    'map literal key',
    {
      brief: 'it becomes a key of a map',
      says: (e) => `it becomes a key of ${e}, and maps keep their keys on the heap`,
    },
  ],
  [
    'map literal value',
    {
      brief: 'it becomes a value of a map',
      says: (e) => `it becomes a value of ${e}, and maps keep their values on the heap`,
    },
  ],
  ['range', { brief: 'a loop runs over it', says: () => `a range loop runs over it`, passing: true }],
  [
    'range-deref',
    { brief: 'a loop takes its elements', says: () => `a range loop takes its elements`, passing: true },
  ],
  [
    'reference',
    {
      brief: 'a closure captures it by reference',
      says: (e) =>
        `${e} is captured by reference, because it changes after it was captured or is too large to copy`,
      advice: 'let the function literal capture a copy that nothing changes any more',
    },
  ],
  [
    'reflect.Header.Data',
    {
      brief: 'it is the data of a reflect header',
      says: (e) => `it is the Data of a reflect header in ${e}`,
    },
  ],
  [
    'return',
    {
      brief: 'it is returned',
      says: (e) => (e === '`return`' ? 'it is returned' : `it is returned by ${e}`),
      advice: 'return the value itself, or let the caller pass in the memory to fill',
    },
  ],
  [
    'send',
    {
      brief: 'it is sent on a channel',
      says: (e) =>
        `it is sent on a channel in ${e}, and which goroutine receives it, and when, is known only at run time`,
      advice: 'send a value that holds no pointer, if it is small',
    },
  ],
  [
    'slice',
    {
      brief: 'it is sliced',
      says: (e) => `it is sliced in ${e}, and the slice points into it`,
      passing: true,
    },
  ],
  [
    'slice-literal-element',
    { brief: 'it becomes an element of a slice', says: (e) => `it becomes an element of ${e}` },
  ],
  [
    'slice-to-array',
    { brief: 'it becomes an array', says: (e) => `it becomes an array in ${e}`, passing: true },
  ],
  [
    'spill',
    { brief: 'it needs memory of its own', says: (e) => `${e} needs memory of its own`, passing: true },
  ],
  [
    'struct literal element',
    { brief: 'it becomes a field of a struct', says: (e) => `it becomes a field of ${e}` },
  ],
  [
    'switch case',
    {
      brief: 'a case of a type switch takes it',
      says: () => `a case of a type switch takes it`,
      passing: true,
    },
  ],
]);

/** Reasons that need no flow (cmd/compile/internal/escape/utils.go, HeapAllocReason). */
export const heapReasons: ReadonlyMap<HeapReason, WhyExplanation> = new Map<HeapReason, WhyExplanation>([
  [
    'too large for stack',
    {
      brief: 'it is too large for the stack',
      says: (e) =>
        `${e} is too large for the stack: the limit is 64 KiB for make, new and literals, and 128 KiB for a variable (10 MiB before Go 1.24)`,
      advice: 'make it smaller, or reuse one',
    },
  ],
  [
    'too aligned for stack',
    {
      brief: 'its alignment is too strong for the stack',
      says: (e) => `${e} needs a stronger alignment than the stack has`,
    },
  ],
  [
    'non-constant size',
    {
      brief: 'its size is not a constant',
      says: (e) => `the size of ${e} is not a constant, so Go before 1.25 never puts it on the stack`,
      advice: 'give it a constant size, or reuse one',
    },
  ],
  [
    'zero-sized element',
    {
      brief: 'its elements have no size',
      says: (e) => `the elements of ${e} have no size: nothing is allocated for them`,
    },
  ],
]);

/** What a note or reason means; undefined for one that no known Go writes. */
export function explainWhy(why: string): WhyExplanation | undefined {
  return whyNotes.get(why) ?? heapReasons.get(why as HeapReason);
}

/** One step as a clause without a full stop; an unknown note is quoted, never dropped. */
export function explainStep(step: Step): string {
  const expression = expressionOf(step);
  if (step.through !== undefined)
    return `it is passed to ${callee(expression)} through ${step.through}, behind which any function may be that keeps it`;
  return explainWhy(step.why)?.says(expression) ?? `${expression}: ${step.why}`;
}

/** The step that decides, as a short clause for a title; undefined when there is none. */
export function explainBriefly(flow: readonly Step[]): string | undefined {
  const step = flow.findLast(({ why }) => !explainWhy(why)?.passing) ?? flow.at(-1);
  if (step?.through !== undefined)
    return `passed to ${callee(expressionOf(step))} through ${/^the interface | or /.test(step.through) ? 'an interface' : step.through}`;
  const brief = step && explainWhy(step.why)?.brief;
  return typeof brief === 'function' ? brief(expressionOf(step!)) : brief;
}

function expressionOf(step: Step): string {
  // Of a call the callee is known by its name; anything else that was inlined stands nowhere in the package.
  if (step.elsewhere && step.why !== 'call parameter') return 'code of another package';
  // `#yield1`: Go makes a function of the body of a loop over a function (cmd/compile/internal/rangefunc).
  if (/#yield\d/.test(step.expression)) return 'the body of the loop';
  const quoted = quote(step.expression);
  return step.of === undefined ? quoted : `${step.of === 'result' ? 'a' : 'an'} ${step.of} of ${quoted}`;
}

/** The left side of a quoted assignment, quoted; undefined when it is none. */
function assigned(quoted: string): string | undefined {
  const target = /^`([^=]*?[^=:!<>\s])\s*:?= /.exec(quoted)?.[1];
  return target === undefined ? undefined : code(target);
}

const LONGEST_CHAIN = 4;

/**
 * The way to the heap as sentences, in the compiler's order: from the value to what outlives the function. Steps that
 * only hand it on are left out while others remain, neighbours that say the same are said once, and of a long way the
 * two ends are kept.
 */
export function explainFlow(flow: readonly Step[]): readonly string[] {
  const telling = flow.filter((step) => !explainWhy(step.why)?.passing);
  const steps = telling.length > 0 ? telling : flow.slice(-1);
  const sentences: string[] = [];
  for (const step of steps) {
    const sentence = asSentence(explainStep(step));
    if (sentences.at(-1) !== sentence) sentences.push(sentence);
  }
  if (sentences.length <= LONGEST_CHAIN) return sentences;
  const left = sentences.length - LONGEST_CHAIN + 1;
  return [
    ...sentences.slice(0, 2),
    `It passes through ${left} more steps.`,
    ...sentences.slice(3 - LONGEST_CHAIN),
  ];
}

/**
 * Why the value is on the heap, as a clause: the reason that the compiler gives before any flow, else the end of the way, of which
 * the caller may know more than the decision. Undefined when it gives neither.
 */
export function causeOf({ reason, text }: Decision, flow: readonly Step[]): string | undefined {
  const says = reason && explainWhy(reason)?.says(code(text, longestExpression));
  const end = says ?? explainFlow(flow).at(-1);
  return end === undefined ? undefined : asClause(end);
}

/** What the reader can do: the advice of the last step that has one, because that step decides. */
export function adviceFor(flow: readonly Step[]): string | undefined {
  for (let i = flow.length - 1; i >= 0; i--) {
    if (flow[i]!.why === 'call parameter' && flow[i]!.expression.startsWith('append('))
      return 'Keep values in the slice instead of pointers, if they are small';
    const { advice } = explainWhy(flow[i]!.why) ?? {};
    if (advice !== undefined) return asSentence(advice);
  }
  return undefined;
}

/** A sentence has more room than a title. */
const longestExpression = 60;

/** What the compiler calls by names of its own, as readers know it; `code` of the rest. */
function quote(expression: string): string {
  if (expression === '... argument') return 'the variadic arguments';
  const text = expression
    // A result without a name.
    .replace(/~r\d+\b/g, 'result')
    .replace(/\.\.\. argument\.\.\./g, '…')
    .replace(/\bgo\.shape\./g, '')
    .replaceAll('...', '…');
  return code(text.replace(/^func literal$/, 'func(…) {…}'), longestExpression);
}

/** `fmt.Sprintf` of a quoted call; the whole when it is none. */
function callee(quoted: string): string {
  const text = quoted.replaceAll('`', '');
  // `(*T).M(x)` and `func(…) {…}(x)` begin with what is not the callee's parenthesis.
  const match = /^(?:\(\*?[\w.]+\)\.)?[\p{L}_][\p{L}\p{Nd}_.]*(?:\[[^\]]*\])?(?=\()/u.exec(text);
  return match ? code(match[0]) : quoted;
}
