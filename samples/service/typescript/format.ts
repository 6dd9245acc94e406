import type { Article } from './store.ts';

/** An article as the list shows it. */
export interface Row {
  readonly id: number;
  readonly name: string;
  readonly tags: readonly string[];
  readonly price: string;
  readonly inStock: boolean;
  readonly modified: string;
}

/** An amount of cents as people write it. */
export function price(cents: number): string {
  return (cents / 100).toLocaleString('en-GB', { style: 'currency', currency: 'EUR' });
}

export function rowOf({ id, name, tags, price: cents, stock, changed }: Article): Row {
  return { id, name, tags, price: price(cents), inStock: stock > 0, modified: changed.toISOString() };
}

/** A field of the export: in quotes where it needs them. */
export function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** All articles as comma-separated values. */
export function csv(articles: readonly Article[]): string {
  let out = 'id,name,tags,price,stock,changed\n';
  for (const article of articles) {
    out += `${article.id},${quoted(article.name)},${article.tags.join(' ')},${price(article.price)},${article.stock},${article.changed.toISOString()}\n`;
  }
  return out;
}
