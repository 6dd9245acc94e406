import type { AllocationKind, Evidence } from '../../model';
import type { Decision } from '../rule';

/** What the compiler decided, in its own words. */
export function decided({
  subject,
  outcome,
  text,
  ofResult,
}: Pick<Decision, 'subject' | 'outcome' | 'text' | 'ofResult'>): Evidence {
  const said =
    subject === 'moved'
      ? `moved to heap: ${text}`
      : `${ofResult ? 'a result of ' : ''}${text} ${outcome === 'heap' ? 'escapes to heap' : 'does not escape'}`;
  return { kind: 'compiler decision', text: said };
}

/** What the compiler decided about, as far as its node tells. */
export function decidedKind({ node, subject, ofResult }: Decision): AllocationKind {
  if (subject === 'moved') return 'moved variable';
  // What a call returns is boxed.
  if (ofResult) return 'interface conversion';
  switch (node.type) {
    // A go or defer statement keeps its operands in a closure that stands nowhere in the source.
    case 'func_literal':
    case 'go_statement':
    case 'defer_statement':
      return 'closure';
    // The slice of variadic arguments is a literal, too.
    case 'composite_literal':
    case 'unary_expression':
    case 'argument_list':
      return 'composite literal';
    case 'binary_expression':
      return 'string concatenation';
    case 'type_conversion_expression':
      return 'conversion';
    case 'call_expression':
      return builtins[node.childForFieldName('function')!.text] ?? 'interface conversion';
    default:
      return 'interface conversion';
  }
}

const builtins: Readonly<Record<string, AllocationKind | undefined>> = {
  append: 'append growth',
  make: 'make',
  new: 'new',
};
