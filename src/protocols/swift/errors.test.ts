// The failures no client can cause, and the rule that no detail meant for the log leaves the house.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply } from '../../base/http/reply.ts';
import { RequestView } from '../../base/http/request-view.ts';
import { CoreError } from '../../core/errors.ts';
import type { Failure } from '../failure.ts';
import { renderFailure } from './errors.ts';

const secret = 'ECONNREFUSED 10.0.0.7:5432';

function rendered(failure: Failure, method = 'GET'): Reply {
  const message = { method, url: '/v1/AUTH_x/box/o', rawHeaders: [] };
  const facts = { address: '127.0.0.1', secure: false, requestId: 'f'.repeat(32), receivedAt: 0 };
  return renderFailure(failure, new RequestView(message, facts), { 'Www-Authenticate': 'Swift' });
}

test('failures of the storage show no detail, and when to come back', () => {
  const cases = [
    [new CoreError('Unavailable', { reason: secret }), 503, 1],
    [new CoreError('Busy', { what: secret }), 503, 1],
    [new CoreError('InsufficientStorage', { reason: secret }), 507, undefined],
    [new CoreError('Internal', { reason: secret }), 500, undefined],
  ] as const;
  for (const [failure, status, retryAfter] of cases) {
    const { headers, body, ...reply } = rendered(failure);
    assert.deepEqual([reply.status, headers?.['Retry-After']], [status, retryAfter]);
    assert.match(String(body), /^<html><h1>/);
    assert.ok(!String(body).includes('10.0.0.7'));
  }
});

test('bodies that stop or stall', () => {
  assert.equal(rendered(new CoreError('BodyTimeout', { seconds: 60 })).status, 408);
  assert.equal(rendered(new CoreError('IncompleteBody', { expected: 2, received: 1 })).status, 499);
  const large = rendered(new CoreError('TooLarge', { limit: 1 }));
  assert.deepEqual([large.status, large.body], [413, 'Your request is too large.']);
});

test('an anonymous refusal asks for a proof, any other is final', () => {
  const details = { action: 'storage.buckets.get', resource: 'b', reason: secret };
  const asked = rendered(new CoreError('AccessDenied', { ...details, anonymous: true }));
  assert.deepEqual([asked.status, asked.headers?.['Www-Authenticate']], [401, 'Swift']);
  assert.equal(rendered(new CoreError('AccessDenied', { ...details, anonymous: false })).status, 403);
});

test('HEAD gets the status without the page', () => {
  assert.equal(rendered(new CoreError('NoSuchKey', { bucket: 'b', key: 'k' }), 'HEAD').body, '');
});
