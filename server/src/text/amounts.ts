/**
 * Bytes in binary units as Go's tools print them, or seconds. Three digits: a sampled figure has no more. An estimated number of allocations
 * has one.
 */
export function amountText(amount: number, unit: 'bytes' | 'nanoseconds' | 'expected'): string {
  if (unit === 'expected')
    return amount < 1 ? 'seldom' : `about ${countText(Number(amount.toPrecision(1)))} ×`;
  if (unit === 'nanoseconds')
    return amount < 1e9 ? `${threeDigits(amount / 1e6)} ms` : `${threeDigits(amount / 1e9)} s`;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, at] = [amount, 0];
  while (Math.abs(value) >= 1024 && at < units.length - 1) [value, at] = [value / 1024, at + 1];
  return `${threeDigits(value)} ${units[at]}`;
}

/** "12.3 M". */
export function countText(count: number): string {
  if (count < 1e3) return String(Math.round(count));
  return count < 1e6 ? `${threeDigits(count / 1e3)} k` : `${threeDigits(count / 1e6)} M`;
}

/** @param share 0 to 1 */
export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
}
