// DeleteObjects over the wire.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, rawS3, s3Client, tortureKeys } from '../support/s3.ts';
import { alice, bob, carol, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

describe('DeleteObjects', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  const fill = (keys: readonly string[]) =>
    Promise.all(keys.map((Key) => s3.putObject({ Bucket, Key, Body: 'x' })));
  const left = async () => (await s3.listObjectsV2({ Bucket })).Contents?.map(({ Key }) => Key) ?? [];
  const post = (body: string, headers: Record<string, string> = {}) =>
    rawS3(server, { method: 'POST', target: `/${Bucket}?delete`, body, headers, user: alice });
  const document = (inside: string) =>
    `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</Delete>`;
  const object = (key: string, more = '') => `<Object><Key>${key}</Key>${more}</Object>`;

  it('deletes keys of every kind, present or not, and answers in their order', async () => {
    const keys = tortureKeys.filter((key) => !key.startsWith('control'));
    await fill(keys);
    const Objects = [...keys, 'absent', 'plain'].map((Key) => ({ Key }));
    const answer = await s3.deleteObjects({ Bucket, Delete: { Objects } });
    assert.deepEqual(answer.Deleted, Objects);
    assert.equal(answer.Errors, undefined);
    assert.deepEqual(await left(), []);
  });

  it('deletes keys that XML can only name by references', async () => {
    await fill(['control\u0001', 'return\r\n']);
    const answer = await post(document(object('control&#x1;') + object('return&#13;&#10;')));
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.elements('Key'), ['control&#x1;', 'return&#xd;&#xa;']);
    assert.deepEqual(await left(), []);
  });

  it('is quiet about success when told to be', async () => {
    await fill(['a', 'b']);
    const Objects = [{ Key: 'a' }, { Key: 'b' }, { Key: 'x'.repeat(1025) }];
    const answer = await s3.deleteObjects({ Bucket, Delete: { Objects, Quiet: true } });
    assert.equal(answer.Deleted, undefined);
    assert.deepEqual(
      answer.Errors?.map(({ Code }) => Code),
      ['KeyTooLongError'],
    );
    assert.deepEqual(await left(), []);
  });

  it('answers each failure with the item', async () => {
    await fill(['kept', 'gone']);
    const answer = await post(
      document(
        object('gone') +
          object('kept', '<VersionId>abc</VersionId>') +
          object('kept', '<ETag>"other"</ETag>') +
          object('kept', '<Size>5</Size>') +
          object(''),
      ),
    );
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.elements('Code'), [
      'InvalidArgument',
      'PreconditionFailed',
      'NotImplemented',
      'InvalidArgument',
    ]);
    assert.equal(answer.elements('Deleted').length, 1);
    assert.equal(answer.element('VersionId'), 'abc');
    assert.deepEqual(await left(), ['kept']);
    const etag = (await s3.headObject({ Bucket, Key: 'kept' })).ETag ?? '';
    await post(document(object('kept', `<ETag>${etag}</ETag><VersionId>null</VersionId>`)));
    assert.deepEqual(await left(), []);
  });

  it('takes a thousand keys, and no more', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `many/${i}`);
    await fill(keys.slice(0, 100));
    const answer = await s3.deleteObjects({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } });
    assert.equal(answer.Deleted?.length, 1000);
    assert.deepEqual(await left(), []);
    await fill(['kept']);
    const Objects = [...keys, 'kept'].map((Key) => ({ Key }));
    await assertFails(s3.deleteObjects({ Bucket, Delete: { Objects } }), 400, 'MalformedXML');
    assert.deepEqual(await left(), ['kept']);
  });

  it('checks the digests of the document', async () => {
    await fill(['kept']);
    const body = document(object('kept'));
    const digest = createHash('md5').update(body).digest('base64');
    const other = createHash('md5').update('other').digest('base64');
    assertError(await post(body, { 'content-md5': other }), 400, 'BadDigest');
    assertError(await post(body, { 'content-md5': 'nonsense' }), 400, 'InvalidDigest');
    assertError(await post(body, { 'x-amz-checksum-crc32': 'AAAAAA==' }), 400, 'BadDigest');
    assert.deepEqual(await left(), ['kept']);
    assert.equal((await post(body, { 'content-md5': digest })).status, 200);
    assert.deepEqual(await left(), []);
  });

  it('refuses documents that are none', async () => {
    await fill(['kept']);
    for (const body of [
      '',
      'nonsense',
      '<Delete>',
      '<Delete/>',
      '<Other><Object><Key>kept</Key></Object></Other>',
      document('<Object/>'),
      document(`${object('kept')}<Unknown/>`),
      document(object('kept', '<Unknown/>')),
      document(`${object('kept')}<Quiet>perhaps</Quiet>`),
      document('<Object><Key>kept</Key><Key>other</Key></Object>'),
      document(object('kept<b/>')),
      document(object('&nbsp;')),
      document(object('kept\u0001')),
    ]) {
      assertError(await post(body), 400, 'MalformedXML');
    }
    assert.deepEqual(await left(), ['kept']);
  });

  it('refuses entity bombs at once', async () => {
    const entities = Array.from(
      { length: 9 },
      (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`,
    ).join('');
    const bomb = `<!DOCTYPE d [<!ENTITY e0 "ha">${entities}]><Delete>${object('&e9;')}</Delete>`;
    assertError(await post(bomb), 400, 'MalformedXML');
    const external = `<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><Delete>${object('&e;')}</Delete>`;
    assertError(await post(external), 400, 'MalformedXML');
    const deep = `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`;
    assertError(await post(deep), 400, 'MalformedXML');
  });

  it('refuses documents that are too long', async () => {
    assertError(await post(document(' '.repeat(9 << 20))), 400, 'EntityTooLarge');
  });

  it('asks for rights item by item', async () => {
    await fill(['kept']);
    const Delete = { Objects: [{ Key: 'kept' }, { Key: 'absent' }] };
    for (const user of [carol, eve]) {
      const answer = await s3Client(server, user).deleteObjects({ Bucket, Delete });
      assert.deepEqual(
        answer.Errors?.map(({ Key, Code }) => [Key, Code]),
        [
          ['kept', 'AccessDenied'],
          ['absent', 'AccessDenied'],
        ],
      );
    }
    assert.deepEqual(await left(), ['kept']);
    const byBob = await s3Client(server, bob).deleteObjects({ Bucket, Delete });
    assert.equal(byBob.Deleted?.length, 2);
    await assertFails(s3.deleteObjects({ Bucket: 'absent', Delete }), 404, 'NoSuchBucket');
  });
});
