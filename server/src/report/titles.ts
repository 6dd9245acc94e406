/** "Use AppendFormat (2 times); Reuse the buffer". */
export function titlesText(titles: readonly string[]): string {
  const times = new Map<string, number>();
  for (const title of titles) times.set(title, (times.get(title) ?? 0) + 1);
  return [...times]
    .map(([title, number]) => (number === 1 ? title : `${title} (${number} times)`))
    .join('; ');
}
