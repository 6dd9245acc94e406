/** What the estimates of frequency multiply by, in both languages. */

/** Iterations of a loop whose number is not known. */
export const perLoop = 8;
/** Of a nest, the loops that count. */
export const deepest = 3;
/** A branch is taken or not; one that leaves, rarely. */
export const perBranch = 0.7;
export const perExit = 0.3;
export const perCase = 0.5;
/** What has failed. */
export const perError = perLoop ** -3;
/** What runs once in the life of a program. */
export const perProgram = perLoop ** -4;
/** A pool makes what is used again and again. */
export const perPooled = perLoop ** -2;
/** A text for people is asked for now and then. */
export const perText = perLoop ** -3;
