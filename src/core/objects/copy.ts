/** CopyObject for every door: a second record for the same bytes; none are copied. */

import type { Key, Version } from '../../engines/meta/meta-store.ts';
import type { Actor } from '../actor.ts';
import { openPlaces } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing, type Loaded } from '../model/draft.ts';
import { objectKey } from '../model/keys.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { Checksum, ChecksumAlgorithm, ObjectAttributes, ObjectRecord } from '../model/records.ts';
import { checkCopySource, checkWrite, type ReadConditions, type WriteConditions } from './conditions.ts';
import { attributesOf, type ObjectInfo, objectInfo } from './info.ts';
import { draftObject, loadedObject, type ObjectPlace, present, visible } from './object-place.ts';
import { digestData } from './read-data.ts';
import { lower } from './store-body.ts';

export interface CopyObjectInput {
  readonly source: { readonly bucket: BucketName; readonly key: ObjectKey };
  readonly sourceConditions: ReadConditions;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly conditions: WriteConditions;
  /** The new object's attributes from the source's; S3 replaces them all, Swift merges. */
  readonly attributes: (source: ObjectInfo) => ObjectAttributes;
  /** Another checksum than the source's is computed by reading the bytes once. */
  readonly checksum?: ChecksumAlgorithm;
}

/** @throws CoreError as readObject for the source (PreconditionFailed instead of NotModified) and putObject for the target */
export async function copyObject(
  core: Core,
  _actor: Actor,
  input: CopyObjectInput,
): Promise<{ info: ObjectInfo; source: ObjectInfo }> {
  const checksumOf = checksumReader(core, input.checksum);
  return committing('object', async () => {
    const { from, to } = await openBoth(core, input);
    const { bucket, key } = input.source;
    const source = objectInfo(bucket, key, from.record);
    checkCopySource(input.sourceConditions, source);
    checkWrite(input.conditions, visible(core, to.object)?.record, input);
    const { size, etag, data } = from.record;
    const checksum = await checksumOf(from);
    const record: ObjectRecord = {
      ...attributesOf(input.attributes(source)),
      versionId: 'null',
      modifiedAt: core.clock(),
      size,
      etag,
      ...(checksum !== undefined && { checksum }),
      storageClass: to.bucket.record.storageClass,
      data,
    };
    // The bytes are referred to once more only while the source still refers to them: a count that reached zero stays there.
    await draftObject(core, to, record).check(from.engineKey, from.version).commit();
    return { info: objectInfo(input.bucket, input.key, record), source };
  });
}

interface CopySource extends Loaded<ObjectRecord> {
  readonly engineKey: Key;
}

async function openBoth(core: Core, input: CopyObjectInput): Promise<{ from: CopySource; to: ObjectPlace }> {
  const keysOf = (key: ObjectKey) => (bucketId: string) => [objectKey(bucketId, key)];
  const [from, to] = await openPlaces(core, [
    { bucket: input.source.bucket, keys: keysOf(input.source.key) },
    { bucket: input.bucket, keys: keysOf(input.key) },
  ]);
  if (from === undefined || to === undefined) throw new CoreError('NoSuchBucket', { bucket: input.bucket });
  return {
    from: {
      ...present(core, loadedObject(from.entries[0]), input.source),
      engineKey: objectKey(from.bucket.record.id, input.source.key),
    },
    to: { bucket: to.bucket, key: input.key, object: loadedObject(to.entries[0]) },
  };
}

/** Gives the checksum a copy keeps: the source's own, or one of the wanted algorithm, read from the bytes once per version. */
function checksumReader(
  core: Core,
  wanted: ChecksumAlgorithm | undefined,
): (source: Loaded<ObjectRecord>) => Promise<Checksum | undefined> {
  let computed: { version: Version; checksum: Checksum } | undefined;
  return async ({ record, version }) => {
    if (wanted === undefined || record.checksum?.algorithm === wanted) return record.checksum;
    if (computed?.version !== version) {
      const range = { start: 0, end: record.size };
      const [digest] = await digestData(core, record.data, range, [lower(wanted)]);
      const value = digest?.toString('base64') ?? '';
      computed = { version, checksum: { algorithm: wanted, type: 'FULL_OBJECT', value } };
    }
    return computed.checksum;
  };
}
