/** What the benchmark knows of a server under load: its doors, its processes, how it ends. Owns no server itself. */

/** One request as a load sends it: signed already, valid for the length of a run. */
export interface PreparedRequest {
  /** Path and query. */
  readonly path: string;
  /** Headers of this one request, besides the door's own. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One way into a server: an address, and how requests for it are made valid. */
export interface Door {
  readonly name: string;
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  readonly url: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Makes the bucket, container or directory `name`; one that exists is fine. */
  createBucket(name: string): Promise<void>;
  request(method: 'GET' | 'PUT' | 'DELETE', bucket: string, key: string): PreparedRequest;
  /** A page of `limit` keys after `after`; absent where the server cannot list. */
  page?(bucket: string, limit: number, after: string): PreparedRequest;
}

export interface Peer {
  readonly name: string;
  /** What it runs and stores on, for the report: one line. */
  readonly setup: string;
  readonly doors: readonly Door[];
  /** Seconds from the start of its first process until it answered; the time to lay out its storage is not in it. */
  readonly startSeconds: number;
  /** Every process that serves it now, with a short name. */
  processes(): readonly { readonly name: string; readonly pid: number }[];
  stop(): Promise<void>;
}

/** A peer that cannot be measured on this machine, and why; the run goes on without it. */
export class Unavailable extends Error {}
