// A place to try AllocLens. Nothing here is run.
//
// A squiggle marks an expression that allocates. Put the cursor on it, press Ctrl+. (macOS: Cmd+.) and choose the fix.

export interface Order {
  readonly id: string;
  readonly cents: number;
}

/** Copies everything collected so far for each order. */
export function labels(orders: readonly Order[]): string[] {
  return orders.reduce<string[]>((all, order) => [...all, `${order.id}: ${order.cents}`], []);
}

/** Moves every remaining order each time that one is taken. */
export function drain(queue: Order[]): number {
  let sum = 0;
  while (queue.length > 0) {
    sum += queue.shift()!.cents;
  }
  return sum;
}
