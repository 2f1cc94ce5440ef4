// The failures no client can cause, and the rule that no detail meant for the log leaves the house.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedTarget } from '../../base/http/query.ts';
import { CoreError } from '../../core/errors.ts';
import type { Failure } from '../failure.ts';
import { tokenChallenge } from '../json-error.ts';
import { ExtError, renderError } from './errors.ts';

const origin = 'http://localhost:9000';

function rendered(error: Failure): { status: number; code: string; message: string; headers: object } {
  const reply = renderError(error, tokenChallenge(origin));
  return {
    status: reply.status,
    headers: reply.headers ?? {},
    ...(JSON.parse(String(reply.body)) as { error: { code: string; message: string } }).error,
  };
}

test('failures of the storage', () => {
  const secret = 'ECONNREFUSED 10.0.0.7:5432';
  const cases = [
    [new CoreError('Unavailable', { reason: secret }), 503, 'ServiceUnavailable'],
    [new CoreError('Busy', { what: secret }), 503, 'ServiceUnavailable'],
    [new CoreError('InsufficientStorage', { reason: secret }), 507, 'InsufficientStorage'],
    [new CoreError('Internal', { reason: secret }), 500, 'InternalServerError'],
  ] as const;
  for (const [error, status, code] of cases) {
    const answer = rendered(error);
    assert.deepEqual([answer.status, answer.code], [status, code]);
    assert.ok(!answer.message.includes('10.0.0.7'), answer.message);
  }
  assert.equal((rendered(cases[0][0]).headers as Record<string, unknown>)['Retry-After'], 1);
});

test('an anonymous refusal asks for a proof, any other is final', () => {
  const details = { action: 'storage.buckets.get', resource: 'b', reason: 'no grant' };
  assert.equal(rendered(new CoreError('AccessDenied', { ...details, anonymous: true })).status, 401);
  const refused = rendered(new CoreError('AccessDenied', { ...details, anonymous: false }));
  assert.deepEqual([refused.status, refused.code], [403, 'Forbidden']);
  assert.ok(!refused.message.includes('no grant'));
});

test("the protocol's own failures keep their status and headers", () => {
  assert.equal(rendered(new MalformedTarget('the request target is not UTF-8')).status, 400);
  const wrongMethod = rendered(new ExtError(405, 'this path takes GET', { headers: { Allow: 'GET' } }));
  assert.equal(wrongMethod.status, 405);
  assert.equal((wrongMethod.headers as Record<string, unknown>).Allow, 'GET');
});
