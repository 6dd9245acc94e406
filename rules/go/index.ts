import { rule as appendFormat } from './append-format';
import { rule as closureCapture } from './closure-capture';
import { rule as concatInLoop } from './concat-in-loop';
import { rule as escapeToHeap } from './escape';
import { rule as firstRoom } from './first-room';
import { rule as formatSimple } from './format-simple';
import { rule as growBuilder } from './grow-builder';
import { rule as growing } from './growing';
import { rule as hashInterface } from './hash-interface';
import { rule as hoistConstant } from './hoist-constant';
import { rule as interfaceBoxing } from './interface-boxing';
import { rule as largeObject } from './large-object';
import { rule as libraryCall } from './library-call';
import { rule as loopAllocation } from './loop-allocation';
import { rule as mergeAllocations } from './merge-allocations';
import { rule as mustNotAllocate } from './must-not-allocate';
import { rule as needlessConversion } from './needless-conversion';
import { rule as needlessSplit } from './needless-split';
import { rule as noescapeTrick } from './noescape-trick';
import { rule as oversizedPreallocation } from './oversized-preallocation';
import { rule as perCallBuffer } from './per-call-buffer';
import { rule as perCallConstructor } from './per-call-constructor';
import { rule as perCallMap } from './per-call-map';
import { rule as pointerElements } from './pointer-elements';
import { rule as pointerWrapperReturn } from './pointer-wrapper-return';
import { rule as poolMissingPut } from './pool-missing-put';
import { rule as poolMissingReset } from './pool-missing-reset';
import { rule as poolPutAddress } from './pool-put-address';
import { rule as poolPutValue } from './pool-put-value';
import { rule as poolUnboundedRetention } from './pool-unbounded-retention';
import { rule as poolUseAfterPut } from './pool-use-after-put';
import { rule as preallocateMap } from './preallocate-map';
import { rule as preallocateSlice } from './preallocate-slice';
import { rule as queueRoom } from './queue-room';
import { rule as reflectCopy } from './reflect-copy';
import { rule as retainedTime } from './retained-time';
import { rule as returnedBuffer } from './returned-buffer';
import { rule as sizedPool } from './sized-pool';
import { rule as structPadding } from './struct-padding';
import { rule as valueReceiverEscape } from './value-receiver-escape';
import { rule as writeFormat } from './write-format';
import type { GoRule } from './rule';

/** Every Go rule, alphabetical by id. */
export const goRules: readonly GoRule[] = [
  appendFormat,
  closureCapture,
  concatInLoop,
  escapeToHeap,
  firstRoom,
  formatSimple,
  growBuilder,
  growing,
  hashInterface,
  hoistConstant,
  interfaceBoxing,
  largeObject,
  libraryCall,
  loopAllocation,
  mergeAllocations,
  mustNotAllocate,
  needlessConversion,
  needlessSplit,
  noescapeTrick,
  oversizedPreallocation,
  perCallBuffer,
  perCallConstructor,
  perCallMap,
  pointerElements,
  pointerWrapperReturn,
  poolMissingPut,
  poolMissingReset,
  poolPutAddress,
  poolPutValue,
  poolUnboundedRetention,
  poolUseAfterPut,
  preallocateMap,
  preallocateSlice,
  queueRoom,
  reflectCopy,
  retainedTime,
  returnedBuffer,
  sizedPool,
  structPadding,
  valueReceiverEscape,
  writeFormat,
];
