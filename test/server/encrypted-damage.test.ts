// Encrypted bytes that changed at rest, or were put in another's place: an error and a log line, never wrong bytes
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { collect } from '../../src/base/streams/collect.ts';
import { openBucket } from '../../src/core/buckets/lookup.ts';
import type { BucketRecord } from '../../src/core/model/bucket-records.ts';
import { bucketFormat, objectFormat } from '../../src/core/model/codecs.ts';
import { bucketKey, objectKey } from '../../src/core/model/keys.ts';
import type { ObjectRecord, Segment } from '../../src/core/model/object-records.ts';
import type { ByteRange } from '../../src/engines/blob/blob-store.ts';
import { type FaultyServer, startFaultyServer } from '../support/faulty-server.ts';
import { bucketName, objectKeyOf } from '../support/memory-core.ts';
import { assertError, type RawAnswer, rawS3 } from '../support/s3.ts';
import { alice } from '../support/seed.ts';

const FRAME = 64 * 1024;
const SEALED = FRAME + 16;
const large = randomBytes(20 * FRAME + 999);
const small = randomBytes(3000);

let server: FaultyServer;
const s3 = (method: string, target: string, body: Uint8Array | string = '', headers = {}) =>
  rawS3(server, { method, target, body, headers, user: alice });

before(async () => {
  server = await startFaultyServer();
  for (const bucket of ['vault', 'second']) {
    assert.equal((await s3('PUT', `/${bucket}`)).status, 200);
    const wish =
      '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256' +
      '</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>';
    assert.equal((await s3('PUT', `/${bucket}?encryption`, wish)).status, 200);
    for (const [key, body] of [
      ['large', large],
      ['other', randomBytes(large.length)],
      ['small', small],
      ['tiny', randomBytes(3000)],
    ] as const) {
      assert.equal((await s3('PUT', `/${bucket}/${key}`, body)).status, 200);
    }
  }
});
after(() => server.stop());

async function recordOf(bucket: string, key: string) {
  const { record } = await openBucket(server.core, bucketName(bucket));
  const engineKey = objectKey(record.id, objectKeyOf(key));
  const [entry] = await server.core.meta.get([engineKey]);
  assert.ok(entry);
  return { engineKey, record: objectFormat.decode(entry.value) };
}

async function segmentOf(bucket: string, key: string): Promise<Segment> {
  const { data } = (await recordOf(bucket, key)).record;
  assert.ok(data.kind === 'segments' && data.segments[0] !== undefined);
  return data.segments[0];
}

/** Changes the record of vault's `key` for as long as `work` takes. */
async function altered(
  key: string,
  change: (record: ObjectRecord) => ObjectRecord,
  work: () => Promise<void>,
): Promise<void> {
  const { engineKey, record } = await recordOf('vault', key);
  const write = (changed: ObjectRecord) =>
    server.core.meta.commit({ puts: [[engineKey, objectFormat.encode(changed)]] });
  await write(change(record));
  try {
    await work();
  } finally {
    await write(record);
  }
}

const withSegment = (segment: Segment) => (record: ObjectRecord) => ({
  ...record,
  data: { kind: 'segments' as const, segments: [segment] },
});

/** Either an error as S3 prints it, or a connection that ends before the announced length; in both cases a line in the log. */
async function assertCorrupt(target: string, headers = {}): Promise<void> {
  server.takeLog();
  const outcome: RawAnswer | Error = await s3('GET', target, '', headers).catch((error: Error) => error);
  if (!(outcome instanceof Error)) assertError(outcome, 500, 'InternalError');
  const lines = server.takeLog().filter(({ err }) => err !== undefined);
  assert.equal(lines.length, 1, `${target}: ${JSON.stringify(lines)}`);
  assert.match(JSON.stringify(lines[0]), /Corrupt/);
}

