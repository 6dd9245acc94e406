import type { RuleId } from '../../../../rules/model';
import type { Random } from '../../random';
import type { Pattern } from '../program';
import { appendFormat } from './append-format';
import { closureCapture } from './closure-capture';
import { concatInLoop } from './concat-in-loop';
import { firstRoom } from './first-room';
import { formatSimple } from './format-simple';
import { growBuilder } from './grow-builder';
import { growing } from './growing';
import { hashInterface } from './hash-interface';
import { hoistConstant } from './hoist-constant';
import { interfaceBoxing } from './interface-boxing';
import { largeObject } from './large-object';
import { loopAllocation } from './loop-allocation';
import { mergeAllocations } from './merge-allocations';
import { needlessConversion } from './needless-conversion';
import { needlessSplit } from './needless-split';
import { oversizedPreallocation } from './oversized-preallocation';
import { perCallBuffer } from './per-call-buffer';
import { perCallConstructor } from './per-call-constructor';
import { perCallMap } from './per-call-map';
import { pointerElements } from './pointer-elements';
import { pointerWrapperReturn } from './pointer-wrapper-return';
import { poolPutAddress } from './pool-put-address';
import { poolPutValue } from './pool-put-value';
import { preallocateMap } from './preallocate-map';
import { preallocateSlice } from './preallocate-slice';
import { queueRoom } from './queue-room';
import { reflectCopy } from './reflect-copy';
import { retainedTime } from './retained-time';
import { returnedBuffer } from './returned-buffer';
import { sizedPool } from './sized-pool';
import { valueReceiverEscape } from './value-receiver-escape';
import { writeFormat } from './write-format';

/** For each rule what writes its patterns. */
export const patterns: Readonly<Record<RuleId, (random: Random) => Pattern>> = {
  'go/append-format': appendFormat,
  'go/closure-capture': closureCapture,
  'go/concat-in-loop': concatInLoop,
  'go/first-room': firstRoom,
  'go/format-simple': formatSimple,
  'go/grow-builder': growBuilder,
  'go/growing': growing,
  'go/hash-interface': hashInterface,
  'go/hoist-constant': hoistConstant,
  'go/interface-boxing': interfaceBoxing,
  'go/large-object': largeObject,
  'go/loop-allocation': loopAllocation,
  'go/merge-allocations': mergeAllocations,
  'go/needless-conversion': needlessConversion,
  'go/needless-split': needlessSplit,
  'go/oversized-preallocation': oversizedPreallocation,
  'go/per-call-buffer': perCallBuffer,
  'go/per-call-constructor': perCallConstructor,
  'go/per-call-map': perCallMap,
  'go/pointer-elements': pointerElements,
  'go/pointer-wrapper-return': pointerWrapperReturn,
  'go/pool-put-address': poolPutAddress,
  'go/pool-put-value': poolPutValue,
  'go/preallocate-map': preallocateMap,
  'go/preallocate-slice': preallocateSlice,
  'go/queue-room': queueRoom,
  'go/reflect-copy': reflectCopy,
  'go/retained-time': retainedTime,
  'go/returned-buffer': returnedBuffer,
  'go/sized-pool': sizedPool,
  'go/value-receiver-escape': valueReceiverEscape,
  'go/write-format': writeFormat,
};
