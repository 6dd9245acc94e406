import type { Connection } from 'vscode-languageserver';
import type { HotspotList } from '../hotspots/list';
import type { Row } from '../hotspots/rows';
import { isSafe } from '../service/fixes';
import { plainText } from '../text/foreign';
import {
  sitesNotification,
  sitesRequest,
  type Site,
  type SiteFinding,
  type SitesChange,
  type SitesResult,
} from './protocol';

/** More than anybody reads. */
const maximum = 1000;

/** Milliseconds within which several changes are told as one. */
const quiet = 100;

/** The rows, and how files are called. */
export interface SitesContext {
  readonly list: HotspotList;
  readonly uriOf: (path: string) => string;
}

/** Tells a client that has asked once which sites have changed; files whose sites are as before are not repeated. */
export class SiteReporter {
  readonly #changed = new Set<string>();
  readonly #told = new Map<string, string>();
  #version = 0;
  #isAsked = false;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly connection: Connection,
    private readonly context: SitesContext,
  ) {}

  /** `alloclens/sites`. From now on changes are told. */
  answer(): Promise<SitesResult> {
    this.#isAsked = true;
    return this.#enqueue(async () => {
      this.#changed.clear();
      this.#told.clear();
      const rows = (await this.context.list.all()).slice(0, maximum);
      const sites = rows.map((row) => siteOf(row, this.context));
      for (const file of new Set(rows.map((row) => row.file)))
        this.#told.set(file, JSON.stringify(sites.filter((_, i) => rows[i]!.file === file)));
      return { version: this.#version, sites };
    });
  }

  /** Something is new about the file; about all files unless it is named. */
  changed(file?: string): void {
    if (!this.#isAsked) return;
    for (const one of file === undefined ? [...this.context.list.files, ...this.#told.keys()] : [file])
      this.#changed.add(one);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#enqueue(() => this.#tell());
    }, quiet);
  }

  dispose(): void {
    this.#isAsked = false;
    clearTimeout(this.#timer);
  }

  async #tell(): Promise<void> {
    const files = [...this.#changed];
    this.#changed.clear();
    const known = new Set(this.context.list.files);
    const uris: string[] = [];
    const sites: Site[] = [];
    for (const file of files) {
      const rows = known.has(file) ? await this.context.list.rowsIn(file) : [];
      const own = rows.map((row) => siteOf(row, this.context));
      const text = JSON.stringify(own);
      if (text === (this.#told.get(file) ?? '[]')) continue;
      this.#told.set(file, text);
      uris.push(this.context.uriOf(file));
      sites.push(...own);
    }
    if (uris.length === 0 || !this.#isAsked) return;
    const change: SitesChange = { version: ++this.#version, uris, sites };
    await this.connection.sendNotification(sitesNotification, change);
  }

  /** One after the other: a version says what is in it. */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work, work);
    this.#work = result.catch(() => undefined);
    return result;
  }
}

/** Answers `alloclens/sites`. */
export function registerSites(connection: Connection, sites: () => SiteReporter | undefined): void {
  connection.onRequest(
    sitesRequest,
    (): Promise<SitesResult> | SitesResult => sites()?.answer() ?? { version: 0, sites: [] },
  );
}

function siteOf(row: Row, { uriOf }: SitesContext): Site {
  const { measured, findings, lines } = row;
  const [first] = findings;
  return {
    id: row.id,
    uri: uriOf(row.file),
    ...lines.positionAt(row.offset),
    function: plainText(row.function, 200),
    ...(row.functionOffset !== undefined && { functionLine: lines.positionAt(row.functionOffset).line }),
    text: plainText(row.text, 200),
    ...(measured && {
      weight: {
        amount: measured.amount,
        ...(measured.before !== undefined && { before: measured.before }),
        share: measured.share,
        objects: Math.round(measured.objects),
        cautions: measured.cautions.map((caution) => plainText(caution)),
        measuredLine: measured.measuredLine - 1,
        ...(measured.isStale && { stale: true as const }),
      },
    }),
    score: first?.heat.score ?? 0,
    because: first?.heat.because.map(({ text }) => plainText(text)) ?? [],
    why: plainText(row.why),
    what: row.what.map((way) => plainText(way)),
    findings: findings.map(({ ruleId, message, severity, span, fixes: [fix] }): SiteFinding => ({
      ruleId,
      message: plainText(message),
      severity,
      ...lines.positionAt(span.start),
      ...(fix && { fix: { title: plainText(fix.title), safe: isSafe(fix) } }),
    })),
    callers: (measured?.callers ?? []).slice(0, 5).map((caller) => ({
      function: plainText(caller.function, 200),
      share: caller.share,
      uri: uriOf(caller.file),
      line: caller.line - 1,
    })),
  };
}