describe('a blob of which', () => {
  const original = () => server.blobs.constructor.prototype.read as FaultyServer['blobs']['read'];
  /** Gives out `change` of a blob's bytes, as if its file had been written anew with right checksums. */
  function tamper(change: (bytes: Buffer) => Buffer): void {
    server.blobs.read = async function* (id: string, { start, end }: ByteRange) {
      const { sealed } = await segmentOf('vault', 'large');
      assert.ok(sealed);
      const size = sealed.size + Math.ceil(sealed.size / FRAME) * 16;
      const whole = await collect(original().call(server.blobs, id, { start: 0, end: size }), size);
      yield change(whole).subarray(start, end);
    };
  }
  afterEach(() => {
    server.blobs.read = original();
  });

  const flipped = (at: number) => (bytes: Buffer) => {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  const cut = (bytes: Buffer, n: number) => bytes.subarray(n * SEALED, (n + 1) * SEALED);
  const kinds: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    'a bit of the first frame flipped': flipped(5),
    'a bit of a tag flipped': flipped(3 * SEALED - 1),
    'the last byte flipped': (bytes) => flipped(bytes.length - 1)(bytes),
    'two frames are swapped': (bytes) =>
      Buffer.concat([cut(bytes, 1), cut(bytes, 0), bytes.subarray(2 * SEALED)]),
    'a frame is there twice': (bytes) =>
      Buffer.concat([cut(bytes, 0), cut(bytes, 0), bytes.subarray(2 * SEALED)]),
    'the end is missing': (bytes) => bytes.subarray(0, bytes.length - 10),
    'whole frames at the end are missing': (bytes) => bytes.subarray(0, 7 * SEALED),
    'all is missing': () => Buffer.alloc(0),
  };
  for (const [kind, change] of Object.entries(kinds)) {
    it(`${kind} is not given out`, async () => {
      tamper(change);
      await assertCorrupt('/vault/large');
    });
  }

  it('one frame is damaged still gives the others', async () => {
    tamper(flipped(SEALED + 7));
    for (const [start, end] of [
      [0, FRAME],
      [2 * FRAME, large.length],
    ] as const) {
      const { status, body } = await s3('GET', '/vault/large', '', { range: `bytes=${start}-${end - 1}` });
      assert.equal(status, 206);
      assert.equal(Buffer.compare(body, large.subarray(start, end)), 0);
    }
    await assertCorrupt('/vault/large', { range: `bytes=${FRAME - 1}-${FRAME}` });
    await assertCorrupt('/vault/large', { range: `bytes=${2 * FRAME - 1}-${2 * FRAME - 1}` });
  });

  it('is another object’s is not given out', async () => {
    const [mine, other] = [await segmentOf('vault', 'large'), await segmentOf('vault', 'other')];
    assert.ok(mine.kind === 'blob' && other.kind === 'blob' && other.sealed && mine.sealed);
    await altered('large', withSegment({ ...mine, blob: other.blob }), () => assertCorrupt('/vault/large'));
    await altered('large', withSegment(other), () => assertCorrupt('/vault/large'));
  });
});

describe('a record in which', () => {
  it('inline bytes or their key changed', async () => {
    const segment = await segmentOf('vault', 'small');
    assert.ok(segment.kind === 'inline' && segment.sealed);
    const flip = (bytes: Uint8Array, at: number) =>
      Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 8 : byte)));
    const { bytes, sealed } = segment;
    for (const changed of [
      { ...segment, bytes: flip(bytes, 0) },
      { ...segment, bytes: flip(bytes, bytes.length - 1) },
      { ...segment, bytes: bytes.subarray(0, bytes.length - 1) },
      { ...segment, bytes: Buffer.alloc(0) },
      { ...segment, sealed: { ...sealed, key: flip(sealed.key, 3) } },
      { ...segment, sealed: { ...sealed, key: Buffer.alloc(0) } },
      { ...segment, sealed: { ...sealed, size: sealed.size - 1 } },
    ]) {
      await altered('small', withSegment(changed), () => assertCorrupt('/vault/small'));
    }
    assert.equal(Buffer.compare((await s3('GET', '/vault/small')).body, small), 0);
  });

  it('the object’s key is another’s, damaged or gone', async () => {
    const { encryption: tiny } = (await recordOf('vault', 'tiny')).record;
    const { encryption: second } = (await recordOf('second', 'small')).record;
    assert.ok(tiny && second);
    for (const encryption of [tiny, second, { key: Buffer.alloc(40) }, { key: Buffer.alloc(3) }]) {
      for (const key of ['small', 'large']) {
        await altered(
          key,
          (record) => ({ ...record, encryption }),
          () => assertCorrupt(`/vault/${key}`),
        );
      }
    }
    const without = ({ encryption: _, ...record }: ObjectRecord) => record;
    await altered('small', without, () => assertCorrupt('/vault/small'));
    await altered('large', without, () => assertCorrupt('/vault/large'));
  });

  it('the bucket’s key is another bucket’s, damaged or gone', async () => {
    const key = bucketKey(bucketName('vault'));
    const { record } = await openBucket(server.core, bucketName('vault'));
    const { encryption: second } = (await openBucket(server.core, bucketName('second'))).record;
    const { encryption: own } = record;
    assert.ok(second && own);
    const { encryption: _, ...without } = record;
    for (const changed of [
      { ...record, encryption: second },
      { ...record, encryption: { ...own, sealedKey: own.sealedKey.subarray(1) } },
      without,
    ] as BucketRecord[]) {
      await server.core.meta.commit({ puts: [[key, bucketFormat.encode(changed)]] });
      await assertCorrupt('/vault/small');
      await assertCorrupt('/vault/large');
    }
    await server.core.meta.commit({ puts: [[key, bucketFormat.encode(record)]] });
    assert.equal(Buffer.compare((await s3('GET', '/vault/large')).body, large), 0);
  });
});
