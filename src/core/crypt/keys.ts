/**
 * Owns the chain of keys: the master key seals a bucket's key, that one wraps an object's data key, that one wraps the key of each
 * stretch of bytes. So a copy into another bucket wraps one key anew, however many parts the object has. Refuses to keep any key
 * unwrapped longer than a process lives. Every failure to open one is Corrupt: with the right master key they all open.
 */
import { KEY_BYTES, unwrapKey, wrapKey } from '../../base/key-wrap.ts';
import { Corrupt } from '../../engines/errors.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketEncryption, BucketRecord } from '../model/bucket-records.ts';
import type { ObjectEncryption } from '../model/object-records.ts';

const purpose = 'bucket key';

/** Opened keys, for as long as a record is remembered. */
const opened = new WeakMap<BucketEncryption, Buffer>();

/** Whether everything written to the bucket is encrypted, asked for or not. */
export function encryptsAll({ encryption }: Pick<BucketRecord, 'encryption'>): boolean {
  return encryption !== undefined && encryption.onRequest !== true;
}

export function newKey(core: Core): Buffer {
  return core.random(KEY_BYTES);
}

/** A new key for the bucket of this id, which is sealed in: moved to another bucket's record it does not open. */
export function newBucketEncryption(core: Core, bucketId: string, all: boolean): BucketEncryption {
  const sealedKey = core.masterKey.seal(purpose, Buffer.concat([Buffer.from(bucketId, 'hex'), newKey(core)]));
  return { type: 'managed', sealedKey, ...(!all && { onRequest: true }) };
}

function bucketKeyOf(core: Core, id: string, encryption: BucketEncryption): Buffer {
  const known = opened.get(encryption);
  if (known !== undefined) return known;
  const plain = core.masterKey.open(purpose, encryption.sealedKey);
  if (plain?.length !== id.length / 2 + KEY_BYTES || plain.toString('hex', 0, id.length / 2) !== id) {
    throw new Corrupt(`the key of bucket ${id} does not open`);
  }
  const key = plain.subarray(id.length / 2);
  opened.set(encryption, key);
  return key;
}

/**
 * What a record in `bucket` keeps of `dataKey`.
 * @throws CoreError Busy when the bucket is no longer the one whose rules the bytes were written by; writing again is right
 */
export function encryptionIn(
  core: Core,
  bucket: BucketRecord,
  dataKey: Uint8Array | undefined,
): { readonly encryption?: ObjectEncryption } {
  if (dataKey === undefined) {
    if (encryptsAll(bucket)) throw new CoreError('Busy', { what: 'bucket' });
    return {};
  }
  if (bucket.encryption === undefined) throw new CoreError('Busy', { what: 'bucket' });
  return { encryption: { key: wrapKey(bucketKeyOf(core, bucket.id, bucket.encryption), dataKey) } };
}

/** The data key of an object or upload in `bucket`; undefined when its bytes are not encrypted. @throws Corrupt */
export function dataKeyOf(
  core: Core,
  bucket: BucketRecord,
  { encryption }: { readonly encryption?: ObjectEncryption },
): Buffer | undefined {
  if (encryption === undefined) return undefined;
  if (bucket.encryption === undefined) throw new Corrupt(`bucket ${bucket.id} has lost its key`);
  const key = unwrapKey(bucketKeyOf(core, bucket.id, bucket.encryption), encryption.key);
  if (key === undefined) throw new Corrupt(`a data key in bucket ${bucket.id} does not open`);
  return key;
}
