// Which operation a request is, over the wire: what is not served, not allowed, or only looks like another call.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { notYet } from '../../src/protocols/s3/not-yet.ts';
import { rawExchange } from '../support/raw-http.ts';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('S3 requests', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer({ env: { ONGGI_S3_DOMAINS: 's3.example.com' } });
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    await s3.putObject({ Bucket, Key: 'k', Body: 'kept' });
  });
  after(() => server.stop());

  it('for operations not served are answered 501 by name, and change nothing', async () => {
    for (const { name, route } of notYet) {
      const path = { service: '/', bucket: `/${Bucket}`, object: `/${Bucket}/k` }[route.scope];
      const query = [...(route.query ?? []), `x-id=${name}`].join('&');
      const answer = await rawS3(server, {
        method: route.method,
        target: `${path}?${query}`,
        body: 'x',
        user: alice,
      });
      assertError(answer, 501, 'NotImplemented');
      assert.equal(answer.element('Message'), `${name} is not implemented.`);
    }
    const got = await s3.getObject({ Bucket, Key: 'k' });
    assert.equal(await got.Body?.transformToString(), 'kept');
    assert.equal((await s3.listObjectsV2({ Bucket })).KeyCount, 1);
  });

  it('are named by the SDK’s own calls too', async () => {
    await assertFails(s3.getBucketPolicy({ Bucket }), 501, 'NotImplemented');
    await assertFails(s3.getObjectTagging({ Bucket, Key: 'k' }), 501, 'NotImplemented');
    await assertFails(s3.getBucketWebsite({ Bucket }), 501, 'NotImplemented');
    await assertFails(
      s3.selectObjectContent({
        Bucket,
        Key: 'k',
        ExpressionType: 'SQL',
        Expression: '',
        InputSerialization: {},
        OutputSerialization: {},
      }),
      501,
      'NotImplemented',
    );
  });

  it('with other methods are answered 405 with those that are allowed', async () => {
    const put = await rawS3(server, { method: 'PUT', target: '/', user: alice });
    assertError(put, 405, 'MethodNotAllowed');
    assert.equal(put.headers.allow, 'GET, POST');
    const patch = await rawS3(server, { method: 'PATCH', target: `/${Bucket}/k`, user: alice });
    assertError(patch, 405, 'MethodNotAllowed');
    assert.equal(patch.element('Method'), 'PATCH');
    const head = await rawS3(server, { method: 'HEAD', target: `/${Bucket}?policy`, user: alice });
    assert.deepEqual([head.status, head.body.length], [405, 0]);
  });

  it('may carry query names that mean nothing', async () => {
    for (const query of ['nonsense', 'x-id=GetObject', 'utm_source=a&b=c', 'versionId=null']) {
      const answer = await rawS3(server, { target: `/${Bucket}/k?${query}`, user: alice });
      assert.deepEqual([answer.status, answer.text], [200, 'kept'], query);
    }
  });

  it('by host reach keys that begin like the path of another door', async () => {
    const headers = { host: `${Bucket}.s3.example.com` };
    for (const key of [
      'v1/a',
      'v3/auth/tokens',
      'info',
      'healthcheck',
      '-/live',
      'v1_ext/bucket',
      'identity',
    ]) {
      const put = await rawS3(server, { method: 'PUT', target: `/${key}`, headers, body: key, user: alice });
      assert.equal(put.status, 200, key);
      const got = await s3.getObject({ Bucket, Key: key });
      assert.equal(await got.Body?.transformToString(), key);
      await s3.deleteObject({ Bucket, Key: key });
    }
  });

  it('name their bucket by path or by host', async () => {
    const headers = { host: `${Bucket}.s3.example.com` };
    const got = await rawS3(server, { target: '/k', headers, user: alice });
    assert.deepEqual([got.status, got.text], [200, 'kept']);
    const listed = await rawS3(server, { target: '/?list-type=2', headers, user: alice });
    assert.equal(listed.element('Name'), Bucket);
    const buckets = await rawS3(server, { target: '/', headers: { host: 's3.example.com' }, user: alice });
    assert.equal(buckets.elements('Bucket').length, 1);
    const started = await rawS3(server, { method: 'POST', target: '/m?uploads', headers, user: alice });
    const uploadId = started.element('UploadId');
    const part = await rawS3(server, {
      method: 'PUT',
      target: `/m?partNumber=1&uploadId=${uploadId}`,
      headers,
      body: 'x',
      user: alice,
    });
    const completed = await rawS3(server, {
      method: 'POST',
      target: `/m?uploadId=${uploadId}`,
      headers,
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`,
      user: alice,
    });
    assert.equal(completed.element('Location'), `http://${Bucket}.s3.example.com/m`);
  });

  it('with paths that are none are refused', async () => {
    for (const target of ['/%', `/${Bucket}/%zz`, `/${Bucket}/%ff`, `/${Bucket}/a%00b`]) {
      assertError(await rawS3(server, { target }), 400, 'InvalidURI');
    }
    assertError(await rawS3(server, { target: '//k', user: alice }), 400, 'InvalidBucketName');
    assertError(await rawS3(server, { target: '/No_Bucket/k', user: alice }), 400, 'InvalidBucketName');
  });

  it('waiting for 100 Continue are refused before their body', async () => {
    const answer = await rawExchange(server.url, [
      `PUT /${Bucket}/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`,
    ]);
    assert.deepEqual(answer.statuses, [403]);
    assert.match(answer.text, /<Code>AccessDenied<\/Code>/);
  });
});
