// PutBucketLifecycleConfiguration, GetBucketLifecycleConfiguration and DeleteBucketLifecycle, over the wire.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { LifecycleRule, S3 } from '@aws-sdk/client-s3';
import { awsCommand } from '../clients/adapters/aws.ts';
import { skipUnless } from '../support/clients.ts';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, bob, carol, dave, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';

describe('the lifecycle configuration of a bucket', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  const rules = (client: S3 = s3) =>
    client.getBucketLifecycleConfiguration({ Bucket }).then(({ Rules }) => Rules);
  const put = (...Rules: LifecycleRule[]) =>
    s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });
  const putRaw = (body: string, headers: Record<string, string> = {}) =>
    rawS3(server, { method: 'PUT', target: `/${Bucket}?lifecycle`, body, headers, user: alice });
  const document = (rule: string) =>
    `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>${rule}</Rule></LifecycleConfiguration>`;

  it('is 404 until there is one, and again when it has been deleted', async () => {
    await assertFails(rules(), 404, 'NoSuchLifecycleConfiguration');
    await put({ ID: 'a', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } });
    assert.equal((await rules())?.length, 1);
    const gone = await rawS3(server, { method: 'DELETE', target: `/${Bucket}?lifecycle`, user: alice });
    assert.deepEqual([gone.status, gone.text], [204, '']);
    await assertFails(rules(), 404, 'NoSuchLifecycleConfiguration');
    await s3.deleteBucketLifecycle({ Bucket });
    await assertFails(s3.getBucketLifecycleConfiguration({ Bucket: 'absent-bucket' }), 404, 'NoSuchBucket');
  });

  it('is read as it was written, in every form the SDK writes', async () => {
    const written: LifecycleRule[] = [
      { ID: 'filter', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: 30 } },
      { ID: 'old form', Status: 'Disabled', Prefix: 'b/', Expiration: { Days: 2147483647 } },
      { ID: 'size', Status: 'Enabled', Filter: { ObjectSizeGreaterThan: 1024 }, Expiration: { Days: 1 } },
      {
        ID: 'and',
        Status: 'Enabled',
        Filter: { And: { Prefix: 'c/', ObjectSizeGreaterThan: 0, ObjectSizeLessThan: 5 * 1024 ** 4 } },
        Expiration: { Date: new Date('2031-01-01T00:00:00Z') },
      },
      {
        ID: 'uploads',
        Status: 'Enabled',
        Filter: { Prefix: '' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
      {
        ID: 'versions',
        Status: 'Enabled',
        Filter: { Prefix: 'v/' },
        Expiration: { ExpiredObjectDeleteMarker: true },
        NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 100 },
      },
      {
        ID: 'all versions',
        Status: 'Enabled',
        Filter: { Prefix: 'w/' },
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
    ];
    const answer = await put(...written);
    assert.equal(answer.TransitionDefaultMinimumObjectSize, 'all_storage_classes_128K');
    assert.deepEqual(await rules(), written);
  });

  it('takes the dates that clients write, and shows them in one form', async () => {
    for (const date of [
      '2031-01-01',
      '2031-01-01T00:00:00Z',
      '2031-01-01T00:00:00.000000Z',
      '2031-01-01T09:00:00+09:00',
    ]) {
      const body = document(
        `<ID>d</ID><Prefix/><Status>Enabled</Status><Expiration><Date>${date}</Date></Expiration>`,
      );
      assert.equal((await putRaw(body)).status, 200, date);
      const { text, element } = await rawS3(server, { target: `/${Bucket}?lifecycle`, user: alice });
      assert.equal(element('Date'), '2031-01-01T00:00:00.000Z', text);
    }
  });

  it('is refused whole when anything in it is wrong; the one before stays', async () => {
    const kept: LifecycleRule = { ID: 'kept', Status: 'Enabled', Filter: {}, Expiration: { Days: 1 } };
    await put(kept);
    const days = '<Expiration><Days>1</Days></Expiration>';
    const rule = '<Prefix/><Status>Enabled</Status>';
    const noncurrent = (content: string) =>
      `<NoncurrentVersionExpiration>${content}</NoncurrentVersionExpiration>`;
    const wrong: readonly (readonly [code: string, status: number, rule: string])[] = [
      ['MalformedXML', 400, `${days}<Status>Enabled</Status>`],
      ['MalformedXML', 400, `${days}<Prefix/>`],
      ['MalformedXML', 400, `${rule}<Expiration/>`],
      ['MalformedXML', 400, `${rule}<Expiration><Days>1</Days><Date>2031-01-01</Date></Expiration>`],
      ['MalformedXML', 400, `${rule}<Expiration><Date>tomorrow</Date></Expiration>`],
      ['MalformedXML', 400, `${rule}${days}<Surprise/>`],
      ['InvalidArgument', 400, rule],
      ['InvalidArgument', 400, `${rule}<Expiration><Days>0</Days></Expiration>`],
      ['InvalidArgument', 400, `${rule}<Expiration><Date>2031-01-01T12:00:00Z</Date></Expiration>`],
      ['InvalidArgument', 400, `<ID>${'x'.repeat(256)}</ID>${rule}${days}`],
      ['InvalidArgument', 400, `<ID>a</ID>${rule}${days}</Rule><Rule><ID>a</ID>${rule}${days}`],
      [
        'InvalidArgument',
        400,
        '<Filter><ObjectSizeLessThan>9</ObjectSizeLessThan></Filter><Status>Enabled</Status>' +
          '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
      ],
      [
        'NotImplemented',
        501,
        `${rule}<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>`,
      ],
      [
        'NotImplemented',
        501,
        `${rule}<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionTransition>`,
      ],
      ['MalformedXML', 400, `${rule}${noncurrent('<NewerNoncurrentVersions>1</NewerNoncurrentVersions>')}`],
      ['InvalidArgument', 400, `${rule}${noncurrent('<NoncurrentDays>0</NoncurrentDays>')}`],
      [
        'InvalidArgument',
        400,
        rule +
          noncurrent(
            '<NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>101</NewerNoncurrentVersions>',
          ),
      ],
      [
        'MalformedXML',
        400,
        `${rule}<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`,
      ],
      [
        'MalformedXML',
        400,
        `${rule}<Expiration><ExpiredObjectDeleteMarker>yes</ExpiredObjectDeleteMarker></Expiration>`,
      ],
      [
        'NotImplemented',
        501,
        `${days}<Status>Enabled</Status><Filter><And><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>`,
      ],
    ];
    for (const [code, status, body] of wrong) assertError(await putRaw(document(body)), status, code);
    assertError(await putRaw(''), 400, 'MalformedXML');
    assertError(await putRaw('<LifecycleConfiguration/>'), 400, 'MalformedXML');
    const body = document(`${rule}${days}`);
    const md5 = createHash('md5').update('other').digest('base64');
    assertError(await putRaw(body, { 'Content-MD5': md5 }), 400, 'BadDigest');
    assertError(
      await putRaw(body, { 'x-amz-transition-default-minimum-object-size': 'varies_by_storage_class' }),
      501,
      'NotImplemented',
    );
    assert.deepEqual(await rules(), [{ ...kept, Filter: {} }]);
  });

  it('is told with every object it covers, by the earliest rule', async () => {
    await put(
      { ID: 'slow & sure', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 30 } },
      { ID: 'logs', Status: 'Enabled', Prefix: 'logs/', Expiration: { Days: 2 } },
      { ID: 'off', Status: 'Disabled', Prefix: '', Expiration: { Days: 1 } },
      {
        ID: 'big',
        Status: 'Enabled',
        Filter: { ObjectSizeGreaterThan: 5 },
        Expiration: { Date: new Date('2020-01-01') },
      },
    );
    const midnight = 24 * 3600 * 1000;
    const told = async (Key: string, days: number, id: string, Body = 'x') => {
      const answers = [
        await s3.putObject({ Bucket, Key, Body }),
        await s3.headObject({ Bucket, Key }),
        await s3.getObject({ Bucket, Key }),
        await s3.copyObject({ Bucket, Key: `${Key}-copy`, CopySource: `${Bucket}/${Key}` }),
      ];
      const created = (await s3.headObject({ Bucket, Key })).LastModified?.getTime() ?? 0;
      const at = (Math.ceil(created / midnight) + days) * midnight;
      const expected = `expiry-date="${new Date(at).toUTCString()}", rule-id="${id}"`;
      assert.deepEqual(
        answers.map(({ Expiration }) => Expiration),
        Array(4).fill(expected),
      );
    };
    await told('a', 30, 'slow%20%26%20sure');
    await told('logs/a', 2, 'logs');
    const big = await s3.putObject({ Bucket, Key: 'logs/big', Body: '123456' });
    assert.equal(big.Expiration, 'expiry-date="Wed, 01 Jan 2020 00:00:00 GMT", rule-id="big"');
    const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: 'logs/parts' });
    const part = { Bucket, Key: 'logs/parts', UploadId };
    const { ETag } = await s3.uploadPart({ ...part, PartNumber: 1, Body: 'x' });
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    assert.match(
      (await s3.completeMultipartUpload({ ...part, MultipartUpload })).Expiration ?? '',
      /rule-id="logs"$/,
    );
    await s3.deleteBucketLifecycle({ Bucket });
    assert.equal((await s3.headObject({ Bucket, Key: 'a' })).Expiration, undefined);
  });

  it('is for who may change the bucket, reading too', async () => {
    await put({ ID: 'a', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } });
    assert.equal((await rules(s3Client(server, bob)))?.length, 1);
    for (const user of [carol, dave, eve]) {
      const client = s3Client(server, user);
      await assertFails(rules(client), 403, 'AccessDenied');
      await assertFails(client.deleteBucketLifecycle({ Bucket }), 403, 'AccessDenied');
      const LifecycleConfiguration = {
        Rules: [{ Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } }],
      };
      await assertFails(
        client.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration }),
        403,
        'AccessDenied',
      );
    }
  });

  it('is set, shown and taken away by aws s3api', { skip: skipUnless('aws') }, async () => {
    const aws = awsCommand({ url: server.url, user: alice, directory: tempDirectory('aws') });
    const configuration = {
      Rules: [
        { ID: 'a', Status: 'Enabled', Filter: { Prefix: 'logs/' }, Expiration: { Days: 3 } },
        {
          ID: 'b',
          Status: 'Enabled',
          Filter: { Prefix: 'old/' },
          Expiration: { Date: '2031-01-01T00:00:00Z' },
        },
      ],
    };
    const named = ['--bucket', Bucket];
    const text = JSON.stringify(configuration);
    await aws(['s3api', 'put-bucket-lifecycle-configuration', ...named, '--lifecycle-configuration', text]);
    const shown = await aws(['s3api', 'get-bucket-lifecycle-configuration', ...named, '--output', 'json']);
    const { Rules } = JSON.parse(shown.stdout) as { Rules: { ID: string; Expiration: { Date?: string } }[] };
    assert.deepEqual(
      Rules.map(({ ID }) => ID),
      ['a', 'b'],
    );
    assert.equal(Date.parse(Rules[1]?.Expiration.Date ?? ''), Date.UTC(2031, 0, 1));
    await aws(['s3api', 'delete-bucket-lifecycle', ...named]);
    await assertFails(rules(), 404, 'NoSuchLifecycleConfiguration');
  });
});
