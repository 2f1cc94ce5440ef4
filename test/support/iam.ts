/** Tokens for tests, by the plainest documented request. */
import assert from 'node:assert/strict';
import type { TestUser } from './seed.ts';
import type { TestServer } from './start-server.ts';

/** A token of `user`'s IAM key for the user's project. */
export async function issueToken(server: Pick<TestServer, 'url'>, user: TestUser): Promise<string> {
  const response = await fetch(`${server.url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['application_credential'],
          application_credential: { id: user.iamKey.id, secret: user.iamKey.secret },
        },
      },
    }),
  });
  const text = await response.text();
  assert.equal(response.status, 201, `no token for ${user.name}: ${response.status} ${text}`);
  const token = response.headers.get('x-subject-token');
  assert.ok(token, 'the answer has no X-Subject-Token');
  return token;
}
