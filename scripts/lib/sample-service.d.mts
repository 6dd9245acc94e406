export const rounds: number;
export const requests: number;
export function recordArguments(out: string): string[];
export const countArguments: readonly string[];
export function bytesOf(output: string): number;
