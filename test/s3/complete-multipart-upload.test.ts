// CompleteMultipartUpload over the wire.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ChecksumAlgorithm, ChecksumType, CompletedPart, S3 } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import {
  assertError,
  assertFails,
  newBucket,
  objectTarget,
  rawS3,
  s3Client,
  tortureKeys,
} from '../support/s3.ts';
import { alice, carol, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const mebibyte = 1 << 20;

describe('CompleteMultipartUpload', () => {
  let server: TestServer;
  let s3: S3;
  let Bucket: string;
  const bodies = [
    Buffer.alloc(5 * mebibyte, 'one '),
    Buffer.alloc(5 * mebibyte, 'two '),
    Buffer.from('three'),
  ];

  before(async () => {
    server = await startServer();
    s3 = s3Client(server, alice);
    Bucket = await newBucket(s3);
  });
  after(() => server.stop());

  async function begin(
    Key: string,
    parts: readonly Uint8Array[],
    settings: { ChecksumAlgorithm?: ChecksumAlgorithm; ChecksumType?: ChecksumType } = {},
  ) {
    const { UploadId = '' } = await s3.createMultipartUpload({ Bucket, Key, ...settings });
    const upload = { Bucket, Key, UploadId };
    const Parts: CompletedPart[] = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const { $metadata, ...part } = await s3.uploadPart({
        ...upload,
        PartNumber,
        Body,
        ...(settings.ChecksumAlgorithm && { ChecksumAlgorithm: settings.ChecksumAlgorithm }),
      });
      assert.equal($metadata.httpStatusCode, 200);
      Parts.push({ PartNumber, ...part });
    }
    return { upload, MultipartUpload: { Parts } };
  }
  const read = async (Key: string) =>
    Buffer.from((await (await s3.getObject({ Bucket, Key })).Body?.transformToByteArray()) ?? []);
  const post = (key: string, uploadId: string, body: string, headers: Record<string, string> = {}) =>
    rawS3(server, {
      method: 'POST',
      target: `${objectTarget(Bucket, key)}?uploadId=${uploadId}`,
      body,
      headers,
      user: alice,
    });

  it('joins the parts under the key, with an entity tag made of theirs', async () => {
    const { upload, MultipartUpload } = await begin('joined', bodies);
    const answer = await s3.completeMultipartUpload({ ...upload, MultipartUpload });
    const digests = bodies.map((body) => createHash('md5').update(body).digest());
    const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-3"`;
    assert.deepEqual([answer.Bucket, answer.Key, answer.ETag], [Bucket, 'joined', etag]);
    assert.equal(answer.Location, `${server.url}/${Bucket}/joined`);
    assert.ok((await read('joined')).equals(Buffer.concat(bodies)));
    assert.equal((await s3.headObject({ Bucket, Key: 'joined' })).ETag, etag);
    await assertFails(s3.listParts(upload), 404, 'NoSuchUpload');
  });

  it('answers the same when it is repeated', async () => {
    const { upload, MultipartUpload } = await begin('twice', [Buffer.from('x')]);
    const first = await s3.completeMultipartUpload({ ...upload, MultipartUpload });
    const second = await s3.completeMultipartUpload({ ...upload, MultipartUpload });
    assert.equal(second.ETag, first.ETag);
  });

  it('keeps the attributes of the beginning', async () => {
    const { UploadId } = await s3.createMultipartUpload({
      Bucket,
      Key: 'attributes',
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { a: '1' },
    });
    const upload = { Bucket, Key: 'attributes', UploadId };
    const { ETag } = await s3.uploadPart({ ...upload, PartNumber: 5, Body: 'x' });
    await s3.completeMultipartUpload({ ...upload, MultipartUpload: { Parts: [{ PartNumber: 5, ETag }] } });
    const head = await s3.headObject(upload);
    assert.deepEqual(
      [head.ContentType, head.CacheControl, head.Metadata],
      ['text/plain', 'no-store', { a: '1' }],
    );
  });

  it('lets parts be read by their numbers', async () => {
    const { upload, MultipartUpload } = await begin('numbered', bodies);
    await s3.completeMultipartUpload({ ...upload, MultipartUpload });
    const two = await s3.getObject({ Bucket, Key: 'numbered', PartNumber: 2 });
    assert.equal(two.$metadata.httpStatusCode, 206);
    assert.deepEqual([two.PartsCount, two.ContentLength], [3, 5 * mebibyte]);
    assert.equal(two.ContentRange, `bytes ${5 * mebibyte}-${10 * mebibyte - 1}/${10 * mebibyte + 5}`);
    assert.ok(
      Buffer.from((await two.Body?.transformToByteArray()) ?? []).equals(bodies[1] ?? Buffer.alloc(0)),
    );
    const three = await s3.headObject({ Bucket, Key: 'numbered', PartNumber: 3 });
    assert.deepEqual([three.PartsCount, three.ContentLength], [3, 5]);
    const four = await rawS3(server, { target: `/${Bucket}/numbered?partNumber=4`, user: alice });
    assertError(four, 416, 'InvalidPartNumber');
    const range = await s3.getObject({
      Bucket,
      Key: 'numbered',
      Range: `bytes=${5 * mebibyte - 2}-${5 * mebibyte + 1}`,
    });
    assert.equal(
      await range.Body?.transformToString(),
      Buffer.concat(bodies)
        .subarray(5 * mebibyte - 2, 5 * mebibyte + 2)
        .toString(),
    );
  });

  it('computes the checksum of the whole in both types', async () => {
    for (const [ChecksumAlgorithm, ChecksumType] of [
      ['CRC32', 'COMPOSITE'],
      ['CRC32', 'FULL_OBJECT'],
      ['CRC32C', 'COMPOSITE'],
      ['CRC32C', 'FULL_OBJECT'],
      ['CRC64NVME', 'FULL_OBJECT'],
      ['SHA1', 'COMPOSITE'],
      ['SHA256', 'COMPOSITE'],
    ] as const) {
      const member = `Checksum${ChecksumAlgorithm}` as const;
      const { upload, MultipartUpload } = await begin('summed', bodies, { ChecksumAlgorithm, ChecksumType });
      const answer = await s3.completeMultipartUpload({ ...upload, MultipartUpload });
      assert.equal(answer.ChecksumType, ChecksumType);
      const head = await s3.headObject({ Bucket, Key: 'summed', ChecksumMode: 'ENABLED' });
      assert.equal(head[member], answer[member]);
      if (ChecksumType === 'COMPOSITE') {
        assert.match(answer[member] ?? '', /-3$/);
      } else {
        const whole = await s3.putObject({
          Bucket,
          Key: 'whole',
          Body: Buffer.concat(bodies),
          ChecksumAlgorithm,
        });
        assert.equal(answer[member], whole[member]);
      }
    }
  });

  it('checks what the client knows about the whole', async () => {
    const settings = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;
    const { upload, MultipartUpload } = await begin('checked', [Buffer.from('hello world')], settings);
    const complete = (more: object) => s3.completeMultipartUpload({ ...upload, MultipartUpload, ...more });
    await assertFails(complete({ ChecksumCRC32: 'AAAAAA==' }), 400, 'BadDigest');
    await assertFails(complete({ ChecksumType: 'COMPOSITE' }), 400, 'InvalidRequest');
    assert.equal(
      (await post('checked', upload.UploadId, '<x/>', { 'x-amz-checksum-crc32': 'x' })).status,
      400,
    );
    const wrongSize = complete({ MpuObjectSize: 12 });
    await assert.rejects(
      wrongSize,
      (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode === 400,
    );
    await assertFails(s3.headObject({ Bucket, Key: 'checked' }), 404, 'NotFound');
    const done = await complete({
      ChecksumCRC32: 'DUoRhQ==',
      ChecksumType: 'FULL_OBJECT',
      MpuObjectSize: 11,
    });
    assert.equal(done.ChecksumCRC32, 'DUoRhQ==');
  });

  it('refuses parts that were not uploaded, out of order, or too small', async () => {
    const { upload, MultipartUpload } = await begin('refused', bodies);
    const [one, two, three] = MultipartUpload.Parts;
    assert.ok(one && two && three);
    const complete = (Parts: CompletedPart[]) =>
      s3.completeMultipartUpload({ ...upload, MultipartUpload: { Parts } });
    await assertFails(complete([one, { ...two, ETag: '"other"' }]), 400, 'InvalidPart');
    await assertFails(complete([one, { ...two, PartNumber: 9 }]), 400, 'InvalidPart');
    await assertFails(complete([two, one]), 400, 'InvalidPartOrder');
    await assertFails(complete([one, one]), 400, 'InvalidPartOrder');
    await assertFails(complete([one, { ...two, ChecksumCRC32: 'AAAAAA==' }]), 400, 'InvalidPart');
    await s3.uploadPart({ ...upload, PartNumber: 4, Body: 'x' });
    const four = (await s3.listParts(upload)).Parts?.[3];
    await assertFails(complete([three, { PartNumber: 4, ETag: four?.ETag }]), 400, 'EntityTooSmall');
    await assertFails(s3.headObject({ Bucket, Key: 'refused' }), 404, 'NotFound');
    await complete([one, three]);
    assert.ok(
      (await read('refused')).equals(Buffer.concat([bodies[0] ?? '', bodies[2] ?? ''].map(Buffer.from))),
    );
  });

  it('takes entity tags with and without quotes', async () => {
    const { upload, MultipartUpload } = await begin('unquoted', [Buffer.from('x')]);
    const etag = MultipartUpload.Parts[0]?.ETag?.replaceAll('"', '');
    const part = `<Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part>`;
    const answer = await post(
      'unquoted',
      upload.UploadId,
      `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`,
    );
    assert.equal(answer.status, 200, answer.text);
  });

  it('refuses documents that are none', async () => {
    const { upload } = await begin('malformed', [Buffer.from('x')]);
    const part = (number: number | string, more = '') =>
      `<Part><PartNumber>${number}</PartNumber><ETag>x</ETag>${more}</Part>`;
    const complete = (inside: string) => `<CompleteMultipartUpload>${inside}</CompleteMultipartUpload>`;
    const tooMany = Array.from({ length: 10_001 }, (_, i) => part(i + 1)).join('');
    for (const body of [
      '',
      'nonsense',
      complete(''),
      complete('<Part/>'),
      complete(part(0)),
      complete(part(10_001)),
      complete(part('x')),
      complete(part(1, '<Unknown/>')),
      complete(part(1, '<ChecksumCRC32>a</ChecksumCRC32><ChecksumSHA1>b</ChecksumSHA1>')),
      complete(tooMany),
      `<!DOCTYPE a [<!ENTITY b "c">]>${complete(part('&b;'))}`,
    ]) {
      assertError(await post('malformed', upload.UploadId, body), 400, 'MalformedXML');
    }
    const md5 = createHash('md5').update('other').digest('base64');
    assertError(
      await post('malformed', upload.UploadId, complete(part(1)), { 'content-md5': md5 }),
      400,
      'BadDigest',
    );
    assertError(
      await post('malformed', upload.UploadId, complete(' '.repeat(9 << 20))),
      400,
      'EntityTooLarge',
    );
    assert.equal((await s3.listParts(upload)).Parts?.length, 1);
  });

  it('writes only when the conditions hold', async () => {
    await s3.putObject({ Bucket, Key: 'if', Body: 'old' });
    const { upload, MultipartUpload } = await begin('if', [Buffer.from('new')]);
    const complete = { ...upload, MultipartUpload };
    await assertFails(
      s3.completeMultipartUpload({ ...complete, IfNoneMatch: '*' }),
      412,
      'PreconditionFailed',
    );
    await assertFails(
      s3.completeMultipartUpload({ ...complete, IfMatch: '"other"' }),
      412,
      'PreconditionFailed',
    );
    assert.equal((await read('if')).toString(), 'old');
    const { ETag } = await s3.headObject({ Bucket, Key: 'if' });
    await s3.completeMultipartUpload({ ...complete, IfMatch: ETag });
    assert.equal((await read('if')).toString(), 'new');
  });

  it('settles with an abort at the same time to one outcome', async () => {
    for (let round = 0; round < 5; round += 1) {
      const Key = `settled ${round}`;
      const { upload, MultipartUpload } = await begin(Key, [Buffer.from('x')]);
      const [completed] = await Promise.allSettled([
        s3.completeMultipartUpload({ ...upload, MultipartUpload }),
        s3.abortMultipartUpload(upload),
      ]);
      const found = await s3.headObject({ Bucket, Key }).then(
        () => true,
        () => false,
      );
      assert.equal(found, completed.status === 'fulfilled');
      await assertFails(s3.listParts(upload), 404, 'NoSuchUpload');
    }
  });

  it('serves the SDK’s managed upload under every kind of key', async () => {
    const Body = Buffer.concat(bodies);
    for (const Key of tortureKeys.filter((key) => !key.startsWith('control'))) {
      const done = await new Upload({ client: s3, params: { Bucket, Key, Body } }).done();
      assert.equal(done.Key, Key);
      assert.equal((await s3.headObject({ Bucket, Key })).ContentLength, Body.length);
    }
  });

  it('refuses uploads that are not there, and who may not write', async () => {
    const { upload, MultipartUpload } = await begin('theirs', [Buffer.from('x')]);
    const absent = { ...upload, UploadId: '0'.repeat(32), MultipartUpload };
    await assertFails(s3.completeMultipartUpload(absent), 404, 'NoSuchUpload');
    await assertFails(s3.completeMultipartUpload({ ...absent, UploadId: 'x' }), 404, 'NoSuchUpload');
    for (const user of [carol, eve]) {
      const call = s3Client(server, user).completeMultipartUpload({ ...upload, MultipartUpload });
      await assertFails(call, 403, 'AccessDenied');
    }
  });
});
