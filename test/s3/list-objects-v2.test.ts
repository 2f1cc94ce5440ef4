// ListObjectsV2 over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { paginateListObjectsV2, type S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('ListObjectsV2', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  const keys = ['a/1', 'a/2', 'b', 'c/d/1', 'c/e', 'z', '한글/1', '한글/2'];

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
    for (const Key of keys) await s3.putObject({ Bucket, Key, Body: Key });
  });
  after(() => server.stop());

  const raw = (query: string) => rawS3(server, { target: `/${Bucket}?list-type=2&${query}`, user: alice });

  it('lists all, without owners unless asked', async () => {
    const answer = await s3.listObjectsV2({ Bucket });
    assert.deepEqual(
      answer.Contents?.map(({ Key }) => Key),
      keys,
    );
    assert.deepEqual([answer.Name, answer.Prefix, answer.KeyCount], [Bucket, '', keys.length]);
    assert.deepEqual([answer.MaxKeys, answer.IsTruncated], [1000, false]);
    assert.equal(answer.Contents?.[0]?.Owner, undefined);
    const owned = await s3.listObjectsV2({ Bucket, FetchOwner: true });
    assert.deepEqual(owned.Contents?.[0]?.Owner, { ID: alice.id, DisplayName: 'Alice' });
  });

  it('pages by opaque tokens, whatever the page size and delimiter', async () => {
    for (const Delimiter of [undefined, '/', '/d']) {
      const whole = await s3.listObjectsV2({ Bucket, Delimiter });
      const wanted = {
        keys: whole.Contents?.map(({ Key }) => Key) ?? [],
        prefixes: whole.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
      };
      for (const pageSize of [1, 2, 3, 100]) {
        const got: typeof wanted = { keys: [], prefixes: [] };
        for await (const page of paginateListObjectsV2({ client: s3, pageSize }, { Bucket, Delimiter })) {
          got.keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
          got.prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
          assert.equal(page.KeyCount, (page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
          assert.equal(page.NextContinuationToken !== undefined, page.IsTruncated);
        }
        assert.deepEqual(got, wanted);
      }
    }
  });

  it('starts after a key, which a token overrides', async () => {
    const started = await s3.listObjectsV2({ Bucket, StartAfter: 'c/d/1', MaxKeys: 1 });
    assert.equal(started.StartAfter, 'c/d/1');
    assert.equal(started.Contents?.[0]?.Key, 'c/e');
    const next = await s3.listObjectsV2({
      Bucket,
      StartAfter: 'a',
      ContinuationToken: started.NextContinuationToken,
    });
    assert.equal(next.Contents?.[0]?.Key, 'z');
    assert.equal(next.ContinuationToken, started.NextContinuationToken);
  });

  it('filters by prefix', async () => {
    const answer = await s3.listObjectsV2({ Bucket, Prefix: '한' });
    assert.deepEqual(
      answer.Contents?.map(({ Key }) => Key),
      ['한글/1', '한글/2'],
    );
    assert.equal((await s3.listObjectsV2({ Bucket, Prefix: 'nothing' })).KeyCount, 0);
  });

  it('encodes names for url', async () => {
    const answer = await raw('encoding-type=url&prefix=%ED%95%9C&delimiter=/&start-after=a%20b');
    assert.equal(answer.elements('Prefix')[0], '%ED%95%9C');
    assert.equal(answer.elements('Prefix')[1], '%ED%95%9C%EA%B8%80/');
    assert.equal(answer.element('Delimiter'), '/');
    assert.equal(answer.element('StartAfter'), 'a%20b');
  });

  it('refuses wrong parameters', async () => {
    for (const query of [
      'continuation-token=',
      'continuation-token=nonsense',
      'continuation-token=k%2F%2F',
      'max-keys=-1',
      'encoding-type=x',
    ]) {
      assertError(await raw(query), 400, 'InvalidArgument');
    }
    for (const type of ['', '1', '3']) {
      const target = `/${Bucket}?list-type=${type}`;
      assertError(await rawS3(server, { target, user: alice }), 400, 'InvalidArgument');
    }
    assertError(await rawS3(server, { target: `/${Bucket}?prefix=%ff` }), 400, 'InvalidURI');
  });

  it('refuses absent buckets and strangers', async () => {
    await assertFails(s3.listObjectsV2({ Bucket: 'absent' }), 404, 'NoSuchBucket');
    await assertFails(s3Client(server, eve).listObjectsV2({ Bucket }), 403, 'AccessDenied');
  });
});
