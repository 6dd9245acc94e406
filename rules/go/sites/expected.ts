import type { Node } from 'web-tree-sitter';
import type { AllocationKind } from '../../model';
import { calleeOf } from '../flow/calls';
import { runsAt } from '../heat/frequency';
import { largeSizeOf } from './size';
import type { GoFile } from '../rule';
import type { GoType } from '../types/go-type';
import { checked } from '../types/types';

/**
 * Memory that runs of a place ask for, as far as the listing and types tell, 0 to 1. The sizes are set by eye; `npm run test:profile` holds
 * them against recorded profiles.
 */
const evidence = {
  /** Most appends and assignments find room. */
  growth: 0.25,
  /** Of a callee that hands out memory, which may be its own. */
  handsOut: 0.5,
  /** A struct or what the call was made on: most methods of that form make nothing (`reflect.Value.Elem`, `big.Int.Add`). */
  passesOn: 0.1,
  /** Numbers and errors, or a function of the program, whose memory is charged to its own lines. */
  handsOutNothing: 0.02,
};

/** Allocations at the place for each call of the package from outside, estimated; see Site.expected. */
export function expectedAt(file: GoFile, node: Node, kind: AllocationKind): number {
  return runsAt(file, node) * evidenceOf(file, node, kind);
}

/** See Site.largeness. */
export function largenessOf(file: GoFile, node: Node): number {
  return Math.max(1, (largeSizeOf(file, node) ?? 0) / 1024);
}

function evidenceOf(file: GoFile, node: Node, kind: AllocationKind): number {
  switch (kind) {
    case 'call':
      return evidenceOfCall(file, node);
    case 'append growth':
    case 'map growth':
      return evidence.growth;
    default:
      return 1;
  }
}

/** Of a call into another package, or of a function that is not known. */
function evidenceOfCall(file: GoFile, call: Node): number {
  const callee = calleeOf(file, call);
  if (callee.kind === 'value' || (callee.kind === 'method' && callee.own.length > 0))
    return evidence.handsOutNothing;
  if (callee.kind === 'foreign' && /^(?:sync\.(?!Pool)|sync\/atomic\.)/.test(callee.name))
    return evidence.handsOutNothing;
  const type = checked(call, file)?.type;
  if (!type) return evidence.handsOut;
  const operand = call.childForFieldName('function')?.childForFieldName('operand');
  const receiver = operand && checked(operand, file)?.type;
  if (receiver && pointee(receiver) === pointee(type)) return evidence.passesOn;
  const parts = type.kind === 'tuple' ? type.parts : [type];
  return Math.max(evidence.handsOutNothing, ...parts.map(evidenceOfResult));
}

const pointee = ({ text }: GoType): string => text.replace(/^\*/, '');

function evidenceOfResult(type: GoType): number {
  switch (type.kind) {
    case 'basic':
      return type.basic === 'string' ? evidence.handsOut : evidence.handsOutNothing;
    case 'interface':
      return type.text === 'error' ? evidence.handsOutNothing : evidence.handsOut;
    case 'struct':
    case 'array':
      return evidence.passesOn;
    default:
      return evidence.handsOut;
  }
}
