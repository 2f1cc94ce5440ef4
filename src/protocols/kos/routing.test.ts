import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKosPath, shownPath } from './routing.ts';

test('whose path it is', () => {
  for (const path of ['/kos', '/kos/v1/buckets', '/internal/kos/v1/policy', '/internal']) {
    assert.ok(isKosPath(path), path);
  }
  for (const path of ['/', '/koss', '/internals/x', '/bucket/kos/v1']) assert.ok(!isKosPath(path), path);
});

for (const [path, shown] of [
  ['/kos/v1/buckets/photos', '/kos/v1/buckets/photos'],
  ['/kos/v1/sessions/activate', '/kos/v1/sessions/activate'],
  ['/kos/v1/sessions/status/SECRET', '/kos/v1/sessions/status/***'],
  ['/kos/v1/sessions/refresh/SECRET/', '/kos/v1/sessions/refresh/***'],
  ['/kos/v1/sessions/unknown/SECRET/more', '/kos/v1/sessions/unknown/***'],
  ['/kos/v1//sessions//status//SECRET', '/kos/v1//sessions//status//***'],
  ['/kos/v1/%73essions/status/SECRET', '/kos/v1/sessions/status/***'],
  ['/kos/v1/sessions%2Fstatus/SECRET', '/kos/v1/sessions/status/***'],
  ['/kos/v1/sessions/status/SE%ZZCRET', '/kos/v1/sessions/status/***'],
  ['/kos/v1/buckets/krn%3Akos', '/kos/v1/buckets/krn%3Akos'],
  [`/kos/v1/session/status/${'SECRET-_'.repeat(11)}`, '/kos/v1/session/status/***'],
  [`/kos/v1/buckets/${'SECRET-_'.repeat(11)}/objects`, '/kos/v1/buckets/***/objects'],
  [
    '/kos/v1/buckets/krn:kos:In-Bangalore-1:1234567890:0bc7a4c4-a8fb-4fee-98dc-f1936d8ed8eb:bucket:0bc7a4c4-a8fb-4fee-98dc-f1936d8ed8eb',
    '/kos/v1/buckets/krn:kos:In-Bangalore-1:1234567890:0bc7a4c4-a8fb-4fee-98dc-f1936d8ed8eb:bucket:0bc7a4c4-a8fb-4fee-98dc-f1936d8ed8eb',
  ],
] as const) {
  test(`shown: ${path}`, () => assert.equal(shownPath(path), shown));
}

test('nothing of a session token is shown in a path that cannot be decoded', () => {
  assert.doesNotMatch(shownPath('/kos/v1/%73essions/status/SECRET%ZZ'), /SECRET/);
});
