// HeadObject over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertFails, newBucket, objectTarget, rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, dave, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('HeadObject', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  const Key = 'digits';

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    await s3.putObject({ Bucket, Key, Body: '0123456789', Metadata: { a: '1' } });
  });
  after(() => server.stop());

  const head = (headers: Record<string, string> = {}, query = '') =>
    rawS3(server, { method: 'HEAD', target: `${objectTarget(Bucket, Key)}${query}`, headers, user: alice });

  it('answers what GetObject would, without the bytes', async () => {
    const got = await rawS3(server, { target: objectTarget(Bucket, Key), user: alice });
    const answer = await head();
    assert.deepEqual([answer.status, answer.body.length], [200, 0]);
    for (const name of [
      'content-length',
      'content-type',
      'etag',
      'last-modified',
      'accept-ranges',
      'x-amz-meta-a',
    ]) {
      assert.equal(answer.headers[name], got.headers[name], name);
      assert.notEqual(answer.headers[name], undefined, name);
    }
  });

  it('knows ranges, parts, conditions and overrides', async () => {
    const range = await head({ range: 'bytes=2-4' });
    assert.deepEqual(
      [range.status, range.headers['content-length'], range.headers['content-range']],
      [206, '3', 'bytes 2-4/10'],
    );
    assert.equal((await head({ range: 'bytes=20-' })).status, 416);
    assert.equal((await head({}, '?partNumber=1')).headers['content-length'], '10');
    assert.equal((await head({}, '?partNumber=2')).status, 416);
    const etag = (await head()).headers.etag ?? '';
    assert.equal((await head({ 'if-none-match': etag })).status, 304);
    assert.equal((await head({ 'if-match': '"other"' })).status, 412);
    const typed = await head({}, '?response-content-type=text/html');
    assert.equal(typed.headers['content-type'], 'text/html');
  });

  it('is allowed to who may see metadata, and answers errors without a body', async () => {
    assert.equal((await s3Client(server, carol).headObject({ Bucket, Key })).ContentLength, 10);
    for (const user of [dave, eve, undefined]) {
      const answer = await rawS3(server, {
        method: 'HEAD',
        target: objectTarget(Bucket, Key),
        ...(user && { user }),
      });
      assert.deepEqual([answer.status, answer.body.length], [403, 0]);
    }
    await assertFails(s3.headObject({ Bucket, Key: 'absent' }), 404, 'NotFound');
  });
});
