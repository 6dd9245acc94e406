interface Order {
  price: number;
  paid: boolean;
}

const orders: Order[] = [];
for (let i = 0; i < 100; i++) orders.push({ price: (i * 7) % 31, paid: i % 3 === 0 });

/** @hot */
export function paidTotal(list: readonly Order[]): number {
  return list.filter((order) => order.paid).reduce((sum, order) => sum + order.price, 0);
}

/** @hot */
export function largeTotal(list: readonly Order[]): number {
  return list
    .map((order) => order.price)
    .filter((price) => price > 10)
    .reduce((sum, price) => sum + price, 0);
}

/** @hot */
export function unpaid(list: readonly Order[]): number {
  return list.filter((order) => !order.paid).length;
}

/** @hot */
export function firstOf(list: readonly Order[], price: number): Order {
  return list.filter((order) => order.price === price)[0]!;
}

/** The measured unit: four questions about 100 orders. */
export function work(): number {
  return paidTotal(orders) + largeTotal(orders) + unpaid(orders) + firstOf(orders, 13).price;
}

export function check(): void {
  const found = [paidTotal(orders), largeTotal(orders), unpaid(orders), firstOf(orders, 13).price];
  if (found.join() !== '497,1304,66,13') throw new Error(found.join());
}
