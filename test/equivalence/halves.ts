import { goHalf } from './go/half';
import type { Half } from './report';

/** Every language whose fixes are executed. */
export const halves: readonly Half[] = [goHalf];
