// Encryption at rest as S3 tells it: x-amz-server-side-encryption, Get/Put/DeleteBucketEncryption, ranges, parts, copies
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { assertError, assertFails, newBucket, rawS3, s3Client } from '../support/s3.ts';
import { alice, carol, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { accountName, SwiftAccount, v1Login } from '../support/swift.ts';

const FRAME = 64 * 1024;
const MIB = 1024 * 1024;

let server: TestServer;
let s3: S3;
let swift: SwiftAccount;
/** A bucket where everything is encrypted, and one where nothing is. */
let sealed: string;
let open: string;

const rules = (SSEAlgorithm: 'AES256' | 'aws:kms') => ({
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }],
});
const encrypt = (Bucket: string) =>
  s3.putBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: rules('AES256') });

before(async () => {
  server = await startServer();
  s3 = s3Client(server, alice);
  swift = new SwiftAccount(server, accountName(demo, 'upstream'), (await v1Login(server, alice)).token);
  [sealed, open] = [await newBucket(s3), await newBucket(s3)];
  await encrypt(sealed);
});
after(() => server.stop());

async function read(Bucket: string, Key: string, Range?: string): Promise<Buffer> {
  const { Body } = await s3.getObject({ Bucket, Key, ...(Range !== undefined && { Range }) });
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

function assertSame(actual: Uint8Array, expected: Uint8Array, what = ''): void {
  assert.equal(Buffer.compare(actual, expected), 0, what);
}

const md5 = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;
const put = (Bucket: string, Key: string, Body: Buffer) => s3.putObject({ Bucket, Key, Body });
const head = async (Bucket: string, Key: string) => s3.headObject({ Bucket, Key });

/** Small ones are kept in the metadata, large ones in files. */
const sizes = [0, 1, 5000, FRAME - 1, FRAME, FRAME + 1, 3 * MIB + 17];

describe('the encryption of a bucket', () => {
  it('is not there, put, got and deleted', async () => {
    const Bucket = await newBucket(s3);
    const absent = 'ServerSideEncryptionConfigurationNotFoundError';
    await assertFails(s3.getBucketEncryption({ Bucket }), 404, absent);
    await encrypt(Bucket);
    const { ServerSideEncryptionConfiguration: found } = await s3.getBucketEncryption({ Bucket });
    assert.deepEqual(found, {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
    });
    await put(Bucket, 'k', randomBytes(10));
    await s3.deleteBucketEncryption({ Bucket });
    await s3.deleteBucketEncryption({ Bucket });
    await assertFails(s3.getBucketEncryption({ Bucket }), 404, absent);
    const later = await put(Bucket, 'later', randomBytes(10));
    assert.equal(later.ServerSideEncryption, undefined);
    assert.equal((await head(Bucket, 'k')).ServerSideEncryption, 'AES256');
    assert.equal((await read(Bucket, 'k')).length, 10);
  });

  it('holds for new objects alone', async () => {
    const Bucket = await newBucket(s3);
    const body = randomBytes(100);
    await put(Bucket, 'old', body);
    await encrypt(Bucket);
    await put(Bucket, 'new', body);
    assert.equal((await head(Bucket, 'old')).ServerSideEncryption, undefined);
    assert.equal((await head(Bucket, 'new')).ServerSideEncryption, 'AES256');
    for (const key of ['old', 'new']) assertSame(await read(Bucket, key), body);
  });

  it('refuses keys of a key service, what it does not know, and who may not', async () => {
    const Bucket = await newBucket(s3);
    const kms = { Bucket, ServerSideEncryptionConfiguration: rules('aws:kms') };
    await assertFails(s3.putBucketEncryption(kms), 501, 'NotImplemented');
    const send = (body: string) =>
      rawS3(server, { method: 'PUT', target: `/${Bucket}?encryption`, user: alice, body });
    const document = (inner: string) =>
      `<ServerSideEncryptionConfiguration>${inner}</ServerSideEncryptionConfiguration>`;
    const rule = (algorithm: string, more = '') =>
      `<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm>${more}` +
      '</ApplyServerSideEncryptionByDefault></Rule>';
    for (const body of [
      '',
      '<Other/>',
      document(''),
      document('<Rule/>'),
      document(rule('ROT13')),
      document(rule('AES256') + rule('AES256')),
      document(rule('AES256').replace('</Rule>', '<BucketKeyEnabled>maybe</BucketKeyEnabled></Rule>')),
    ]) {
      assertError(await send(body), 400, 'MalformedXML');
    }
    const withKey = rule('AES256', '<KMSMasterKeyID>a</KMSMasterKeyID>');
    assertError(await send(document(withKey)), 400, 'InvalidArgument');
    const reader = s3Client(server, carol);
    const input = { Bucket, ServerSideEncryptionConfiguration: rules('AES256') };
    await assertFails(reader.putBucketEncryption(input), 403, 'AccessDenied');
    await assertFails(reader.deleteBucketEncryption({ Bucket }), 403, 'AccessDenied');
    const absent = 'ServerSideEncryptionConfigurationNotFoundError';
    await assertFails(s3.getBucketEncryption({ Bucket }), 404, absent);
    await assertFails(s3.getBucketEncryption({ Bucket: 'absent' }), 404, 'NoSuchBucket');
  });
});

describe('objects', () => {
  it('read back through both doors, with the MD5 of their bytes, and say so', async () => {
    for (const size of sizes) {
      const bytes = randomBytes(size);
      const Key = `size ${size}`;
      const made = await put(sealed, Key, bytes);
      assert.deepEqual([made.ETag, made.ServerSideEncryption], [md5(bytes), 'AES256'], Key);
      const { ETag, ContentLength, ServerSideEncryption } = await head(sealed, Key);
      assert.deepEqual([ETag, ContentLength, ServerSideEncryption], [md5(bytes), size, 'AES256']);
      assertSame(await read(sealed, Key), bytes, Key);
      assertSame((await swift.get(`/${sealed}/size%20${size}`)).bytes, bytes, Key);
    }
  });

  it('put through Swift, in chunks too', async () => {
    for (const size of sizes) {
      const body = randomBytes(size);
      const path = `/${sealed}/swift-${size}`;
      assert.equal((await swift.call('PUT', path, { body, chunked: size % 2 === 0 })).status, 201);
      const { headers, bytes } = await swift.get(path);
      assertSame(bytes, body, path);
      assert.equal(`"${headers.etag}"`, md5(body));
      assert.equal((await head(sealed, `swift-${size}`)).ServerSideEncryption, 'AES256');
      await swift.post(path, { 'X-Object-Meta-A': 'b' });
      assertSame((await swift.get(path)).bytes, body);
    }
  });

  it('give ranges at and around the borders of frames', async () => {
    for (const size of [FRAME + 1, 3 * FRAME, 2 * MIB + 100]) {
      const bytes = randomBytes(size);
      const Key = `ranges ${size}`;
      await put(sealed, Key, bytes);
      const edges = [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, size - 1].filter((at) => at < size);
      for (const start of edges) {
        for (const last of edges.filter((at) => at >= start)) {
          const range = `bytes=${start}-${last}`;
          assertSame(await read(sealed, Key, range), bytes.subarray(start, last + 1), `${Key} ${range}`);
        }
      }
      assertSame(await read(sealed, Key, 'bytes=-70000'), bytes.subarray(Math.max(size - 70_000, 0)));
      const several = await swift.get(`/${sealed}/ranges%20${size}`, {
        Range: `bytes=10-20,${FRAME - 5}-${FRAME}`,
      });
      assert.equal(several.status, 206);
      for (const [start, end] of [
        [10, 21],
        [FRAME - 5, FRAME + 1],
      ] as const) {
        assert.ok(several.bytes.includes(bytes.subarray(start, end)));
      }
    }
  });

  it('on request in any bucket, and by no other means', async () => {
    const bytes = randomBytes(5000);
    const asked = { Bucket: open, Key: 'asked', Body: bytes };
    assert.equal(
      (await s3.putObject({ ...asked, ServerSideEncryption: 'AES256' })).ServerSideEncryption,
      'AES256',
    );
    assert.equal((await head(open, 'asked')).ServerSideEncryption, 'AES256');
    assert.equal((await put(open, 'not asked', bytes)).ServerSideEncryption, undefined);
    for (const key of ['asked', 'not asked']) assertSame(await read(open, key), bytes);
    await assertFails(
      s3.getBucketEncryption({ Bucket: open }),
      404,
      'ServerSideEncryptionConfigurationNotFoundError',
    );
    await assertFails(s3.putObject({ ...asked, ServerSideEncryption: 'aws:kms' }), 501, 'NotImplemented');
    const customer = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k', SSECustomerKeyMD5: 'm' };
    await assertFails(s3.putObject({ ...asked, ...customer }), 501, 'NotImplemented');
  });

  it('of wrong digests leave nothing', async () => {
    const headers = { 'content-md5': Buffer.alloc(16).toString('base64') };
    for (const size of [100, 2 * MIB]) {
      const body = randomBytes(size);
      const answer = await rawS3(server, {
        method: 'PUT',
        target: `/${sealed}/wrong`,
        user: alice,
        headers,
        body,
      });
      assertError(answer, 400, 'BadDigest');
      await assertFails(head(sealed, 'wrong'), 404, 'NotFound');
    }
  });
});

describe('parts', () => {
  it('uploaded and copied from everywhere make one object', async () => {
    const [secret, plain, tiny] = [randomBytes(6 * MIB), randomBytes(6 * MIB), randomBytes(3000)];
    await put(sealed, 'large', secret);
    await put(open, 'large', plain);
    await put(sealed, 'tiny', tiny);
    await put(open, 'tiny', tiny);
    const sources = [
      {
        CopySource: `${sealed}/large`,
        CopySourceRange: `bytes=7-${6 * MIB - 9}`,
        bytes: secret.subarray(7, 6 * MIB - 8),
      },
      { CopySource: `${open}/large`, bytes: plain },
      {
        CopySource: `${open}/large`,
        CopySourceRange: `bytes=1-${5 * MIB}`,
        bytes: plain.subarray(1, 5 * MIB + 1),
      },
    ];
    const ends = [
      { CopySource: `${sealed}/tiny`, CopySourceRange: 'bytes=5-1999', bytes: tiny.subarray(5, 2000) },
      { CopySource: `${open}/tiny`, bytes: tiny },
    ];
    for (const [Bucket, encrypted] of [
      [sealed, 'AES256'],
      [open, undefined],
    ] as const) {
      for (const [index, end] of ends.entries()) {
        const target = { Bucket, Key: `of parts ${index}` };
        const { UploadId, ServerSideEncryption } = await s3.createMultipartUpload(target);
        assert.equal(ServerSideEncryption, encrypted);
        const own = randomBytes(5 * MIB);
        const first = await s3.uploadPart({ ...target, UploadId, PartNumber: 1, Body: own });
        assert.equal(first.ServerSideEncryption, encrypted);
        const Parts = [{ PartNumber: 1, ETag: first.ETag }];
        for (const { bytes, ...source } of [...sources, end]) {
          const PartNumber = Parts.length + 1;
          const copied = await s3.uploadPartCopy({ ...target, UploadId, PartNumber, ...source });
          assert.equal(copied.ServerSideEncryption, encrypted);
          assert.equal(copied.CopyPartResult?.ETag, md5(bytes));
          Parts.push({ PartNumber, ETag: copied.CopyPartResult?.ETag });
        }
        const complete = { ...target, UploadId, MultipartUpload: { Parts } };
        const done = await s3.completeMultipartUpload(complete);
        assert.equal(done.ServerSideEncryption, encrypted);
        assert.equal((await s3.completeMultipartUpload(complete)).ServerSideEncryption, encrypted);
        const whole = Buffer.concat([own, ...[...sources, end].map(({ bytes }) => bytes)]);
        assertSame(await read(Bucket, target.Key), whole, target.Key);
        const part = await s3.getObject({ ...target, PartNumber: 4 });
        assertSame(
          (await part.Body?.transformToByteArray()) ?? Buffer.alloc(0),
          plain.subarray(1, 5 * MIB + 1),
        );
        for (const start of [0, 5 * MIB - 10, 5 * MIB + FRAME - 3, 11 * MIB - 30, whole.length - 5]) {
          const end = Math.min(start + FRAME + 20, whole.length);
          const range = await read(Bucket, target.Key, `bytes=${start}-${end - 1}`);
          assertSame(range, whole.subarray(start, end), `${target.Key} from ${start}`);
        }
        // A copy of an object of parts, into the other bucket.
        const elsewhere = { Bucket: Bucket === open ? sealed : open, Key: `copy ${index}` };
        const copy = await s3.copyObject({ ...elsewhere, CopySource: encodeURI(`${Bucket}/${target.Key}`) });
        assert.equal(copy.ServerSideEncryption, 'AES256');
        assertSame(await read(elsewhere.Bucket, elsewhere.Key), whole);
      }
    }
  });

  it('of an upload that asks for it are encrypted in any bucket', async () => {
    const target = { Bucket: await newBucket(s3), Key: 'asked' };
    const { UploadId, ServerSideEncryption } = await s3.createMultipartUpload({
      ...target,
      ServerSideEncryption: 'AES256',
    });
    assert.equal(ServerSideEncryption, 'AES256');
    const Body = randomBytes(MIB);
    const { ETag } = await s3.uploadPart({ ...target, UploadId, PartNumber: 1, Body });
    const Parts = [{ PartNumber: 1, ETag }];
    await s3.completeMultipartUpload({ ...target, UploadId, MultipartUpload: { Parts } });
    assert.equal((await head(target.Bucket, 'asked')).ServerSideEncryption, 'AES256');
    assertSame(await read(target.Bucket, 'asked'), Body);
  });
});

describe('copies', () => {
  it('in all directions through both doors keep bytes and ETag, and never lose encryption', async () => {
    const third = await newBucket(s3);
    await encrypt(third);
    for (const size of [0, 3000, FRAME, 2 * MIB + 5]) {
      const bytes = randomBytes(size);
      const Key = `copied-${size}`;
      await put(sealed, Key, bytes);
      await put(open, Key, bytes);
      for (const [from, to] of [
        [sealed, sealed],
        [sealed, third],
        [sealed, open],
        [open, sealed],
        [open, open],
      ] as const) {
        const expected = from === open && to === open ? undefined : 'AES256';
        const copy = { Bucket: to, Key: `s3-${from}-${size}` };
        const { CopyObjectResult, ServerSideEncryption } = await s3.copyObject({
          ...copy,
          CopySource: `${from}/${Key}`,
        });
        assert.deepEqual([CopyObjectResult?.ETag, ServerSideEncryption], [md5(bytes), expected]);
        const Destination = `/${to}/swift-${from}-${size}`;
        const answer = await swift.call('COPY', `/${from}/${Key}`, { headers: { Destination } });
        assert.equal(answer.status, 201, answer.text);
        for (const name of [`s3-${from}-${size}`, `swift-${from}-${size}`]) {
          const told = await head(to, name);
          assert.deepEqual([told.ETag, told.ServerSideEncryption], [md5(bytes), expected]);
          assertSame(await read(to, name), bytes);
        }
      }
    }
    for (const bucket of [sealed, open]) await s3.deleteObject({ Bucket: bucket, Key: 'copied-3000' });
    assert.equal((await read(third, `s3-${sealed}-3000`)).length, 3000);
  });

  it('outlive the bucket they came from, and its key', async () => {
    const Bucket = await newBucket(s3);
    await encrypt(Bucket);
    const bytes = randomBytes(2 * MIB);
    await put(Bucket, 'k', bytes);
    await s3.copyObject({ Bucket: open, Key: 'survivor', CopySource: `${Bucket}/k` });
    await s3.deleteObject({ Bucket, Key: 'k' });
    await s3.deleteBucket({ Bucket });
    assertSame(await read(open, 'survivor'), bytes);
  });

  it('to the same place encrypt what was plain, with a checksum on request', async () => {
    const bytes = randomBytes(200_000);
    const self = { Bucket: open, Key: 'self', CopySource: `${open}/self` };
    await put(open, 'self', bytes);
    await assertFails(s3.copyObject(self), 400, 'InvalidRequest');
    const asked = { ...self, ServerSideEncryption: 'AES256', ChecksumAlgorithm: 'SHA256' } as const;
    const { CopyObjectResult } = await s3.copyObject(asked);
    const sum = createHash('sha256').update(bytes).digest('base64');
    assert.equal(CopyObjectResult?.ChecksumSHA256, sum);
    assert.equal((await head(open, 'self')).ServerSideEncryption, 'AES256');
    assertSame(await read(open, 'self'), bytes);
  });
});

it('everything is there after a restart', async () => {
  const bytes = randomBytes(MIB);
  await put(sealed, 'kept', bytes);
  await server.restart();
  s3 = s3Client(server, alice);
  assertSame(await read(sealed, 'kept'), bytes);
  assert.equal((await s3.getBucketEncryption({ Bucket: sealed })).$metadata.httpStatusCode, 200);
});
