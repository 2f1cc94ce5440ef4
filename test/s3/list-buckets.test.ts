// ListBuckets over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ListBucketsCommandOutput, S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, dave, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('ListBuckets', () => {
  let server: TestServer;
  let s3: S3;
  const names = ['aaa-1', 'aaa-2', 'aaa.3', 'bbb-1', 'ccc'];

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    for (const Bucket of names.toReversed()) await s3.createBucket({ Bucket });
    await s3Client(server, eve).createBucket({ Bucket: 'theirs' });
  });
  after(() => server.stop());

  const listed = (answer: ListBucketsCommandOutput) => answer.Buckets?.map((bucket) => bucket.Name);

  it("lists the project's buckets by name, with the caller as owner", async () => {
    const answer = await s3.listBuckets({});
    assert.deepEqual(listed(answer), names);
    assert.deepEqual(answer.Owner, { ID: alice.id, DisplayName: 'Alice' });
    assert.equal(answer.ContinuationToken, undefined);
    assert.ok(Math.abs(Number(answer.Buckets?.[0]?.CreationDate) - Date.now()) < 60_000);
    assert.equal(answer.Buckets?.[0]?.BucketRegion, 'kr-central-2');
    const bobs = await s3Client(server, bob).listBuckets({});
    assert.deepEqual(bobs.Owner, { ID: bob.id, DisplayName: 'Bob' });
    assert.deepEqual(listed(bobs), names);
    assert.deepEqual(listed(await s3Client(server, eve).listBuckets({})), ['theirs']);
  });

  it('pages with max-buckets and continuation-token', async () => {
    const pages: (string | undefined)[][] = [];
    let ContinuationToken: string | undefined;
    do {
      const answer = await s3.listBuckets({ MaxBuckets: 2, ContinuationToken });
      pages.push(listed(answer) ?? []);
      ContinuationToken = answer.ContinuationToken;
    } while (ContinuationToken !== undefined);
    assert.deepEqual(pages, [['aaa-1', 'aaa-2'], ['aaa.3', 'bbb-1'], ['ccc']]);
  });

  it('filters by prefix and region', async () => {
    const answer = await s3.listBuckets({ Prefix: 'aaa', MaxBuckets: 2 });
    assert.deepEqual(listed(answer), ['aaa-1', 'aaa-2']);
    assert.equal(answer.Prefix, 'aaa');
    const rest = await s3.listBuckets({ Prefix: 'aaa', ContinuationToken: answer.ContinuationToken });
    assert.deepEqual(listed(rest), ['aaa.3']);
    assert.deepEqual(listed(await s3.listBuckets({ Prefix: 'zzz' })), []);
    assert.deepEqual(listed(await s3.listBuckets({ BucketRegion: 'kr-central-2' })), names);
    assert.deepEqual(listed(await s3.listBuckets({ BucketRegion: 'eu-west-1' })), []);
  });

  it('writes times with milliseconds and ids of the request into the answer', async () => {
    const answer = await rawS3(server, { target: '/', user: alice });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/xml');
    assert.match(
      answer.text,
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<ListAllMyBucketsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/,
    );
    assert.match(answer.element('CreationDate') ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    assert.match(answer.headers['x-amz-request-id']?.toString() ?? '', /^[0-9a-f]{32}$/);
    assert.ok(answer.headers['x-amz-id-2']);
    assert.equal(answer.headers.server, undefined);
  });

  it('refuses wrong sizes and tokens', async () => {
    for (const value of ['0', '10001', '-1', 'x', '1.5']) {
      const answer = await rawS3(server, { target: `/?max-buckets=${value}`, user: alice });
      assertError(answer, 400, 'InvalidArgument');
    }
    await assertFails(s3.listBuckets({ ContinuationToken: 'nonsense' }), 400, 'InvalidArgument');
    assertError(
      await rawS3(server, { target: '/?continuation-token=', user: alice }),
      400,
      'InvalidArgument',
    );
  });

  it('refuses who has no rights in the project, and strangers', async () => {
    await assertFails(s3Client(server, dave).listBuckets({}), 403, 'AccessDenied');
    assertError(await rawS3(server, { target: '/' }), 403, 'AccessDenied');
  });
});
