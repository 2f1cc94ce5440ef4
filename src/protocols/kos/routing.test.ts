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
] as const) {
  test(`shown: ${path}`, () => assert.equal(shownPath(path), shown));
}

test('nothing of a session token is shown in a path that cannot be decoded', () => {
  assert.doesNotMatch(shownPath('/kos/v1/%73essions/status/SECRET%ZZ'), /SECRET/);
});
