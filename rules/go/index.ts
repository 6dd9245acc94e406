import { rule as perCallBuffer } from './per-call-buffer';
import { rule as pointerWrapperReturn } from './pointer-wrapper-return';
import { rule as poolPutAddress } from './pool-put-address';
import type { GoRule } from './rule';

/** Every Go rule, alphabetical by id. */
export const goRules: readonly GoRule[] = [perCallBuffer, pointerWrapperReturn, poolPutAddress];
