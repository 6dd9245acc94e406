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
import { mustNotAllocate } from './must-not-allocate';
import { perCallBuffer } from './per-call-buffer';
import { pessimisedIteration } from './pessimised-iteration';
import { poolMisuse } from './pool-misuse';
import { preallocateArray } from './preallocate-array';
import type { TypeScriptRule } from './rule';
import { setupPerCall } from './setup-per-call';
import { shiftDrain } from './shift-drain';
import { splitIndex } from './split-index';
import { spreadKnownShape } from './spread-known-shape';
import { wholeCollection } from './whole-collection';
import { wrapperReturn } from './wrapper-return';

/** Every TypeScript rule, alphabetical. The server, the ESLint plugin and the documentation are built from this list. */
export const typescriptRules: readonly TypeScriptRule[] = [
  accumulatingSpread,
  bytesToRead,
  chainedArrays,
  concatInLoop,
  constantCollectionPerCall,
  copyForView,
  deepClone,
  deleteProperty,
  eagerLogText,
  entriesDestructuring,
  errorPerCall,
  formatThenAppend,
  frameGarbage,
  hypot,
  intlPerCall,
  mustNotAllocate,
  perCallBuffer,
  pessimisedIteration,
  poolMisuse,
  preallocateArray,
  setupPerCall,
  shiftDrain,
  splitIndex,
  spreadKnownShape,
  wholeCollection,
  wrapperReturn,
];
