/** What the replays of the Bucket API's document share: a server with three buckets, calls by any user, and the refusals every call has. */
import { after, before } from 'node:test';
import { assertError, type ExtAnswer, type ExtCall, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice, bob, carol, dave, demo, eve, type TestUser } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { SwiftAccount } from '../support/swift.ts';

export const statuses = (call: string, ...codes: number[]): string[] =>
  codes.map((code) => `${call}: ${code}`);
export const sampled = (call: string, ...codes: number[]): string[] => [
  `${call}: sample`,
  ...statuses(call, ...codes),
];

export interface BucketApi {
  readonly server: TestServer;
  tokenOf(user: TestUser): string;
  /** A call of the Extension, by alice unless said otherwise. */
  call(path: string, options?: ExtCall, by?: TestUser): Promise<ExtAnswer>;
  /** Swift's calls in KakaoCloud's dialect; by nobody when undefined. */
  swift(by?: TestUser): SwiftAccount;
  /** 401 for nobody, 403 for `by` (carol, a reader), 404 for a name that is not there. */
  assertRefused(path: (name: string) => string, options: ExtCall, by?: TestUser): Promise<void>;
}

/** Starts a server with the buckets doc-box, doc-cors and doc-acl for the tests of the calling file. */
export function useBucketApi(): BucketApi {
  let running: TestServer | undefined;
  const tokens = new Map<TestUser, string>();
  const server = (): TestServer => {
    if (running === undefined) throw new Error('the server is started before the first test');
    return running;
  };
  before(async () => {
    running = await startServer();
    for (const user of [alice, bob, carol, dave, eve]) tokens.set(user, await issueToken(running, user));
    for (const name of ['doc-box', 'doc-cors', 'doc-acl']) await makeBucket(running, tokenOf(alice), name);
  });
  after(() => running?.stop());
  const tokenOf = (user: TestUser): string => tokens.get(user) ?? '';
  const call = (path: string, options: ExtCall = {}, by: TestUser = alice) =>
    ext(server(), tokenOf(by), path, options);
  return {
    get server() {
      return server();
    },
    tokenOf,
    call,
    swift: (by) => new SwiftAccount(server(), demo.id, by === undefined ? undefined : tokenOf(by)),
    async assertRefused(path, options, by = carol) {
      assertError(await ext(server(), undefined, path('doc-box'), options), 401, 'Unauthorized');
      assertError(await call(path('doc-box'), options, by), 403, 'Forbidden');
      assertError(await call(path('doc-absent'), options), 404, 'NotFound');
    },
  };
}
