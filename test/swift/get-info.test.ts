// GET and HEAD /info
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertPage, swiftRequest, useSwift } from '../support/swift.ts';

const swift = useSwift();

test('tells the limits that hold, and only what is served', async () => {
  const { status, headers, text } = await swiftRequest(swift.server, 'GET', '/info');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/json; charset=UTF-8');
  const { swift: limits, ...features } = JSON.parse(text) as { swift: Record<string, unknown> };
  assert.deepEqual(features, {
    slo: {
      max_manifest_segments: 1000,
      max_manifest_size: 8388608,
      yield_frequency: 10,
      min_segment_size: 1,
      allow_async_delete: false,
    },
    tempurl: {
      methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
      incoming_remove_headers: ['x-timestamp'],
      incoming_allow_headers: [],
      outgoing_remove_headers: ['x-object-meta-*'],
      outgoing_allow_headers: ['x-object-meta-public-*'],
      allowed_digests: ['sha1', 'sha256', 'sha512'],
      deprecated_digests: ['sha1'],
    },
    bulk_upload: { max_containers_per_extraction: 10_000, max_failed_extractions: 1000 },
    bulk_delete: { max_deletes_per_request: 10_000, max_failed_deletes: 1000 },
  });
  assert.equal(limits.max_object_name_length, 1024);
  assert.equal(limits.max_container_name_length, 63);
  assert.equal(limits.container_listing_limit, 10_000);
  assert.equal(limits.account_listing_limit, 10_000);
  assert.equal(limits.max_meta_name_length, 128);
  assert.equal(limits.max_meta_value_length, 256);
  assert.equal(limits.max_meta_count, 90);
  assert.equal(limits.max_meta_overall_size, 4096);
  assert.ok(Number(limits.max_file_size) >= 5 * 1024 ** 3);
  assert.deepEqual(limits.policies, [
    { name: 'default-placement', aliases: 'default-placement', default: true },
  ]);
});

test('a wrong token does not matter here', async () => {
  const headers = { 'X-Auth-Token': 'wrong' };
  assert.equal((await swiftRequest(swift.server, 'GET', '/info', { headers })).status, 200);
});

test('HEAD is the same without the body; other methods are 405', async () => {
  const get = await swiftRequest(swift.server, 'GET', '/info');
  const head = await swiftRequest(swift.server, 'HEAD', '/info');
  assert.deepEqual([head.status, head.text], [200, '']);
  assert.equal(head.headers['content-length'], get.headers['content-length']);
  assertPage(await swiftRequest(swift.server, 'POST', '/info'), 405);
});
