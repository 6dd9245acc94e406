import type { FlowStep, HeapReason } from '../rule';

/**
 * The compiler's explanations in plain words. Every note that cmd/compile/internal/escape can write behind a step
 * (`from EXPR (WHY) at POS`) is here, Go 1.19 to 1.27; a test compares the list with the source of the installed Go.
 */
export interface WhyExplanation {
  /** What the step means, about "it", without a full stop; `expression` is the step's, shortened and in backticks. */
  readonly says: (expression: string) => string;
  /** What the reader can do about it, as an imperative without a full stop; absent for steps that only pass it on. */
  readonly advice?: string;
  /** True for steps that a reader does not miss: they name the memory itself or hand a value from name to name. */
  readonly passing?: boolean;
}

/** `through`: how a `call parameter` step calls, when that is known to be no call of a function by its name. */
export type Step = Pick<FlowStep, 'expression' | 'why' | 'of'> & { readonly through?: string };

const KEEPS_IT =
  'call a function that does not keep its argument, and call it directly: through an interface or a function value the compiler must assume the worst';

export const whyNotes: ReadonlyMap<string, WhyExplanation> = new Map<string, WhyExplanation>([
  [
    'address-of',
    {
      says: (e) => `its address is taken in ${e}`,
      advice: 'use the value instead of a pointer to it, unless the pointer is what others share',
    },
  ],
  ['appendee slice', { says: (e) => `${e} extends it, so the result may share its array` }],
  ['appended slice...', { says: (e) => `its elements are appended in ${e}` }],
  ['array literal element', { says: (e) => `it becomes an element of ${e}` }],
  [
    'assign',
    {
      says: (e) => {
        const element = /^`([\w.]+\[[^\]=]*\]) = /.exec(e)?.[1];
        return element === undefined
          ? `it is assigned in ${e}`
          : `it is stored in ${e}, and what an element of a slice or map points to must be on the heap`;
      },
      advice: 'keep it in a variable of the function, and copy only what must live longer',
    },
  ],
  ['assign-pair', { says: (e) => `it is assigned in ${e}`, passing: true }],
  ['assign-pair-dot-type', { says: (e) => `it is taken out of an interface in ${e}` }],
  ['assign-pair-mapr', { says: (e) => `it is read from a map in ${e}` }],
  ['assign-pair-receive', { says: (e) => `it is received from a channel in ${e}` }],
  [
    'call parameter',
    {
      says: (e) =>
        callee(e) === '`append`'
          ? `it is appended in ${e}, and what the elements of a slice point to must be on the heap`
          : `it is passed to ${callee(e)}, which may keep it`,
      advice: KEEPS_IT,
    },
  ],
  [
    'callee operand',
    {
      says: (e) => `it is what is called in ${e}, where the compiler does not know the function`,
      advice: 'call the function by its name, or the method on its concrete type',
    },
  ],
  [
    'captured by a closure',
    {
      says: (e) => `a function literal captures ${e}`,
      advice: 'pass it to the function literal as an argument, or do without the literal',
    },
  ],
  [
    'conversion to unsafe.Pointer',
    { says: (e) => `it becomes an unsafe.Pointer in ${e}, which the compiler does not follow` },
  ],
  ['copied slice', { says: (e) => `its elements are copied in ${e}, and what they point to with them` }],
  ['dot', { says: (e) => `a field of it is used in ${e}`, passing: true }],
  ['dot of pointer', { says: (e) => `a field of what it points to is used in ${e}`, passing: true }],
  ['fixed-array-index-of', { says: (e) => `an element of it is used in ${e}`, passing: true }],
  [
    '//go:uintptrescapes',
    { says: (e) => `it is passed as a uintptr to ${callee(e)}, which is marked //go:uintptrescapes` },
  ],
  ['indirection', { says: (e) => `what it points to is used in ${e}`, passing: true }],
  [
    'interface-converted',
    {
      says: (e) => `${e} is converted to an interface`,
      advice: 'use a concrete or generic type where the interface is not needed',
    },
  ],
  [
    'key of map put',
    { says: (e) => `it becomes a key of a map in ${e}, and maps keep their keys on the heap` },
  ],
  ['map literal key', { says: (e) => `it becomes a key of ${e}, and maps keep their keys on the heap` }],
  [
    'map literal value',
    { says: (e) => `it becomes a value of ${e}, and maps keep their values on the heap` },
  ],
  ['range', { says: () => `a range loop runs over it`, passing: true }],
  ['range-deref', { says: () => `a range loop takes its elements`, passing: true }],
  [
    'reference',
    {
      says: (e) =>
        `${e} is captured by reference, because it changes after it was captured or is too large to copy`,
      advice: 'let the function literal capture a copy that nothing changes any more',
    },
  ],
  ['reflect.Header.Data', { says: (e) => `it is the Data of a reflect header in ${e}` }],
  [
    'return',
    {
      says: (e) => (e === '`return`' ? 'it is returned' : `it is returned by ${e}`),
      advice: 'return the value itself, or let the caller pass in the memory to fill',
    },
  ],
  [
    'send',
    {
      says: (e) =>
        `it is sent on a channel in ${e}, and which goroutine receives it, and when, is known only at run time`,
      advice: 'send a value that holds no pointer, if it is small',
    },
  ],
  ['slice', { says: (e) => `it is sliced in ${e}, and the slice points into it`, passing: true }],
  ['slice-literal-element', { says: (e) => `it becomes an element of ${e}` }],
  ['slice-to-array', { says: (e) => `it becomes an array in ${e}`, passing: true }],
  ['spill', { says: (e) => `${e} needs memory of its own`, passing: true }],
  ['struct literal element', { says: (e) => `it becomes a field of ${e}` }],
  ['switch case', { says: () => `a case of a type switch takes it`, passing: true }],
]);

/** Reasons that need no flow (cmd/compile/internal/escape/utils.go, HeapAllocReason). */
export const heapReasons: ReadonlyMap<HeapReason, WhyExplanation> = new Map<HeapReason, WhyExplanation>([
  [
    'too large for stack',
    {
      says: (e) =>
        `${e} is too large for the stack: the limit is 64 KiB for make, new and literals, and 128 KiB for a variable (10 MiB before Go 1.24)`,
      advice: 'make it smaller, or reuse one',
    },
  ],
  ['too aligned for stack', { says: (e) => `${e} needs a stronger alignment than the stack has` }],
  [
    'non-constant size',
    {
      says: (e) => `the size of ${e} is not a constant, so Go before 1.25 never puts it on the stack`,
      advice: 'give it a constant size, or reuse one',
    },
  ],
  ['zero-sized element', { says: (e) => `the elements of ${e} have no size: nothing is allocated for them` }],
]);

/** What a note or reason means; undefined for one that no known Go writes. */
export function explainWhy(why: string): WhyExplanation | undefined {
  return whyNotes.get(why) ?? heapReasons.get(why as HeapReason);
}

/** One step as a clause without a full stop; an unknown note is quoted, never dropped. */
export function explainStep(step: Step): string {
  const quoted = quote(step.expression);
  const expression =
    step.of === undefined ? quoted : `${step.of === 'result' ? 'a' : 'an'} ${step.of} of ${quoted}`;
  if (step.through !== undefined)
    return `it is passed to ${callee(expression)} through ${step.through}: the compiler does not know the function behind it and must assume that it keeps it`;
  return explainWhy(step.why)?.says(expression) ?? `${expression}: ${step.why}`;
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
    const sentence = capitalised(explainStep(step));
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

/** What the reader can do: the advice of the last step that has one, because that step decides. */
export function adviceFor(flow: readonly Step[]): string | undefined {
  for (let i = flow.length - 1; i >= 0; i--) {
    if (flow[i]!.why === 'call parameter' && flow[i]!.expression.startsWith('append('))
      return 'Keep values in the slice instead of pointers, if they are small';
    const { advice } = explainWhy(flow[i]!.why) ?? {};
    if (advice !== undefined) return `${capitalised(advice)}`;
  }
  return undefined;
}

const LONGEST_EXPRESSION = 60;

/** The compiler's spelling as readers know it, in backticks. */
function quote(expression: string): string {
  let text = expression
    // Inlining leaves `strings.b` for parameter b; a result without a name is ~r0.
    .replace(/~r\d+\b/g, 'result')
    .replace(/^\.\.\. argument$/, 'the variadic arguments')
    .replace(/\.\.\. argument\.\.\./g, '…')
    .replace(/\bgo\.shape\./g, '')
    .replaceAll('...', '…')
    .replace(/\s+/g, ' ')
    .replaceAll('`', "'");
  if (text === 'func literal') text = 'func(…) {…}';
  if (text === 'the variadic arguments') return text;
  return `\`${text.length > LONGEST_EXPRESSION ? `${text.slice(0, LONGEST_EXPRESSION - 1)}…` : text}\``;
}

/** `fmt.Sprintf` of a quoted call; the whole when it is none. */
function callee(quoted: string): string {
  const text = quoted.replaceAll('`', '');
  // `(*T).M(x)` and `func(…) {…}(x)` begin with what is not the callee's parenthesis.
  const match = /^(?:\(\*?[\w.]+\)\.)?[\p{L}_][\p{L}\p{Nd}_.]*(?:\[[^\]]*\])?(?=\()/u.exec(text);
  return match ? `\`${match[0]}\`` : quoted;
}

function capitalised(clause: string): string {
  const text = clause.startsWith('`') ? clause : clause.charAt(0).toUpperCase() + clause.slice(1);
  return `${text}.`;
}
