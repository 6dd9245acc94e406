/** Names of streets, compared as people sort them. */
const streets = ['Am Markt 10', 'Am Markt 9', 'Öhringer Weg 2', 'Ohmstraße 7', 'am Markt 1', 'Zeil 12'];

export function compare(a: string, b: string): number {
  return a.localeCompare(b, 'de', { numeric: true, sensitivity: 'base' });
}

export function price(cents: number): string {
  return (cents / 100).toLocaleString('de-DE', { style: 'currency', currency: 'EUR' });
}

/** The measured unit: six names put in order. */
export function work(): unknown {
  return streets.slice().sort(compare);
}

export function check(): void {
  const sorted = streets.slice().sort(compare);
  if (sorted.join() !== 'am Markt 1,Am Markt 9,Am Markt 10,Ohmstraße 7,Öhringer Weg 2,Zeil 12') throw new Error(sorted.join());
  if (price(123450) !== '1.234,50\u00a0€') throw new Error(price(123450));
}
