// The limits profile `kakaocloud`: its key length, bucket names and reserved names, through every door; and that nothing stored is lost by it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertError as assertExtError, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { assertError, rawS3, s3Client } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import {
  accountName,
  assertSentence,
  SwiftAccount,
  type SwiftDialect,
  swiftRequest,
} from '../support/swift.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer({ env: { ONGGI_LIMITS_PROFILE: 'kakaocloud' } });
  token = await issueToken(server, alice);
  await makeBucket(server, token, 'limits-box');
});
after(() => server.stop());

const longest = '한'.repeat(144);
const tooLong = `${longest}x`;
const inPath = (key: string) => encodeURIComponent(key);
const dialects: readonly SwiftDialect[] = ['kakaocloud', 'upstream'];
const account = (dialect: SwiftDialect) => new SwiftAccount(server, accountName(demo, dialect), token);
const s3 = (method: string, target: string, call: { headers?: Record<string, string>; body?: string } = {}) =>
  rawS3(server, { method, target, user: alice, ...call });

test('the longest key has 432 bytes, whatever its characters', async () => {
  assert.equal(Buffer.byteLength(longest), 432);
  assert.equal((await s3('PUT', `/limits-box/${inPath(longest)}`, { body: 'x' })).status, 200);
  for (const dialect of dialects) {
    const put = await account(dialect).put(`/limits-box/${inPath(longest)}`, 'x');
    assert.equal(put.status, 201, put.text);
  }
});

test('one byte more: S3 answers 400 KeyTooLongError', async () => {
  const target = `/limits-box/${inPath(tooLong)}`;
  assertError(await s3('PUT', target, { body: 'x' }), 400, 'KeyTooLongError');
  assertError(await s3('POST', `${target}?uploads`), 400, 'KeyTooLongError');
  const headers = { 'x-amz-copy-source': `limits-box/${inPath(longest)}` };
  assertError(await s3('PUT', target, { headers }), 400, 'KeyTooLongError');
  assertError(await s3('GET', target), 404, 'NoSuchKey');
});

test('one byte more: Swift answers 400 with both lengths', async () => {
  for (const dialect of dialects) {
    const path = `/limits-box/${inPath(tooLong)}`;
    const sentence = 'Object name length of 433 longer than 432';
    assertSentence(await account(dialect).put(path, 'x'), 400, sentence);
    const headers = { Destination: `limits-box/${inPath(tooLong)}` };
    const copied = await account(dialect).call('COPY', `/limits-box/${inPath(longest)}`, { headers });
    assertSentence(copied, 400, sentence);
    assert.equal((await account(dialect).get(path)).status, 404);
  }
});

const refusedNames = ['abc', 'v1_ext', 'swagger', 'status', 'ping', 'info', 'v1', 'identity', 'a'.repeat(64)];

test('bucket names that the cloud refuses are refused by every door', async (t) => {
  for (const name of refusedNames) {
    await t.test(name.slice(0, 20), async () => {
      const made = await ext(server, token, '/bucket', { method: 'PUT', body: { name } });
      assertExtError(made, 400, 'BadRequest', /bucket name/);
      for (const dialect of dialects) {
        const put = await account(dialect).put(`/${name}`);
        assert.equal(put.status, 400, put.text);
        assert.ok(put.text.includes(name));
      }
    });
  }
  for (const name of ['abc', 'swagger', 'status', 'ping', 'a'.repeat(64)]) {
    await t.test(`S3: ${name.slice(0, 20)}`, async () =>
      assertError(await s3('PUT', `/${name}`), 400, 'InvalidBucketName'),
    );
  }
});

test('names at the limits are taken', async () => {
  for (const name of ['four', 'b'.repeat(63)]) await makeBucket(server, token, name);
});

test('an absent bucket that could not be made is absent, not wrong', async () => {
  assertError(await s3('GET', '/abc'), 404, 'NoSuchBucket');
  assert.equal((await account('upstream').get('/swagger')).status, 404);
  assertExtError(await ext(server, token, '/bucket/abc'), 404, 'NotFound');
});

test('prefixes, markers and start-after longer than a key list as ever', async () => {
  const long = 'z'.repeat(1000);
  const client = s3Client(server, alice);
  for (const page of [
    await client.listObjectsV2({ Bucket: 'limits-box', Prefix: long }),
    await client.listObjectsV2({ Bucket: 'limits-box', StartAfter: `\u{ffff}${long}` }),
    await client.listObjects({ Bucket: 'limits-box', Marker: `\u{ffff}${long}` }),
  ]) {
    assert.deepEqual(page.Contents ?? [], []);
  }
  const before = await client.listObjectsV2({ Bucket: 'limits-box', StartAfter: long });
  assert.deepEqual(
    before.Contents?.map(({ Key }) => Key),
    [longest],
  );
  for (const dialect of dialects) {
    const listed = await account(dialect).get(`/limits-box?marker=${long}`);
    assert.deepEqual([listed.status, listed.text], [200, `${longest}\n`]);
    assert.equal((await account(dialect).get(`/limits-box?prefix=${long}`)).text, '');
  }
});

test('/info tells the limits that hold', async () => {
  const { text } = await swiftRequest(server, 'GET', '/info');
  const { swift } = JSON.parse(text) as { swift: Record<string, unknown> };
  assert.equal(swift.max_object_name_length, 432);
});

test('what was stored before the profile stays within reach, and can be deleted', async () => {
  await using wide = await startServer({ meta: 'lmdb' });
  const user = await issueToken(wide, alice);
  await makeBucket(wide, user, 'abc');
  const target = `/abc/${'k'.repeat(1024)}`;
  assert.equal((await rawS3(wide, { method: 'PUT', target, user: alice, body: 'kept' })).status, 200);
  await wide.stop();
  await using narrow = await startServer({
    env: { ONGGI_LIMITS_PROFILE: 'kakaocloud', ONGGI_DATA: wide.dataDir },
    meta: 'lmdb',
  });
  assert.equal((await rawS3(narrow, { target, user: alice })).text, 'kept');
  const held = new SwiftAccount(narrow, demo.id, await issueToken(narrow, alice));
  assert.equal((await held.get(target)).text, 'kept');
  assert.equal((await held.delete(target)).status, 204);
  assert.equal((await held.delete('/abc')).status, 204);
});
