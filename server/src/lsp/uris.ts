import { URI } from 'vscode-uri';

/**
 * Inside, a document is known by its path. Clients spell the URI of one path in many ways (`(auth)`, `%28auth%29`,
 * `%28Auth%29`; `c:` or `c%3A`), compare texts, and take another spelling for another document: each gets its own back.
 */
export class Uris {
  readonly #spelled = new Map<string, string>();

  /**
   * The client opens this document.
   * @returns the path, and the URI under which the client heard of it before, when that was another one
   */
  opened(uri: string): { readonly path: string; readonly before: string | undefined } {
    const path = pathOf(uri);
    const before = this.of(path);
    this.#spelled.set(path, uri);
    return { path, before: before === uri ? undefined : before };
  }

  /** The client's spelling, also after it has closed the document; of a file that it never opened, the usual one. */
  of(path: string): string {
    return this.#spelled.get(path) ?? uriOf(path);
  }
}

/** The absolute path of a file document; the URI itself for everything else (untitled, virtual file systems). */
export function pathOf(uri: string): string {
  const parsed = URI.parse(uri);
  if (parsed.scheme !== 'file') return uri;
  // RFC 8089: the same as no host.
  return (parsed.authority === 'localhost' ? parsed.with({ authority: '' }) : parsed).fsPath;
}

/** The URI of a path as VS Code spells it, every character but the plainest escaped. */
export function uriOf(path: string): string {
  return isVirtual(path) ? path : URI.file(path).toString();
}

/** True for what `pathOf` left a URI. A Windows drive is one letter, a scheme has at least two. */
export function isVirtual(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(path);
}
