/**
 * What the replays of Krutrim's documentation share: a server for what is documented and one on engines that fail, the rows of every
 * documented call, and the tests of those rows that are alike for all calls.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dashed } from '../../src/base/uuid.ts';
import { Documentation } from './documentation.ts';
import type { MetaFault } from './faulty-engines.ts';
import { type FaultyServer, startFaultyServer } from './faulty-server.ts';
import { assertKosError, type KosAnswer, type KosCall, kos, makeKosBucket } from './kos.ts';
import { apiDocument, describedCall } from './kos-document.ts';
import { contradictions, type DocumentedPage, documentedEndpoints } from './kos-endpoints.ts';
import { demo, eve, other } from './seed.ts';
import { startServer, type TestServer } from './start-server.ts';

export type Served = Pick<TestServer, 'url'>;

/** What the path's segments are filled with, and what else a body needs. */
export type Segments = Readonly<Record<string, string>>;

export interface DocumentedCall {
  /** The success first, then every refusal of the reference's tables, and 500 and 503, which may befall any call. */
  readonly statuses: readonly [number, ...number[]];
  /** Makes what the call is about, beside the bucket that its path names, which is there by then. */
  readonly prepare?: (server: Served, name: string) => Promise<Segments>;
  readonly body?: (name: string, made: Segments) => unknown;
  /** Done in several steps, and finished by whoever comes next: a try after one that failed halfway may find it done, and say so by this code and 404. */
  readonly finished?: string;
  /** It proves itself by what its path or body holds; its 401 is shown by its own test. */
  readonly open?: boolean;
}

export type DocumentedCalls = Readonly<Record<string, DocumentedCall>>;

const kosTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;

/** `2000-01-23T04:56:07.000+00:00`, of the last minute. */
export function assertKosTime(text: unknown): void {
  assert.match(String(text), kosTime);
  assert.ok(Math.abs(Date.parse(String(text)) - Date.now()) < 60_000, `${text} is not now`);
}

