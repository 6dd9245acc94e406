/** A mixer's inner loop that promises not to allocate, and does: `forEach` needs a closure, the result an object. */
const left = new Float64Array(512).fill(0.5);
const right = new Float64Array(512).fill(0.25);

interface Level {
  peak: number;
  mean: number;
}

/** @noalloc called for each block of audio */
export function level(channel: Float64Array): Level {
  let peak = 0;
  let sum = 0;
  channel.forEach((sample) => {
    peak = Math.max(peak, Math.abs(sample));
    sum += sample;
  });
  return { peak, mean: sum / channel.length };
}

/** The measured unit: two channels. */
export function work(): Level[] {
  return [level(left), level(right)];
}

export function check(): void {
  const [a, b] = work();
  if (a?.peak !== 0.5 || b?.mean !== 0.25) throw new Error(`wrong levels: ${a?.peak}, ${b?.mean}`);
}
