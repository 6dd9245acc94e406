/** Fields of a form, most of them empty. */
const fields = ['12', '', '', '7', '', '', '', '30', '', ''];

/** @hot once per field */
export function parse(field: string): number | Error {
  if (field === '') return new Error('empty field');
  return Number(field);
}

/** The measured unit: ten fields. */
export function work(): number {
  let sum = 0;
  for (const field of fields) {
    const value = parse(field);
    if (!(value instanceof Error)) sum += value;
  }
  return sum;
}

export function check(): void {
  const error = parse('');
  if (work() !== 49 || !(error instanceof Error) || error.message !== 'empty field') throw new Error('wrong sum');
}
