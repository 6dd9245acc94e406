import type { GoRule } from './rule';

/** Every Go rule, alphabetical by id. */
export const goRules: readonly GoRule[] = [];
