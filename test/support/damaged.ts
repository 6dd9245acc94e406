/**
 * Copies of the bytes, each damaged in another way: bytes changed, cut out, doubled, or the end missing. The same in each run.
 * @param count how many
 */
export function* damaged(bytes: Uint8Array, count: number): Generator<Uint8Array> {
  let state = 42;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
  for (let i = 0; i < count; i++) {
    const [from, length] = [next(bytes.length), next(12)];
    const [start, end] = [bytes.subarray(0, from), bytes.subarray(from + length)];
    switch (i % 4) {
      case 0: {
        const copy = Uint8Array.from(bytes);
        for (let changes = 1 + next(3); changes > 0; changes--) copy[next(copy.length)] = next(256);
        yield copy;
        break;
      }
      case 1:
        yield Buffer.concat([start, end]);
        break;
      case 2:
        yield Buffer.concat([start, bytes.subarray(from)].flatMap((part) => [part, end]));
        break;
      default:
        yield start;
    }
  }
}
