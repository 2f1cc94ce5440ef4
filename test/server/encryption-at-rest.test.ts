// What lies on the disk: the bytes of an encrypted bucket are in no file, those of any other bucket are found there
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { newBucket, s3Client } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { accountName, SwiftAccount, v1Login } from '../support/swift.ts';

const MIB = 1024 * 1024;
const [small, large] = [3000, 3 * MIB + 17];

let server: TestServer;
let s3: S3;
let swift: SwiftAccount;
let secret: string;

before(async () => {
  // The files of the embedded engines are what is read here.
  server = await startServer({ meta: 'lmdb' });
  s3 = s3Client(server, alice);
  swift = new SwiftAccount(server, accountName(demo, 'upstream'), (await v1Login(server, alice)).token);
  secret = `t-${randomBytes(8).toString('hex')}`;
  const body = { name: secret, use_encryption: true };
  const token = await issueToken(server, alice);
  assert.equal((await ext(server, token, '/bucket', { method: 'PUT', body })).status, 200);
});
after(() => server.stop());

/** `size` bytes full of a phrase that is nowhere else. */
function phrased(size: number): { phrase: string; bytes: Buffer } {
  const phrase = `phrase-${randomBytes(9).toString('base64url')}.`;
  return { phrase, bytes: Buffer.from(phrase.repeat(Math.ceil(size / phrase.length))).subarray(0, size) };
}

/** The files of the data directory that contain `phrase`. What was acknowledged is in them. */
function filesWith(phrase: string): string[] {
  const files = readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  assert.ok(
    files.some((file) => file.endsWith('.mdb')),
    'the metadata is looked at too',
  );
  return files.filter((file) => readFileSync(file).includes(phrase));
}

async function upload(Bucket: string, bodies: readonly Buffer[]): Promise<void> {
  const target = { Bucket, Key: 'of-parts' };
  const { UploadId } = await s3.createMultipartUpload(target);
  const Parts = [];
  for (const [index, Body] of bodies.entries()) {
    const PartNumber = index + 1;
    const { ETag } = await s3.uploadPart({ ...target, UploadId, PartNumber, Body });
    Parts.push({ PartNumber, ETag });
  }
  await s3.completeMultipartUpload({ ...target, UploadId, MultipartUpload: { Parts } });
}

/** Each way for bytes to come in from outside. */
const ways: Readonly<Record<string, (bucket: string, bytes: Buffer) => Promise<unknown>>> = {
  'a small S3 object': (Bucket, bytes) => s3.putObject({ Bucket, Key: 's', Body: bytes.subarray(0, small) }),
  'a large S3 object': (Bucket, Body) => s3.putObject({ Bucket, Key: 'l', Body }),
  'parts, large and small': (Bucket, bytes) =>
    upload(Bucket, [Buffer.concat([bytes, bytes]), bytes.subarray(0, small)]),
  'a small Swift object': (bucket, bytes) => swift.put(`/${bucket}/swift-s`, bytes.subarray(0, small)),
  'a large Swift object': (bucket, bytes) => swift.put(`/${bucket}/swift-l`, bytes),
};

for (const [way, put] of Object.entries(ways)) {
  it(`${way}: found on the disk when plain, nowhere when encrypted`, async () => {
    const [plain, hidden] = [phrased(large), phrased(large)];
    const open = await newBucket(s3);
    await put(open, plain.bytes);
    await put(secret, hidden.bytes);
    assert.notDeepEqual(filesWith(plain.phrase), []);
    assert.deepEqual(filesWith(hidden.phrase), []);
  });
}

it('a file stored for a moment, refused in the end, was encrypted too', async () => {
  const { phrase, bytes } = phrased(large);
  const wrong = await swift.put(`/${secret}/refused`, bytes, { ETag: '0'.repeat(32) });
  assert.equal(wrong.status, 422);
  assert.deepEqual(filesWith(phrase), []);
});

describe('copies of plain objects into the encrypted bucket', () => {
  const copies: Readonly<Record<string, (from: string) => Promise<unknown>>> = {
    CopyObject: (CopySource) => s3.copyObject({ Bucket: secret, Key: 'copy', CopySource }),
    'COPY of Swift': (from) =>
      swift.call('COPY', `/${from}`, { headers: { Destination: `/${secret}/swift-copy` } }),
    UploadPartCopy: async (CopySource) => {
      const target = { Bucket: secret, Key: 'part-copy' };
      const { UploadId } = await s3.createMultipartUpload(target);
      const source = { CopySource, CopySourceRange: `bytes=100-${2 * MIB}` };
      const { CopyPartResult } = await s3.uploadPartCopy({ ...target, UploadId, PartNumber: 1, ...source });
      const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
      await s3.completeMultipartUpload({ ...target, UploadId, MultipartUpload: { Parts } });
    },
  };
  for (const [name, copy] of Object.entries(copies)) {
    it(`${name} adds no file with their bytes`, async () => {
      const { phrase, bytes } = phrased(large);
      const open = await newBucket(s3);
      await s3.putObject({ Bucket: open, Key: 'source', Body: bytes });
      const found = filesWith(phrase);
      assert.equal(found.length, 1);
      await copy(`${open}/source`);
      assert.deepEqual(filesWith(phrase), found);
    });
  }
});

it('an object that asks for encryption in a plain bucket, and its copies anywhere', async () => {
  const [few, many] = [phrased(small), phrased(large)];
  const [Bucket, other] = [await newBucket(s3), await newBucket(s3)];
  for (const { bytes, phrase } of [few, many]) {
    await s3.putObject({ Bucket, Key: phrase, Body: bytes, ServerSideEncryption: 'AES256' });
    await s3.copyObject({ Bucket: other, Key: phrase, CopySource: `${Bucket}/${phrase}` });
    const { Body } = await s3.getObject({ Bucket: other, Key: phrase });
    assert.equal(Buffer.compare((await Body?.transformToByteArray()) ?? Buffer.alloc(0), bytes), 0);
  }
  // The key names are on the disk; the bytes repeat the phrase.
  assert.deepEqual(filesWith(few.phrase.repeat(2)), []);
  assert.deepEqual(filesWith(many.phrase.repeat(2)), []);
});
