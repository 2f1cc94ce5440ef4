// CreateBucket over the wire.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, carol, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('CreateBucket', () => {
  let server: TestServer;
  let s3: S3;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
  });
  after(() => server.stop());

  const put = (target: string, headers: Record<string, string> = {}, body = '') =>
    rawS3(server, { method: 'PUT', target, headers, body, user: alice });

  it('makes a bucket, with any or no location, and says where it is', async () => {
    const answer = await s3.createBucket({ Bucket: 'plain' });
    assert.equal(answer.Location, '/plain');
    await s3.createBucket({
      Bucket: 'elsewhere',
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    });
    const body =
      '<CreateBucketConfiguration><LocationConstraint>kr-central-2:default-placement</LocationConstraint></CreateBucketConfiguration>';
    assert.equal((await put('/placed', {}, body)).status, 200);
    assert.equal((await put('/emptied', {}, '<CreateBucketConfiguration/>')).status, 200);
    assert.equal((await put('/with-slash/')).status, 200);
    const names = (await s3.listBuckets({})).Buckets?.map((bucket) => bucket.Name);
    assert.deepEqual(names, ['elsewhere', 'emptied', 'placed', 'plain', 'with-slash']);
  });

  it('takes the headers that change nothing', async () => {
    await s3.createBucket({
      Bucket: 'harmless',
      ACL: 'private',
      ObjectLockEnabledForBucket: false,
      ObjectOwnership: 'BucketOwnerEnforced',
    });
  });

  it('tells one’s own bucket from that of others', async () => {
    await s3.createBucket({ Bucket: 'taken' });
    await assertFails(s3.createBucket({ Bucket: 'taken' }), 409, 'BucketAlreadyOwnedByYou');
    await assertFails(
      s3Client(server, bob).createBucket({ Bucket: 'taken' }),
      409,
      'BucketAlreadyOwnedByYou',
    );
    await assertFails(s3Client(server, eve).createBucket({ Bucket: 'taken' }), 409, 'BucketAlreadyExists');
  });

  it('refuses names that do not keep the rules', async () => {
    for (const name of [
      'ab',
      'x'.repeat(64),
      'Upper',
      'a..b',
      '-ab',
      'ab-',
      '127.0.0.1',
      'a%20b',
      'auth',
      '%ED%95%9C%EA%B8%80',
    ]) {
      const answer = await put(`/${name}`);
      if (name !== 'auth') assertError(answer, 400, 'InvalidBucketName');
      else assert.notEqual(answer.status, 200);
    }
  });

  it('refuses what is not there yet by name', async () => {
    assertError(await put('/acl', { 'x-amz-acl': 'log-delivery-write' }), 501, 'NotImplemented');
    await assertFails(
      s3.createBucket({ Bucket: 'lock', ObjectLockEnabledForBucket: true }),
      501,
      'NotImplemented',
    );
    await assertFails(
      s3.createBucket({ Bucket: 'own', ObjectOwnership: 'ObjectWriter' }),
      501,
      'NotImplemented',
    );
    const tagged = { Tags: [{ Key: 'a', Value: 'b' }] };
    await assertFails(
      s3.createBucket({ Bucket: 'tag', CreateBucketConfiguration: tagged }),
      501,
      'NotImplemented',
    );
    assertError(await put('/acl', { 'x-amz-acl': 'nonsense' }), 400, 'InvalidArgument');
    await assertFails(s3.headBucket({ Bucket: 'acl' }), 404, 'NotFound');
  });

  it('refuses malformed documents', async () => {
    for (const body of [
      'nonsense',
      '<CreateBucketConfiguration>',
      '<Other/>',
      '<CreateBucketConfiguration><Unknown/></CreateBucketConfiguration>',
      '<CreateBucketConfiguration><LocationConstraint>a</LocationConstraint><LocationConstraint>b</LocationConstraint></CreateBucketConfiguration>',
      '<!DOCTYPE a [<!ENTITY b "c">]><CreateBucketConfiguration><LocationConstraint>&b;</LocationConstraint></CreateBucketConfiguration>',
    ]) {
      assertError(await put('/malformed', {}, body), 400, 'MalformedXML');
    }
    assertError(await put('/malformed', {}, `<a>${' '.repeat(70_000)}</a>`), 400, 'EntityTooLarge');
    await assertFails(s3.headBucket({ Bucket: 'malformed' }), 404, 'NotFound');
  });

  it('refuses readers and strangers', async () => {
    await assertFails(s3Client(server, carol).createBucket({ Bucket: 'denied' }), 403, 'AccessDenied');
    assertError(await rawS3(server, { method: 'PUT', target: '/denied' }), 403, 'AccessDenied');
  });
});
