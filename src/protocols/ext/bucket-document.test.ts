// The forms of a bucket that no call over the wire can show yet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BucketInfo } from '../../core/buckets/buckets.ts';
import type { Grant } from '../../core/model/bucket-records.ts';
import { bucketDetail, createdBucket, metadataHeaders } from './bucket-document.ts';

const bucket = (facts: Partial<BucketInfo>) =>
  ({
    grants: [],
    metadata: {},
    createdAt: 0,
    modifiedAt: 0,
    storageClass: 'STANDARD',
    ...facts,
  }) as unknown as BucketInfo;

const grant = (role: Grant['role'], type: Grant['member']['type']): Grant => ({
  id: 'a',
  role,
  member: { type, id: '' },
});

test('public is read-only exactly when everybody may read objects', () => {
  const cases: [Grant[], string][] = [
    [[], 'deny'],
    [[grant('storage.objectReader', 'all_users')], 'read-only'],
    [[grant('storage.objectReader', 'project_users')], 'deny'],
    [[grant('storage.objectCreator', 'all_users')], 'deny'],
    [[grant('storage.owner', 'user'), grant('storage.objectReader', 'all_users')], 'read-only'],
  ];
  for (const [grants, expected] of cases) {
    assert.equal(bucketDetail(bucket({ grants })).acl.public, expected);
    assert.equal(createdBucket(bucket({ grants })).acl.public, expected);
  }
});

test('fields come in the documented order', () => {
  assert.deepEqual(Object.keys(bucketDetail(bucket({}))), [
    'project',
    'name',
    'type',
    'bytes',
    'objectCount',
    'createdAt',
    'use_encryption',
    'encryption_type',
    'lastModified',
    'storageClass',
    'storagePolicy',
    'acl',
  ]);
});

test('times are whole seconds of RFC 3339', () => {
  const { createdAt } = bucketDetail(bucket({ createdAt: Date.UTC(2023, 5, 21, 7, 17, 10, 999) }));
  assert.equal(createdAt, '2023-06-21T07:17:10Z');
});

test('metadata names are spelled as Swift spells them', () => {
  assert.deepEqual(metadataHeaders(bucket({ metadata: { company: 'k', 'web-index': '한글' } })), {
    'X-Container-Meta-Company': 'k',
    'X-Container-Meta-Web-Index': '한글',
  });
});
