/** Lines of a log: time, level, component, message. */
const lines: string[] = [];
for (let i = 0; i < 100; i++) lines.push(`${1700000000 + i};info;worker${i % 7};job ${i} of the night is done;ok`);

export function component(line: string): string {
  return line.split(';')[2]!;
}

/** The measured unit: 100 lines. */
export function work(): number {
  let length = 0;
  for (const line of lines) length += component(line).length;
  return length;
}

export function check(): void {
  if (component(lines[9]!) !== 'worker2' || work() !== 700) throw new Error('wrong component');
}
