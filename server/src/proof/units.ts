/** Units and digits as benchstat prints them (golang.org/x/perf/benchunit: Tidy, CommonScale). */

/** A unit of package testing in the base unit that benchstat shows: ns/op → sec/op, MB/s → B/s. */
export function tidied(unit: string): { readonly unit: string; readonly factor: number } {
  if (unit === 'ns/op') return { unit: 'sec/op', factor: 1e-9 };
  if (unit === 'MB/s') return { unit: 'B/s', factor: 1e6 };
  return { unit, factor: 1 };
}

interface Prefix {
  readonly text: string;
  readonly factor: number;
  /** From these values on 1, 2 and 3 digits stand behind the point; as text, so that they round as printing does. */
  readonly thresholds: readonly [number, number, number];
}

const decimal = ['T', 'G', 'M', 'k', '', 'm', 'µ', 'n'].map((text, i): Prefix => {
  const exponent = 12 - 3 * i;
  const at = (value: string): number => Number(`${value}e${exponent}`);
  return { text, factor: at('1'), thresholds: [at('99.995'), at('9.9995'), at('.99995')] };
});

const binary = ['Ti', 'Gi', 'Mi', 'Ki', ''].map((text, i): Prefix => {
  const factor = 2 ** (40 - 10 * i);
  return { text, factor, thresholds: [99.995 * factor, 9.9995 * factor, 0.99995 * factor] };
});

/** One scale for all values of a row: at least three significant digits for the one nearest to zero. */
export function commonScale(values: readonly number[], unit: string): (value: number) => string {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  if (sizes.length === 0) return (value) => value.toFixed(3);
  const least = Math.min(...sizes);
  const prefixes = /^B\b/.test(unit) ? binary : decimal;
  const format =
    ({ factor, text }: Prefix, digits: number) =>
    (value: number): string =>
      `${fixed(value / factor, digits)}${text}`;
  for (const prefix of prefixes) {
    const digits = prefix.thresholds.findIndex((threshold) => least >= threshold);
    if (digits >= 0) return format(prefix, digits + 1);
  }
  const last = prefixes.at(-1)!;
  // Smaller than the smallest prefix: more digits, ten at most.
  const exponents = [-1, -2, -3, -4, -5, -6, -7, -8];
  const more = exponents.findIndex((exponent) => least / last.factor >= Number(`9.9995e${exponent}`));
  return format(last, (more < 0 ? exponents.length - 1 : more) + 3);
}

/** As Go prints it: halves go to the even digit, where toFixed goes up. Bytes in Ki are often such halves. */
function fixed(value: number, digits: number): string {
  const shifted = value * 10 ** digits;
  const isHalf = Number.isInteger(value * 2 ** (digits + 1)) && shifted - Math.floor(shifted) === 0.5;
  return isHalf && Math.floor(shifted) % 2 === 0
    ? (Math.floor(shifted) / 10 ** digits).toFixed(digits)
    : value.toFixed(digits);
}
