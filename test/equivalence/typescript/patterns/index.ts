import type { RuleId } from '../../../../rules/model';
import type { Pattern } from '../program';
import { accumulatingSpread } from './accumulating-spread';
import { bytesToRead } from './bytes-to-read';
import { chainedArrays } from './chained-arrays';
import { concatInLoop } from './concat-in-loop';
import { constantCollectionPerCall } from './constant-collection-per-call';
import { copyForView } from './copy-for-view';
import { deepClone } from './deep-clone';
import { deleteProperty } from './delete-property';
import { eagerLogText } from './eager-log-text';
import { entriesDestructuring } from './entries-destructuring';
import { errorPerCall } from './error-per-call';
import { formatThenAppend } from './format-then-append';
import { frameGarbage } from './frame-garbage';
import { hypot } from './hypot';
import { intlPerCall } from './intl-per-call';
import { perCallBuffer } from './per-call-buffer';
import { pessimisedIteration } from './pessimised-iteration';
import { poolMisuse } from './pool-misuse';
import { preallocateArray } from './preallocate-array';
import { setupPerCall } from './setup-per-call';
import { shiftDrain } from './shift-drain';
import { splitIndex } from './split-index';
import { spreadKnownShape } from './spread-known-shape';
import { wholeCollection } from './whole-collection';
import { wrapperReturn } from './wrapper-return';

/** The patterns of each rule that has fixes, alphabetical. */
export const patterns: ReadonlyMap<RuleId, readonly Pattern[]> = new Map<RuleId, readonly Pattern[]>([
  ['ts/accumulating-spread', accumulatingSpread],
  ['ts/bytes-to-read', bytesToRead],
  ['ts/chained-arrays', chainedArrays],
  ['ts/concat-in-loop', concatInLoop],
  ['ts/constant-collection-per-call', constantCollectionPerCall],
  ['ts/copy-for-view', copyForView],
  ['ts/deep-clone', deepClone],
  ['ts/delete-property', deleteProperty],
  ['ts/eager-log-text', eagerLogText],
  ['ts/entries-destructuring', entriesDestructuring],
  ['ts/error-per-call', errorPerCall],
  ['ts/format-then-append', formatThenAppend],
  ['ts/frame-garbage', frameGarbage],
  ['ts/hypot', hypot],
  ['ts/intl-per-call', intlPerCall],
  ['ts/per-call-buffer', perCallBuffer],
  ['ts/pessimised-iteration', pessimisedIteration],
  ['ts/pool-misuse', poolMisuse],
  ['ts/preallocate-array', preallocateArray],
  ['ts/setup-per-call', setupPerCall],
  ['ts/shift-drain', shiftDrain],
  ['ts/split-index', splitIndex],
  ['ts/spread-known-shape', spreadKnownShape],
  ['ts/whole-collection', wholeCollection],
  ['ts/wrapper-return', wrapperReturn],
]);