/** Seven parts, of the account of `alice`. */
export function assertKrn(text: unknown, type: string, region = 'In-Bangalore-1'): void {
  const parts = String(text).split(':');
  assert.deepEqual(parts.slice(0, -1), ['krn', 'kos', region, demo.accountNumber, dashed(demo.id), type]);
  assert.match(parts.at(-1) ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
}

export class KosReplay {
  readonly #document: Documentation;
  readonly #calls: DocumentedCalls;
  #real: TestServer | undefined;
  #faulty: FaultyServer | undefined;
  #names = 0;

  /** `calls` by method and path as the document writes them, `POST /kos/v1/buckets`; `more`: rows beside samples and statuses. */
  constructor(page: DocumentedPage, calls: DocumentedCalls, more: readonly string[] = []) {
    assert.deepEqual(
      Object.keys(calls).sort(),
      [...documentedEndpoints[page]].sort(),
      'other calls than documented',
    );
    this.#calls = calls;
    const rows = Object.entries(calls).flatMap(([route, { statuses }]) => [
      `${route}: sample`,
      ...statuses.map((status) => `${route}: ${status}`),
    ]);
    this.#document = new Documentation(`Krutrim: ${page}`, [
      ...rows,
      ...more,
      ...(contradictions[page] ?? []),
    ]);
    before(async () => {
      [this.#real, this.#faulty] = await Promise.all([startServer(), startFaultyServer()]);
    });
    after(async () => {
      await Promise.all([this.#real?.stop(), this.#faulty?.stop()]);
    });
  }

  get server(): TestServer {
    assert.ok(this.#real, 'the server is started before the first test');
    return this.#real;
  }

  get faulty(): FaultyServer {
    assert.ok(this.#faulty, 'the server is started before the first test');
    return this.#faulty;
  }

  /** The sample request and its answer, all of its fields; `more`: rows that are shown by the way. */
  sample(route: string, body: () => Promise<void>, ...more: string[]): void {
    const [success] = this.#call(route).statuses;
    const rows = [`${route}: sample`, `${route}: ${success}`, ...more];
    this.#document.shows(rows, `${route}: the sample`, body);
  }

  /** Refusals of one call, each shown by `body`. */
  refuses(route: string, statuses: readonly number[], why: string, body: () => Promise<void>): void {
    const rows = statuses.map((status) => `${route}: ${status}`);
    this.#document.shows(rows, `${route}: ${statuses.join(', ')}: ${why}`, body);
  }

  shows(rows: readonly string[], name: string, body: () => Promise<void>): void {
    this.#document.shows(rows, name, body);
  }

  /** A call by `alice` unless told; `segments` fill the path. */
  call(route: string, segments: Segments = {}, options: KosCall = {}): Promise<KosAnswer> {
    return send(this.server, route, segments, options);
  }

  /** A new name for whatever a test makes. */
  name(): string {
    this.#names += 1;
    return `replay-${this.#names}`;
  }

  /** The tests that are alike for all calls, and that every row has one. To be called behind all tests of the file. */
  end(): void {
    for (const [route, { statuses, open = false }] of Object.entries(this.#calls)) {
      if (!open) this.#unproved(route);
      if (/\{bucket(Id|Krn)\}/.test(route)) this.#ofBucket(route, statuses);
      this.#failing(route);
    }
    test('every status is in the OpenAPI document', async () => {
      const document = await apiDocument(this.server);
      const missing = Object.entries(this.#calls).flatMap(([route, { statuses }]) => {
        const [method = '', path = ''] = route.split(' ');
        const { responses = {} } = describedCall(document, method, path) ?? {};
        return statuses.filter((status) => !(status in responses)).map((status) => `${route}: ${status}`);
      });
      assert.deepEqual(missing, []);
    });
    this.#document.end();
  }

  #call(route: string): DocumentedCall {
    const call = this.#calls[route];
    assert.ok(call, `the document has no ${route}`);
    return call;
  }

  /** A request that succeeds: what it is about is made on `server` first. */
  async #request(server: Served, route: string): Promise<{ segments: Segments; options: KosCall }> {
    const { prepare, body } = this.#call(route);
    const name = this.name();
    const krn = route.includes('{bucket') ? await makeKosBucket(server, name) : '';
    const made = { bucketId: krn, bucketKrn: krn, ...(await prepare?.(server, name)) };
    return { segments: made, options: body === undefined ? {} : { body: body(name, made) } };
  }

  #unproved(route: string): void {
    this.refuses(route, [401], 'nobody, the sample itself, an account that is only named', async () => {
      const { segments, options } = await this.#request(this.server, route);
      for (const headers of [
        {},
        { 'x-account-id': 'YOUR_API_KEY' },
        { 'x-account-id': demo.accountNumber },
        { 'x-account-id': demo.id, Authorization: 'Bearer YOUR_API_KEY' },
      ]) {
        const answer = await this.call(route, segments, { ...options, by: null, headers });
        assertKosError(answer, 401, 'Unauthorized');
        assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      }
    });
  }

  #ofBucket(route: string, statuses: readonly number[]): void {
    const named = async (bucket: string, options: KosCall = {}) => {
      const { segments, options: wanted } = await this.#request(this.server, route);
      const renamed = { ...segments, bucketId: bucket || String(segments.bucketId), bucketKrn: bucket };
      return this.call(route, renamed, { ...wanted, ...options });
    };
    if (statuses.includes(400)) {
      this.refuses(route, [400], 'a KRN that is none', async () => {
        for (const krn of ['krn:kos:broken', 'krn::::::'])
          assertKosError(await named(krn), 400, 'BadRequest');
      });
    }
    this.refuses(route, [404], "an unknown bucket; another account's", async () => {
      const theirs = await makeKosBucket(this.server, this.name(), {}, eve);
      const id = dashed('0'.repeat(32));
      const absent = [
        'absent-box',
        `krn:kos:In-Bangalore-1:${demo.accountNumber}:${dashed(demo.id)}:bucket:${id}`,
        `krn:kos:In-Bangalore-1:${other.accountNumber}:${dashed(other.id)}:bucket:${id}`,
        theirs,
      ];
      for (const bucket of absent) assertKosError(await named(bucket), 404, 'BucketNotFound');
    });
  }

  /** At every step that the call takes to the engines: refused as documented; and the next try succeeds, which it would not had the failed one left something. */
  #failing(route: string): void {
    this.refuses(route, [503], 'the engine is down, or full, at any step', async () => {
      assert.ok((await this.#sweep(route, 'down', 503, 'ServiceUnavailable')) > 0);
      await this.#sweep(route, 'full', 503, 'InsufficientStorage');
    });
    this.refuses(route, [500], 'what is stored is damaged, at any step', async () => {
      assert.ok((await this.#sweep(route, 'damaged', 500, 'InternalServerError')) > 0);
    });
  }

  /** The number of steps that failed. */
  async #sweep(route: string, fault: MetaFault, status: number, code: string): Promise<number> {
    const { meta } = this.faulty;
    const { statuses, finished } = this.#call(route);
    let { segments, options } = await this.#request(this.faulty, route);
    for (let sparing = 0; sparing < 100; sparing += 1) {
      Object.assign(meta, { fault, sparing });
      const answer = await send(this.faulty, route, segments, options).finally(() => {
        meta.fault = 'none';
      });
      if (answer.status < 400) {
        assert.equal(answer.status, statuses[0], answer.text);
        return sparing;
      }
      if (finished !== undefined && answer.status === 404) {
        assertKosError(answer, 404, finished);
        ({ segments, options } = await this.#request(this.faulty, route));
        continue;
      }
      assertKosError(answer, status, code);
      assert.equal(answer.headers.get('retry-after'), status === 503 ? '1' : null);
    }
    return assert.fail(`${route} fails for ever`);
  }
}

/** `route` with its path filled; its method. */
function send(server: Served, route: string, segments: Segments, options: KosCall): Promise<KosAnswer> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, segment: string) => segments[segment] ?? '');
  return kos(server, path, { ...options, method });
}
