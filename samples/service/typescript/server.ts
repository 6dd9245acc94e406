import { createHash } from 'node:crypto';
import { csv, price, rowOf, type Row } from './format.ts';
import type { Article, OrderLine, Store } from './store.ts';

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly etag: string;
  readonly body: string;
}

interface Group {
  readonly tag: string;
  readonly articles: number;
  readonly dearest: string;
}

/** Answers requests; writes a line to the log for each. */
export class Catalogue {
  readonly #store: Store;
  readonly #log: (line: string) => void;
  readonly #cache = new Map<string, string>();

  constructor(store: Store, log: (line: string) => void) {
    this.#store = store;
    this.#log = log;
  }

  /** @hot once a request */
  answer(request: Request): Answer {
    const began = new Date();
    const answer = this.#route(request);
    const agent = String(request.headers['user-agent'] ?? '-').split(' ')[0];
    this.#log(
      `${began.toISOString()} ${request.method} ${request.url} ${answer.status} ${answer.body.length} ${agent}\n`,
    );
    return answer;
  }

  /** @hot */
  #route(request: Request): Answer {
    const path = request.url.split('?')[0]!;
    if (request.method === 'POST' && path === '/orders') return this.#order(request.body);
    if (request.method === 'POST' && path === '/prices') return this.#prices(request.body);
    if (request.method !== 'GET') return problem(405, 'no such method');
    if (path === '/articles') return this.#list(new URLSearchParams(request.url.split('?')[1] ?? ''));
    if (path === '/report') return this.#report();
    if (path === '/export.csv') return text(200, 'text/csv', csv(this.#store.articles));
    if (path.startsWith('/articles/')) return this.#article(path.split('/')[2]!);
    return problem(404, 'no such page');
  }

  /** @hot */
  #list(query: URLSearchParams): Answer {
    const offset = Number(query.get('offset') ?? 0);
    const limit = Number(query.get('limit') ?? 50);
    if (!Number.isInteger(offset) || !Number.isInteger(limit)) return problem(400, 'no number');
    const found: readonly Article[] = this.#store.tagged(query.get('tag') ?? '');
    const rows: Row[] = [];
    for (const article of found.slice(offset, offset + limit)) rows.push(rowOf(article));
    const inStock = found.filter(({ stock }) => stock > 0).length;
    return json(200, { total: found.length, inStock, articles: rows });
  }

  /** @hot */
  #article(id: string): Answer {
    let body = this.#cache.get(id);
    if (body === undefined) {
      const article = this.#store.get(Number(id));
      if (!article) return problem(404, 'no such article');
      body = JSON.stringify(rowOf(article));
      this.#cache.set(id, body);
    }
    return text(200, 'application/json', body);
  }

  /** @hot */
  #order(body: string): Answer {
    const { lines } = JSON.parse(body) as { lines: readonly OrderLine[] };
    const placed = this.#store.place(lines);
    if (!placed) return problem(404, 'no such article');
    return json(201, { order: placed.number, total: price(placed.total) });
  }

  /** A list of new prices, a line `id;cents` for each article. @hot */
  #prices(body: string): Answer {
    let changed = 0;
    for (const line of body.split('\n')) {
      if (line === '') continue;
      const article = this.#store.get(Number(line.split(';')[0]));
      const cents = Number(line.split(';')[1]);
      if (!article || !Number.isInteger(cents)) return problem(400, `line ${changed + 1} cannot be read`);
      article.price = cents;
      changed++;
    }
    this.#cache.clear();
    return json(200, { changed });
  }

  /** @hot */
  #report(): Answer {
    const counts: Record<string, number> = {};
    const dearest: Record<string, Article> = {};
    for (const article of this.#store.articles) {
      for (const tag of article.tags) {
        counts[tag] = (counts[tag] ?? 0) + 1;
        if (article.price > (dearest[tag]?.price ?? 0)) dearest[tag] = article;
      }
    }
    const groups: Group[] = [];
    for (const [tag, articles] of Object.entries(counts))
      groups.push({ tag, articles, dearest: dearest[tag]!.name });
    groups.sort((a, b) => a.tag.localeCompare(b.tag, 'en'));
    return text(200, 'text/html', page(groups));
  }
}

function page(groups: readonly Group[]): string {
  const rows = groups.map(({ tag, articles, dearest }) => `<tr><td>${tag}<td>${articles}<td>${dearest}`);
  return `<!doctype html><title>Catalogue</title><table>${rows.join('\n')}</table>`;
}

function json(status: number, value: unknown): Answer {
  return text(status, 'application/json', JSON.stringify(value));
}

function problem(status: number, message: string): Answer {
  return json(status, { error: message });
}

function text(status: number, type: string, body: string): Answer {
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 24)}"`;
  return { status, type, etag, body };
}
