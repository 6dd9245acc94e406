import { goHalf } from './go/half';
import type { Half } from './report';
import { typescriptHalf } from './typescript/half';

/** Every language whose fixes are executed. */
export const halves: readonly Half[] = [goHalf, typescriptHalf];
