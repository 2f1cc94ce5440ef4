/**
 * What a front-end sees of a request before its body: the untouched target and header list, and parsed forms on demand.
 * Reads nothing from the socket.
 */
import type { IncomingMessage } from 'node:http';
import { Query } from './query.ts';

/** Header values come out of the HTTP parser with one character per byte; clients write UTF-8 into them. */
function utf8(value: string): string {
  return /[\x80-\xff]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
}

const none: ReadonlySet<string> = new Set();

export class RequestView {
  readonly method: string;
  /** Path and query exactly as received (origin form). */
  readonly target: string;
  /** The target up to the first `?`, still percent-encoded. */
  readonly path: string;
  /** The target after the first `?`, still encoded; '' when there is none. */
  readonly rawQuery: string;
  /** Names and values alternating, as received, one character per byte. */
  readonly rawHeaders: readonly string[];
  /** The peer's address after trusted proxies are taken off. */
  readonly address: string;
  /** Whether the client's connection is TLS. */
  readonly secure: boolean;
  /** Unique per request; every protocol shows it in its own header. 32 hex characters. */
  readonly requestId: string;
  /** When the request was accepted, milliseconds since the epoch. */
  readonly receivedAt: number;
  #query: Query | undefined;
  #headers: Map<string, string> | undefined;
  #repeated: ReadonlySet<string> = none;

  constructor(
    message: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>,
    facts: { address: string; secure: boolean; requestId: string; receivedAt: number },
  ) {
    this.method = message.method ?? 'GET';
    this.target = originForm(message.url ?? '/');
    const mark = this.target.indexOf('?');
    this.path = mark < 0 ? this.target : this.target.slice(0, mark);
    this.rawQuery = mark < 0 ? '' : this.target.slice(mark + 1);
    this.rawHeaders = message.rawHeaders;
    this.address = facts.address;
    this.secure = facts.secure;
    this.requestId = facts.requestId;
    this.receivedAt = facts.receivedAt;
  }

  /** @throws MalformedTarget */
  get query(): Query {
    this.#query ??= new Query(this.rawQuery);
    return this.#query;
  }

  /** All headers by lower-case name, values as received (one character per byte), repeated ones joined by ', '. */
  get headers(): ReadonlyMap<string, string> {
    this.#headers ??= this.#joinHeaders();
    return this.#headers;
  }

  /** Lower-case names of the headers that came more than once. */
  get repeatedHeaders(): ReadonlySet<string> {
    this.#headers ??= this.#joinHeaders();
    return this.#repeated;
  }

  #joinHeaders(): Map<string, string> {
    const { rawHeaders } = this;
    const headers = new Map<string, string>();
    const repeated: string[] = [];
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = (rawHeaders[i] ?? '').toLowerCase();
      const before = headers.get(name);
      const value = rawHeaders[i + 1] ?? '';
      headers.set(name, before === undefined ? value : `${before}, ${value}`);
      if (before !== undefined) repeated.push(name);
    }
    if (repeated.length > 0) this.#repeated = new Set(repeated);
    return headers;
  }

  /** A header by lower-case name, as received (one character per byte). */
  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  /** A header by lower-case name, decoded as UTF-8. */
  headerText(name: string): string | undefined {
    const value = this.headers.get(name);
    return value === undefined ? undefined : utf8(value);
  }

  /** Headers whose lower-case name starts with `prefix`, by the rest of the name, decoded as UTF-8. */
  headersWithPrefix(prefix: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const [name, value] of this.headers) {
      if (name.startsWith(prefix)) found.set(name.slice(prefix.length), utf8(value));
    }
    return found;
  }

  /** The declared body length in bytes; undefined when chunked or absent. */
  get contentLength(): number | undefined {
    const value = this.header('content-length');
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
  }

  /** Whether the message carries a body of unknown length. */
  get chunked(): boolean {
    return this.header('transfer-encoding') !== undefined;
  }

  /** `http://host:port` as the client addressed us. */
  get origin(): string {
    return `${this.secure ? 'https' : 'http'}://${this.header('host') ?? 'localhost'}`;
  }
}

/** RFC 9112 3.2.2: a server must accept the absolute form of a target too. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const absolute = /^https?:\/\/[^/?#]*/i.exec(url);
  if (absolute === null) return url;
  const rest = url.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
