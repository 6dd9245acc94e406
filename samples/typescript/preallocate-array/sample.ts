/** One frame's samples, scaled for the display. */
const frame: number[] = [];
for (let i = 0; i < 1000; i++) frame.push(Math.sin(i / 10));

/** @hot once per frame */
export function scale(samples: number[], height: number): number[] {
  const points: number[] = [];
  for (let i = 0; i < samples.length; i++) {
    points.push(samples[i]! * height);
  }
  return points;
}

/** The measured unit: 1,000 elements. */
export function work(): number[] {
  return scale(frame, 240);
}

export function check(): void {
  const points = work();
  if (points.length !== 1000 || points[0] !== 0 || points.some((point) => Number.isNaN(point))) {
    throw new Error(`wrong points: ${points.slice(0, 3).join()}`);
  }
}
