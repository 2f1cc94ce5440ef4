// ListObjects, version 1, over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, rawS3, s3Client, tortureKeys } from '../support/s3.ts';
import { alice, bob, carol, dave, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('ListObjects', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  const keys = ['a/1', 'a/2', 'b', 'c/d/1', 'c/e', 'z'];

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    for (const Key of keys) await s3.putObject({ Bucket, Key, Body: Key });
  });
  after(() => server.stop());

  async function list(parameters: Omit<Parameters<S3['listObjects']>[0], 'Bucket'> = {}) {
    const answer = await s3.listObjects({ Bucket, ...parameters });
    return {
      answer,
      keys: answer.Contents?.map(({ Key }) => Key) ?? [],
      prefixes: answer.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
    };
  }
  const raw = (query: string) => rawS3(server, { target: `/${Bucket}?${query}`, user: alice });

  it('lists all, with everything known about each', async () => {
    const { answer } = await list();
    assert.deepEqual((await list()).keys, keys);
    assert.deepEqual([answer.Name, answer.Prefix, answer.Marker], [Bucket, '', '']);
    assert.deepEqual([answer.MaxKeys, answer.IsTruncated], [1000, false]);
    const [first] = answer.Contents ?? [];
    assert.equal(first?.Size, 3);
    assert.equal(first?.StorageClass, 'STANDARD');
    assert.equal(first?.ETag, (await s3.headObject({ Bucket, Key: 'a/1' })).ETag);
    assert.deepEqual(first?.Owner, { ID: alice.id, DisplayName: 'Alice' });
    assert.deepEqual(first?.ChecksumAlgorithm, ['CRC32']);
    assert.equal(first?.ChecksumType, 'FULL_OBJECT');
    assert.match((await raw('')).element('LastModified') ?? '', /T\d\d:\d\d:\d\d\.000Z$/);
  });

  it('shows the bucket’s owner to others too', async () => {
    const answer = await s3Client(server, carol).listObjects({ Bucket });
    assert.deepEqual(answer.Contents?.[0]?.Owner, { ID: alice.id, DisplayName: 'Alice' });
  });

  it('cuts at delimiters of any length, below a prefix', async () => {
    const slash = await list({ Delimiter: '/' });
    assert.deepEqual(
      [slash.keys, slash.prefixes],
      [
        ['b', 'z'],
        ['a/', 'c/'],
      ],
    );
    assert.equal(slash.answer.Delimiter, '/');
    const below = await list({ Delimiter: '/', Prefix: 'c/' });
    assert.deepEqual([below.keys, below.prefixes], [['c/e'], ['c/d/']]);
    const inside = await list({ Delimiter: '/', Prefix: 'c/d' });
    assert.deepEqual([inside.keys, inside.prefixes], [[], ['c/d/']]);
    const long = await list({ Delimiter: '/d/' });
    assert.deepEqual([long.keys, long.prefixes], [['a/1', 'a/2', 'b', 'c/e', 'z'], ['c/d/']]);
    assert.deepEqual((await list({ Prefix: 'x' })).keys, []);
    assert.deepEqual((await list({ Prefix: 'x'.repeat(3000) })).keys, []);
  });

  it('continues after a marker, and tells one only beside a delimiter', async () => {
    const page = await list({ MaxKeys: 2 });
    assert.deepEqual(
      [page.keys, page.answer.IsTruncated, page.answer.NextMarker],
      [['a/1', 'a/2'], true, undefined],
    );
    assert.deepEqual((await list({ Marker: 'a/2' })).keys, keys.slice(2));
    assert.deepEqual((await list({ Marker: 'a/1x' })).keys, keys.slice(1));
    assert.deepEqual((await list({ Marker: 'zz' })).keys, []);

    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const { answer, keys: found, prefixes } = await list({ Delimiter: '/', MaxKeys: 1, Marker });
      assert.equal(found.length + prefixes.length, 1);
      seen.push(...found, ...prefixes);
      Marker = answer.NextMarker;
      assert.equal(Marker !== undefined, answer.IsTruncated);
    } while (Marker !== undefined);
    assert.deepEqual(seen, ['a/', 'b', 'c/', 'z']);
  });

  it('knows the limits of a page', async () => {
    const none = await list({ MaxKeys: 0 });
    assert.deepEqual([none.keys, none.answer.IsTruncated, none.answer.MaxKeys], [[], false, 0]);
    assert.equal((await list({ MaxKeys: 5000 })).answer.MaxKeys, 1000);
    assert.equal((await raw('max-keys=')).element('MaxKeys'), '1000');
    for (const wrong of ['-1', 'x', '1.5', '99999999999']) {
      const answer = await raw(`max-keys=${wrong}`);
      assertError(answer, 400, 'InvalidArgument');
      assert.equal(answer.element('ArgumentName'), 'max-keys');
    }
  });

  it('encodes names for url, exactly and everywhere', async () => {
    const odd = await newBucket(s3);
    for (const Key of tortureKeys) await s3.putObject({ Bucket: odd, Key, Body: '' });
    const answer = await rawS3(server, { target: `/${odd}?encoding-type=url`, user: alice });
    assert.equal(answer.element('EncodingType'), 'url');
    const encoded = answer.elements('Key');
    assert.ok(encoded.includes('a%20b') && encoded.includes('a%2Bb') && encoded.includes('a%2Fb') === false);
    assert.ok(
      encoded.includes('a%252Fb') &&
        encoded.includes('a//b') &&
        encoded.includes('%ED%95%9C%EA%B8%80/%EC%98%B9%EA%B8%B0.txt'),
    );
    assert.ok(encoded.every((key) => /^(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+$/.test(key)));
    assert.deepEqual(encoded.map(decodeURIComponent).sort(), [...tortureKeys].sort());

    const named = await raw('encoding-type=url&prefix=%20%2B&delimiter=%26&marker=%ED%95%9C%2F');
    assert.equal(named.element('Prefix'), '%20%2B');
    assert.equal(named.element('Delimiter'), '%26');
    assert.equal(named.element('Marker'), '%ED%95%9C/');
    assertError(await raw('encoding-type=base64'), 400, 'InvalidArgument');
  });

  it('shows names as they are without an encoding', async () => {
    const odd = await newBucket(s3);
    const keysXmlCanHold = tortureKeys.filter((key) => !key.startsWith('control'));
    for (const Key of keysXmlCanHold) await s3.putObject({ Bucket: odd, Key, Body: '' });
    const { Contents } = await s3.listObjects({ Bucket: odd });
    assert.deepEqual(Contents?.map(({ Key }) => Key).sort(), [...keysXmlCanHold].sort());
  });

  it('refuses absent buckets and who may not list', async () => {
    await assertFails(s3.listObjects({ Bucket: 'absent' }), 404, 'NoSuchBucket');
    assert.equal((await s3Client(server, bob).listObjects({ Bucket })).Contents?.length, keys.length);
    for (const user of [dave, eve]) {
      await assertFails(s3Client(server, user).listObjects({ Bucket }), 403, 'AccessDenied');
    }
    assertError(await rawS3(server, { target: `/${Bucket}` }), 403, 'AccessDenied');
  });
});
