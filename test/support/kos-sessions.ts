/** Calls about Krutrim's sessions, on whatever connection, and what must be true of one that is over. */
import assert from 'node:assert/strict';
import { assertKosError, fieldsOf, type KosAnswer, type KosCall, kos } from './kos.ts';
import { alice, type TestUser } from './seed.ts';
import type { TestServer } from './start-server.ts';

export interface Session {
  readonly sessionToken: string;
  readonly refreshToken: string;
  readonly expiresAt: string;
  readonly lastActiveAt?: string;
}

/** What a call about a session needs to know of it. */
type Known = Pick<Session, 'sessionToken'>;

export const pairOf = ({ s3Key }: Pick<TestUser, 's3Key'>) => ({
  accessKey: s3Key.access,
  secretKey: s3Key.secret,
});

export function sessionOf(answer: KosAnswer): Session {
  assert.equal(answer.status, 200, answer.text);
  return fieldsOf(answer) as unknown as Session;
}

const all = '/kos/v1/sessions';

/** `on`: the connection of all calls but activations that say something else; any when absent. */
export function kosSessions(server: Pick<TestServer, 'url'>, on: Pick<KosCall, 'agent'> = {}) {
  const by = null;
  const calls = {
    activate: (body: unknown = pairOf(alice), options: KosCall = {}) =>
      kos(server, `${all}/activate`, { method: 'POST', body, ...on, ...options }),
    refresh: (session: Session, refreshToken: unknown = session.refreshToken) =>
      kos(server, `${all}/refresh/${session.sessionToken}`, {
        method: 'POST',
        body: { refreshToken },
        by,
        ...on,
      }),
    status: ({ sessionToken }: Known) => kos(server, `${all}/status/${sessionToken}`, { by, ...on }),
    deactivate: ({ sessionToken }: Known) =>
      kos(server, `${all}/deactivate/${sessionToken}`, { method: 'DELETE', by, ...on }),
    use: ({ sessionToken }: Known) =>
      kos(server, '/kos/v1/buckets', { by, headers: { 'x-session-token': sessionToken }, ...on }),
    /** There is no such session any more. */
    async assertOver(session: Session): Promise<void> {
      assertKosError(await calls.use(session), 401, 'Unauthorized');
      assertKosError(await calls.status(session), 404, 'SessionNotFound');
      assertKosError(await calls.refresh(session), 404, 'SessionNotFound');
      assertKosError(await calls.deactivate(session), 404, 'SessionNotFound');
    },
  };
  return calls;
}
