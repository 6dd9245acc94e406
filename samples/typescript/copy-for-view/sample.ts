/** Frames of 256 samples, each added up: a window of a longer signal. */
const signal = Float32Array.from({ length: 4096 }, (_, i) => (i % 17) - 8);
const frame = 256;

export function energy(samples: Float32Array, from: number, to: number): number {
  const part = samples.slice(from, to);
  let sum = 0;
  for (let i = 0; i < part.length; i++) sum += part[i]! * part[i]!;
  return sum;
}

/** The measured unit: the sixteen frames of the signal. */
export function work(): unknown {
  let most = 0;
  for (let at = 0; at < signal.length; at += frame) most = Math.max(most, energy(signal, at, at + frame));
  return most;
}

export function check(): void {
  if (energy(new Float32Array([1, 2, 3, 4]), 1, 3) !== 13) throw new Error('energy');
  if (energy(new Float32Array([1, 2]), 1, 9) !== 4) throw new Error('past the end');
}
