/** An article that can be ordered. Prices are in cents. */
export interface Article {
  readonly id: number;
  readonly name: string;
  readonly tags: readonly string[];
  price: number;
  readonly stock: number;
  changed: Date;
}

export interface OrderLine {
  readonly article: number;
  readonly count: number;
}

const names = ['lamp', 'chair', 'table', 'shelf', 'mirror', 'carpet', 'clock', 'vase'];
const tags = ['wood', 'metal', 'glass', 'wool', 'sale', 'new'];

/** Keeps the articles and the orders in memory. */
export class Store {
  readonly articles: Article[] = [];
  readonly #byTag = new Map<string, Article[]>();
  #orders = 0;

  /** @param count how many articles to begin with */
  constructor(count: number) {
    const day = Date.UTC(2026, 2, 1, 9);
    for (let i = 0; i < count; i++) {
      const article: Article = {
        id: i + 1,
        name: `${names[i % names.length]} no. ${i + 1}`,
        tags: [tags[i % tags.length]!, tags[Math.floor(i / 2) % tags.length]!],
        price: 995 + 350 * (i % 40),
        stock: i % 25,
        changed: new Date(day + i * 3_600_000),
      };
      this.articles.push(article);
      for (const tag of article.tags) {
        const tagged = this.#byTag.get(tag);
        if (tagged) tagged.push(article);
        else this.#byTag.set(tag, [article]);
      }
    }
  }

  get(id: number): Article | undefined {
    return this.articles[id - 1];
  }

  tagged(tag: string): readonly Article[] {
    return tag === '' ? this.articles : (this.#byTag.get(tag) ?? []);
  }

  /** Takes an order. @returns its number and what is to be paid, or undefined for an article that there is not */
  place(lines: readonly OrderLine[]): { number: number; total: number } | undefined {
    let total = 0;
    for (const { article, count } of lines) {
      const found = this.get(article);
      if (!found || count < 1) return undefined;
      total += count * found.price;
    }
    return { number: ++this.#orders, total };
  }
}
