/**
 * CopyObject for every door: a second record for the same bytes. None are copied, with one exception: what is plain and is to be
 * encrypted is written anew. What is encrypted stays so, also in a bucket where not everything is: its data key is wrapped anew.
 */

import type { Version } from '../../engines/meta/meta-store.ts';
import type { Actor } from '../actor.ts';
import { giveKey } from '../buckets/encryption.ts';
import { openPlaces } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { dataKeyOf, encryptionIn, encryptsAll } from '../crypt/keys.ts';
import { CoreError } from '../errors.ts';
import { isLarge } from '../large/content.ts';
import { copyLarge } from '../large/copy.ts';
import { shapeOf, standingFor } from '../large/shape.ts';
import { expiryIn } from '../lifecycle/expiry.ts';
import { committing } from '../model/draft.ts';
import { objectKey } from '../model/keys.ts';
import type { Checksum, ChecksumAlgorithm, NewObject } from '../model/object-records.ts';
import { isOwn, ownRecord } from '../model/own-data.ts';
import { requireReadable } from '../versions/find.ts';
import { draftObject } from './change.ts';
import { checkCopySource, checkWrite } from './conditions.ts';
import type { CopyObjectInput, CopySource } from './copy-input.ts';
import { withContent } from './get.ts';
import { attributesOf, type ObjectInfo, objectInfo } from './info.ts';
import { findObject, type ObjectPlace, placeIn, placeKeys, present, visible } from './object-place.ts';
import { putObject } from './put.ts';
import { digestData, readData, storedBytes } from './read-data.ts';
import { lower } from './store-body.ts';

/**
 * @throws CoreError as readObject for the source (PreconditionFailed instead of NotModified) and putObject for the target: TooLarge
 * only where bytes are copied
 */
export async function copyObject(
  core: Core,
  actor: Actor,
  input: CopyObjectInput,
): Promise<{ info: ObjectInfo; source: ObjectInfo }> {
  const checksumOf = checksumReader(core, input.checksum);
  return committing('object', async () => {
    const { from, to } = await openBoth(core, input);
    if (input.stored !== true && isLarge(from.record)) {
      return copyLarge(core, actor, input, { ...from, record: from.record }, to);
    }
    const own = ownRecord(from.record);
    const source = withContent(objectInfo(from.bucket, input.source.key, from.record), own, input.stored);
    checkCopySource(input.sourceConditions, source);
    checkWrite(input.conditions, visible(core, to.object)?.record, input);
    const wanted = input.encrypted === true || encryptsAll(to.bucket.record);
    if (wanted && from.record.encryption === undefined) {
      return { info: await encryptedCopy(core, actor, input, from, source), source };
    }
    const { size, etag, data } = from.record;
    const checksum = await checksumOf(from);
    const made: NewObject = {
      ...attributesOf(input.attributes(source)),
      modifiedAt: core.clock(),
      size,
      etag,
      ...(checksum !== undefined && { checksum }),
      storageClass: to.bucket.record.storageClass,
      data: input.standsFor === undefined ? data : standingFor(data, input.standsFor),
      ...encryptionIn(core, to.bucket.record, dataKeyOf(core, from.bucket, from.record)),
    };
    // The bytes are referred to once more only while the source still refers to them: a count that reached zero stays there.
    const { draft, record } = await draftObject(core, to, made);
    await draft.check(from.engineKey, from.version).commit();
    const expiry = expiryIn(core, to.lifecycle, input.key, record);
    return { info: { ...objectInfo(to.bucket.record, input.key, record), ...expiry }, source };
  });
}

/** Reads what is plain and writes it encrypted: a new object with the source's bytes, with a checksum of the source's kind. */
function encryptedCopy(
  core: Core,
  actor: Actor,
  input: CopyObjectInput,
  { bucket, record }: CopySource,
  source: ObjectInfo,
): Promise<ObjectInfo> {
  const own = ownRecord(record);
  const checksum = input.checksum ?? record.checksum?.algorithm;
  const { standsFor } = input;
  return putObject(core, actor, {
    bucket: input.bucket,
    key: input.key,
    attributes: input.attributes(source),
    conditions: input.conditions,
    body: readData(core, storedBytes(core, bucket, own), { start: 0, end: own.size }),
    size: own.size,
    expected: [],
    shape: standsFor === undefined ? shapeOf(record) : { kind: 'dynamic', ...standsFor },
    ...(checksum !== undefined && { checksum }),
    encrypted: true,
    signal: input.signal,
  });
}

interface Both {
  readonly from: CopySource;
  readonly to: ObjectPlace;
}

async function openBoth(core: Core, input: CopyObjectInput): Promise<Both> {
  const { version } = input.source;
  const both = version === undefined ? await openCurrent(core, input) : await openVersion(core, input);
  if (both.from.record.encryption === undefined || both.to.bucket.record.encryption !== undefined)
    return both;
  await giveKey(core, input.bucket);
  return openBoth(core, input);
}

async function openCurrent(core: Core, { source, ...target }: CopyObjectInput): Promise<Both> {
  const [from, to] = await openPlaces(core, [
    { bucket: source.bucket, keys: (bucket) => placeKeys(bucket, source.key) },
    { bucket: target.bucket, keys: (bucket) => placeKeys(bucket, target.key) },
  ]);
  if (from === undefined || to === undefined) throw new CoreError('NoSuchBucket', { bucket: target.bucket });
  const { bucket, object } = await present(core, placeIn(from, source.key));
  const engineKey = objectKey(bucket.record.id, source.key);
  return { from: { ...object, bucket: bucket.record, engineKey }, to: placeIn(to, target.key) };
}

async function openVersion(core: Core, input: CopyObjectInput): Promise<Both> {
  const { bucket, object, engineKey } = await requireReadable(core, input.source);
  return { from: { ...object, bucket: bucket.record, engineKey }, to: await findObject(core, input) };
}

/** Gives the checksum a copy keeps: the source's own, or one of the wanted algorithm, read from the bytes once per version. */
function checksumReader(
  core: Core,
  wanted: ChecksumAlgorithm | undefined,
): (source: CopySource) => Promise<Checksum | undefined> {
  let computed: { version: Version; checksum: Checksum } | undefined;
  return async ({ bucket, record, version }) => {
    if (wanted === undefined || record.checksum?.algorithm === wanted) return record.checksum;
    // Nobody sums up a list.
    if (!isOwn(record)) return undefined;
    if (computed?.version !== version) {
      const range = { start: 0, end: record.size };
      const [digest] = await digestData(core, storedBytes(core, bucket, record), range, [lower(wanted)]);
      const value = digest?.toString('base64') ?? '';
      computed = { version, checksum: { algorithm: wanted, type: 'FULL_OBJECT', value } };
    }
    return computed.checksum;
  };
}
